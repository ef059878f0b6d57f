// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.ReplicaRatio.Counts;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Plan;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A few pods of the new version beside the old ones, then more, and at the end all, or none: the share of the requests
 * follows the share of the pods. Immutable; each step returns a new one.
 *
 * <pre>{@code
 * Canary.of().weight(10).pause(Duration.ofMinutes(1)).check(fewErrors).weight(50).pauseUntilPromoted()
 * }</pre>
 *
 * <p>By default the new version gets a Deployment of its own, NAME-canary, whose pods have the labels {@code track: canary}
 * and {@code version}; the selector of the one that is there must not match them, which {@code track: stable} in it sees to.
 * The sizes follow Argo Rollouts' rule for a canary without a router, and its limits are maxSurge and maxUnavailable of the
 * Deployment. Other ways are {@link #withinOneDeployment()} and {@link #throughRoute}. When it is promoted, the Deployment itself gets the new version, and the canary goes last.
 *
 * @param steps in their order; a weight is passed when both versions have their pods, and these are available
 */
public record Canary(List<Step> steps, Shift shift, Abort abort) implements Driven {
    /** How the two versions get their shares. A new way is a new case, and breaks exhaustive switches. */
    public sealed interface Shift {
        /** Two Deployments, sized so that their pods have the ratio of the weight. */
        record ByReplicas() implements Shift {}

        /** One Deployment, held half-way: its new pods are ready, and serve, and never count as available. */
        record WithinOneDeployment() implements Shift {}

        /**
         * Two Deployments behind a Service each, between which an HTTPRoute of the Gateway API splits the requests: the weight is
         * a part of the requests, whatever the numbers of pods are. Every rule of the route that names both Services gets the
         * weights; the canary's is 0 before and after. Nothing else in the route is changed. Needs the Gateway API in the cluster,
         * and a gateway that serves the route.
         *
         * <p>Sizes follow Argo Rollouts' rule for a canary with a traffic router: the old version keeps its pods, and the canary
         * gets its weight's part of the replicas, rounded up, besides. maxSurge and maxUnavailable bound the promotion only.
         *
         * @param route the HTTPRoute's name, in the workload's namespace
         * @param stableService the Service that selects the old version's pods, and no others
         * @param canaryService the Service that selects the canary's pods, those with the label {@code track: canary}
         * @param canaryPods how many pods the canary has, at every weight; empty for as many as the weight asks for
         * @param dynamicStableScale whether the old version shrinks as its weight does; default false
         * @param gatewayFollows how long the gateway may take to follow a change of the weights; before it is over no pod goes to
         *     which it may still send. Default 5 s
         */
        record ThroughRoute(
                String route,
                String stableService,
                String canaryService,
                OptionalInt canaryPods,
                boolean dynamicStableScale,
                Duration gatewayFollows)
                implements Shift {
            /** @throws IllegalArgumentException if a name is blank, both Services are the same, or a number is too small */
            public ThroughRoute {
                named("route", route);
                named("stableService", stableService);
                named("canaryService", canaryService);
                if (stableService.equals(canaryService)) {
                    throw new IllegalArgumentException(
                            "the canary must be behind another Service than \"" + stableService + "\"");
                }
                if (canaryPods.isPresent() && canaryPods.getAsInt() < 1) {
                    throw new IllegalArgumentException("canaryPods must be 1 or more, was " + canaryPods.getAsInt());
                }
                if (gatewayFollows.isNegative()) {
                    throw new IllegalArgumentException("gatewayFollows must not be negative, was " + gatewayFollows);
                }
            }

            private static void named(String what, String value) {
                if (value.isBlank()) {
                    throw new IllegalArgumentException(what + " must not be blank");
                }
            }

            /** With the defaults. */
            public static ThroughRoute of(String route, String stableService, String canaryService) {
                return new ThroughRoute(
                        route, stableService, canaryService, OptionalInt.empty(), false, Duration.ofSeconds(5));
            }

            /** So many pods for the canary, at every weight. */
            public ThroughRoute withCanaryPods(int pods) {
                return new ThroughRoute(
                        route, stableService, canaryService, OptionalInt.of(pods), dynamicStableScale, gatewayFollows);
            }

            /** The old version shrinks as its weight does, so that both together need about as many pods as one alone. */
            public ThroughRoute withDynamicStableScale() {
                return new ThroughRoute(route, stableService, canaryService, canaryPods, true, gatewayFollows);
            }

            /** How long the gateway may take to follow a change of the weights. */
            public ThroughRoute withGatewayFollows(Duration time) {
                return new ThroughRoute(route, stableService, canaryService, canaryPods, dynamicStableScale, time);
            }
        }
    }

    /** How to turn back. */
    public enum Abort {
        /** The canary goes at once, while the old version comes back to its size. */
        AT_ONCE,
        /** Back through the weights, and never below what is to be available. Through a route: as fast as old pods are. */
        STEP_BY_STEP
    }

    /**
     * @throws IllegalArgumentException if two checks share a name, or, within one Deployment, the first step is no weight or the weights do
     *     not grow below 100
     */
    public Canary {
        steps = Step.validated(steps);
        Objects.requireNonNull(shift, "shift");
        Objects.requireNonNull(abort, "abort");
        if (shift instanceof Shift.WithinOneDeployment) {
            if (!steps.isEmpty() && !(steps.get(0) instanceof Step.Weight)) {
                throw new IllegalArgumentException("within one Deployment the first step is a weight, was "
                        + steps.get(0).inWords() + ": before it there is no new version to wait for");
            }
            int last = 0;
            for (Step step : steps) {
                if (step instanceof Step.Weight weight) {
                    if (weight.percent() <= last || weight.percent() == 100) {
                        throw new IllegalArgumentException("within one Deployment weights grow and stay below 100, was "
                                + weight.percent() + " after " + last);
                    }
                    last = weight.percent();
                }
            }
        }
    }

    /** Without steps yet: a canary without any is promoted at once. */
    public static Canary of() {
        return new Canary(List.of(), new Shift.ByReplicas(), Abort.AT_ONCE);
    }

    /** One weight after the other. */
    public static Canary steps(int... percents) {
        Canary canary = of();
        for (int percent : percents) {
            canary = canary.weight(percent);
        }
        return canary;
    }

    /** So many percent of the pods, or of the requests, 1 to 100. */
    public Canary weight(int percent) {
        return plus(new Step.Weight(percent));
    }

    /** Stays as it is for a time. */
    public Canary pause(Duration time) {
        return plus(new Step.Pause(time));
    }

    /** Stays as it is until somebody calls {@link Rollouts#promote}. */
    public Canary pauseUntilPromoted() {
        return plus(new Step.UntilPromoted());
    }

    /** Stays as it is until a check is successful; turns back if it is not. */
    public Canary check(Check check) {
        return plus(new Step.Checked(check));
    }

    private Canary plus(Step step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return new Canary(more, shift, abort);
    }

    /** Within one Deployment instead of two; needs two replicas or more. */
    public Canary withinOneDeployment() {
        return through(new Shift.WithinOneDeployment());
    }

    /** By the weights of an HTTPRoute, with the defaults of {@link Shift.ThroughRoute}. */
    public Canary throughRoute(String route, String stableService, String canaryService) {
        return through(Shift.ThroughRoute.of(route, stableService, canaryService));
    }

    /** Shifts the requests in this way. */
    public Canary through(Shift way) {
        return new Canary(steps, way, abort);
    }

    /** Turns back step by step instead of at once. */
    public Canary abortStepByStep() {
        return new Canary(steps, shift, Abort.STEP_BY_STEP);
    }

    /** The weight that holds at a step: that of the last weight up to it. */
    static int weightAt(List<Step> steps, int index) {
        int at = indexOfWeight(steps, index);
        return at >= 0 && steps.get(at) instanceof Step.Weight weight ? weight.percent() : 0;
    }

    /** Where the last weight up to a step is; -1 where there is none. */
    static int indexOfWeight(List<Step> steps, int index) {
        for (int i = Math.min(index, steps.size() - 1); i >= 0; i--) {
            if (steps.get(i) instanceof Step.Weight) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public String explain(int replicas) {
        return steps.stream().map(step -> explained(step, replicas)).collect(Collectors.joining(", then "))
                + (steps.isEmpty() ? "" : ", then ") + "all " + replicas;
    }

    private String explained(Step step, int replicas) {
        if (step instanceof Step.Weight weight && shift instanceof Shift.ThroughRoute routed) {
            Counts counts = new RoutedScale(replicas, replicas, routed.canaryPods(), routed.dynamicStableScale())
                    .counts(weight.percent(), weight.percent());
            return "weight " + weight.percent() + ": " + weight.percent() + " % of the requests for " + counts.next()
                    + " new and the rest for " + counts.stable() + " old pods";
        }
        if (step instanceof Step.Weight weight) {
            int surge = shift instanceof Shift.WithinOneDeployment ? 0 : 1;
            Counts counts = ReplicaRatio.approximate(replicas, weight.percent(), 100, surge);
            return "weight " + weight.percent() + ": " + counts.next() + " new and " + counts.stable() + " old pods";
        }
        return step.inWords();
    }

    /** Without turning back; a pause until promoted is not counted. The strategy in {@code next} bounds the moves. */
    @Override
    public Plan plan(Deployment current, Deployment next, Assumptions assumptions) {
        return DrivenPlans.of(this, current, next, assumptions);
    }
}
