// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import dev.rollproof.k8s.scheduling.HostPorts;
import dev.rollproof.k8s.scheduling.NodePods;
import dev.rollproof.k8s.scheduling.Placement;
import dev.rollproof.k8s.scheduling.PodAffinities;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How much there is for the pods of the Deployment, those that run now included: what nodes have, less what others use. Empty is
 * without limit.
 *
 * @param pods how many
 * @param cpu cores
 * @param memory bytes
 */
public record Room(Optional<Integer> pods, Optional<BigDecimal> cpu, Optional<BigDecimal> memory) {
    /** What a kubelet takes where it says nothing. */
    private static final BigDecimal MOST_PODS = BigDecimal.valueOf(110);

    public static Room ofPods(int pods) {
        return new Room(Optional.of(pods), Optional.empty(), Optional.empty());
    }

    /**
     * How many such pods the nodes can hold, each on one node, by what they may be given ({@code status.allocatable}), less what
     * others request. Nodes that are not ready or may not be used are left out, and those where another pod has a port of the node that the
     * pod wants, or keeps it away. Where two such pods cannot be on one node, for a port or as they keep each other away, each node
     * takes one. How pods are spread is not looked at, nor are the labels of namespaces.
     *
     * @param nodes of the cluster
     * @param others the pods on them that stay, from all namespaces; those that have ended count for nothing
     * @param pod one pod of the Deployment, with its labels and namespace
     */
    public static Room ofNodes(List<Node> nodes, List<Pod> others, Pod pod) {
        Resources one = Resources.of(pod.getSpec());
        Map<String, List<Pod>> onNode = others.stream()
                .filter(other -> other.getSpec().getNodeName() != null && !hasEnded(other))
                .collect(Collectors.groupingBy(other -> other.getSpec().getNodeName()));
        List<NodePods> there = nodes.stream()
                .map(node -> new NodePods(
                        node, onNode.getOrDefault(node.getMetadata().getName(), List.of())))
                .toList();
        HostPorts ports = HostPorts.of(pod.getSpec());
        PodAffinities affinities = PodAffinities.of(pod, there, namespace -> Map.of());
        boolean isAlone = whyAlone(pod).isPresent();
        int fit = 0;
        for (NodePods node : there) {
            if (isReady(node.node())
                    && Placement.refusal(node.node(), pod.getSpec()).isEmpty()
                    && ports.refusal(node).isEmpty()
                    && affinities.refusal(node).isEmpty()) {
                int most = fit(node.node(), node.pods(), one);
                fit += isAlone ? Math.min(1, most) : most;
            }
        }
        return ofPods(fit);
    }

    /** Why no two such pods can be on one node; empty if they can. */
    static Optional<String> whyAlone(Pod pod) {
        List<Integer> ports = HostPorts.of(pod.getSpec()).numbers();
        if (!ports.isEmpty()) {
            return Optional.of("each wants port "
                    + ports.stream().map(String::valueOf).collect(Collectors.joining(", ")) + " of its node");
        }
        return PodAffinities.isAloneOnItsNode(pod)
                ? Optional.of("they keep each other away by podAntiAffinity")
                : Optional.empty();
    }

    private static boolean hasEnded(Pod pod) {
        return pod.getStatus() != null
                && ("Succeeded".equals(pod.getStatus().getPhase())
                        || "Failed".equals(pod.getStatus().getPhase()));
    }

    private static boolean isReady(Node node) {
        return node.getStatus() != null
                && node.getStatus().getConditions() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                condition.getType().equals("Ready") && "True".equals(condition.getStatus()));
    }

    private static int fit(Node node, List<Pod> there, Resources one) {
        Map<String, Quantity> allocatable =
                Objects.requireNonNullElse(node.getStatus().getAllocatable(), Map.of());
        Resources left = Resources.of(allocatable);
        for (Pod pod : there) {
            left = left.minus(Resources.of(pod.getSpec()));
        }
        Quantity pods = allocatable.get("pods");
        BigDecimal most =
                (pods == null ? MOST_PODS : pods.getNumericalAmount()).subtract(BigDecimal.valueOf(there.size()));
        most = most.min(times(one.cpu(), left.cpu(), most));
        most = most.min(times(one.memory(), left.memory(), most));
        return Math.max(0, most.intValue());
    }

    /** How often what is requested fits in what is left; what is not requested fits as often as may be. */
    private static BigDecimal times(BigDecimal requested, BigDecimal left, BigDecimal otherwise) {
        return requested.signum() == 0 ? otherwise : left.divideToIntegralValue(requested);
    }

    /** What of so many pods does not fit, such as {@code 4 pods, where there is room for 3}. */
    List<String> missing(int wanted, Resources requested) {
        List<String> missing = new ArrayList<>();
        pods.filter(most -> wanted > most)
                .ifPresent(most -> missing.add(wanted + " pods, where there is room for " + most));
        cpu.filter(most -> requested.cpu().compareTo(most) > 0)
                .ifPresent(most ->
                        missing.add(requested.cpu().toPlainString() + " CPU, where there are " + most.toPlainString()));
        memory.filter(most -> requested.memory().compareTo(most) > 0)
                .ifPresent(most -> missing.add(new Resources(BigDecimal.ZERO, requested.memory())
                                .toString()
                                .replace("0 CPU and ", "")
                        + ", where there are "
                        + new Resources(BigDecimal.ZERO, most).toString().replace("0 CPU and ", "")));
        return missing;
    }
}
