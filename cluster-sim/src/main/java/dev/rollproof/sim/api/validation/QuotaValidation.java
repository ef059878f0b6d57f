// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.k8s.quota.QuotaScopes;
import dev.rollproof.sim.api.Lists;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaSpec;
import io.fabric8.kubernetes.api.model.ScopeSelector;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** What quotas with scopes may limit of pods, besides their number. */
    private static final Set<String> COMPUTE = Set.of("cpu", "memory");

    private static final String SCOPES = "spec.scopes";
    private static final String EXPRESSIONS = "spec.scopeSelector.matchExpressions";
    private static final List<Set<String>> CONFLICTING =
            List.of(Set.of("BestEffort", "NotBestEffort"), Set.of("Terminating", "NotTerminating"));

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
        if (quota.getSpec() != null) {
            scopes(quota.getSpec(), hard.keySet(), errors);
            selector(quota.getSpec(), hard.keySet(), errors);
        }
    }

    private static void scopes(ResourceQuotaSpec spec, Set<String> limited, FieldErrors errors) {
        List<String> scopes = Lists.orEmpty(spec.getScopes());
        for (String scope : scopes) {
            if (!isScope(scope)) {
                errors.invalid(SCOPES, scopes, "unsupported scope");
            }
            for (String name : limited) {
                if (!isAbout(scope, name)) {
                    errors.invalid(SCOPES, scopes, "unsupported scope applied to resource");
                }
            }
        }
        for (Set<String> pair : CONFLICTING) {
            if (scopes.containsAll(pair)) {
                errors.invalid(SCOPES, scopes, "conflicting scopes");
            }
        }
    }

    private static void selector(ResourceQuotaSpec spec, Set<String> limited, FieldErrors errors) {
        ScopeSelector selector = spec.getScopeSelector();
        List<ScopedResourceSelectorRequirement> expressions =
                selector == null ? List.of() : Lists.orEmpty(selector.getMatchExpressions());
        Set<String> scopes = new HashSet<>();
        for (ScopedResourceSelectorRequirement expression : expressions) {
            String scope = Objects.requireNonNullElse(expression.getScopeName(), "");
            scopes.add(scope);
            if (!isScope(scope)) {
                errors.invalid(EXPRESSIONS + ".scopeName", scope, "unsupported scope");
            }
            for (String name : limited) {
                if (!isAbout(scope, name)) {
                    errors.invalid(EXPRESSIONS, selector, "unsupported scope applied to resource");
                }
            }
            operator(expression, scope, errors);
        }
        for (Set<String> pair : CONFLICTING) {
            if (scopes.containsAll(pair)) {
                // The value is of the other field, as on real servers.
                errors.invalid(EXPRESSIONS, spec.getScopes(), "conflicting scopes");
            }
        }
    }

    private static void operator(ScopedResourceSelectorRequirement expression, String scope, FieldErrors errors) {
        String operator = Objects.requireNonNullElse(expression.getOperator(), "");
        List<String> values = Lists.orEmpty(expression.getValues());
        if (QuotaScopes.OF_PODS.contains(scope) && !scope.equals("PriorityClass") && !operator.equals("Exists")) {
            errors.invalid(
                    EXPRESSIONS + ".operator",
                    operator,
                    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating,"
                            + " ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or"
                            + " ResourceQuotaScopeCrossNamespacePodAffinity");
        }
        if (!QuotaScopes.OPERATORS.contains(operator)) {
            errors.invalid(EXPRESSIONS + ".operator", operator, "not a valid selector operator");
        } else if (operator.endsWith("In") && values.isEmpty()) {
            errors.required(
                    EXPRESSIONS + ".values",
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
        } else if (!operator.endsWith("In") && !values.isEmpty()) {
            errors.invalid(
                    EXPRESSIONS + ".values",
                    values,
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
        }
    }

    private static boolean isScope(String scope) {
        return QuotaScopes.OF_PODS.contains(scope) || QuotaScopes.OF_CLAIMS.equals(scope);
    }

    /** Whether objects that the scope is about are counted by that name; with names that are not standard, nobody looks. */
    private static boolean isAbout(String scope, String name) {
        if (!STANDARD.contains(name) || !isScope(scope)) {
            return true;
        }
        boolean ofClaims = name.equals("persistentvolumeclaims") || name.equals("requests.storage");
        if (scope.equals(QuotaScopes.OF_CLAIMS)) {
            return ofClaims;
        }
        return name.equals("pods")
                || !scope.equals("BestEffort") && COMPUTE.contains(name.substring(name.indexOf('.') + 1));
    }
}
