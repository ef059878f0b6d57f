// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Query;
import dev.rollproof.strategies.plan.Room;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How many pods of one Deployment the nodes of a cluster have room for: what they can hold, less what others use. */
final class NodesRoom {
    private NodesRoom() {}

    /** Empty where nodes, or the pods of all namespaces, may not be seen. */
    static Optional<Room> of(Cluster cluster, String namespace, Optional<Deployment> now, Deployment next) {
        try {
            List<Node> nodes = cluster.list(Query.of(Node.class));
            Set<String> own = now.map(d -> replicaSets(cluster, namespace, d)).orElse(Set.of());
            List<Pod> others = cluster.list(Query.of(Pod.class)).stream()
                    .filter(pod -> !own.contains(controller(pod)))
                    .toList();
            return Optional.of(
                    Room.ofNodes(nodes, others, next.getSpec().getTemplate().getSpec()));
        } catch (ClusterException hidden) {
            if (hidden.reason() != Reason.FORBIDDEN) {
                throw hidden;
            }
            return Optional.empty();
        }
    }

    private static Set<String> replicaSets(Cluster cluster, String namespace, Deployment deployment) {
        Set<String> uids = new HashSet<>();
        for (ReplicaSet set : cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace))) {
            if (owner(set.getMetadata().getOwnerReferences())
                    .equals(deployment.getMetadata().getUid())) {
                uids.add(set.getMetadata().getUid());
            }
        }
        return uids;
    }

    private static String controller(Pod pod) {
        return owner(pod.getMetadata().getOwnerReferences());
    }

    /** The uid of the controller; {@code ""} for none. */
    private static String owner(List<OwnerReference> references) {
        return references.stream()
                .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .map(OwnerReference::getUid)
                .findFirst()
                .orElse("");
    }
}
