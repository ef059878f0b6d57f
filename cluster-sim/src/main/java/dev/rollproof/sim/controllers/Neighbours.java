// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.scheduling.HostPorts;
import dev.rollproof.k8s.scheduling.NodePods;
import dev.rollproof.k8s.scheduling.PodAffinities;
import dev.rollproof.k8s.scheduling.PodSpread;
import dev.rollproof.k8s.scheduling.Refusal;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** What the pods that are on nodes have to do with where another can go. */
final class Neighbours {
    private final Map<String, NodePods> byNode;
    private final HostPorts ports;
    private final PodSpread spread;
    private final PodAffinities affinities;

    /**
     * @param byNode all nodes, by their names
     * @param namespaces the labels of a namespace, by its name
     */
    Neighbours(Pod pod, Map<String, NodePods> byNode, Function<String, Map<String, String>> namespaces) {
        List<NodePods> nodes = List.copyOf(byNode.values());
        this.byNode = byNode;
        this.ports = HostPorts.of(pod.getSpec());
        this.spread = PodSpread.of(pod, nodes);
        this.affinities = PodAffinities.of(pod, nodes, namespaces);
    }

    /** Whether a pod says anything of others; they may still say something of it. */
    static boolean matterTo(PodSpec pod) {
        return PodAffinities.matters(pod)
                || PodSpread.matters(pod)
                || !HostPorts.of(pod).isEmpty();
    }

    private NodePods on(NodeRoom room) {
        return Objects.requireNonNull(byNode.get(room.name()));
    }

    Optional<Refusal> refuseForPorts(NodeRoom room) {
        return ports.refusal(on(room));
    }

    Optional<Refusal> refuse(NodeRoom room) {
        return spread.refusal(on(room)).or(() -> affinities.refusal(on(room)));
    }
}
