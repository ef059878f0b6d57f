// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import dev.rollproof.k8s.selection.Selectors;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a pod's topology spread constraints let it go, those that say {@code DoNotSchedule}: in no domain, such as a node or a zone, may
 * there be many more pods like it than in the one with the fewest. Pods that are about to be deleted do not count; those of an older version do,
 * unless {@code matchLabelKeys} names {@code pod-template-hash}.
 *
 * <p>Source: the scheduler's filter PodTopologySpread.
 */
public final class PodSpread {
    private static final String NOT_MATCHED = "node(s) didn't match pod topology spread constraints";

    private final Pod pod;
    private final List<TopologySpreadConstraint> constraints;
    private final List<Map<String, Integer>> matches;

    private PodSpread(Pod pod, List<TopologySpreadConstraint> constraints, List<Map<String, Integer>> matches) {
        this.pod = pod;
        this.constraints = constraints;
        this.matches = matches;
    }

    /** Whether a pod has any such constraint. */
    public static boolean matters(PodSpec pod) {
        return !constraints(pod).isEmpty();
    }

    private static List<TopologySpreadConstraint> constraints(PodSpec pod) {
        List<TopologySpreadConstraint> all = Objects.requireNonNullElse(pod.getTopologySpreadConstraints(), List.of());
        return all.stream()
                .filter(constraint -> "DoNotSchedule".equals(constraint.getWhenUnsatisfiable()))
                .toList();
    }

    /** @param nodes all of them */
    public static PodSpread of(Pod pod, List<NodePods> nodes) {
        List<TopologySpreadConstraint> constraints = constraints(pod.getSpec());
        List<Map<String, Integer>> matches = constraints.stream()
                .map(constraint -> domains(pod, constraint, constraints, nodes))
                .toList();
        return new PodSpread(pod, constraints, matches);
    }

    /** How many pods like it are in each domain of a constraint. Nodes that lack the label of any of the constraints are in none. */
    private static Map<String, Integer> domains(
            Pod pod,
            TopologySpreadConstraint constraint,
            List<TopologySpreadConstraint> constraints,
            List<NodePods> nodes) {
        Map<String, Integer> domains = new HashMap<>();
        for (NodePods node : nodes) {
            Map<String, String> labels = node.labels();
            if (constraints.stream().allMatch(each -> labels.containsKey(each.getTopologyKey()))
                    && isIncluded(constraint, node, pod.getSpec())) {
                domains.merge(
                        Objects.requireNonNull(labels.get(constraint.getTopologyKey())),
                        count(pod, constraint, node),
                        Integer::sum);
            }
        }
        return domains;
    }

    private static boolean isIncluded(TopologySpreadConstraint constraint, NodePods node, PodSpec pod) {
        return ("Ignore".equals(constraint.getNodeAffinityPolicy()) || Placement.isWanted(node.node(), pod))
                && (!"Honor".equals(constraint.getNodeTaintsPolicy())
                        || Placement.toleratesAll(node.node(), pod, Placement.KEEPS_AWAY));
    }

    /** A selector that wants nothing counts nobody. */
    private static int count(Pod pod, TopologySpreadConstraint constraint, NodePods node) {
        LabelSelector selector = constraint.getLabelSelector();
        if (selector != null
                && Selectors.isEmpty(selector)
                && matchLabelKeys(constraint, pod).isEmpty()) {
            return 0;
        }
        return (int) node.pods().stream()
                .filter(other -> other.getMetadata().getDeletionTimestamp() == null)
                .filter(other -> Objects.equals(
                        other.getMetadata().getNamespace(), pod.getMetadata().getNamespace()))
                .filter(other -> matches(constraint, pod, other))
                .count();
    }

    /** No selector is one that matches nobody. */
    private static boolean matches(TopologySpreadConstraint constraint, Pod pod, Pod other) {
        LabelSelector selector = constraint.getLabelSelector();
        Map<String, String> labels = NodePods.labelsOf(other.getMetadata().getLabels());
        return selector != null
                && Selectors.matches(selector, labels)
                && Selectors.containsAll(labels, matchLabelKeys(constraint, pod));
    }

    private static Map<String, String> matchLabelKeys(TopologySpreadConstraint constraint, Pod pod) {
        Map<String, String> own = NodePods.labelsOf(pod.getMetadata().getLabels());
        Map<String, String> wanted = new HashMap<>();
        for (String key : Objects.requireNonNullElse(constraint.getMatchLabelKeys(), List.<String>of())) {
            String value = own.get(key);
            if (value != null) {
                wanted.put(key, value);
            }
        }
        return wanted;
    }

    /** Why the pod cannot go to a node; empty if it can. */
    public Optional<Refusal> refusal(NodePods node) {
        for (int i = 0; i < constraints.size(); i++) {
            TopologySpreadConstraint constraint = constraints.get(i);
            String domain = node.labels().get(constraint.getTopologyKey());
            if (domain == null) {
                return Optional.of(Refusal.forGood(NOT_MATCHED + " (missing required label)"));
            }
            Map<String, Integer> counts = matches.get(i);
            int own = matches(constraint, pod, pod) ? 1 : 0;
            if (counts.getOrDefault(domain, 0) + own - fewest(constraint, counts)
                    > Objects.requireNonNullElse(constraint.getMaxSkew(), 1)) {
                return Optional.of(Refusal.forNow(NOT_MATCHED));
            }
        }
        return Optional.empty();
    }

    /** Where there are fewer domains than there should be, one that is not there has none. */
    private static long fewest(TopologySpreadConstraint constraint, Map<String, Integer> counts) {
        return counts.size() < Objects.requireNonNullElse(constraint.getMinDomains(), 1)
                ? 0
                : counts.values().stream().mapToInt(Integer::intValue).min().orElse(Integer.MAX_VALUE);
    }
}
