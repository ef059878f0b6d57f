// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.ReplicaRatio.Counts;
import dev.rollproof.strategies.ReplicaRatio.Sized;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Plan;
import dev.rollproof.strategies.plan.Plan.Size;
import dev.rollproof.strategies.plan.Script;
import dev.rollproof.strategies.plan.Warning;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** What driven strategies come to when nothing goes wrong; with the arithmetic of the strategies themselves. */
final class DrivenPlans {
    private final Script script;
    private final int replicas;
    private final int before;
    private final Fenceposts posts;

    private DrivenPlans(Deployment current, Deployment next, Assumptions assumptions, String how) {
        this.script = Script.of(current, next, assumptions, how);
        this.replicas = Fenceposts.replicas(next);
        this.before = Fenceposts.replicas(current);
        this.posts = Fenceposts.of(Observed.from(next));
    }

    static Plan of(Canary canary, Deployment current, Deployment next, Assumptions assumptions) {
        boolean held = canary.shift() instanceof Canary.Shift.WithinOneDeployment;
        String where = held
                ? " within one Deployment"
                : canary.shift() instanceof Canary.Shift.ThroughRoute shift
                        ? " through HTTPRoute/" + shift.route()
                        : "";
        String how = "canary" + where + ", "
                + String.join(", ", canary.steps().stream().map(Step::inWords).toList());
        DrivenPlans plans = new DrivenPlans(current, next, assumptions, how);
        if (canary.shift() instanceof Canary.Shift.ThroughRoute shift) {
            return plans.routed(canary, shift);
        }
        return held ? plans.held(canary) : plans.beside(canary);
    }

    private Plan routed(Canary canary, Canary.Shift.ThroughRoute shift) {
        RoutedScale scale = new RoutedScale(before, replicas, shift.canaryPods(), shift.dynamicStableScale());
        Counts now = new Counts(0, before);
        int weight = 0;
        int most = before;
        int leastReady = before;
        script.asks(sizes(now), "what is there now").untilSeen();
        for (Step step : canary.steps()) {
            if (!(step instanceof Step.Weight next)) {
                waits(step, sizes(now));
                continue;
            }
            Counts needed = scale.counts(next.percent(), weight);
            if (!needed.equals(now)) {
                script.asks(sizes(needed), step.inWords() + ": pods first, as many as it needs")
                        .untilAvailable();
            }
            script.mixes()
                    .asks(
                            sizes(needed),
                            step.inWords() + ": HTTPRoute/" + shift.route() + " sends " + next.percent()
                                    + " % of the requests to the canary, whatever the pods");
            weight = next.percent();
            most = Math.max(most, needed.next() + needed.stable());
            now = scale.counts(weight, weight);
            leastReady = Math.min(leastReady, now.next() + now.stable());
            if (!now.equals(needed)) {
                script.pauses(shift.gatewayFollows())
                        .asks(sizes(now), step.inWords() + ": the gateway has followed, so what is left over goes")
                        .untilSeen();
            }
            burden(weight, now.next());
        }
        script.mixes()
                .asks(sizes(now), "promoted: the stable Deployment's pods are replaced, the canary keeps its weight")
                .rolls(now.stable(), Math.max(1, posts.surge() + posts.unavailable()));
        Counts grown = new Counts(now.next(), replicas);
        if (!grown.equals(now)) {
            script.asks(sizes(grown), "promoted: the stable Deployment gets its size")
                    .untilAvailable();
        }
        script.asks(sizes(grown), "the weights are put back, and the gateway follows")
                .pauses(shift.gatewayFollows())
                .asks(sizes(new Counts(0, replicas)), "the canary goes")
                .untilSeen();
        int rolling = Math.max(now.stable(), replicas) + posts.surge() + now.next();
        int mostAsked = Math.max(most, rolling);
        return script.plan(
                mostAsked,
                mostAsked + posts.surge() + posts.unavailable(),
                mostAsked + Math.max(before, replicas) + now.next(),
                Math.min(leastReady, Math.min(before, replicas)) - posts.unavailable());
    }

    /** By a route the weight and the pods are two things, and may not fit each other. */
    private void burden(int weight, int pods) {
        if (pods * 100L < (long) weight * before) {
            script.warns(new Warning(
                    Warning.Kind.CANARY_LOAD,
                    "weight " + weight + " on " + pods + (pods == 1 ? " canary pod" : " canary pods") + ": each gets "
                            + String.format(Locale.ROOT, "%.1f", weight * before / (100.0 * pods))
                            + " times as many requests as a pod does now"));
        }
        if (pods == 1) {
            script.warns(new Warning(
                    Warning.Kind.CANARY_SINGLE_POD,
                    "weight " + weight + " on one canary pod: when it is not ready, " + weight
                            + " % of the requests get 503, until the weight is taken away"));
        }
    }

    private static List<Size> sizes(Counts counts) {
        return List.of(new Size("stable", counts.stable()), new Size("canary", counts.next()));
    }

