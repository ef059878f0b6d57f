// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import static dev.rollproof.sim.controllers.DeploymentSync.orZero;

import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes a Deployment's status from the status of its ReplicaSets, stale as they may be. */
final class DeploymentStatuses {
    private DeploymentStatuses() {}

    /**
     * Counts, and the condition Available.
     *
     * @param countsTerminating whether this version of Kubernetes counts terminating pods
     */
    static DeploymentStatus counted(DeploymentSync sync, boolean countsTerminating, String now) {
        List<ReplicaSet> sets = sync.sets();
        int replicas = 0;
        int ready = 0;
        int available = 0;
        for (ReplicaSet set : sets) {
            ReplicaSetStatus status = set.getStatus();
            if (status != null) {
                replicas += orZero(status.getReplicas());
                ready += orZero(status.getReadyReplicas());
                available += orZero(status.getAvailableReplicas());
            }
        }
        DeploymentStatus status = new DeploymentStatus();
        status.setObservedGeneration(Metadata.generation(sync.cached));
        status.setReplicas(orNull(replicas));
        status.setUpdatedReplicas(sync.fresh == null ? null : orNull(DeploymentSync.pods(sync.fresh)));
        status.setReadyReplicas(orNull(ready));
        status.setAvailableReplicas(orNull(available));
        status.setUnavailableReplicas(orNull(Math.max(0, DeploymentSync.specs(sets) - available)));
        status.setTerminatingReplicas(countsTerminating ? terminating(sets) : null);
        status.setCollisionCount(sync.status().getCollisionCount());
        Conditions conditions = sync.conditions();
        conditions.set(
                available >= sync.replicas - sync.fenceposts.unavailable()
                        ? Conditions.of(
                                Conditions.AVAILABLE,
                                "True",
                                "MinimumReplicasAvailable",
                                "Deployment has minimum availability.",
                                now)
                        : Conditions.of(
                                Conditions.AVAILABLE,
                                "False",
                                "MinimumReplicasUnavailable",
                                "Deployment does not have minimum availability.",
                                now));
        status.setConditions(conditions.list());
        return status;
    }

    /** The sum over all sets; one that no controller has seen yet counts none, one that does not tell makes it unknown. */
    static @Nullable Integer terminating(List<ReplicaSet> sets) {
        int sum = 0;
        for (ReplicaSet set : sets) {
            ReplicaSetStatus status = set.getStatus();
            Integer terminating = status == null ? null : status.getTerminatingReplicas();
            if (terminating != null) {
                sum += terminating;
            } else if (status != null && status.getObservedGeneration() != null && status.getObservedGeneration() > 0) {
                return null;
            }
        }
        return sum;
    }

    /** Sets the condition Progressing in a status that is about to be written, and copies a ReplicaSet's failure. */
    static void judge(DeploymentSync sync, DeploymentStatus status, Instant now, String timestamp) {
        Conditions conditions = new Conditions(status.getConditions());
        DeploymentCondition before = sync.conditions().find(Conditions.PROGRESSING);
        if (!sync.hasDeadline()) {
            conditions.remove(Conditions.PROGRESSING);
        }
        boolean settled = orZero(status.getReplicas()) == orZero(status.getUpdatedReplicas())
                && before != null
                && ProgressRules.AVAILABLE.equals(before.getReason());
        if (sync.hasDeadline() && !settled) {
            String who = sync.fresh == null
                    ? "Deployment \"" + sync.cached.getMetadata().getName() + "\""
                    : "ReplicaSet \"" + sync.fresh.getMetadata().getName() + "\"";
            DeploymentCondition progress = conditions.find(Conditions.PROGRESSING);
            if (complete(sync, status)) {
                conditions.set(Conditions.of(
                        Conditions.PROGRESSING,
                        "True",
                        ProgressRules.AVAILABLE,
                        who + " has successfully progressed.",
                        timestamp));
            } else if (ProgressRules.progressing(counts(sync.status()), counts(status))) {
                conditions.renew(Conditions.of(
                        Conditions.PROGRESSING, "True", ProgressRules.UPDATED, who + " is progressing.", timestamp));
            } else if (ProgressRules.timedOut(sync.deadlineSeconds(), reason(progress), lastUpdate(progress), now)) {
                conditions.set(Conditions.of(
                        Conditions.PROGRESSING,
                        "False",
                        ProgressRules.TIMED_OUT,
                        who + " has timed out progressing.",
                        timestamp));
            }
        }
        DeploymentCondition failure = replicaFailure(sync);
        if (failure == null) {
            conditions.remove(Conditions.REPLICA_FAILURE);
        } else {
            conditions.set(failure);
        }
        status.setConditions(conditions.list());
    }

    static boolean complete(DeploymentSync sync, DeploymentStatus status) {
        return ProgressRules.complete(
                sync.replicas,
                counts(status),
                status.getObservedGeneration() != null
                        && status.getObservedGeneration() >= Metadata.generation(sync.cached));
    }

    static ProgressRules.Counts counts(DeploymentStatus status) {
        return new ProgressRules.Counts(
                orZero(status.getReplicas()),
                orZero(status.getUpdatedReplicas()),
                orZero(status.getReadyReplicas()),
                orZero(status.getAvailableReplicas()));
    }

    static @Nullable String reason(@Nullable DeploymentCondition condition) {
        return condition == null ? null : condition.getReason();
    }

    static @Nullable Instant lastUpdate(@Nullable DeploymentCondition condition) {
        return condition == null || condition.getLastUpdateTime() == null
                ? null
                : Times.parse(condition.getLastUpdateTime());
    }

    /** The new set's failure, else the first of any other. */
    private static @Nullable DeploymentCondition replicaFailure(DeploymentSync sync) {
        if (sync.fresh != null) {
            DeploymentCondition own = replicaFailure(sync.fresh);
            if (own != null) {
                return own;
            }
        }
        for (ReplicaSet set : sync.old) {
            DeploymentCondition failure = replicaFailure(set);
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    private static @Nullable DeploymentCondition replicaFailure(ReplicaSet set) {
        if (set.getStatus() == null || set.getStatus().getConditions() == null) {
            return null;
        }
        for (ReplicaSetCondition condition : set.getStatus().getConditions()) {
            if (Conditions.REPLICA_FAILURE.equals(condition.getType())) {
                DeploymentCondition copy = Conditions.of(
                        Conditions.REPLICA_FAILURE,
                        condition.getStatus(),
                        condition.getReason(),
                        condition.getMessage(),
                        condition.getLastTransitionTime());
                return copy;
            }
        }
        return null;
    }

    /** Kubernetes leaves zero counts out. */
    private static @Nullable Integer orNull(int count) {
        return count == 0 ? null : count;
    }
}
