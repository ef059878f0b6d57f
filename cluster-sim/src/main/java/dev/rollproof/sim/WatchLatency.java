// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.sim.engine.Randomness;
import java.util.function.LongSupplier;

/** How late a watch tells a change, between two bounds. */
record WatchLatency(long leastNanos, long mostNanos) {
    WatchLatency {
        if (leastNanos < 0 || mostNanos < leastNanos) {
            throw new IllegalArgumentException(
                    "latency must lie between 0 and its upper bound, was " + leastNanos + " to " + mostNanos + " ns");
        }
    }

    static WatchLatency defaults() {
        return new WatchLatency(1_000_000, 20_000_000);
    }

    LongSupplier drawnFrom(Randomness random) {
        return () -> random.between(leastNanos, mostNanos);
    }
}
