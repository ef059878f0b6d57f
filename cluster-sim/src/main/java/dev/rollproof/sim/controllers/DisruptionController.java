// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Budgets;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' disruption controller (pkg/controller/disruption): counts the healthy pods of each budget, says how many of
 * them may be disrupted, and believes an eviction for two minutes that its pod will go.
 */
final class DisruptionController {
    private static final Duration DELETION_TIMEOUT = Duration.ofMinutes(2);

    private final ApiServer api;
    private final Informer<PodDisruptionBudget> budgets;
    private final Informer<Pod> pods;
    private final ExpectedPods expected;
    private final EventRecorder events;
    final WorkQueue<ObjectKey> queue;

    DisruptionController(
            ControlPlane plane, Informer<PodDisruptionBudget> budgets, Informer<Pod> pods, ExpectedPods expected) {
        this.api = plane.api();
        this.budgets = budgets;
        this.pods = pods;
        this.expected = expected;
        this.events = new EventRecorder(api, "controllermanager", null);
        this.queue = ControllerManager.queue(plane, "disruption", Integer.MAX_VALUE, this::sync);
        budgets.addHandler((previous, budget, deleted) -> queue.add(ObjectKey.of(budget)));
        pods.addHandler((previous, pod, deleted) -> onPod(pod));
    }

    private void onPod(Pod pod) {
        List<PodDisruptionBudget> matching = new ArrayList<>();
        for (PodDisruptionBudget budget : budgets.in(Metadata.namespace(pod))) {
            if (Budgets.selects(budget, pod)) {
                matching.add(budget);
            }
        }
        if (matching.isEmpty()) {
            return;
        }
        String chosen = matching.get(0).getMetadata().getName();
        if (matching.size() > 1) {
            events.warning(
                    pod,
                    "MultiplePodDisruptionBudgets",
                    "Pod \"" + Metadata.namespace(pod) + "\"/\""
                            + pod.getMetadata().getName() + "\" matches multiple PodDisruptionBudgets.  Chose \""
                            + chosen + "\" arbitrarily.");
        }
        queue.add(new ObjectKey(Metadata.namespace(pod), chosen));
    }

    private int sync(ObjectKey key) {
        PodDisruptionBudget budget = budgets.find(key.namespace(), key.name());
        if (budget == null) {
            return 0;
        }
        try {
            return trySync(key, budget);
        } catch (ClusterException failed) {
            if (failed.reason() == Reason.CONFLICT) {
                throw failed;
            }
            return forbidAll(budget, String.valueOf(failed.getMessage()));
        }
    }

    private int trySync(ObjectKey key, PodDisruptionBudget budget) {
        List<Pod> selected = pods.in(key.namespace()).stream()
                .filter(pod -> Budgets.selects(budget, pod))
                .toList();
        if (selected.isEmpty()) {
            events.normal(budget, "NoPods", "No matching pods found");
        }
        ExpectedPods.Counts counts;
        try {
            counts = expected.of(budget, selected);
        } catch (ClusterException failed) {
            events.warning(
                    budget,
                    "CalculateExpectedPodCountFailed",
                    "Failed to calculate the number of expected pods: " + failed.getMessage());
            throw failed;
        }
        if (counts.unmanaged()) {
            events.warning(
                    budget,
                    "UnmanagedPods",
                    "Pods selected by this PodDisruptionBudget (selector: "
                            + goText(budget.getSpec().getSelector())
                            + ") were found to be unmanaged. As a result, the status of the PDB cannot be calculated"
                            + " correctly, which may result in undefined behavior. To account for these pods please set"
                            + " \".spec.minAvailable\" field of the PDB to an integer value.");
        }
        Instant now = api.loop().now();
        Map<String, String> disrupted = stillDisrupted(key, budget, selected, now);
        int healthy = 0;
        for (Pod pod : selected) {
            boolean counted = !Metadata.terminating(pod)
                    && !disrupted.containsKey(pod.getMetadata().getName());
            healthy += counted && Pods.isReady(pod) ? 1 : 0;
        }
        return write(budget, status(budget, counts, healthy, disrupted));
    }

