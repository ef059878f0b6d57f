// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Plan;
import io.fabric8.kubernetes.api.model.apps.Deployment;

/**
 * How one version of a workload takes the place of another: an immutable, validated value. {@link Recreate} and
 * {@link RollingUpdate} the Deployment controller plays by itself; what is {@link Driven} needs somebody who drives it. A new
 * case breaks exhaustive switches over this type.
 */
public sealed interface Strategy permits Recreate, RollingUpdate, Driven {
    /** What it means for a number of replicas, in one sentence. */
    String explain(int replicas);

    /**
     * What a rollout by this strategy will be like, told without a cluster.
     *
     * @param current the Deployment as it is, at rest
     * @param next the Deployment as it should be
     */
    Plan plan(Deployment current, Deployment next, Assumptions assumptions);
}
