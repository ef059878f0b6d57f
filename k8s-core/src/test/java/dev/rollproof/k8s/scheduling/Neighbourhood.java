// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** Nodes named by their zone and a number, such as {@code a1}, with pods on them; one with another name is in no zone. */
final class Neighbourhood {
    private final Map<String, List<Pod>> nodes = new LinkedHashMap<>();

    static Neighbourhood of(String... nodes) {
        Neighbourhood made = new Neighbourhood();
        for (String node : nodes) {
            made.nodes.put(node, new ArrayList<>());
        }
        return made;
    }

    /** Puts pods with a label {@code app} on a node. */
    Neighbourhood with(String node, String... apps) {
        for (String app : apps) {
            there(node).add(pod(app, "{}"));
        }
        return this;
    }

    Neighbourhood with(String node, Pod pod) {
        there(node).add(pod);
        return this;
    }

    private List<Pod> there(String node) {
        List<Pod> there = nodes.get(node);
        if (there == null) {
            throw new IllegalArgumentException("no node " + node + " in " + nodes.keySet());
        }
        return there;
    }

    static Pod pod(String app, String spec) {
        return Models.fromYaml("""
                apiVersion: v1
                kind: Pod
                metadata: {name: some, namespace: shop, labels: {app: %s, version: "1"}}
                spec: %s
                """.formatted(app, spec), Pod.class);
    }

    private static Node node(String name) {
        String zone = name.length() != 2 ? "" : ", zone: " + name.charAt(0);
        return Models.fromYaml("""
                apiVersion: v1
                kind: Node
                metadata: {name: %s, labels: {kubernetes.io/hostname: %s%s}}
                """.formatted(name, name, zone), Node.class);
    }

    List<NodePods> all() {
        return nodes.entrySet().stream()
                .map(entry -> new NodePods(node(entry.getKey()), entry.getValue()))
                .toList();
    }

    /** The nodes that a rule lets a pod go to. */
    List<String> open(BiFunction<List<NodePods>, NodePods, Optional<Refusal>> rule) {
        List<NodePods> all = all();
        return all.stream()
                .filter(node -> rule.apply(all, node).isEmpty())
                .map(node -> node.node().getMetadata().getName())
                .toList();
    }
}
