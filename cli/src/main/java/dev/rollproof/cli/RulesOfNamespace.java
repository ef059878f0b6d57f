// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.quota.LimitRanges;
import dev.rollproof.k8s.quota.QuotaScopes;
import dev.rollproof.strategies.plan.NamespaceRules;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads what a namespace asks of its pods; what may not be seen is taken not to be there. */
final class RulesOfNamespace {
    private RulesOfNamespace() {}

    static NamespaceRules of(Visible visible, String namespace) {
        List<ResourceQuota> quotas = visible.list(Query.of(ResourceQuota.class).inNamespace(namespace))
                .orElse(List.of());
        List<LimitRange> ranges =
                visible.list(Query.of(LimitRange.class).inNamespace(namespace)).orElse(List.of());
        NamespaceRules rules = NamespaceRules.of(quotas, new LimitRanges(ranges));
        boolean asked = quotas.stream().map(QuotaScopes::of).anyMatch(QuotaScopes::askForPriorityClass);
        return asked
                ? defaultClass(visible).map(rules::withDefaultPriorityClass).orElse(rules)
                : rules;
    }

    /** Where there are several for a while, a server takes the lowest. */
    private static Optional<String> defaultClass(Visible visible) {
        return visible.list(Query.of(PriorityClass.class)).orElse(List.of()).stream()
                .filter(priority -> Boolean.TRUE.equals(priority.getGlobalDefault()))
                .min(Comparator.comparing(PriorityClass::getValue))
                .map(priority -> priority.getMetadata().getName());
    }
}
