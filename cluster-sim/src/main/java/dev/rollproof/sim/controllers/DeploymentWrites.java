// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What the Deployment controller writes: sizes of ReplicaSets, and the Deployment's status. */
final class DeploymentWrites {
    private final ApiServer api;
    private final EventRecorder events;

    DeploymentWrites(ApiServer api, EventRecorder events) {
        this.api = api;
        this.events = events;
    }

    /** Writes the changed copy's status and annotations, at the version that was cached. */
    void status(DeploymentSync sync) {
        sync.writes++;
        api.updateStatus(ResourceType.DEPLOYMENTS, sync.changed);
    }

    /** Writes a status if it is another one. */
    boolean statusIfChanged(DeploymentSync sync, DeploymentStatus status) {
        if (Objects.equals(sync.changed.getStatus(), status)) {
            return false;
        }
        sync.changed.setStatus(status);
        status(sync);
        return true;
    }

    /**
     * Gives a ReplicaSet its size, and notes the size that the Deployment has by that.
     *
     * @return whether its size has changed
     */
    boolean scale(DeploymentSync sync, ReplicaSet set, int size) {
        return DeploymentSync.spec(scaled(sync, set, size)) != DeploymentSync.spec(set);
    }

    /** Gives ReplicaSets smaller sizes, in their order; returns them as they are then. */
    List<ReplicaSet> scaleDown(DeploymentSync sync, List<ReplicaSet> sets, List<Integer> sizes) {
        List<ReplicaSet> after = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            ReplicaSet set = sets.get(i);
            boolean same = DeploymentSync.spec(set) == sizes.get(i);
            after.add(same ? set : scaled(sync, set, sizes.get(i)));
        }
        return after;
    }

    private ReplicaSet scaled(DeploymentSync sync, ReplicaSet set, int size) {
        int before = DeploymentSync.spec(set);
        int most = sync.replicas + sync.fenceposts.surge();
        if (before == size && isNoted(set, sync.replicas, most)) {
            return set;
        }
        ReplicaSet scaled = ResourceType.REPLICA_SETS.shallowCopy().apply(set);
        ObjectMeta metadata = Metadata.copy(set.getMetadata());
        metadata.setAnnotations(Frozen.with(
                Frozen.with(metadata.getAnnotations(), RevisionHistory.DESIRED, Integer.toString(sync.replicas)),
                RevisionHistory.MAX,
                Integer.toString(most)));
        scaled.setMetadata(metadata);
        ReplicaSetSpec spec = Frozen.copy(set.getSpec(), ReplicaSetSpec::new);
        spec.setReplicas(size);
        scaled.setSpec(spec);
        sync.writes++;
        ReplicaSet written = api.update(ResourceType.REPLICA_SETS, scaled);
        if (before == size) {
            return written;
        }
        events.normal(
                sync.cached,
                "ScalingReplicaSet",
                "Scaled " + (before < size ? "up" : "down") + " replica set "
                        + set.getMetadata().getName() + " from " + before + " to " + size);
        return written;
    }

    /** Whether a ReplicaSet's annotations say for which size of the Deployment it was scaled. */
    static boolean isNoted(ReplicaSet set, int desired, int most) {
        return Integer.toString(desired).equals(Metadata.annotation(set, RevisionHistory.DESIRED))
                && Integer.toString(most).equals(Metadata.annotation(set, RevisionHistory.MAX));
    }
}
