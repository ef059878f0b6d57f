// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many pods a budget counts on: for all but a plain minAvailable, what the pods' controllers are scaled to. */
final class ExpectedPods {
    private final ApiServer api;
    private final Informer<ReplicaSet> sets;
    private final Informer<Deployment> deployments;

    /** @param unmanaged whether there are pods that no controller would replace */
    record Counts(int expected, int desiredHealthy, boolean unmanaged) {}

    private record Scale(String uid, int replicas) {}

    private record Sum(int replicas, boolean unmanaged) {}

    ExpectedPods(ApiServer api, Informer<ReplicaSet> sets, Informer<Deployment> deployments) {
        this.api = api;
        this.sets = sets;
        this.deployments = deployments;
    }

    /** Fails where a pod's controller is not found, or cannot be scaled. */
    Counts of(PodDisruptionBudget budget, List<Pod> pods) {
        IntOrString maxUnavailable = budget.getSpec().getMaxUnavailable();
        IntOrString minAvailable = budget.getSpec().getMinAvailable();
        if (maxUnavailable != null) {
            Sum sum = scaleOf(pods);
            int desired = Math.max(0, sum.replicas - scaledUp(maxUnavailable, sum.replicas));
            return new Counts(sum.replicas, desired, sum.unmanaged);
        }
        if (minAvailable == null) {
            return new Counts(0, 0, false);
        }
        if (minAvailable.getStrVal() == null) {
            return new Counts(pods.size(), DeploymentSync.orZero(minAvailable.getIntVal()), false);
        }
        Sum sum = scaleOf(pods);
        return new Counts(sum.replicas, scaledUp(minAvailable, sum.replicas), sum.unmanaged);
    }

    private static int scaledUp(IntOrString value, int total) {
        return Fenceposts.scaled(value, total, true);
    }

    private Sum scaleOf(List<Pod> pods) {
        Map<String, Integer> scales = new HashMap<>();
        boolean unmanaged = false;
        for (Pod pod : pods) {
            OwnerReference owner = Metadata.controllerOf(pod);
            if (owner == null) {
                unmanaged = true;
            } else if (!scales.containsKey(owner.getUid())) {
                Scale scale = find(owner, Metadata.namespace(pod));
                if (scale == null) {
                    throw new ClusterException(
                            Reason.UNKNOWN,
                            "found no controllers for pod \""
                                    + pod.getMetadata().getName() + "\"");
                }
                scales.put(scale.uid, scale.replicas);
            }
        }
        return new Sum(scales.values().stream().mapToInt(Integer::intValue).sum(), unmanaged);
    }

    private @Nullable Scale find(OwnerReference owner, String namespace) {
        if (owner.getKind().equals("ReplicaSet")) {
            Scale scale = ofReplicaSet(owner, namespace);
            if (scale != null) {
                return scale;
            }
        }
        return ofScalable(owner, namespace);
    }

    /** A Deployment's ReplicaSet counts as the Deployment. */
    private @Nullable Scale ofReplicaSet(OwnerReference reference, String namespace) {
        ReplicaSet set = sets.find(namespace, reference.getName());
        if (set == null || !set.getMetadata().getUid().equals(reference.getUid())) {
            return null;
        }
        OwnerReference owner = Metadata.controllerOf(set);
        if (owner == null || !owner.getKind().equals("Deployment")) {
            return new Scale(reference.getUid(), DeploymentSync.spec(set));
        }
        Deployment deployment = deployments.find(namespace, owner.getName());
        return deployment == null || !deployment.getMetadata().getUid().equals(owner.getUid())
                ? null
                : new Scale(owner.getUid(), Fenceposts.replicas(deployment));
    }

    /** Anything that has a {@code scale}. */
    private @Nullable Scale ofScalable(OwnerReference reference, String namespace) {
        ResourceType<?> type = ResourceType.ofKind(reference.getKind());
        if (type == null || !type.apiVersion().equals(reference.getApiVersion())) {
            throw new ClusterException(
                    Reason.UNKNOWN,
                    "no matches for kind \"" + reference.getKind() + "\" in version \"" + reference.getApiVersion()
                            + "\"");
        }
        if (!type.isScalable()) {
            throw new ClusterException(Reason.UNKNOWN, type.resource() + " does not implement the scale subresource");
        }
        HasMetadata found = api.find(type, namespace, reference.getName());
        return found == null || !found.getMetadata().getUid().equals(reference.getUid())
                ? null
                : new Scale(reference.getUid(), replicas(found));
    }

    private static int replicas(HasMetadata object) {
        if (object instanceof StatefulSet set) {
            return StatefulSetSync.replicas(set);
        }
        return object instanceof ReplicaSet set
                ? DeploymentSync.spec(set)
                : object instanceof Deployment deployment ? Fenceposts.replicas(deployment) : 0;
    }
}