    /** The pods whose eviction was allowed and whose deletion is not seen yet; those that do not go are counted again. */
    private Map<String, String> stillDisrupted(
            ObjectKey key, PodDisruptionBudget budget, List<Pod> selected, Instant now) {
        Map<String, String> before = Budgets.status(budget).getDisruptedPods();
        Map<String, String> still = new LinkedHashMap<>();
        Duration recheck = null;
        for (Pod pod : selected) {
            String since = before == null ? null : before.get(pod.getMetadata().getName());
            if (since == null || Metadata.terminating(pod)) {
                continue;
            }
            Duration left = Duration.between(now, Times.parse(since).plus(DELETION_TIMEOUT));
            if (left.isNegative()) {
                // The namespace is named twice in Kubernetes, too.
                String namespace = key.namespace();
                events.warning(
                        pod,
                        "NotDeleted",
                        "Pod was expected by PDB " + namespace + "/" + namespace + " to be deleted but it wasn't");
            } else {
                still.put(pod.getMetadata().getName(), since);
                recheck = recheck == null || left.compareTo(recheck) < 0 ? left : recheck;
            }
        }
        if (recheck != null) {
            queue.addAfter(key, recheck.toNanos() + 1_000_000);
        }
        return still;
    }

    private PodDisruptionBudgetStatus status(
            PodDisruptionBudget budget, ExpectedPods.Counts counts, int healthy, Map<String, String> disrupted) {
        int allowed = counts.expected() <= 0 ? 0 : Math.max(0, healthy - counts.desiredHealthy());
        PodDisruptionBudgetStatus status = new PodDisruptionBudgetStatus();
        status.setCurrentHealthy(healthy);
        status.setDesiredHealthy(counts.desiredHealthy());
        status.setExpectedPods(counts.expected());
        status.setDisruptionsAllowed(allowed);
        status.setDisruptedPods(disrupted.isEmpty() ? null : disrupted);
        status.setObservedGeneration(Metadata.generation(budget));
        status.setConditions(Budgets.status(budget).getConditions());
        Budgets.setAllowedCondition(status, api.timestamps().now());
        return status;
    }

    private int forbidAll(PodDisruptionBudget budget, String why) {
        PodDisruptionBudgetStatus status = Frozen.copy(Budgets.status(budget), PodDisruptionBudgetStatus::new);
        status.setDisruptionsAllowed(0);
        Budgets.setCondition(
                status, "False", "SyncFailed", why, api.timestamps().now());
        return write(budget, status);
    }

    private int write(PodDisruptionBudget budget, PodDisruptionBudgetStatus status) {
        if (Objects.equals(comparable(status), comparable(budget.getStatus()))) {
            return 0;
        }
        PodDisruptionBudget changed =
                ResourceType.POD_DISRUPTION_BUDGETS.shallowCopy().apply(budget);
        changed.setStatus(status);
        api.updateStatus(ResourceType.POD_DISRUPTION_BUDGETS, changed);
        return 1;
    }

    /** The selector as Go prints it. */
    private static String goText(@Nullable LabelSelector selector) {
        if (selector == null) {
            return "nil";
        }
        StringBuilder text = new StringBuilder("&LabelSelector{MatchLabels:map[string]string{");
        new TreeMap<>(Objects.requireNonNullElse(selector.getMatchLabels(), Map.<String, String>of()))
                .forEach((key, value) ->
                        text.append(key).append(": ").append(value).append(','));
        text.append("},MatchExpressions:[]LabelSelectorRequirement{");
        for (LabelSelectorRequirement one :
                Objects.requireNonNullElse(selector.getMatchExpressions(), List.<LabelSelectorRequirement>of())) {
            text.append("LabelSelectorRequirement{Key:")
                    .append(one.getKey())
                    .append(",Operator:")
                    .append(one.getOperator())
                    .append(",Values:[")
                    .append(String.join(" ", Objects.requireNonNullElse(one.getValues(), List.of())))
                    .append("],},");
        }
        return text.append("},}").toString();
    }

    /** An absent map of disrupted pods is as good as an empty one. */
    private static @Nullable Object comparable(@Nullable PodDisruptionBudgetStatus status) {
        if (status == null) {
            return null;
        }
        PodDisruptionBudgetStatus copy = Frozen.copy(status, PodDisruptionBudgetStatus::new);
        copy.setDisruptedPods(Objects.requireNonNullElse(copy.getDisruptedPods(), Map.of()));
        copy.setConditions(new ArrayList<>(Objects.requireNonNullElse(copy.getConditions(), List.of())));
        return copy;
    }
}
