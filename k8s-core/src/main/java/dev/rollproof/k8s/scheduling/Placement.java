// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether a pod may go to a node, whatever room there is: the node takes pods, has the labels of the pod's node selector, and no taint
 * that the pod does not tolerate. Affinity and spread are not looked at.
 *
 * <p>Source: the scheduler's filters NodeUnschedulable, NodeAffinity (the node selector only) and TaintToleration.
 */
public final class Placement {
    private Placement() {}

    /** Why the pod may not go there, in the scheduler's words, such as {@code node(s) had untolerated taint(s)}; empty if it may. */
    public static Optional<String> refusal(Node node, PodSpec pod) {
        if (node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
            return Optional.of("node(s) were unschedulable");
        }
        Map<String, String> wanted = pod.getNodeSelector();
        Map<String, String> labels = node.getMetadata().getLabels();
        if (wanted != null
                && !(labels == null ? Map.<String, String>of() : labels)
                        .entrySet()
                        .containsAll(wanted.entrySet())) {
            return Optional.of("node(s) didn't match Pod's node affinity/selector");
        }
        List<Taint> taints = node.getSpec() == null ? null : node.getSpec().getTaints();
        boolean refused = taints != null
                && taints.stream()
                        .anyMatch(taint -> !"PreferNoSchedule".equals(taint.getEffect()) && !isTolerated(taint, pod));
        return refused ? Optional.of("node(s) had untolerated taint(s)") : Optional.empty();
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

    private static boolean isEmpty(@org.jspecify.annotations.Nullable String text) {
        return text == null || text.isEmpty();
    }
}
