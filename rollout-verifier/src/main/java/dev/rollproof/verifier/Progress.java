// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.judge.Snapshot;
import dev.rollproof.verifier.judge.Status;
import java.time.Duration;
import java.util.List;

/**
 * How a rollout stands while it is being verified: what a live view shows.
 *
 * @param workload whose rollout it is: of several that are verified at once each tells its own progress
 * @param elapsed since the start of the verification
 * @param seen the newest that was observed
 * @param news what was added to the timeline since the last time
 */
public record Progress(ObjectRef workload, Duration elapsed, Snapshot seen, Status status, List<Timeline.Entry> news) {
    public Progress {
        news = List.copyOf(news);
    }
}
