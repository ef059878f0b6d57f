// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.StorageAdmission;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The columns of claims, volumes and storage classes. */
final class VolumeColumns {
    private static final String UNSET = "<unset>";

    private static final Map<String, String> MODES = new LinkedHashMap<>();

    static {
        MODES.put("ReadWriteOnce", "RWO");
        MODES.put("ReadOnlyMany", "ROX");
        MODES.put("ReadWriteMany", "RWX");
        MODES.put("ReadWriteOncePod", "RWOP");
    }

    private VolumeColumns() {}

    static List<Column<PersistentVolumeClaim>> ofClaims(
            Column<PersistentVolumeClaim> name, Column<PersistentVolumeClaim> age) {
        return List.of(
                name,
                Column.text(
                        "Status",
                        claim -> Metadata.terminating(claim)
                                ? "Terminating"
                                : claim.getStatus() == null
                                        ? ""
                                        : claim.getStatus().getPhase()),
                Column.text("Volume", claim -> volumeOf(claim)),
                Column.text(
                        "Capacity",
                        claim -> volumeOf(claim).isEmpty()
                                ? ""
                                : storage(
                                        claim.getStatus() == null
                                                ? null
                                                : claim.getStatus().getCapacity())),
                Column.text(
                        "Access Modes",
                        claim -> volumeOf(claim).isEmpty() || claim.getStatus() == null
                                ? ""
                                : modes(claim.getStatus().getAccessModes())),
                Column.text("StorageClass", StorageAdmission::classOf),
                Column.text(
                        "VolumeAttributesClass",
                        claim -> orUnset(claim.getSpec().getVolumeAttributesClassName())),
                age,
                Column.wide("VolumeMode", claim -> orUnset(claim.getSpec().getVolumeMode())));
    }

    private static String volumeOf(PersistentVolumeClaim claim) {
        return Objects.requireNonNullElse(claim.getSpec().getVolumeName(), "");
    }

    private static String storage(@Nullable Map<String, Quantity> amounts) {
        Quantity storage = amounts == null ? null : amounts.get("storage");
        return storage == null ? "0" : storage.toString();
    }

    private static String modes(@Nullable List<String> modes) {
        return MODES.entrySet().stream()
                .filter(mode -> modes != null && modes.contains(mode.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(","));
    }

    private static String orUnset(@Nullable String text) {
        return text == null ? UNSET : text;
    }

    static List<Column<PersistentVolume>> ofVolumes(Column<PersistentVolume> name, Column<PersistentVolume> age) {
        return List.of(
                name,
                Column.text("Capacity", volume -> storage(volume.getSpec().getCapacity())),
                Column.text("Access Modes", volume -> modes(volume.getSpec().getAccessModes())),
                Column.text("Reclaim Policy", volume -> volume.getSpec().getPersistentVolumeReclaimPolicy()),
                Column.text(
                        "Status",
                        volume -> Metadata.terminating(volume)
                                ? "Terminating"
                                : volume.getStatus() == null
                                        ? ""
                                        : volume.getStatus().getPhase()),
                Column.text("Claim", volume -> claimOf(volume.getSpec().getClaimRef())),
                Column.text("StorageClass", StorageAdmission::classOf),
                Column.text(
                        "VolumeAttributesClass",
                        volume -> orUnset(volume.getSpec().getVolumeAttributesClassName())),
                Column.text(
                        "Reason",
                        volume -> volume.getStatus() == null
                                ? ""
                                : Objects.requireNonNullElse(volume.getStatus().getReason(), "")),
                age,
                Column.wide("VolumeMode", volume -> orUnset(volume.getSpec().getVolumeMode())));
    }

    private static String claimOf(@Nullable ObjectReference claim) {
        return claim == null ? "" : claim.getNamespace() + "/" + claim.getName();
    }

    static List<Column<StorageClass>> ofClasses(Column<StorageClass> age) {
        return List.of(
                Column.text(
                        "Name",
                        storage -> storage.getMetadata().getName()
                                + ("true".equals(Metadata.annotation(storage, StorageAdmission.IS_DEFAULT))
                                        ? " (default)"
                                        : "")),
                Column.text("Provisioner", StorageClass::getProvisioner),
                Column.text(
                        "ReclaimPolicy", storage -> Objects.requireNonNullElse(storage.getReclaimPolicy(), "Delete")),
                Column.text(
                        "VolumeBindingMode",
                        storage -> Objects.requireNonNullElse(storage.getVolumeBindingMode(), "Immediate")),
                Column.text("AllowVolumeExpansion", storage -> Boolean.TRUE.equals(storage.getAllowVolumeExpansion())),
                age);
    }
}
