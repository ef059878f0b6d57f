// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a Deployment counts as complete, as moving, and as stuck. */
final class ProgressRules {
    static final String NEW_REPLICA_SET = "NewReplicaSetCreated";
    static final String FOUND_REPLICA_SET = "FoundNewReplicaSet";
    static final String UPDATED = "ReplicaSetUpdated";
    static final String AVAILABLE = "NewReplicaSetAvailable";
    static final String TIMED_OUT = "ProgressDeadlineExceeded";
    static final String PAUSED = "DeploymentPaused";
    static final String RESUMED = "DeploymentResumed";
    static final String CREATE_FAILED = "ReplicaSetCreateError";
    /** A deadline or a history limit that stands for none. */
    static final int NO_LIMIT = Integer.MAX_VALUE;

    private ProgressRules() {}

    /** The counts of a Deployment's status. */
    record Counts(int replicas, int updated, int ready, int available) {}

    static boolean complete(int desired, Counts counts, boolean observed) {
        return counts.updated == desired && counts.replicas == desired && counts.available == desired && observed;
    }

    /** More of the new, less of the old, or more that is ready or available. */
    static boolean progressing(Counts before, Counts now) {
        return now.updated > before.updated
                || now.replicas - now.updated < before.replicas - before.updated
                || now.ready > before.ready
                || now.available > before.available;
    }

    /**
     * @param reason of the Progressing condition; null where there is none
     * @param lastUpdate of the Progressing condition, in whole seconds
     */
    static boolean timedOut(int deadlineSeconds, @Nullable String reason, @Nullable Instant lastUpdate, Instant now) {
        if (reason == null || deadlineSeconds == NO_LIMIT || reason.equals(AVAILABLE)) {
            return false;
        }
        return reason.equals(TIMED_OUT)
                || (lastUpdate != null
                        && lastUpdate.plusSeconds(deadlineSeconds).isBefore(now));
    }

    /**
     * When to look again at a Deployment that does not move.
     *
     * @return null where there is no need; zero for at once
     */
    static @Nullable Duration checkAgainAfter(
            int deadlineSeconds, @Nullable String reason, @Nullable Instant lastUpdate, boolean complete, Instant now) {
        if (reason == null || lastUpdate == null || deadlineSeconds == NO_LIMIT) {
            return null;
        }
        if (complete || reason.equals(TIMED_OUT)) {
            return null;
        }
        Duration left = Duration.between(now, lastUpdate.plusSeconds(deadlineSeconds));
        return left.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ZERO : left;
    }
}
