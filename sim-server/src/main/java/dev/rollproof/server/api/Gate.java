// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.ServerSide;
import java.time.Instant;
import java.util.function.Supplier;

/** The way to the cluster: under its lock, and at the present time. Thread-safe. */
final class Gate {
    private final ServerSide cluster;
    private final Runnable catchUp;
    private final Renderings renderings;

    /** @param catchUp lets virtual time follow real time, called under the lock */
    Gate(ServerSide cluster, Runnable catchUp) {
        this.cluster = cluster;
        this.catchUp = catchUp;
        this.renderings = new Renderings(cluster.requests());
    }

    <T> T call(Supplier<T> access) {
        return cluster.loop().call(() -> {
            catchUp.run();
            return access.get();
        });
    }

    /** The cluster's time. */
    Instant now() {
        return cluster.loop().now();
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
