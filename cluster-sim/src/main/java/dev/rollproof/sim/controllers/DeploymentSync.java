// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one sync of a Deployment works with: the cached Deployment, which it changes in a copy of its own, and the cached
 * ReplicaSets. The copy keeps the version that was cached: whoever writes twice in one sync conflicts with himself, as
 * the real controller does.
 */
final class DeploymentSync {
    final Deployment cached;
    final List<ReplicaSet> all;
    final int replicas;
    final Fenceposts fenceposts;
    Deployment changed;

    @Nullable
    ReplicaSet fresh;

    List<ReplicaSet> old = List.of();
    int writes;

    DeploymentSync(Deployment cached, List<ReplicaSet> owned) {
        this.cached = cached;
        this.replicas = Fenceposts.replicas(cached);
        this.fenceposts = Fenceposts.of(cached);
        this.changed = ResourceType.DEPLOYMENTS.shallowCopy().apply(cached);
        this.changed.setMetadata(Metadata.copy(cached.getMetadata()));
        List<ReplicaSet> sorted = new ArrayList<>(owned);
        sorted.sort(BY_AGE);
        this.all = sorted;
    }

    static final Comparator<ReplicaSet> BY_AGE = (a, b) -> {
        int byTime =
                a.getMetadata().getCreationTimestamp().compareTo(b.getMetadata().getCreationTimestamp());
        return byTime != 0
                ? byTime
                : a.getMetadata().getName().compareTo(b.getMetadata().getName());
    };

    boolean hasDeadline() {
        return deadlineSeconds() != ProgressRules.NO_LIMIT;
    }

    int deadlineSeconds() {
        Integer seconds = cached.getSpec().getProgressDeadlineSeconds();
        return seconds == null ? ProgressRules.NO_LIMIT : seconds;
    }

    boolean paused() {
        return Boolean.TRUE.equals(cached.getSpec().getPaused());
    }

    int minReadySeconds() {
        Integer seconds = cached.getSpec().getMinReadySeconds();
        return seconds == null ? 0 : seconds;
    }

    DeploymentStatus status() {
        DeploymentStatus status = changed.getStatus();
        return status == null ? new DeploymentStatus() : status;
    }

    Conditions conditions() {
        return new Conditions(status().getConditions());
    }

    /** Puts conditions into the copy, without writing it. */
    void keep(Conditions conditions) {
        DeploymentStatus status = Frozen.copy(status(), DeploymentStatus::new);
        status.setConditions(conditions.list());
        changed.setStatus(status);
    }

    /** The old ReplicaSets and the new one, if there is one. */
    List<ReplicaSet> sets() {
        if (fresh == null) {
            return old;
        }
        List<ReplicaSet> sets = new ArrayList<>(old);
        sets.add(fresh);
        return sets;
    }

    List<ReplicaSet> activeOld() {
        return active(old);
    }

    static List<ReplicaSet> active(List<ReplicaSet> sets) {
        List<ReplicaSet> active = new ArrayList<>();
        for (ReplicaSet set : sets) {
            if (spec(set) > 0) {
                active.add(set);
            }
        }
        return active;
    }

    static int specs(List<ReplicaSet> sets) {
        int sum = 0;
        for (ReplicaSet set : sets) {
            sum += spec(set);
        }
        return sum;
    }

    static int spec(ReplicaSet set) {
        Integer replicas = set.getSpec().getReplicas();
        return replicas == null ? 1 : replicas;
    }

    static int available(ReplicaSet set) {
        return set.getStatus() == null ? 0 : orZero(set.getStatus().getAvailableReplicas());
    }

    static int pods(ReplicaSet set) {
        return set.getStatus() == null ? 0 : orZero(set.getStatus().getReplicas());
    }

    static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    static long revision(ReplicaSet set) {
        String revision = Metadata.annotation(set, RevisionHistory.REVISION);
        try {
            return revision == null ? 0 : Long.parseLong(revision);
        } catch (NumberFormatException notOurs) {
            return 0;
        }
    }

    static Instant created(ReplicaSet set) {
        return Times.parse(set.getMetadata().getCreationTimestamp());
    }
}
