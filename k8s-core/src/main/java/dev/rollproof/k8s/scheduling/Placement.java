// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import dev.rollproof.k8s.selection.Selectors;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pod may go to a node, whatever room there is: the node takes pods, is one that the pod's node selector and required node
 * affinity want, and has no taint that the pod does not tolerate. What is only preferred, affinity to other pods, and spread are not
 * looked at.
 *
 * <p>Source: the scheduler's filters NodeUnschedulable, TaintToleration and NodeAffinity, in this order.
 */
public final class Placement {
    private static final Taint UNSCHEDULABLE = new Taint("NoSchedule", "node.kubernetes.io/unschedulable", null, null);

    /** The effects of taints for which the scheduler puts no pod on a node. */
    static final Set<String> KEEPS_AWAY = Set.of("NoSchedule", "NoExecute");

    private Placement() {}

    /** Why the pod may not go there, in the scheduler's words, such as {@code node(s) had untolerated taint(s)}; empty if it may. */
    public static Optional<String> refusal(Node node, PodSpec pod) {
        if (node.getSpec() != null
                && Boolean.TRUE.equals(node.getSpec().getUnschedulable())
                && !isTolerated(UNSCHEDULABLE, pod)) {
            return Optional.of("node(s) were unschedulable");
        }
        if (!toleratesAll(node, pod, KEEPS_AWAY)) {
            return Optional.of("node(s) had untolerated taint(s)");
        }
        return isWanted(node, pod)
                ? Optional.empty()
                : Optional.of("node(s) didn't match Pod's node affinity/selector");
    }

    /** Whether the node is one of those that the pod's node selector and required node affinity name. */
    public static boolean isWanted(Node node, PodSpec pod) {
        Map<String, String> wanted = Objects.requireNonNullElse(pod.getNodeSelector(), Map.of());
        Map<String, String> labels =
                Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
        NodeSelector required = pod.getAffinity() == null || pod.getAffinity().getNodeAffinity() == null
                ? null
                : pod.getAffinity().getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
        return Selectors.containsAll(labels, wanted)
                && (required == null
                        || Objects.requireNonNullElse(required.getNodeSelectorTerms(), List.<NodeSelectorTerm>of())
                                .stream()
                                .anyMatch(term -> matches(term, node, labels)));
    }

    /** A term without requirements matches no node. */
    private static boolean matches(NodeSelectorTerm term, Node node, Map<String, String> labels) {
        List<NodeSelectorRequirement> fields = Objects.requireNonNullElse(term.getMatchFields(), List.of());
        List<NodeSelectorRequirement> expressions = Objects.requireNonNullElse(term.getMatchExpressions(), List.of());
        return !(fields.isEmpty() && expressions.isEmpty())
                && fields.stream()
                        .allMatch(field -> matches(
                                field,
                                "metadata.name".equals(field.getKey())
                                        ? node.getMetadata().getName()
                                        : null))
                && expressions.stream().allMatch(label -> matches(label, labels.get(label.getKey())));
    }

    private static boolean matches(NodeSelectorRequirement requirement, @Nullable String value) {
        return Selectors.meets(requirement.getOperator(), requirement.getValues(), value);
    }

    /** Whether the pod tolerates all the node's taints that have one of the effects, such as {@code NoExecute}. */
    public static boolean toleratesAll(Node node, PodSpec pod, Set<String> effects) {
        List<Taint> taints = node.getSpec() == null ? null : node.getSpec().getTaints();
        return taints == null
                || taints.stream()
                        .noneMatch(taint -> taint.getEffect() != null
                                && effects.contains(taint.getEffect())
                                && !isTolerated(taint, pod));
    }

    private static boolean isTolerated(Taint taint, PodSpec pod) {
        return pod.getTolerations() != null
                && pod.getTolerations().stream().anyMatch(toleration -> tolerates(toleration, taint));
    }

    /** An empty key tolerates every key, an empty effect every effect. */
    private static boolean tolerates(Toleration toleration, Taint taint) {
        return (isEmpty(toleration.getKey()) || toleration.getKey().equals(taint.getKey()))
                && (isEmpty(toleration.getEffect()) || toleration.getEffect().equals(taint.getEffect()))
                && ("Exists".equals(toleration.getOperator())
                        || Objects.requireNonNullElse(toleration.getValue(), "")
                                .equals(Objects.requireNonNullElse(taint.getValue(), "")));
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
