// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.strategies.plan.Resources;
import dev.rollproof.strategies.plan.Room;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the quotas of a namespace leave for one Deployment: their limits, less what others use. */
final class QuotaRoom {
    private QuotaRoom() {}

    /** Empty where there are no quotas, or where they may not be seen. */
    static Optional<Room> of(Cluster cluster, String namespace, Optional<Deployment> now) {
        List<ResourceQuota> quotas = Visible.list(
                        cluster, Query.of(ResourceQuota.class).inNamespace(namespace))
                .orElse(List.of());
        int own = now.map(Deployment::getSpec)
                .map(spec -> spec.getReplicas() == null ? 1 : spec.getReplicas())
                .orElse(0);
        Resources ownRequests = now.map(
                        d -> Resources.of(d.getSpec().getTemplate().getSpec()).times(own))
                .orElse(Resources.NONE);
        Optional<BigDecimal> pods = least(quotas, "pods", BigDecimal.valueOf(own));
        Optional<BigDecimal> cpu =
                least(quotas, "requests.cpu", ownRequests.cpu()).or(() -> least(quotas, "cpu", ownRequests.cpu()));
        Optional<BigDecimal> memory = least(quotas, "requests.memory", ownRequests.memory())
                .or(() -> least(quotas, "memory", ownRequests.memory()));
        return pods.isEmpty() && cpu.isEmpty() && memory.isEmpty()
                ? Optional.empty()
                : Optional.of(new Room(pods.map(BigDecimal::intValue), cpu, memory));
    }

    private static Optional<BigDecimal> least(List<ResourceQuota> quotas, String resource, BigDecimal own) {
        return quotas.stream()
                .filter(quota -> quota.getSpec() != null
                        && quota.getSpec().getHard() != null
                        && quota.getSpec().getHard().containsKey(resource))
                .map(quota -> amount(quota.getSpec().getHard(), resource)
                        .subtract(amount(
                                quota.getStatus() == null
                                        ? null
                                        : quota.getStatus().getUsed(),
                                resource))
                        .add(own))
                .min(BigDecimal::compareTo);
    }

    private static BigDecimal amount(
            @org.jspecify.annotations.Nullable Map<String, Quantity> amounts, String resource) {
        Quantity quantity = amounts == null ? null : amounts.get(resource);
        return quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
    }
}
