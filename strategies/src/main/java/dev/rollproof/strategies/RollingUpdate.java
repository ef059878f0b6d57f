// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Plan;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import java.util.Objects;
import java.util.Optional;

/**
 * New pods come and old ones go little by little. Defaults, as Kubernetes': maxSurge 25 %, maxUnavailable 25 %.
 *
 * <p>Validated as the API server does it (kubernetes/kubernetes pkg/apis/apps/validation): neither may be negative, a
 * percentage of unavailable pods may not pass 100 %, and not both may be zero.
 *
 * @param maxSurge how many pods may be wanted beyond the replicas; percentages round up. It bounds the sizes of the
 *     ReplicaSets, not the pods that live for a moment: see {@link Fenceposts}
 * @param maxUnavailable how many of the replicas may be missing; percentages round down
 */
public record RollingUpdate(IntOrPercent maxSurge, IntOrPercent maxUnavailable) implements Strategy {
    private static final IntOrPercent QUARTER = new IntOrPercent(25, true);
    private static final RollingUpdate DEFAULTS = new RollingUpdate(QUARTER, QUARTER);

    /** @throws IllegalArgumentException if both are zero, or more than 100 % may be unavailable */
    public RollingUpdate {
        Objects.requireNonNull(maxSurge, "maxSurge");
        Objects.requireNonNull(maxUnavailable, "maxUnavailable");
        if (maxUnavailable.percent() && maxUnavailable.value() > 100) {
            throw new IllegalArgumentException("maxUnavailable: must not be greater than 100%, was " + maxUnavailable);
        }
        if (maxSurge.isZero() && maxUnavailable.isZero()) {
            throw new IllegalArgumentException(
                    "maxUnavailable: may not be 0 when maxSurge is 0; nothing could ever move, so give one of them room");
        }
    }

    /** With Kubernetes' defaults: 25 % of each. */
    public static RollingUpdate of() {
        return DEFAULTS;
    }

    /** Both limits at once: needed where one of them is zero and the other's default is not wanted. */
    public static RollingUpdate of(IntOrPercent maxSurge, IntOrPercent maxUnavailable) {
        return new RollingUpdate(maxSurge, maxUnavailable);
    }

    /**
     * So many pods beyond the replicas.
     *
     * @throws IllegalArgumentException if it is negative, or 0 while maxUnavailable is
     */
    public RollingUpdate maxSurge(int pods) {
        return new RollingUpdate(named("maxSurge", () -> IntOrPercent.of(pods)), maxUnavailable);
    }

    /**
     * Such a part of the replicas beyond them, such as {@code 40%}; rounds up.
     *
     * @throws IllegalArgumentException if it is no percentage, or 0 % while maxUnavailable is 0
     */
    public RollingUpdate maxSurge(String percent) {
        return new RollingUpdate(named("maxSurge", () -> IntOrPercent.from(percent)), maxUnavailable);
    }

    /**
     * So many of the replicas may be missing.
     *
     * @throws IllegalArgumentException if it is negative, or 0 while maxSurge is
     */
    public RollingUpdate maxUnavailable(int pods) {
        return new RollingUpdate(maxSurge, named("maxUnavailable", () -> IntOrPercent.of(pods)));
    }

    /**
     * Such a part of the replicas may be missing, such as {@code 25%}; rounds down.
     *
     * @throws IllegalArgumentException if it is no percentage, above 100 %, or 0 % while maxSurge is 0
     */
    public RollingUpdate maxUnavailable(String percent) {
        return new RollingUpdate(maxSurge, named("maxUnavailable", () -> IntOrPercent.from(percent)));
    }

    private static IntOrPercent named(String field, java.util.function.Supplier<IntOrPercent> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(field + ": " + invalid.getMessage(), invalid);
        }
    }

    /**
     * The limits for a number of replicas: surge rounds up, unavailable rounds down, and where both come out as zero one pod
     * may be unavailable.
     */
    public Fenceposts fenceposts(int replicas) {
        if (replicas < 0) {
            throw new IllegalArgumentException("replicas must not be negative, was " + replicas);
        }
        return Fenceposts.resolve(maxSurge.toModel(), maxUnavailable.toModel(), replicas)
                .cappedAt(replicas);
    }

    /** This strategy as a Deployment's {@code spec.strategy}: a new model at each call. */
    public DeploymentStrategy toModel() {
        RollingUpdateDeployment limits = new RollingUpdateDeployment();
        limits.setMaxSurge(maxSurge.toModel());
        limits.setMaxUnavailable(maxUnavailable.toModel());
        DeploymentStrategy model = new DeploymentStrategy();
        model.setType("RollingUpdate");
        model.setRollingUpdate(limits);
        return model;
    }

    @Override
    public String explain(int replicas) {
        Fenceposts posts = fenceposts(replicas);
        String surge = maxSurge.percent()
                ? maxSurge + " of " + replicas + " rounds up to " + posts.surge()
                : String.valueOf(posts.surge());
        String unavailable = maxUnavailable.percent()
                ? maxUnavailable + " of " + replicas + " rounds down to " + maxUnavailable.floorOf(replicas)
                        + (posts.unavailable() != maxUnavailable.floorOf(replicas)
                                ? ", and since nothing could move then it is " + posts.unavailable()
                                : "")
                : posts.unavailable() + " of " + replicas;
        return "surge: " + surge + ", so at most " + (replicas + posts.surge())
                + " pods are wanted at once; unavailable: " + unavailable + ", so at least "
                + (replicas - posts.unavailable()) + " stay ready";
    }

    /** The strategy in {@code next} does not matter. */
    @Override
    public Plan plan(Deployment current, Deployment next, Assumptions assumptions) {
        Deployment planned = Models.copy(next);
        planned.getSpec().setStrategy(toModel());
        return Plan.of(Optional.of(current), planned, assumptions);
    }
}
