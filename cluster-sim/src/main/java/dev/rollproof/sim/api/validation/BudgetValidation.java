// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules for PodDisruptionBudgets. Source: pkg/apis/policy/validation. */
final class BudgetValidation {
    private BudgetValidation() {}

    static void validate(PodDisruptionBudgetSpec spec, FieldErrors errors) {
        if (spec.getMinAvailable() != null && spec.getMaxUnavailable() != null) {
            Map<String, @Nullable Object> shown = new LinkedHashMap<>();
            shown.put("MinAvailable", IntOrPercent.shown(spec.getMinAvailable()));
            shown.put("Selector", spec.getSelector());
            shown.put("MaxUnavailable", IntOrPercent.shown(spec.getMaxUnavailable()));
            shown.put("UnhealthyPodEvictionPolicy", spec.getUnhealthyPodEvictionPolicy());
            errors.invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set");
        }
        amount("spec.minAvailable", spec.getMinAvailable(), errors);
        amount("spec.maxUnavailable", spec.getMaxUnavailable(), errors);
        if (spec.getSelector() != null) {
            SelectorValidation.validate(spec.getSelector(), "spec.selector", errors);
        }
        String policy = spec.getUnhealthyPodEvictionPolicy();
        List<String> policies = List.of("AlwaysAllow", "IfHealthyBudget");
        if (policy != null && !policies.contains(policy)) {
            errors.notSupported("spec.unhealthyPodEvictionPolicy", policy, policies);
        }
    }

    private static void amount(String path, @Nullable IntOrString value, FieldErrors errors) {
        IntOrPercent.validate(path, value, errors);
        IntOrPercent.notMoreThanAll(path, value, errors);
    }
}
