// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What the judge remembers from one look to the next: since when each trouble is seen, by our own clock, and since when the
 * rollout is complete.
 *
 * @param since the time at which each trouble was first seen without having been away for long since
 * @param awaySince the time at which a trouble was first found away: states alternate (ErrImagePull and ImagePullBackOff,
 *     running and CrashLoopBackOff), so a trouble is over only after it was away for a while
 * @param restartsAtFirstSight how often a container had been restarted when it was first seen, if it was ready then: what
 *     happened to it last week does not count against this rollout
 * @param toldAtFirstSight when, by its own time, an event of a pod or workload in trouble had been told last when it was first seen: what
 *     it told before may be long over
 * @param restarts how often containers of the awaited pods had been restarted at the last look: a restart begins the wait for
 *     stability anew
 */
public record Memory(
        Map<String, Instant> since,
        Map<String, Instant> awaySince,
        Optional<Instant> completeSince,
        Map<String, Integer> restartsAtFirstSight,
        Map<String, Instant> toldAtFirstSight,
        int restarts) {
    /** At the start. */
    public static Memory empty() {
        return new Memory(Map.of(), Map.of(), Optional.empty(), Map.of(), Map.of(), 0);
    }
}
