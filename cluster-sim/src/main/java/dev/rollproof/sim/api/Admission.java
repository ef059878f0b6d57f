// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.quota.PodUsage;
import dev.rollproof.sim.engine.Randomness;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatus;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the API server asks before it lets anybody, client or controller, create an object: that its namespace is there and
 * stays, what pods need, and that quotas have room. Not thread-safe: under the simulation's lock.
 */
final class Admission {
    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

    private final ApiServer api;
    private final PodAdmission pods;

    Admission(ApiServer api, Randomness random) {
        this.api = api;
        this.pods = new PodAdmission(api, random);
    }

    /** Refuses an object whose namespace is not there, or on its way out. */
    void checkNamespace(ResourceType<?> type, HasMetadata object) {
        if (!type.namespaced()) {
            return;
        }
        String name = Metadata.namespace(object);
        Namespace namespace = api.find(ResourceType.NAMESPACES, "", name);
        if (namespace == null) {
            throw new ClusterException(Reason.NOT_FOUND, "namespaces \"" + name + "\" not found");
        }
        if (Metadata.terminating(namespace)) {
            throw new ClusterException(
                    Reason.FORBIDDEN,
                    forbidden(type, object) + "unable to create new content in namespace " + name
                            + " because it is being terminated",
                    List.of(new Cause(
                            "metadata.namespace",
                            "NamespaceTerminating",
                            "namespace " + name + " is being terminated")),
                    null);
        }
    }

    /** Refuses a pod that names what there is not, whatever else is wrong with it. */
    void check(Pod pod) {
        checkNamespace(ResourceType.PODS, pod);
        pods.check(pod);
    }

    /** Refuses to delete what no cluster is without. */
    void checkDeletion(ResourceType<?> type, String name) {
        if (type.equals(ResourceType.NAMESPACES) && IMMORTAL.contains(name)) {
            throw new ClusterException(
                    Reason.FORBIDDEN, "namespaces \"" + name + "\" is forbidden: this namespace may not be deleted");
        }
    }

    private static String forbidden(ResourceType<?> type, HasMetadata object) {
        return type.resource() + " \"" + object.getMetadata().getName() + "\" is forbidden: ";
    }

    /**
     * Completes what is created; most kinds stay as they are.
     *
     * @param created a private object with metadata of its own; its spec is not changed but replaced
     */
    void complete(HasMetadata created) {
        if (created instanceof Pod pod) {
            pods.complete(pod);
        } else if (created instanceof PersistentVolumeClaim claim) {
            StorageAdmission.complete(api, claim);
        } else if (created instanceof PersistentVolume volume) {
            StorageAdmission.complete(api, volume);
        }
    }

    /** Refuses to let a claim grow whose class does not say that its volumes can. */
    void checkGrowth(HasMetadata object, HasMetadata stored) {
        if (object instanceof PersistentVolumeClaim now
                && stored instanceof PersistentVolumeClaim before
                && StorageAdmission.grows(now, before)) {
            StorageClass storage = api.find(ResourceType.STORAGE_CLASSES, "", StorageAdmission.classOf(before));
            if (storage == null || !Boolean.TRUE.equals(storage.getAllowVolumeExpansion())) {
                throw new ClusterException(
                        Reason.FORBIDDEN,
                        forbidden(ResourceType.PERSISTENT_VOLUME_CLAIMS, now)
                                + "only dynamically provisioned pvc can be resized and the storageclass that provisions the"
                                + " pvc must support resize");
            }
        }
    }

    /**
     * Asks the quotas of the object's namespace, and has them count it.
     *
     * @param count false on a dry run: ask only
     */
    void checkQuotas(ResourceType<?> type, HasMetadata object, boolean count) {
        List<ResourceQuota> quotas = api.all(ResourceType.RESOURCE_QUOTAS, Metadata.namespace(object));
        if (quotas.isEmpty()) {
            return;
        }
        Usage asked = Usage.of(type, object);
        Map<ResourceQuota, Usage> after = new LinkedHashMap<>();
        for (ResourceQuota quota : quotas) {
            if (!Usage.isCounted(quota, object)) {
                continue;
            }
            Usage hard = Usage.limitsOf(quota);
            Usage concerned = asked.only(hard.names());
            List<String> unsaid = object instanceof Pod pod ? PodUsage.unsaid(hard.names(), pod.getSpec()) : List.of();
            if (!unsaid.isEmpty()) {
                throw new ClusterException(
                        Reason.FORBIDDEN,
                        forbidden(type, object) + "failed quota: "
                                + quota.getMetadata().getName() + ": must specify " + String.join("; ", unsaid));
            }
            if (concerned.isEmpty()) {
                continue;
            }
            Usage used = Usage.of(quota.getStatus());
            if (!used.names().containsAll(concerned.names())) {
                throw new ClusterException(
                        Reason.FORBIDDEN,
                        forbidden(type, object) + "status unknown for quota: "
                                + quota.getMetadata().getName() + ", resources: "
                                + String.join(",", concerned.names()));
            }
            Usage sum = used.plus(concerned);
            Usage exceeded = sum.above(hard).only(concerned.names());
            if (!exceeded.isEmpty()) {
                throw new ClusterException(
                        Reason.FORBIDDEN,
                        forbidden(type, object) + "exceeded quota: "
                                + quota.getMetadata().getName() + ", requested: "
                                + concerned.only(exceeded.names()) + ", used: " + used.only(exceeded.names())
                                + ", limited: " + hard.only(exceeded.names()));
            }
            after.put(quota, sum);
        }
        if (count) {
            after.forEach(this::write);
        }
    }

    private void write(ResourceQuota quota, Usage used) {
        ResourceQuota counted = ResourceType.RESOURCE_QUOTAS.shallowCopy().apply(quota);
        ResourceQuotaStatus status = new ResourceQuotaStatus();
        status.setHard(quota.getStatus().getHard());
        status.setUsed(used.toQuantities());
        counted.setStatus(status);
        api.overwriteStatus(ResourceType.RESOURCE_QUOTAS, counted, false);
    }
}
