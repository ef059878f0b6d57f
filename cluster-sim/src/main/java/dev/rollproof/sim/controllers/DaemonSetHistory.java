// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The revisions of DaemonSets. Source: pkg/controller/daemon/update.go. */
final class DaemonSetHistory {
    private final ApiServer api;
    private final Revisions revisions;

    /**
     * The revisions of a set.
     *
     * @param current that of its present template
     * @param old the others, oldest first
     */
    record Found(ControllerRevision current, List<ControllerRevision> old) {
        String hash() {
            return Metadata.label(current, DaemonSetPods.HASH);
        }
    }

    DaemonSetHistory(ApiServer api, Revisions revisions) {
        this.api = api;
        this.revisions = revisions;
    }

    /** Finds the revision of the present template, or makes it; fails, to be tried again, where its name is taken. */
    Found of(DaemonSet set) {
        List<ControllerRevision> all = revisions.of(set, set.getSpec().getSelector());
        revisions.adopt(set, all);
        Map<String, Object> data = Revisions.data(set.getSpec().getTemplate());
        List<ControllerRevision> old = new ArrayList<>();
        ControllerRevision current = null;
        long next = 1;
        for (ControllerRevision revision : all) {
            if (Revisions.same(revision, data)) {
                current = revision;
            } else {
                old.add(revision);
                next = Math.max(next, revision.getRevision() + 1);
            }
        }
        if (current != null) {
            return new Found(current.getRevision() < next ? revisions.renumber(current, next) : current, old);
        }
        return new Found(create(set, data, next), old);
    }

    private ControllerRevision create(DaemonSet set, Map<String, Object> data, long number) {
        Integer collisions = set.getStatus() == null ? null : set.getStatus().getCollisionCount();
        String hash = Templates.hash(set.getSpec().getTemplate(), collisions);
        ControllerRevision created = revisions.create(Revisions.fresh(
                set,
                set.getMetadata().getName() + "-" + hash,
                Frozen.with(set.getSpec().getTemplate().getMetadata().getLabels(), DaemonSetPods.HASH, hash),
                data,
                number));
        if (created != null) {
            return created;
        }
        DaemonSet latest = StatusWrites.latest(api, ResourceType.DAEMON_SETS, set);
        DaemonSetStatus status = latest.getStatus() == null
                ? new DaemonSetStatus()
                : Frozen.copy(latest.getStatus(), DaemonSetStatus::new);
        status.setCollisionCount(DeploymentSync.orZero(collisions) + 1);
        latest.setStatus(status);
        api.updateStatus(ResourceType.DAEMON_SETS, latest);
        throw new ClusterException(Reason.ALREADY_EXISTS, "the name of the DaemonSet's revision is taken");
    }

    /** Forgets the oldest revisions of which there is no pod, down to the limit; returns how many. */
    int truncate(DaemonSet set, Found found, List<Pod> claimed) {
        Integer limit = set.getSpec().getRevisionHistoryLimit();
        int beyond = found.old.size() - (limit == null ? 10 : limit);
        Set<String> live = claimed.stream()
                .map(pod -> Metadata.label(pod, DaemonSetPods.HASH))
                .collect(Collectors.toSet());
        int deleted = 0;
        for (ControllerRevision revision : found.old) {
            if (deleted < beyond && !live.contains(Metadata.label(revision, DaemonSetPods.HASH))) {
                revisions.delete(revision);
                deleted++;
            }
        }
        return deleted;
    }
}
