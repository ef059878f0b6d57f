// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.traffic.Traffic;
import java.util.Objects;

/**
 * A cluster to try one rollout on, and the way to send requests to it. Closed after the one trial.
 *
 * @param cluster with nothing in it that the trial brings along
 */
public record TestBed(Cluster cluster, Traffic traffic) implements AutoCloseable {
    public TestBed {
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(traffic, "traffic");
    }

    /** Where the clusters come from. Used by several threads at once. */
    @FunctionalInterface
    public interface Source {
        /**
         * A fresh one.
         *
         * @param seed where all its randomness comes from: the same seed, the same cluster
         */
        TestBed open(long seed);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
