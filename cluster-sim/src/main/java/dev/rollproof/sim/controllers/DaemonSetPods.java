// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.k8s.scheduling.Placement;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDaemonSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The pods of DaemonSets: on which nodes they are wanted, and what is added to their template. */
final class DaemonSetPods {
    static final String HASH = "controller-revision-hash";
    private static final String GENERATION = "pod-template-generation";
    private static final String NODE_NAME = "metadata.name";

    /** Those on a node before those on their way to one, and then the eldest first. */
    static final Comparator<Pod> BY_AGE = Comparator.comparing((Pod pod) -> !isBound(pod))
            .thenComparing(pod -> pod.getMetadata().getCreationTimestamp())
            .thenComparing(pod -> pod.getMetadata().getName());

    private DaemonSetPods() {}

    static boolean isBound(Pod pod) {
        String node = pod.getSpec().getNodeName();
        return node != null && !node.isEmpty();
    }

    /** The node that a pod is on, or is meant for; null where neither is said. */
    static @Nullable String node(Pod pod) {
        if (isBound(pod)) {
            return pod.getSpec().getNodeName();
        }
        Affinity affinity = pod.getSpec().getAffinity();
        NodeSelector required = affinity == null || affinity.getNodeAffinity() == null
                ? null
                : affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
        if (required == null) {
            return null;
        }
        for (NodeSelectorTerm term : required.getNodeSelectorTerms()) {
            for (NodeSelectorRequirement field :
                    Objects.requireNonNullElse(term.getMatchFields(), List.<NodeSelectorRequirement>of())) {
                if (NODE_NAME.equals(field.getKey())
                        && "In".equals(field.getOperator())
                        && field.getValues().size() == 1) {
                    return field.getValues().get(0);
                }
            }
        }
        return null;
    }

    /** Whether a pod is of the set's present template. */
    static boolean isUpdated(DaemonSet set, Pod pod, String hash) {
        String generation = generation(set);
        return hash.equals(Metadata.label(pod, HASH))
                || generation != null && generation.equals(Metadata.label(pod, GENERATION));
    }

    private static @Nullable String generation(DaemonSet set) {
        return Metadata.annotation(set, "deprecated.daemonset.template.generation");
    }

    /** Whether a node is to have a pod, and whether it keeps the one that it has. */
    record Wanted(boolean runs, boolean continues) {
        static Wanted on(Node node, DaemonSet set, PodSpec tolerant) {
            String named = set.getSpec().getTemplate().getSpec().getNodeName();
            boolean elsewhere = named != null
                    && !named.isEmpty()
                    && !named.equals(node.getMetadata().getName());
            if (elsewhere || !Placement.isWanted(node, tolerant)) {
                return new Wanted(false, false);
            }
            boolean runs = Placement.toleratesAll(node, tolerant, Set.of("NoSchedule", "NoExecute"));
            return new Wanted(runs, runs || Placement.toleratesAll(node, tolerant, Set.of("NoExecute")));
        }
    }

    /** The template's spec with the tolerations that every daemon has. */
    static PodSpec tolerant(DaemonSet set) {
        PodSpec spec = Frozen.copy(set.getSpec().getTemplate().getSpec(), PodSpec::new);
        List<Toleration> all = new ArrayList<>(Objects.requireNonNullElse(spec.getTolerations(), List.of()));
        tolerate(all, "not-ready", "NoExecute");
        tolerate(all, "unreachable", "NoExecute");
        tolerate(all, "disk-pressure", "NoSchedule");
        tolerate(all, "memory-pressure", "NoSchedule");
        tolerate(all, "pid-pressure", "NoSchedule");
        tolerate(all, "unschedulable", "NoSchedule");
        if (Boolean.TRUE.equals(spec.getHostNetwork())) {
            tolerate(all, "network-unavailable", "NoSchedule");
        }
        spec.setTolerations(all);
        return spec;
    }

    private static void tolerate(List<Toleration> all, String taint, String effect) {
        Toleration added = new Toleration(effect, "node.kubernetes.io/" + taint, "Exists", null, null);
        all.removeIf(present -> added.getKey().equals(present.getKey())
                && effect.equals(present.getEffect())
                && "Exists".equals(present.getOperator()));
        all.add(added);
    }

    /** A pod for a node, which only that node's name in its affinity puts there. */
    static Pod fresh(DaemonSet set, PodSpec tolerant, String node, String hash) {
        PodTemplateSpec template = set.getSpec().getTemplate();
        ObjectMeta given = Objects.requireNonNullElseGet(template.getMetadata(), ObjectMeta::new);
        ObjectMeta metadata = new ObjectMeta();
        metadata.setGenerateName(set.getMetadata().getName() + "-");
        metadata.setNamespace(Metadata.namespace(set));
        Map<String, String> labels = Frozen.with(given.getLabels(), HASH, hash);
        String generation = generation(set);
        metadata.setLabels(generation == null ? labels : Frozen.with(labels, GENERATION, generation));
        metadata.setAnnotations(given.getAnnotations());
        metadata.setFinalizers(given.getFinalizers());
        metadata.setOwnerReferences(
                List.of(NewReplicaSet.ownedBy(set.getApiVersion(), set.getKind(), set.getMetadata())));
        PodSpec spec = Frozen.copy(tolerant, PodSpec::new);
        spec.setAffinity(onlyOn(node, spec.getAffinity()));
        Pod pod = new Pod();
        pod.setMetadata(metadata);
        pod.setSpec(spec);
        return pod;
    }

    private static Affinity onlyOn(String node, @Nullable Affinity given) {
        NodeSelectorTerm term = new NodeSelectorTerm();
        term.setMatchFields(List.of(new NodeSelectorRequirement(NODE_NAME, "In", List.of(node))));
        Affinity affinity = given == null ? new Affinity() : Frozen.copy(given, Affinity::new);
        NodeAffinity own = affinity.getNodeAffinity() == null
                ? new NodeAffinity()
                : Frozen.copy(affinity.getNodeAffinity(), NodeAffinity::new);
        own.setRequiredDuringSchedulingIgnoredDuringExecution(new NodeSelector(List.of(term)));
        affinity.setNodeAffinity(own);
        return affinity;
    }

    private static @Nullable RollingUpdateDaemonSet rolling(DaemonSet set) {
        return set.getSpec().getUpdateStrategy() == null
                ? null
                : set.getSpec().getUpdateStrategy().getRollingUpdate();
    }

    static boolean isRolling(DaemonSet set) {
        return rolling(set) != null;
    }

    static int maxSurge(DaemonSet set, int nodes) {
        RollingUpdateDaemonSet rolling = rolling(set);
        return rolling == null ? 0 : Fenceposts.scaled(rolling.getMaxSurge(), nodes, true);
    }

    static int maxUnavailable(DaemonSet set, int nodes) {
        RollingUpdateDaemonSet rolling = rolling(set);
        return rolling == null ? 0 : Fenceposts.scaled(rolling.getMaxUnavailable(), nodes, true);
    }
}
