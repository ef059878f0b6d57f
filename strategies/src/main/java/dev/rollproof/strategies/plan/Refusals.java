// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import dev.rollproof.k8s.quota.CanonicalQuantity;
import dev.rollproof.k8s.quota.LimitRanges.Refusal;
import dev.rollproof.k8s.quota.PodUsage;
import dev.rollproof.k8s.quota.QuotaScopes;
import dev.rollproof.strategies.plan.Warning.Kind;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the quotas and the LimitRanges of the namespace will have against new pods. */
final class Refusals {
    private final Prognosis known;
    private final int most;
    private final PodSpec pod;
    private final Optional<PodSpec> before;
    private final List<Warning> warnings = new ArrayList<>();

    private Refusals(Prognosis known, int most) {
        this.known = known;
        this.most = most;
        this.pod = known.admitted();
        this.before = known.admittedBefore();
    }

    /** @param most how many pods are asked for at once, at the most */
    static List<Warning> of(Prognosis known, int most) {
        Refusals refusals = new Refusals(known, most);
        NamespaceRules rules = known.assumptions().rules();
        for (Refusal refusal : rules.limits().refusals(refusals.pod)) {
            refusals.warn(
                    Kind.NO_NEW_POD,
                    "no new pod can be created, LimitRange/" + refusal.limitRange() + " refuses it: "
                            + refusal.reason());
        }
        rules.quotas().forEach(refusals::ask);
        return refusals.warnings;
    }

    private void warn(Kind kind, String text) {
        warnings.add(new Warning(kind, text));
    }

    private void ask(ResourceQuota quota) {
        String name = "ResourceQuota/" + quota.getMetadata().getName();
        QuotaScopes scopes = QuotaScopes.of(quota);
        Map<String, Quantity> hard = new TreeMap<>(
                quota.getSpec() == null ? Map.of() : orNone(quota.getSpec().getHard()));
        Optional<String> unknown = scopes.unknown();
        if (unknown.isPresent()) {
            warn(Kind.UNSEEN, name + " is not looked at: its " + unknown.get() + " is not known here");
            return;
        }
        if (!scopes.match(pod)) {
            return;
        }
        List<String> unsaid = PodUsage.unsaid(hard.keySet(), pod);
        if (!unsaid.isEmpty()) {
            warn(
                    Kind.NO_NEW_POD,
                    "no new pod can be created" + (defaultsAreKnown() ? "" : ", unless a LimitRange has defaults")
                            + ", " + name + " refuses it: must specify " + String.join("; ", unsaid));
        }
        Map<String, Quantity> used =
                quota.getStatus() == null ? Map.of() : orNone(quota.getStatus().getUsed());
        Map<String, BigDecimal> each = PodUsage.of(pod);
        Map<String, BigDecimal> eachBefore =
                before.filter(scopes::match).map(PodUsage::of).orElse(Map.of());
        hard.forEach((resource, limit) -> {
            BigDecimal old = eachBefore.getOrDefault(resource, BigDecimal.ZERO);
            BigDecimal room =
                    amount(limit).subtract(amount(used.get(resource))).add(times(old, known.replicasBefore()));
            BigDecimal needed = needed(each.getOrDefault(resource, BigDecimal.ZERO), old);
            if (each.containsKey(resource) && needed.compareTo(room) > 0) {
                warn(Kind.QUOTA, tooSmall(name, resource, limit, needed, room.max(BigDecimal.ZERO)));
            }
        });
    }

    private boolean defaultsAreKnown() {
        return !known.assumptions().unseen().contains("limitranges");
    }

    /** With as many new pods as there may be, or with as many old ones, whichever is more. */
    private BigDecimal needed(BigDecimal each, BigDecimal old) {
        int fresh = Math.min(most, known.replicas());
        BigDecimal late = times(each, fresh).add(times(old, most - fresh));
        if (!known.rolling()) {
            return late;
        }
        int stale = Math.min(most, known.replicasBefore());
        return late.max(times(old, stale).add(times(each, most - stale)));
    }

    private static BigDecimal times(BigDecimal amount, int factor) {
        return amount.multiply(BigDecimal.valueOf(factor));
    }

    private static String tooSmall(String name, String resource, Quantity limit, BigDecimal needed, BigDecimal room) {
        String much = CanonicalQuantity.inFormOf(limit, needed);
        return name + " is too small: the rollout needs "
                + (resource.equals("pods") ? much + " pods" : resource + "=" + much)
                + ", where there is room for " + CanonicalQuantity.inFormOf(limit, room)
                + "; pods that terminate count as well";
    }

    private static BigDecimal amount(@Nullable Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : Quantity.getAmountInBytes(quantity);
    }

    private static Map<String, Quantity> orNone(@Nullable Map<String, Quantity> quantities) {
        return quantities == null ? Map.of() : quantities;
    }
}