    private Plan beside(Canary canary) {
        Counts now = new Counts(0, before);
        script.asks(List.of(new Size("stable", before)), "what is there now").untilSeen();
        for (Step step : canary.steps()) {
            if (step instanceof Step.Weight weight) {
                Counts wanted = ReplicaRatio.approximate(replicas, weight.percent(), 100, posts.surge());
                now = moves(
                        now,
                        wanted,
                        step.inWords(),
                        (next, stable) -> List.of(new Size("stable", stable), new Size("canary", next)));
            } else {
                waits(step, List.of(new Size("stable", now.stable()), new Size("canary", now.next())));
            }
        }
        int remaining = Math.min(now.stable(), replicas - now.next());
        script.mixes()
                .asks(
                        List.of(new Size("stable", remaining), new Size("canary", now.next())),
                        "promoted: the stable Deployment's " + remaining + " pods are replaced by the new version")
                .rolls(remaining, Math.max(1, posts.surge() + posts.unavailable()));
        // From here on the stable Deployment is the new version, and grows while the canary goes.
        moves(
                new Counts(remaining, now.next()),
                new Counts(replicas, 0),
                "promoted",
                (grown, left) -> List.of(new Size("stable", grown), new Size("canary", left)));
        return script.plan(
                Math.max(before, replicas + posts.surge()),
                Math.max(before, replicas) + 2 * posts.surge() + posts.unavailable(),
                before + 2 * replicas + posts.surge(),
                Math.min(before, replicas - posts.unavailable()));
    }

    private Counts moves(Counts from, Counts wanted, String why, BiFunction<Integer, Integer, List<Size>> sizes) {
        Counts now = from;
        while (!now.equals(wanted)) {
            Counts to = ReplicaRatio.next(
                    replicas,
                    posts,
                    wanted,
                    new Sized(now.next(), now.next()),
                    new Sized(now.stable(), now.stable()),
                    0);
            if (to.equals(now)) {
                throw new IllegalStateException("no move leads from " + now + " to " + wanted);
            }
            boolean grows = to.next() > now.next() || to.stable() > now.stable();
            script.mixes()
                    .asks(
                            sizes.apply(to.next(), to.stable()),
                            why + ": "
                                    + (grows
                                            ? "as many new pods as maxSurge " + posts.surge() + " leaves room for"
                                            : "as many fewer as maxUnavailable " + posts.unavailable() + " lets go"));
            script.untilAvailable();
            now = to;
        }
        return now;
    }

    private void waits(Step step, List<Size> sizes) {
        if (step instanceof Step.Pause pause) {
            script.asks(sizes, step.inWords()).pauses(pause.time());
        } else if (step instanceof Step.Checked checked) {
            var limits = checked.check().limits();
            script.asks(sizes, step.inWords() + ", " + limits.count() + " measurements")
                    .pauses(limits.initialDelay().plus(limits.interval().multipliedBy(limits.count() - 1L)));
        } else {
            script.asks(sizes, step.inWords() + ": as long as that takes, which is not counted");
        }
    }

    private Plan held(Canary canary) {
        int pods = 0;
        script.asks(List.of(new Size("old", before)), "what is there now").untilSeen();
        for (Step step : canary.steps()) {
            if (step instanceof Step.Weight weight) {
                int wanted = HeldCanaryPlay.podsFor(replicas, weight.percent());
                if (wanted > pods) {
                    script.mixes()
                            .asks(
                                    List.of(new Size("old", replicas - pods), new Size("new", wanted)),
                                    step.inWords() + ": maxSurge " + (wanted - pods) + ", new pods that never count as"
                                            + " available")
                            .untilAvailable()
                            .asks(
                                    List.of(new Size("old", replicas - wanted), new Size("new", wanted)),
                                    step.inWords() + ": they are ready, so maxUnavailable " + wanted)
                            .untilSeen();
                    pods = wanted;
                }
            } else {
                waits(step, List.of(new Size("old", replicas - pods), new Size("new", pods)));
            }
        }
        script.mixes()
                .asks(
                        List.of(new Size("old", 0), new Size("new", replicas)),
                        "promoted: the fields are put back, and the rolling update goes on")
                .rolls(replicas - pods, Math.max(1, posts.surge() + posts.unavailable()));
        return script.plan(
                replicas + Math.max(posts.surge(), replicas - 1),
                2 * replicas,
                2 * replicas,
                replicas - posts.unavailable());
    }

    static Plan of(BlueGreen blueGreen, Deployment current, Deployment next, Assumptions assumptions) {
        DrivenPlans plans =
                new DrivenPlans(current, next, assumptions, "blue-green behind Service/" + blueGreen.service());
        return plans.colored(blueGreen);
    }

    private Plan colored(BlueGreen blueGreen) {
        List<Size> both = List.of(new Size("old", before), new Size("new", replicas));
        script.asks(List.of(new Size("old", before)), "what is there now")
                .untilSeen()
                .asks(both, "the new version beside the old one, whole")
                .untilAvailable();
        blueGreen.before().forEach(step -> waits(step, both));
        script.mixes()
                .asks(both, "all are available: Service/" + blueGreen.service() + " is switched, in one patch")
                .untilSeen();
        blueGreen.after().forEach(step -> waits(step, both));
        script.asks(both, "the old version is kept, and the way back is one patch")
                .pauses(blueGreen.keepOldFor())
                .asks(List.of(new Size("old", 0), new Size("new", replicas)), "the old version is scaled down")
                .untilSeen();
        return script.plan(before + replicas, before + replicas, before + replicas, Math.min(before, replicas));
    }
}
