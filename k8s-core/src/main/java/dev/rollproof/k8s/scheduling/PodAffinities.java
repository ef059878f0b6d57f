// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import dev.rollproof.k8s.selection.Selectors;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a pod may go beside the pods that are there: its own required affinity and anti-affinity, and their anti-affinity to it. What is
 * only preferred is not looked at. Pods that are about to be deleted count as long as they are there, and so do those of an older version.
 *
 * <p>Source: the scheduler's filter InterPodAffinity.
 */
public final class PodAffinities {
    private final List<PodAffinityTerm> wanted;
    private final List<PodAffinityTerm> unwanted;
    private final Set<Domain> near = new HashSet<>();
    private final Set<Domain> far = new HashSet<>();
    private final Set<Domain> forbidden = new HashSet<>();
    private final boolean isFirst;

    /** The nodes that have this value of a label. */
    private record Domain(String key, String value) {}

    /** What a pod says of other pods. */
    private record Saying(Pod pod, PodAffinityTerm term) {
        boolean isAbout(Pod other, Function<String, Map<String, String>> namespaces) {
            LabelSelector selector = term.getLabelSelector();
            Map<String, String> labels = NodePods.labelsOf(other.getMetadata().getLabels());
            // No selector is one that matches nobody.
            return selector != null
                    && isOfANamespace(other.getMetadata().getNamespace(), namespaces)
                    && Selectors.matches(selector, labels)
                    && orNone(term.getMatchLabelKeys()).stream().allMatch(key -> isSame(key, labels, true))
                    && orNone(term.getMismatchLabelKeys()).stream().allMatch(key -> isSame(key, labels, false));
        }

        private boolean isOfANamespace(String name, Function<String, Map<String, String>> namespaces) {
            List<String> named = orNone(term.getNamespaces());
            LabelSelector selector = term.getNamespaceSelector();
            if (named.isEmpty() && selector == null) {
                return name.equals(pod.getMetadata().getNamespace());
            }
            return named.contains(name) || selector != null && Selectors.matches(selector, namespaces.apply(name));
        }

        /** A label that the pod itself has not got is passed over. */
        private boolean isSame(String key, Map<String, String> labels, boolean wanted) {
            String own = NodePods.labelsOf(pod.getMetadata().getLabels()).get(key);
            return own == null || own.equals(labels.get(key)) == wanted;
        }
    }

    private PodAffinities(Pod pod, List<NodePods> nodes, Function<String, Map<String, String>> namespaces) {
        this.wanted = affinity(pod.getSpec());
        this.unwanted = antiAffinity(pod.getSpec());
        for (NodePods node : nodes) {
            Map<String, String> labels = node.labels();
            for (Pod other : node.pods()) {
                if (!wanted.isEmpty() && isWanted(pod, other, namespaces)) {
                    wanted.forEach(term -> add(near, term, labels));
                }
                unwanted.stream()
                        .filter(term -> new Saying(pod, term).isAbout(other, namespaces))
                        .forEach(term -> add(far, term, labels));
                antiAffinity(other.getSpec()).stream()
                        .filter(term -> new Saying(other, term).isAbout(pod, namespaces))
                        .forEach(term -> add(forbidden, term, labels));
            }
        }
        this.isFirst = near.isEmpty() && isWanted(pod, pod, namespaces);
    }

    /** One pod has to be all that is wanted. */
    private boolean isWanted(Pod pod, Pod other, Function<String, Map<String, String>> namespaces) {
        return wanted.stream().allMatch(term -> new Saying(pod, term).isAbout(other, namespaces));
    }

    private static void add(Set<Domain> domains, PodAffinityTerm term, Map<String, String> labels) {
        domain(term, labels).ifPresent(domains::add);
    }

    private static Optional<Domain> domain(PodAffinityTerm term, Map<String, String> labels) {
        return Optional.ofNullable(labels.get(term.getTopologyKey()))
                .map(value -> new Domain(term.getTopologyKey(), value));
    }

    /**
     * @param nodes all of them
     * @param namespaces the labels of a namespace, by its name
     */
    public static PodAffinities of(Pod pod, List<NodePods> nodes, Function<String, Map<String, String>> namespaces) {
        return new PodAffinities(pod, nodes, namespaces);
    }

    /** Whether a pod requires to be near others, or far from them. */
    public static boolean matters(PodSpec pod) {
        return !affinity(pod).isEmpty() || keepsAway(pod);
    }

    /** Whether a pod requires to be far from others, so that they cannot come near it, either. */
    public static boolean keepsAway(PodSpec pod) {
        return !antiAffinity(pod).isEmpty();
    }

    /** Whether a pod keeps others of its kind away from its node: two of them are never on one. */
    public static boolean isAloneOnItsNode(Pod pod) {
        return antiAffinity(pod.getSpec()).stream()
                .filter(term -> "kubernetes.io/hostname".equals(term.getTopologyKey()))
                .anyMatch(term -> new Saying(pod, term).isAbout(pod, name -> Map.of()));
    }

    private static List<PodAffinityTerm> affinity(PodSpec pod) {
        Affinity affinity = pod.getAffinity();
        return affinity == null || affinity.getPodAffinity() == null
                ? List.of()
                : orNone(affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution());
    }

    private static List<PodAffinityTerm> antiAffinity(PodSpec pod) {
        Affinity affinity = pod.getAffinity();
        return affinity == null || affinity.getPodAntiAffinity() == null
                ? List.of()
                : orNone(affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution());
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return Objects.requireNonNullElse(list, List.of());
    }

    /** Why the pod cannot go to a node; empty if it can. */
    public Optional<Refusal> refusal(NodePods node) {
        Map<String, String> labels = node.labels();
        if (wanted.stream().anyMatch(term -> !labels.containsKey(term.getTopologyKey()))
                || !isFirst && !wanted.stream().allMatch(term -> isIn(near, term, labels))) {
            return Optional.of(Refusal.forGood("node(s) didn't match pod affinity rules"));
        }
        if (unwanted.stream().anyMatch(term -> isIn(far, term, labels))) {
            return Optional.of(Refusal.forNow("node(s) didn't match pod anti-affinity rules"));
        }
        return forbidden.stream().anyMatch(domain -> domain.value().equals(labels.get(domain.key())))
                ? Optional.of(Refusal.forNow("node(s) didn't satisfy existing pods anti-affinity rules"))
                : Optional.empty();
    }

    private static boolean isIn(Set<Domain> domains, PodAffinityTerm term, Map<String, String> labels) {
        return domain(term, labels).filter(domains::contains).isPresent();
    }
}
