// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.StorageAdmission;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimCondition;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets claims go that are deleted when no pod uses them any more, and volumes when they are not bound; and says of bound claims whether a pod
 * uses them (since 1.37, KEP-5541). Sources: pkg/controller/volume/pvcprotection and pvprotection.
 */
final class ClaimProtection {
    private static final String UNUSED = "Unused";

    private final ApiServer api;
    private final int minor;
    private final Informer<Pod> pods;
    final WorkQueue<ObjectKey> queue;
    final WorkQueue<String> volumeQueue;

    ClaimProtection(
            ControlPlane plane,
            Informer<PersistentVolumeClaim> claims,
            Informer<PersistentVolume> volumes,
            Informer<Pod> pods) {
        this.api = plane.api();
        this.minor = plane.minor();
        this.pods = pods;
        this.queue = ControllerManager.queue(plane, "pvc-protection", Integer.MAX_VALUE, this::sync);
        this.volumeQueue = ControllerManager.queue(plane, "pv-protection", Integer.MAX_VALUE, this::syncVolume);
        claims.addHandler((previous, claim, deleted) -> {
            if (!deleted
                    && (Metadata.terminating(claim)
                            || !isProtected(claim, StorageAdmission.CLAIM_PROTECTION)
                            || minor >= 37 && unused(claim) == null)) {
                queue.add(ObjectKey.of(claim));
            }
        });
        volumes.addHandler((previous, volume, deleted) -> {
            if (!deleted
                    && (Metadata.terminating(volume) || !isProtected(volume, StorageAdmission.VOLUME_PROTECTION))) {
                volumeQueue.add(volume.getMetadata().getName());
            }
        });
        pods.addHandler((previous, pod, deleted) -> onPod(pod));
    }

    private void onPod(Pod pod) {
        for (String claim : Volumes.claimsOf(pod)) {
            queue.add(new ObjectKey(Metadata.namespace(pod), claim));
        }
    }

    private static @Nullable PersistentVolumeClaimCondition unused(PersistentVolumeClaim claim) {
        return conditions(claim).stream()
                .filter(condition -> UNUSED.equals(condition.getType()))
                .findFirst()
                .orElse(null);
    }

    private static List<PersistentVolumeClaimCondition> conditions(PersistentVolumeClaim claim) {
        return claim.getStatus() == null || claim.getStatus().getConditions() == null
                ? List.of()
                : claim.getStatus().getConditions();
    }

    private int sync(ObjectKey key) {
        PersistentVolumeClaim claim = api.find(ResourceType.PERSISTENT_VOLUME_CLAIMS, key.namespace(), key.name());
        if (claim == null) {
            return 0;
        }
        if (!Metadata.terminating(claim)) {
            int protection = protect(ResourceType.PERSISTENT_VOLUME_CLAIMS, claim, StorageAdmission.CLAIM_PROTECTION);
            if (protection > 0) {
                return protection;
            }
            return minor >= 37 && Volumes.phase(claim).equals("Bound") ? tellWhetherUsed(claim) : 0;
        }
        boolean used = isUsed(claim, pod -> !Texts.isEmpty(pod.getSpec().getNodeName()));
        return used
                ? 0
                : removeFinalizer(ResourceType.PERSISTENT_VOLUME_CLAIMS, claim, StorageAdmission.CLAIM_PROTECTION);
    }

    private boolean isUsed(PersistentVolumeClaim claim, Predicate<Pod> counts) {
        String name = claim.getMetadata().getName();
        Predicate<Pod> uses = pod -> Volumes.claimsOf(pod).contains(name) && counts.test(pod);
        String namespace = Metadata.namespace(claim);
        return pods.in(namespace).stream().anyMatch(uses)
                || api.all(ResourceType.PODS, namespace).stream().anyMatch(uses);
    }

    private static boolean isProtected(HasMetadata object, String finalizer) {
        List<String> finalizers = object.getMetadata().getFinalizers();
        return finalizers != null && finalizers.contains(finalizer);
    }

    /** Gives an object its finalizer back, where somebody took it. */
    private <T extends HasMetadata> int protect(ResourceType<T> type, T object, String finalizer) {
        if (isProtected(object, finalizer)) {
            return 0;
        }
        List<String> all =
                new ArrayList<>(Objects.requireNonNullElse(object.getMetadata().getFinalizers(), List.of()));
        all.add(finalizer);
        return writeFinalizers(type, object, all);
    }

    private <T extends HasMetadata> int removeFinalizer(ResourceType<T> type, T object, String finalizer) {
        List<String> left =
                new ArrayList<>(Objects.requireNonNullElse(object.getMetadata().getFinalizers(), List.of()));
        if (!left.remove(finalizer)) {
            return 0;
        }
        return writeFinalizers(type, object, left);
    }

    private <T extends HasMetadata> int writeFinalizers(ResourceType<T> type, T object, List<String> finalizers) {
        T changed = type.shallowCopy().apply(object);
        ObjectMeta metadata = Metadata.copy(object.getMetadata());
        metadata.setFinalizers(finalizers);
        changed.setMetadata(metadata);
        T ignored = api.update(type, changed);
        return 1;
    }

    private int tellWhetherUsed(PersistentVolumeClaim claim) {
        boolean used = isUsed(claim, pod -> !Pods.isFinal(Pods.phase(pod)));
        PersistentVolumeClaimCondition before = unused(claim);
        String status = used ? "False" : "True";
        if (before != null && status.equals(before.getStatus())) {
            return 0;
        }
        PersistentVolumeClaimCondition now = new PersistentVolumeClaimCondition(
                null,
                api.timestamps().now(),
                used ? "A pod is currently referencing this PVC" : "No pods are currently referencing this PVC",
                used ? "PodUsingPVC" : "NoPodsUsingPVC",
                status,
                UNUSED);
        List<PersistentVolumeClaimCondition> all = new ArrayList<>(conditions(claim));
        all.removeIf(condition -> UNUSED.equals(condition.getType()));
        all.add(now);
        PersistentVolumeClaim changed =
                ResourceType.PERSISTENT_VOLUME_CLAIMS.shallowCopy().apply(claim);
        PersistentVolumeClaimStatus told = Frozen.copy(claim.getStatus(), PersistentVolumeClaimStatus::new);
        told.setConditions(all);
        changed.setStatus(told);
        PersistentVolumeClaim ignored = api.updateStatus(ResourceType.PERSISTENT_VOLUME_CLAIMS, changed);
        return 1;
    }

    private int syncVolume(String name) {
        PersistentVolume volume = api.find(ResourceType.PERSISTENT_VOLUMES, "", name);
        if (volume == null) {
            return 0;
        }
        if (!Metadata.terminating(volume)) {
            return protect(ResourceType.PERSISTENT_VOLUMES, volume, StorageAdmission.VOLUME_PROTECTION);
        }
        return Volumes.phase(volume).equals("Bound")
                ? 0
                : removeFinalizer(ResourceType.PERSISTENT_VOLUMES, volume, StorageAdmission.VOLUME_PROTECTION);
    }
}
