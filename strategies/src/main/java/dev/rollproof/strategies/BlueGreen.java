// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.check.Check;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Plan;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The new version beside the old one, whole; then the Service is switched, in one patch, and for a while the old version
 * stays, so that the way back is one patch too. Immutable; each step returns a new one.
 *
 * <pre>{@code
 * BlueGreen.behind("clock").preview("clock-preview").check(smoke).keepOldFor(Duration.ofMinutes(10))
 * }</pre>
 *
 * <p>There are two Deployments of two colours: the one of the manifest, whose selector, pods and Service have the label
 * {@code color: blue} (or {@code green}), and NAME-green (or NAME-blue) beside it. Which of them is live the Service's
 * selector says; the new version always goes to the other one, and the old one ends with no pods.
 *
 * @param service the Service that is switched, in the workload's namespace
 * @param preview a Service that is pointed at the new version before the switch
 * @param before what has to be passed before the switch: pauses and checks, no weights
 * @param after what has to be passed after it, while the old version is kept
 * @param keepOldFor how long the old version stays after the switch; default 1 minute. It stays longer while the new one has not all
 *     its pods, until the rollout's time is up and it is gone back; whoever points the Service back meanwhile ends the rollout
 */
public record BlueGreen(
        String service, Optional<String> preview, List<Step> before, List<Step> after, Duration keepOldFor)
        implements Driven {
    /**
     * @throws IllegalArgumentException if the Service is blank or the preview too, a step is a weight, two checks share a name, or the old
     *     version is to be kept for a negative time
     */
    public BlueGreen {
        Objects.requireNonNull(service, "service");
        if (service.isBlank()) {
            throw new IllegalArgumentException("service must not be blank");
        }
        if (preview.filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException("preview must not be blank");
        }
        if (preview.filter(service::equals).isPresent()) {
            throw new IllegalArgumentException("the preview must be another Service than \"" + service + "\"");
        }
        List<Step> all = new ArrayList<>(before);
        all.addAll(after);
        Step.validated(all);
        for (Step step : all) {
            if (step instanceof Step.Weight) {
                throw new IllegalArgumentException(
                        "a blue-green has no weights, was " + step.inWords() + "; a canary has");
            }
        }
        before = List.copyOf(before);
        after = List.copyOf(after);
        if (keepOldFor.isNegative()) {
            throw new IllegalArgumentException("keepOldFor must not be negative, was " + keepOldFor);
        }
    }

    /** Behind the Service of this name. */
    public static BlueGreen behind(String service) {
        return new BlueGreen(service, Optional.empty(), List.of(), List.of(), Duration.ofMinutes(1));
    }

    /** Points this Service at the new version before the switch. */
    public BlueGreen preview(String name) {
        return new BlueGreen(service, Optional.of(name), before, after, keepOldFor);
    }

    /** Has to be successful before the switch. */
    public BlueGreen check(Check check) {
        return new BlueGreen(service, preview, plus(before, new Step.Checked(check)), after, keepOldFor);
    }

    /** Waits before the switch until somebody calls {@link Rollouts#promote}. */
    public BlueGreen pauseUntilPromoted() {
        return new BlueGreen(service, preview, plus(before, new Step.UntilPromoted()), after, keepOldFor);
    }

    /** Waits before the switch. */
    public BlueGreen pause(Duration time) {
        return new BlueGreen(service, preview, plus(before, new Step.Pause(time)), after, keepOldFor);
    }

    /** Has to be successful after the switch; if it is not, the Service is switched back. */
    public BlueGreen checkAfter(Check check) {
        return new BlueGreen(service, preview, before, plus(after, new Step.Checked(check)), keepOldFor);
    }

    /** How long the old version stays after the switch. */
    public BlueGreen keepOldFor(Duration time) {
        return new BlueGreen(service, preview, before, after, time);
    }

    private static List<Step> plus(List<Step> steps, Step step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return more;
    }

    @Override
    public String explain(int replicas) {
        return replicas + " new pods beside " + replicas + " old ones; when all are available, Service/" + service
                + " is switched in one patch; the old pods stay for " + keepOldFor.toSeconds() + " s";
    }

    /** Without turning back; a pause until promoted is not counted. The strategy in {@code next} bounds the moves. */
    @Override
    public Plan plan(Deployment current, Deployment next, Assumptions assumptions) {
        return DrivenPlans.of(this, current, next, assumptions);
    }
}
