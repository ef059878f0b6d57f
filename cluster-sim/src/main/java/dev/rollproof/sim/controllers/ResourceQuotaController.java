// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.Usage;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Counts what a namespace uses, and writes it into its quotas' status: for new quotas, and whenever something goes. What
 * comes, admission counts.
 */
final class ResourceQuotaController {
    private final ApiServer api;
    private final Informer<ResourceQuota> quotas;
    final WorkQueue<ObjectKey> queue;

    ResourceQuotaController(ControlPlane plane, Informer<ResourceQuota> quotas) {
        this.api = plane.api();
        this.quotas = quotas;
        this.queue = ControllerManager.queue(plane, "resourcequota", Integer.MAX_VALUE, this::sync);
        quotas.addHandler((previous, quota, deleted) -> {
            if (!deleted
                    && !Objects.equals(
                            hardOf(quota),
                            quota.getStatus() == null ? null : quota.getStatus().getHard())) {
                queue.add(ObjectKey.of(quota));
            }
        });
    }

    /** What goes makes room, and so does a pod that has ended. */
    <T extends HasMetadata> void watch(Informer<T> informer) {
        informer.addHandler((previous, object, deleted) -> {
            if (deleted
                    || previous instanceof Pod before && object instanceof Pod pod && ended(pod) && !ended(before)) {
                replenish(object);
            }
        });
    }

    private static boolean ended(Pod pod) {
        return Pods.isFinal(Pods.phase(pod));
    }

    private void replenish(HasMetadata gone) {
        for (ResourceQuota quota : quotas.in(Metadata.namespace(gone))) {
            queue.add(ObjectKey.of(quota));
        }
    }

    private static Map<String, Quantity> hardOf(ResourceQuota quota) {
        return quota.getSpec() == null || quota.getSpec().getHard() == null
                ? Map.of()
                : quota.getSpec().getHard();
    }

    private int sync(ObjectKey key) {
        ResourceQuota quota = api.find(ResourceType.RESOURCE_QUOTAS, key.namespace(), key.name());
        if (quota == null) {
            return 0;
        }
        List<Usage> all = new ArrayList<>();
        for (ResourceType<?> type : ResourceType.all()) {
            if (type.namespaced() && !type.equals(ResourceType.EVENTS)) {
                for (HasMetadata object : api.all(type, key.namespace())) {
                    if (Usage.isCounted(quota, object)) {
                        all.add(Usage.of(type, object));
                    }
                }
            }
        }
        ResourceQuotaStatus status = new ResourceQuotaStatus();
        status.setHard(hardOf(quota));
        status.setUsed(Usage.counted(hardOf(quota).keySet(), all).toQuantities());
        if (status.equals(quota.getStatus())) {
            return 0;
        }
        ResourceQuota counted = ResourceType.RESOURCE_QUOTAS.shallowCopy().apply(quota);
        counted.setStatus(status);
        api.updateStatus(ResourceType.RESOURCE_QUOTAS, counted);
        return 1;
    }
}
