// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

/**
 * How one version of a workload takes the place of another: an immutable, validated value. {@link Recreate} and
 * {@link RollingUpdate} the Deployment controller plays by itself; what is {@link Driven} needs somebody who drives it. A new
 * case breaks exhaustive switches over this type.
 */
public sealed interface Strategy permits Recreate, RollingUpdate, Driven {
    /** What it means for a number of replicas, in one sentence. */
    String explain(int replicas);
}
