// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.quota.CanonicalQuantity;
import dev.rollproof.k8s.quota.PodUsage;
import dev.rollproof.k8s.quota.QuotaScopes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatus;
import io.fabric8.kubernetes.api.model.Service;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Amounts by the names that quotas use, such as {@code pods} or {@code requests.cpu}.
 *
 * @param amounts each in its base unit: cores, bytes, pieces
 */
public record Usage(Map<String, BigDecimal> amounts) {
    public Usage {
        amounts = new TreeMap<>(amounts);
    }

    /** What one object takes from a quota; a pod that has ended is an object still, and nothing else. */
    public static Usage of(ResourceType<?> type, HasMetadata object) {
        Map<String, BigDecimal> amounts = new TreeMap<>();
        if (object instanceof Pod pod) {
            if (!hasEnded(pod)) {
                amounts.putAll(PodUsage.of(pod.getSpec()));
            }
        } else if (object instanceof Service service && service.getSpec() != null) {
            amounts.put("services", BigDecimal.ONE);
            if ("NodePort".equals(service.getSpec().getType())) {
                amounts.put(
                        "services.nodeports",
                        BigDecimal.valueOf(service.getSpec().getPorts().size()));
            } else if ("LoadBalancer".equals(service.getSpec().getType())) {
                amounts.put("services.loadbalancers", BigDecimal.ONE);
            }
        } else if (object instanceof PersistentVolumeClaim claim) {
            amounts.put("persistentvolumeclaims", BigDecimal.ONE);
            if (claim.getSpec() != null && claim.getSpec().getResources() != null) {
                String ofClass = StorageAdmission.classOf(claim) + ".storageclass.storage.k8s.io/";
                add(amounts, "requests.", claim.getSpec().getResources().getRequests());
                add(
                        amounts,
                        ofClass + "requests.",
                        claim.getSpec().getResources().getRequests());
                amounts.put(ofClass + "persistentvolumeclaims", BigDecimal.ONE);
            }
        } else if (type.group().isEmpty()) {
            amounts.put(type.plural(), BigDecimal.ONE);
        }
        amounts.put("count/" + type.resource(), BigDecimal.ONE);
        return new Usage(amounts);
    }

    private static boolean hasEnded(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    private static void add(Map<String, BigDecimal> amounts, String prefix, @Nullable Map<String, Quantity> more) {
        if (more != null) {
            more.forEach(
                    (name, amount) -> amounts.merge(prefix + name, Quantity.getAmountInBytes(amount), BigDecimal::add));
        }
    }

    /** Whether a quota counts such an object, by its scopes. */
    public static boolean isCounted(ResourceQuota quota, HasMetadata object) {
        QuotaScopes scopes = QuotaScopes.of(quota);
        return scopes.isEmpty()
                || object instanceof Pod pod && scopes.match(pod.getSpec())
                || object instanceof PersistentVolumeClaim claim && scopes.match(claim);
    }

    static Usage limitsOf(ResourceQuota quota) {
        return quota.getSpec() == null ? of(Map.of()) : of(quota.getSpec().getHard());
    }

    /** What a quota says is used. */
    static Usage of(@Nullable ResourceQuotaStatus status) {
        return status == null ? of(Map.of()) : of(status.getUsed());
    }

    private static Usage of(@Nullable Map<String, Quantity> quantities) {
        Map<String, BigDecimal> amounts = new TreeMap<>();
        add(amounts, "", quantities);
        return new Usage(amounts);
    }

    /** What a quota's controller counts: the limits' names, and how much all objects of the namespace take of each. */
    public static Usage counted(Set<String> names, Collection<Usage> all) {
        Map<String, BigDecimal> amounts = new TreeMap<>();
        for (String name : names) {
            amounts.put(name, BigDecimal.ZERO);
        }
        for (Usage usage : all) {
            usage.amounts.forEach((name, amount) -> amounts.computeIfPresent(name, (key, sum) -> sum.add(amount)));
        }
        return new Usage(amounts);
    }

    public Set<String> names() {
        return new TreeSet<>(amounts.keySet());
    }

    public boolean isEmpty() {
        return amounts.isEmpty();
    }

    Usage only(Set<String> names) {
        Map<String, BigDecimal> kept = new TreeMap<>(amounts);
        kept.keySet().retainAll(names);
        return new Usage(kept);
    }

    Usage plus(Usage more) {
        Map<String, BigDecimal> sum = new TreeMap<>(amounts);
        more.amounts.forEach((name, amount) -> sum.merge(name, amount, BigDecimal::add));
        return new Usage(sum);
    }

    /** The part that is more than the limit of its name. */
    Usage above(Usage hard) {
        Map<String, BigDecimal> over = new TreeMap<>(amounts);
        over.entrySet()
                .removeIf(entry -> !hard.amounts.containsKey(entry.getKey())
                        || entry.getValue().compareTo(hard.amounts.get(entry.getKey())) <= 0);
        return new Usage(over);
    }

    public Map<String, Quantity> toQuantities() {
        Map<String, Quantity> quantities = new TreeMap<>();
        amounts.forEach((name, amount) -> quantities.put(name, quantity(name, amount)));
        return quantities;
    }

    /** The sum of what is said in several places, each amount as Kubernetes writes it. */
    public static Map<String, Quantity> sumOf(List<Map<String, Quantity>> quantities) {
        Map<String, BigDecimal> amounts = new TreeMap<>();
        quantities.forEach(more -> add(amounts, "", more));
        return new Usage(amounts).toQuantities();
    }

    private static Quantity quantity(String name, BigDecimal amount) {
        BigDecimal plain = amount.stripTrailingZeros();
        if (name.endsWith("memory") || name.endsWith("storage")) {
            return Quantity.parse(CanonicalQuantity.ofBytes(plain.toBigInteger()));
        }
        if (plain.scale() > 0) {
            return new Quantity(amount.movePointRight(3).toBigInteger().toString(), "m");
        }
        return new Quantity(plain.toBigInteger().toString());
    }

    /** As quotas write it: {@code pods=3,requests.cpu=500m}. */
    @Override
    public String toString() {
        return amounts.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + quantity(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(","));
    }
}
