// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.DeleteOptions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The {@code eviction} subresource of pods: deletes a pod where its budget allows it, and tells the budget's controller.
 * Under the simulation's lock. Source: pkg/registry/core/pod/storage/eviction.go.
 */
public final class Evictions {
    private static final String WOULD_VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget.";
    private static final int MOST_DISRUPTED = 2000;

    private Evictions() {}

    /**
     * Evicts a pod. Fails as a deletion does.
     *
     * @param dryRun only say whether it may go
     * @throws EvictionRefused if a budget forbids it, or more than one are about the pod
     */
    public static void evict(ApiServer api, String namespace, String name, DeleteOptions options, boolean dryRun) {
        Pod pod = api.get(ResourceType.PODS, namespace, name);
        if (!isDisruptedAlready(pod)) {
            List<PodDisruptionBudget> budgets = api.all(ResourceType.POD_DISRUPTION_BUDGETS, namespace).stream()
                    .filter(budget -> Budgets.selects(budget, pod))
                    .toList();
            if (budgets.size() > 1) {
                throw new EvictionRefused(
                        500,
                        "",
                        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                        List.of(),
                        0);
            }
            if (budgets.size() == 1 && !mayGoUnready(pod, budgets.get(0))) {
                checkAndDecrement(api, budgets.get(0), pod, dryRun);
            }
        }
        // Fails where a precondition does not hold, before anything is written.
        api.remove(ResourceType.PODS, namespace, name, options, true);
        if (dryRun) {
            return;
        }
        Pod marked = mark(api, pod);
        DeleteOptions now = options.resourceVersion().isPresent()
                ? options.onlyResourceVersion(marked.getMetadata().getResourceVersion())
                : options;
        api.remove(ResourceType.PODS, namespace, name, now, false);
    }

    /** Nobody misses a pod that does not run yet, or that goes anyway. */
    private static boolean isDisruptedAlready(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return Metadata.terminating(pod) || phase == null || !phase.equals("Running") && !phase.equals("Unknown");
    }

    private static boolean mayGoUnready(Pod pod, PodDisruptionBudget budget) {
        PodDisruptionBudgetStatus status = Budgets.status(budget);
        return !isReady(pod)
                && ("AlwaysAllow".equals(budget.getSpec().getUnhealthyPodEvictionPolicy())
                        || zero(status.getCurrentHealthy()) >= zero(status.getDesiredHealthy())
                                && zero(status.getDesiredHealthy()) > 0);
    }

    private static boolean isReady(Pod pod) {
        return conditions(pod).stream()
                .anyMatch(condition -> "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }

    private static List<PodCondition> conditions(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getConditions() == null
                ? List.of()
                : pod.getStatus().getConditions();
    }

    private static int zero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    private static void checkAndDecrement(ApiServer api, PodDisruptionBudget budget, Pod pod, boolean dryRun) {
        String name = budget.getMetadata().getName();
        PodDisruptionBudgetStatus before = Budgets.status(budget);
        Long observed = before.getObservedGeneration();
        if (observed == null || observed < Metadata.generation(budget)) {
            throw tooMany("The disruption budget " + name + " is still being processed by the server.", 10);
        }
        int allowed = zero(before.getDisruptionsAllowed());
        Map<String, String> disrupted = Objects.requireNonNullElse(before.getDisruptedPods(), Map.of());
        if (allowed < 0) {
            throw forbidden(name, "pdb disruptions allowed is negative", "pdb disruptions allowed is negative");
        }
        if (disrupted.size() > MOST_DISRUPTED) {
            throw forbidden(
                    name,
                    "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
                    "too many pending evictions not confirmed by PDB controller");
        }
        if (allowed == 0) {
            throw tooMany("The disruption budget " + name + whyNot(before), 0);
        }
        if (dryRun) {
            return;
        }
        PodDisruptionBudgetStatus status = Frozen.copy(before, PodDisruptionBudgetStatus::new);
        status.setDisruptionsAllowed(allowed - 1);
        if (allowed == 1) {
            Budgets.setAllowedCondition(status, api.timestamps().now());
        }
        Map<String, String> more = new LinkedHashMap<>(disrupted);
        more.put(pod.getMetadata().getName(), api.timestamps().now());
        status.setDisruptedPods(more);
        PodDisruptionBudget changed =
                ResourceType.POD_DISRUPTION_BUDGETS.shallowCopy().apply(budget);
        changed.setStatus(status);
        api.overwriteStatus(ResourceType.POD_DISRUPTION_BUDGETS, changed, false);
    }

    private static String whyNot(PodDisruptionBudgetStatus status) {
        Condition condition = Objects.requireNonNullElse(status.getConditions(), List.<Condition>of()).stream()
                .filter(one -> "DisruptionAllowed".equals(one.getType()))
                .findFirst()
                .orElse(null);
        String told = condition == null || !"False".equals(condition.getStatus()) ? null : condition.getMessage();
        String reason = condition == null ? "" : condition.getReason();
        boolean says = told != null && !told.isEmpty();
        if (says && "SyncFailed".equals(reason)) {
            return " does not allow evicting pods currently because it failed sync: " + told;
        }
        if (zero(status.getCurrentHealthy()) <= zero(status.getDesiredHealthy())) {
            return " needs " + zero(status.getDesiredHealthy()) + " healthy pods and has "
                    + zero(status.getCurrentHealthy()) + " currently";
        }
        return " does not allow evicting pods currently" + (says ? " (" + reason + "): " + told : "");
    }

    private static EvictionRefused tooMany(String cause, int retryAfterSeconds) {
        return new EvictionRefused(429, "TooManyRequests", WOULD_VIOLATE, List.of(cause), retryAfterSeconds);
    }

    private static EvictionRefused forbidden(String name, String why, String cause) {
        return new EvictionRefused(
                403,
                "Forbidden",
                "poddisruptionbudget.policy \"" + name + "\" is forbidden: " + why,
                List.of("The disruption budget " + name + " does not allow evicting pods currently: " + cause),
                0);
    }

    /** Leaves on the pod why it goes. */
    private static Pod mark(ApiServer api, Pod pod) {
        PodStatus status = pod.getStatus() == null ? new PodStatus() : Frozen.copy(pod.getStatus(), PodStatus::new);
        String now = api.timestamps().now();
        List<PodCondition> conditions = new ArrayList<>();
        for (PodCondition present : conditions(pod)) {
            if (!"DisruptionTarget".equals(present.getType())) {
                conditions.add(present);
            } else if ("True".equals(present.getStatus())) {
                now = present.getLastTransitionTime();
            }
        }
        conditions.add(new PodConditionBuilder()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason("EvictionByEvictionAPI")
                .withMessage("Eviction API: evicting")
                .withLastTransitionTime(now)
                .build());
        status.setConditions(conditions);
        Pod marked = ResourceType.PODS.shallowCopy().apply(pod);
        marked.setStatus(status);
        return api.overwriteStatus(ResourceType.PODS, marked, false);
    }
}
