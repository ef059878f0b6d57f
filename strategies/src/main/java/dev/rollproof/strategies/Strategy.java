// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;

/**
 * How one version of a workload takes the place of another: an immutable, validated value. The cases so far are those that
 * the Deployment controller plays by itself; canary and blue-green, which need a driver, will be cases of their own, which
 * breaks exhaustive switches over this type.
 */
public sealed interface Strategy permits Recreate, RollingUpdate {
    /** This strategy as a Deployment's {@code spec.strategy}: a new model at each call. */
    DeploymentStrategy toModel();

    /** What it means for a number of replicas, in one sentence. */
    String explain(int replicas);
}
