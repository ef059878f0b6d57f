// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.strategies.plan.Room;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How many pods of one Deployment the nodes of a cluster have room for: what they can hold, less what others use. */
final class NodesRoom {
    private NodesRoom() {}

    /**
     * Empty where nodes, ReplicaSets, or the pods of all namespaces may not be seen.
     *
     * @param template of the Deployment
     * @param spec of a new pod as it is stored
     */
    static Optional<Room> of(
            Visible visible, String namespace, Optional<Deployment> now, PodTemplateSpec template, PodSpec spec) {
        Map<String, String> labels = template.getMetadata() == null
                ? Map.of()
                : template.getMetadata().getLabels();
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withLabels(labels)
                .endMetadata()
                .withSpec(spec)
                .build();
        return visible.list(Query.of(Node.class))
                .flatMap(nodes -> others(visible, namespace, now).map(others -> Room.ofNodes(nodes, others, pod)));
    }

    /** The pods that are not the Deployment's. */
    private static Optional<List<Pod>> others(Visible visible, String namespace, Optional<Deployment> now) {
        Optional<Set<String>> own = now.isEmpty()
                ? Optional.of(Set.of())
                : visible.list(Query.of(ReplicaSet.class).inNamespace(namespace))
                        .map(sets -> ownedBy(now.get().getMetadata().getUid(), sets));
        return own.flatMap(uids -> visible.list(Query.of(Pod.class))
                .map(pods -> pods.stream()
                        .filter(pod -> !uids.contains(controller(pod)))
                        .toList()));
    }

    private static Set<String> ownedBy(String uid, List<ReplicaSet> sets) {
        return sets.stream()
                .filter(set -> Observed.metadata(set).isControlledBy(uid))
                .map(set -> set.getMetadata().getUid())
                .collect(Collectors.toSet());
    }

    /** The uid of the controller; {@code ""} for none. */
    private static String controller(Pod pod) {
        return Observed.metadata(pod)
                .controller()
                .map(ObservedMetadata.Owner::uid)
                .orElse("");
    }
}
