// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import java.time.Instant;
import java.util.Optional;

/** A running observation; see {@link Cluster#observe}. Safe to use from several threads. */
public interface Observation extends AutoCloseable {
    /** Whether all objects that existed at the start have been told. Once true it stays true. */
    boolean synced();

    /** When the server was last heard of on this observation, by {@link Cluster#time()}; empty before the first time. */
    Optional<Instant> lastHeard();

    /** What keeps this observation from hearing anything, such as missing rights; empty while nothing does. */
    Optional<ClusterException> trouble();

    /** Ends the observation; no change is told after this returns. */
    @Override
    void close();
}
