// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.warning;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is deprecated or odd in a pod or a template of pods. In the order of, and after, pkg/api/pod/warnings.go. */
final class PodWarnings {
    private static final String NO_SELECTOR = ".labelSelector: a null labelSelector results in matching no pod";
    private static final List<String> SYSCTLS =
            List.of("security.alpha.kubernetes.io/sysctls", "security.alpha.kubernetes.io/unsafe-sysctls");

    private final String path;
    private final Map<String, String> annotations;
    private final PodSpec spec;
    private final List<String> found;

    private PodWarnings(String path, Map<String, String> annotations, PodSpec spec, List<String> found) {
        this.path = path;
        this.annotations = annotations;
        this.spec = spec;
        this.found = found;
    }

    /** @param path of what has the metadata and the spec: {@code ""}, or with a dot at its end */
    static void add(String path, ObjectMeta metadata, PodSpec spec, List<String> found) {
        Map<String, String> annotations = Objects.requireNonNullElse(metadata.getAnnotations(), Map.of());
        PodWarnings pod = new PodWarnings(path, annotations, spec, found);
        pod.nodes();
        pod.spread();
        pod.oldAnnotations();
        PodVolumeWarnings.add(spec, path + "spec", found);
        pod.names();
        VolumeWarnings.wholeBytes(spec.getOverhead(), "memory", path + "spec.overhead", found);
        VolumeWarnings.wholeBytes(spec.getOverhead(), "ephemeral-storage", path + "spec.overhead", found);
        new ContainerWarnings(path, annotations, spec, found).add();
        Long grace = spec.getTerminationGracePeriodSeconds();
        if (grace != null && grace < 0) {
            found.add(path + "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be"
                    + " treated as 1");
        }
        pod.neighbours();
    }

    private void nodes() {
        Objects.requireNonNullElse(spec.getNodeSelector(), Map.<String, String>of())
                .keySet()
                .forEach(label -> {
                    String deprecated = NodeLabels.deprecated(label);
                    if (deprecated != null) {
                        found.add(path + "spec.nodeSelector[" + label + "]: " + deprecated);
                    }
                });
        Affinity affinity = spec.getAffinity();
        NodeAffinity nodes = affinity == null ? null : affinity.getNodeAffinity();
        if (nodes == null) {
            return;
        }
        String at = path + "spec.affinity.nodeAffinity.";
        if (nodes.getRequiredDuringSchedulingIgnoredDuringExecution() != null) {
            List<NodeSelectorTerm> terms = Objects.requireNonNullElse(
                    nodes.getRequiredDuringSchedulingIgnoredDuringExecution().getNodeSelectorTerms(), List.of());
            for (int i = 0; i < terms.size(); i++) {
                String term = at + "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[" + i + "]";
                NodeLabels.term(terms.get(i), term, false, found);
            }
        }
        List<PreferredSchedulingTerm> preferred =
                Objects.requireNonNullElse(nodes.getPreferredDuringSchedulingIgnoredDuringExecution(), List.of());
        for (int i = 0; i < preferred.size(); i++) {
            String term = at + "preferredDuringSchedulingIgnoredDuringExecution[" + i + "].preference";
            NodeLabels.term(preferred.get(i).getPreference(), term, true, found);
        }
    }

    private void spread() {
        List<TopologySpreadConstraint> constraints =
                Objects.requireNonNullElse(spec.getTopologySpreadConstraints(), List.of());
        for (int i = 0; i < constraints.size(); i++) {
            TopologySpreadConstraint constraint = constraints.get(i);
            String at = path + "spec.topologySpreadConstraints[" + i + "]";
            String key = constraint.getTopologyKey();
            String deprecated = NodeLabels.deprecated(key);
            if (deprecated != null) {
                found.add(at + ".topologyKey: " + key + " is " + deprecated);
            }
            if (constraint.getLabelSelector() == null) {
                found.add(at + NO_SELECTOR);
            }
        }
    }

    private void oldAnnotations() {
        nonFunctional("scheduler.alpha.kubernetes.io/critical-pod", "v1.16", "priorityClassName");
        SYSCTLS.forEach(key -> nonFunctional(key, "v1.11", "sysctls"));
    }

    private void nonFunctional(String key, String since, String instead) {
        if (annotations.containsKey(key)) {
            found.add(path + "metadata.annotations[" + key + "]: non-functional in " + since + "+; use the \"" + instead
                    + "\" field instead");
        }
    }

    private void names() {
        Set<String> addresses = new HashSet<>();
        List<HostAlias> aliases = Objects.requireNonNullElse(spec.getHostAliases(), List.of());
        for (int i = 0; i < aliases.size(); i++) {
            String address = aliases.get(i).getIp();
            if (!addresses.add(address)) {
                found.add(path + "spec.hostAliases[" + i + "].ip: duplicate ip \"" + address + "\"");
            }
        }
        Set<String> names = new HashSet<>();
        List<LocalObjectReference> secrets = Objects.requireNonNullElse(spec.getImagePullSecrets(), List.of());
        for (int i = 0; i < secrets.size(); i++) {
            String name = Texts.orEmpty(secrets.get(i).getName());
            if (!names.add(name)) {
                found.add(path + "spec.imagePullSecrets[" + i + "].name: duplicate name \"" + name + "\"");
            }
        }
        for (int i = 0; i < secrets.size(); i++) {
            if (Texts.isEmpty(secrets.get(i).getName())) {
                found.add(path + "spec.imagePullSecrets[" + i + "].name: invalid empty name \"\"");
            }
        }
    }

    private void neighbours() {
        Affinity affinity = spec.getAffinity();
        if (affinity == null) {
            return;
        }
        if (affinity.getPodAffinity() != null) {
            required(affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(), "podAffinity");
            preferred(affinity.getPodAffinity().getPreferredDuringSchedulingIgnoredDuringExecution(), "podAffinity");
        }
        if (affinity.getPodAntiAffinity() != null) {
            required(
                    affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
                    "podAntiAffinity");
            preferred(
                    affinity.getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution(),
                    "podAntiAffinity");
        }
    }

    private void required(@Nullable List<PodAffinityTerm> terms, String kind) {
        for (int i = 0; terms != null && i < terms.size(); i++) {
            if (terms.get(i).getLabelSelector() == null) {
                found.add(path + "spec.affinity." + kind + ".requiredDuringSchedulingIgnoredDuringExecution[" + i + "]"
                        + NO_SELECTOR);
            }
        }
    }

    private void preferred(@Nullable List<WeightedPodAffinityTerm> terms, String kind) {
        for (int i = 0; terms != null && i < terms.size(); i++) {
            PodAffinityTerm term = terms.get(i).getPodAffinityTerm();
            if (term == null || term.getLabelSelector() == null) {
                found.add(path + "spec.affinity." + kind + ".preferredDuringSchedulingIgnoredDuringExecution[" + i
                        + "].podAffinityTerm" + NO_SELECTOR);
            }
        }
    }
}
