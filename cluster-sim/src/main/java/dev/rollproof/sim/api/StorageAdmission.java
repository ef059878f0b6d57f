// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the API server adds to claims and volumes when they are created: the finalizers that keep them while they are used, and, for a claim
 * that names none, the default storage class. Sources: plugin/pkg/admission/storage.
 */
public final class StorageAdmission {
    /** Keeps a claim that is deleted while a pod uses it. */
    public static final String CLAIM_PROTECTION = "kubernetes.io/pvc-protection";
    /** Keeps a volume that is deleted while it is bound. */
    public static final String VOLUME_PROTECTION = "kubernetes.io/pv-protection";
    /** Marks a storage class that claims get which name none. */
    public static final String IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";
    /** Names a claim's or a volume's class where it is not a field: older than the field, and still read. */
    private static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

    private StorageAdmission() {}

    /** @param claim a private object with metadata of its own; its spec is not changed but replaced */
    static void complete(ApiServer api, PersistentVolumeClaim claim) {
        protect(claim.getMetadata(), CLAIM_PROTECTION);
        boolean says = claim.getSpec() == null
                || claim.getSpec().getStorageClassName() != null
                || Metadata.annotation(claim, CLASS_ANNOTATION) != null;
        Optional<String> byDefault = says ? Optional.empty() : defaultClass(api);
        byDefault.ifPresent(name -> claim.setSpec(withClass(claim.getSpec(), name)));
    }

    /** Whether a claim that is bound asks for more than before. */
    static boolean grows(PersistentVolumeClaim now, PersistentVolumeClaim before) {
        Quantity asked = requested(now);
        Quantity had = requested(before);
        return before.getStatus() != null
                && "Bound".equals(before.getStatus().getPhase())
                && asked != null
                && had != null
                && Quantity.getAmountInBytes(asked).compareTo(Quantity.getAmountInBytes(had)) > 0;
    }

    private static @Nullable Quantity requested(PersistentVolumeClaim claim) {
        return claim.getSpec() == null
                        || claim.getSpec().getResources() == null
                        || claim.getSpec().getResources().getRequests() == null
                ? null
                : claim.getSpec().getResources().getRequests().get("storage");
    }

    /** A copy of a claim's spec with a class. */
    public static PersistentVolumeClaimSpec withClass(PersistentVolumeClaimSpec spec, String name) {
        PersistentVolumeClaimSpec changed = Frozen.copy(spec, PersistentVolumeClaimSpec::new);
        changed.setStorageClassName(name);
        return changed;
    }

    /** The newest class that is marked as the default one, and of equally new ones the first by name. */
    public static Optional<String> defaultClass(ApiServer api) {
        return api.all(ResourceType.STORAGE_CLASSES, "").stream()
                .filter(storage -> "true".equals(Metadata.annotation(storage, IS_DEFAULT)))
                .map(StorageClass::getMetadata)
                .min(Comparator.comparing(ObjectMeta::getCreationTimestamp)
                        .reversed()
                        .thenComparing(ObjectMeta::getName))
                .map(ObjectMeta::getName);
    }

    /** The class that a claim names, by field or annotation; {@code ""} where it names none. */
    public static String classOf(PersistentVolumeClaim claim) {
        return orAnnotation(claim.getSpec().getStorageClassName(), Metadata.annotation(claim, CLASS_ANNOTATION));
    }

    /** The class that a volume is of; {@code ""} where it is of none. */
    public static String classOf(PersistentVolume volume) {
        return orAnnotation(volume.getSpec().getStorageClassName(), Metadata.annotation(volume, CLASS_ANNOTATION));
    }

    private static String orAnnotation(@Nullable String field, @Nullable String annotation) {
        return annotation != null ? annotation : field != null ? field : "";
    }

    /** @param volume a private object with metadata of its own */
    static void complete(ApiServer api, PersistentVolume volume) {
        protect(volume.getMetadata(), VOLUME_PROTECTION);
        PersistentVolumeStatus status = new PersistentVolumeStatus();
        status.setPhase("Pending");
        status.setLastPhaseTransitionTime(api.timestamps().now());
        volume.setStatus(status);
    }

    private static void protect(ObjectMeta metadata, String finalizer) {
        List<String> finalizers =
                metadata.getFinalizers() == null ? new ArrayList<>() : new ArrayList<>(metadata.getFinalizers());
        if (!finalizers.contains(finalizer)) {
            finalizers.add(finalizer);
        }
        metadata.setFinalizers(finalizers);
    }
}
