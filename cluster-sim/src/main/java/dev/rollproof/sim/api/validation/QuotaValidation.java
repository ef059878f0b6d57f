// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import java.util.Map;
import java.util.Set;

/** The rules for ResourceQuotas. */
final class QuotaValidation {
    static final Set<String> STANDARD = Set.of(
            "cpu",
            "memory",
            "ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.storage",
            "requests.ephemeral-storage",
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage",
            "pods",
            "resourcequotas",
            "services",
            "replicationcontrollers",
            "secrets",
            "persistentvolumeclaims",
            "configmaps",
            "services.nodeports",
            "services.loadbalancers");

    /** What is shared out in parts of one. */
    private static final Set<String> SHARES = Set.of("cpu", "memory", "storage", "ephemeral-storage");

    private QuotaValidation() {}

    static void validate(ResourceQuota quota, FieldErrors errors) {
        Map<String, Quantity> hard = quota.getSpec() == null || quota.getSpec().getHard() == null
                ? Map.of()
                : quota.getSpec().getHard();
        hard.forEach((name, amount) -> {
            String path = "spec.hard[" + name + "]";
            if (!name.contains("/") && !STANDARD.contains(name)) {
                errors.invalid(path, name, "must be a standard resource type or fully qualified");
                errors.invalid(path, name, "must be a standard resource for quota");
            }
            if (amount.getNumericalAmount().signum() < 0) {
                errors.invalid(path, amount.toString(), Names.NON_NEGATIVE);
            }
            boolean counts = STANDARD.contains(name)
                    && !name.startsWith("requests.")
                    && !name.startsWith("limits.")
                    && !SHARES.contains(name);
            if (counts && amount.getNumericalAmount().stripTrailingZeros().scale() > 0) {
                errors.invalid(path, amount.toString(), "must be an integer");
            }
        });
    }
}
