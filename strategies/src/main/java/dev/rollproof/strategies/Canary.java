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
 * Deployment. When it is promoted, the Deployment itself gets the new version, and the canary goes last.
 *
 * @param steps in their order; a weight is passed when both versions have their pods, and these are available
 */
public record Canary(List<Step> steps, Shift shift, Abort abort) implements Driven {
    /** How the pods of the two versions are kept apart. A new way is a new case, and breaks exhaustive switches. */
    public sealed interface Shift {
        /** Two Deployments, sized so that their pods have the ratio of the weight. */
        record ByReplicas() implements Shift {}

        /** One Deployment, held half-way: its new pods are ready, and serve, and never count as available. */
        record WithinOneDeployment() implements Shift {}
    }

    /** How to turn back. */
    public enum Abort {
        /** The canary goes at once, while the old version comes back to its size. */
        AT_ONCE,
        /** Back through the weights, and never below what is to be available. */
        STEP_BY_STEP
    }

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

    /** So many percent of the pods, 1 to 100. */
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
        return new Canary(steps, new Shift.WithinOneDeployment(), abort);
    }

    /** Turns back step by step instead of at once. */
    public Canary abortStepByStep() {
        return new Canary(steps, shift, Abort.STEP_BY_STEP);
    }

    /** The weight that holds at a step: that of the last weight up to it. */
    static int weightAt(List<Step> steps, int index) {
        for (int i = Math.min(index, steps.size() - 1); i >= 0; i--) {
            if (steps.get(i) instanceof Step.Weight weight) {
                return weight.percent();
            }
        }
        return 0;
    }

    @Override
    public String explain(int replicas) {
        return steps.stream().map(step -> explained(step, replicas)).collect(Collectors.joining(", then "))
                + (steps.isEmpty() ? "" : ", then ") + "all " + replicas;
    }

    private String explained(Step step, int replicas) {
        if (step instanceof Step.Weight weight) {
            int surge = shift instanceof Shift.WithinOneDeployment ? 0 : 1;
            ReplicaRatio.Counts counts = ReplicaRatio.approximate(replicas, weight.percent(), 100, surge);
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
