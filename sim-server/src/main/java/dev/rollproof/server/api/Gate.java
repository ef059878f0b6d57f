// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.ServerSide;
import java.time.Instant;
import java.util.function.Supplier;

/** The way to the cluster: under its lock, and at the present time. Thread-safe. */
final class Gate {
    private final ServerSide cluster;
    private final Renderings renderings;

    Gate(ServerSide cluster) {
        this.cluster = cluster;
        this.renderings = new Renderings(cluster.requests());
    }

    <T> T call(Supplier<T> access) {
        return cluster.loop().call(access);
    }

    /** The cluster's time. */
    Instant now() {
        return cluster.loop().now();
    }

    /** The minor version of Kubernetes that is simulated, such as 37. */
    int minor() {
        return Integer.parseInt(cluster.minor().substring(cluster.minor().indexOf('.') + 1));
    }

    /** Under the lock, like everything but its loop. */
    ServerSide cluster() {
        return cluster;
    }

    /** Under the lock. */
    Renderings renderings() {
        return renderings;
    }
}
