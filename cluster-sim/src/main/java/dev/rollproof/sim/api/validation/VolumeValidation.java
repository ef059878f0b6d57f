// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for claims and storage classes. Sources: pkg/apis/core/validation, pkg/apis/storage/validation. */
final class VolumeValidation {
    private static final List<String> ACCESS_MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
    private static final List<String> VOLUME_MODES = List.of("Block", "Filesystem");

    private VolumeValidation() {}

    static void claim(@Nullable PersistentVolumeClaimSpec given, String path, FieldErrors errors) {
        PersistentVolumeClaimSpec spec = Objects.requireNonNullElseGet(given, PersistentVolumeClaimSpec::new);
        List<String> modes = Objects.requireNonNullElse(spec.getAccessModes(), List.of());
        if (modes.isEmpty()) {
            errors.required(path + ".accessModes", "at least 1 access mode is required");
        }
        if (spec.getSelector() != null) {
            boolean ignored = SelectorValidation.validate(spec.getSelector(), path + ".selector", errors);
        }
        accessModes(modes, path + ".accessModes", errors);
        Map<String, Quantity> requests =
                spec.getResources() == null || spec.getResources().getRequests() == null
                        ? Map.of()
                        : spec.getResources().getRequests();
        String storage = path + ".resources[storage]";
        if (!requests.containsKey("storage")) {
            errors.required(storage);
        } else {
            positive(requests.get("storage"), storage, errors);
        }
        className(spec.getStorageClassName(), path + ".storageClassName", errors);
        volumeMode(spec.getVolumeMode(), path + ".volumeMode", errors);
        new DataSourceValidation(errors).claim(spec, path);
        className(spec.getVolumeAttributesClassName(), path + ".volumeAttributesClassName", errors);
    }

    static void accessModes(List<String> modes, String path, FieldErrors errors) {
        modes.stream()
                .filter(mode -> !ACCESS_MODES.contains(mode))
                .forEach(mode -> errors.notSupported(path, mode, ACCESS_MODES));
        List<String> known = modes.stream().filter(ACCESS_MODES::contains).toList();
        if (known.contains("ReadWriteOncePod") && !List.of("ReadWriteOncePod").containsAll(known)) {
            errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
        }
    }

    static void positive(Quantity quantity, String path, FieldErrors errors) {
        if (quantity.getNumericalAmount().compareTo(BigDecimal.ZERO) <= 0) {
            errors.invalid(path, quantity.toString(), "must be greater than zero");
        }
    }

    static void volumeMode(@Nullable String mode, String path, FieldErrors errors) {
        if (mode != null && !VOLUME_MODES.contains(mode)) {
            errors.notSupported(path, mode, VOLUME_MODES);
        }
    }

    static void className(@Nullable String name, String path, FieldErrors errors) {
        if (name != null && !name.isEmpty()) {
            Names.subdomain(name).forEach(wrong -> errors.invalid(path, name, wrong));
        }
    }

    static void storageClass(StorageClass object, FieldErrors errors) {
        String provisioner = object.getProvisioner();
        if (provisioner == null || provisioner.isEmpty()) {
            errors.required("provisioner");
        } else {
            Names.qualifiedName(provisioner.toLowerCase(Locale.ROOT))
                    .forEach(wrong -> errors.invalid("provisioner", provisioner.toLowerCase(Locale.ROOT), wrong));
        }
        PodSpecValidation.oneOf("reclaimPolicy", object.getReclaimPolicy(), List.of("Delete", "Retain"), errors);
        String mode = object.getVolumeBindingMode();
        List<String> modes = List.of("Immediate", "WaitForFirstConsumer");
        if (mode != null && !modes.contains(mode)) {
            errors.notSupported("volumeBindingMode", mode, modes);
        }
        new TopologyValidation(errors).validate(Lists.orEmpty(object.getAllowedTopologies()), "allowedTopologies");
    }

    /** Kubernetes 1.37 does not say to what it was to be changed, and 1.34 has a text of its own for all but the mode. */
    static void unchanged(StorageClass now, StorageClass before, int minor, FieldErrors errors) {
        unchanged("parameters", emptied(now.getParameters()), emptied(before.getParameters()), minor, errors);
        unchanged("provisioner", now.getProvisioner(), before.getProvisioner(), minor, errors);
        unchanged("reclaimPolicy", now.getReclaimPolicy(), before.getReclaimPolicy(), minor, errors);
        if (minor < 35) {
            Immutable.unchanged("volumeBindingMode", now.getVolumeBindingMode(), before.getVolumeBindingMode(), errors);
        } else {
            unchanged("volumeBindingMode", now.getVolumeBindingMode(), before.getVolumeBindingMode(), minor, errors);
        }
    }

    private static void unchanged(
            String path, @Nullable Object now, @Nullable Object before, int minor, FieldErrors errors) {
        if (Objects.equals(now, before)) {
            return;
        }
        if (minor < 35) {
            errors.forbidden(path, "updates to " + path + " are forbidden.");
        } else {
            errors.invalid(path, null, "field is immutable");
        }
    }

    private static Map<String, String> emptied(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }

    /** Kubernetes' text goes on with the difference in a syntax of Go's. */
    static void unchanged(PersistentVolumeClaim now, PersistentVolumeClaim before, FieldErrors errors) {
        boolean bound =
                before.getStatus() != null && "Bound".equals(before.getStatus().getPhase());
        PersistentVolumeClaimSpec old = before.getSpec();
        PersistentVolumeClaimSpecBuilder comparable = new PersistentVolumeClaimSpecBuilder(now.getSpec());
        if (Texts.isEmpty(old.getVolumeName())) {
            // May be said once.
            comparable.withVolumeName(old.getVolumeName());
        }
        if (old.getStorageClassName() == null && !bound) {
            comparable.withStorageClassName(null);
        }
        Quantity asked = storage(now.getSpec());
        Quantity askedBefore = storage(old);
        if (bound && asked != null && askedBefore != null) {
            Map<String, Quantity> requests =
                    new HashMap<>(now.getSpec().getResources().getRequests());
            requests.put("storage", askedBefore);
            comparable.editResources().withRequests(requests).endResources();
            comparable.withVolumeAttributesClassName(old.getVolumeAttributesClassName());
        }
        if (!comparable.build().equals(old)) {
            errors.forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound"
                            + " claims");
        }
        Quantity has = before.getStatus() == null || before.getStatus().getCapacity() == null
                ? null
                : before.getStatus().getCapacity().get("storage");
        if (asked != null
                && askedBefore != null
                && asked.getNumericalAmount().compareTo(askedBefore.getNumericalAmount()) < 0
                && asked.getNumericalAmount().compareTo(has == null ? BigDecimal.ZERO : has.getNumericalAmount())
                        <= 0) {
            errors.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
        }
        Immutable.unchanged("volumeMode", now.getSpec().getVolumeMode(), old.getVolumeMode(), errors);
    }

    private static @Nullable Quantity storage(PersistentVolumeClaimSpec spec) {
        return spec.getResources() == null || spec.getResources().getRequests() == null
                ? null
                : spec.getResources().getRequests().get("storage");
    }
}
