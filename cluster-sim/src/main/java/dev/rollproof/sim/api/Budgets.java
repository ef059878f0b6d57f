// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Reads and writes PodDisruptionBudgets as both the API server and the disruption controller do. */
public final class Budgets {
    private static final String DISRUPTION_ALLOWED = "DisruptionAllowed";

    private Budgets() {}

    /** Whether a pod of the budget's namespace is one of its pods: an absent selector selects none, an empty one all. */
    public static boolean selects(PodDisruptionBudget budget, Pod pod) {
        return LabelSelectors.matches(
                budget.getSpec().getSelector(), pod.getMetadata().getLabels());
    }

    public static PodDisruptionBudgetStatus status(PodDisruptionBudget budget) {
        return Objects.requireNonNullElseGet(budget.getStatus(), PodDisruptionBudgetStatus::new);
    }

    /** Has the condition say what the number of allowed disruptions says. */
    public static void setAllowedCondition(PodDisruptionBudgetStatus status, String now) {
        boolean allowed = status.getDisruptionsAllowed() > 0;
        setCondition(status, allowed ? "True" : "False", allowed ? "SufficientPods" : "InsufficientPods", "", now);
    }

    /** Sets the condition DisruptionAllowed; when it went over is kept where it does not. */
    public static void setCondition(
            PodDisruptionBudgetStatus status, String value, String reason, String message, String now) {
        List<Condition> conditions = new ArrayList<>();
        Condition condition = new Condition();
        condition.setType(DISRUPTION_ALLOWED);
        condition.setStatus(value);
        condition.setReason(reason);
        condition.setMessage(message);
        condition.setObservedGeneration(status.getObservedGeneration());
        condition.setLastTransitionTime(now);
        for (Condition present : Objects.requireNonNullElse(status.getConditions(), List.<Condition>of())) {
            if (!DISRUPTION_ALLOWED.equals(present.getType())) {
                conditions.add(present);
            } else if (value.equals(present.getStatus())) {
                condition.setLastTransitionTime(present.getLastTransitionTime());
            }
        }
        conditions.add(condition);
        status.setConditions(conditions);
    }
}
