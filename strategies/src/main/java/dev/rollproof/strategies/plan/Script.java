// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import dev.rollproof.strategies.plan.Plan.Size;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The moves of a strategy that somebody drives, written down one after the other; what they come to in time and in pods is a
 * plan. Not thread-safe.
 */
public final class Script {
    private final Prognosis known;
    private final String how;
    private final List<Plan.Step> steps = new ArrayList<>();
    private Duration now = Duration.ZERO;
    private Range elapsed = Range.NOTHING;
    private Optional<Range> mixed = Optional.empty();
    private int most;
    private final List<Warning> warnings = new ArrayList<>();

    private Script(Prognosis known, String how) {
        this.known = known;
        this.how = how;
    }

    /**
     * @param how the strategy in a few words, for the title
     */
    public static Script of(Deployment current, Deployment next, Assumptions assumptions, String how) {
        return new Script(Prognosis.of(Optional.of(current), next, assumptions), how);
    }

    /** The sizes from now on, and why. */
    public Script asks(List<Size> sizes, String rule) {
        steps.add(new Plan.Step(now, sizes, rule));
        most = Math.max(most, sizes.stream().mapToInt(Size::pods).sum());
        return this;
    }

    /** Something to think about, of the strategy's own. */
    public Script warns(Warning warning) {
        warnings.add(warning);
        return this;
    }

    /** From here on both versions answer. */
    public Script mixes() {
        mixed = mixed.or(() -> Optional.of(elapsed));
        return this;
    }

    /** Until the controllers have reacted. */
    public Script untilSeen() {
        return takes(known.assumptions().reaction());
    }

    /** Until new pods are available. */
    public Script untilAvailable() {
        return takes(known.untilAvailable().plus(known.assumptions().reaction()));
    }

    /** For so long. */
    public Script pauses(Duration time) {
        return takes(Range.of(time, time));
    }

    private Script takes(Range time) {
        now = now.plus(time.middle());
        elapsed = elapsed.plus(time);
        return this;
    }

    /** So many pods at a time, as a rolling update does it, until all of them are replaced. */
    public Script rolls(int pods, int atOnce) {
        int waves = atOnce == 0 ? 0 : (pods + atOnce - 1) / atOnce;
        for (int i = 0; i < waves; i++) {
            untilAvailable();
        }
        return this;
    }

    /**
     * The plan.
     *
     * @param mostAskedFor the most pods that may be asked for together, on every way
     * @param mostPods the most pods at once, those that terminate included
     * @param leastReady the fewest pods that are ready, as long as it does not turn back
     */
    public Plan plan(int mostAskedFor, int mostLive, int mostPods, int leastReady) {
        Deployment next = known.next();
        Resources each = known.requested().max(known.requestedBefore());
        int asked = Math.max(most, mostAskedFor);
        List<Warning> all = new ArrayList<>(warnings);
        all.addAll(Warnings.of(known, asked));
        Range gone = elapsed.plus(Range.of(
                Duration.ZERO, known.assumptions().untilGone(known.pod()).most()));
        return new Plan(
                "Deployment/" + next.getMetadata().getName() + ": " + how + ", " + known.replicas() + " replicas",
                steps,
                new Bounds(
                        asked,
                        mostLive,
                        mostPods,
                        each.times(mostPods),
                        leastReady,
                        mixed.map(since -> Range.of(Duration.ZERO, gone.most().minus(since.least()))),
                        elapsed,
                        gone),
                all);
    }
}
