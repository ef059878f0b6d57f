// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.TypedLocalObjectReference;
import io.fabric8.kubernetes.api.model.TypedObjectReference;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.Objects;

/** The defaults of claims, volumes and storage classes. */
final class VolumeDefaults {
    private VolumeDefaults() {}

    static void setOn(PersistentVolumeClaimSpec spec) {
        spec.setVolumeMode(Objects.requireNonNullElse(spec.getVolumeMode(), "Filesystem"));
    }

    /** A claim of its own is filled from what either of two fields names, and then both do. */
    static void setOnClaim(PersistentVolumeClaimSpec spec) {
        setOn(spec);
        spec.setVolumeName(ZeroValues.said(spec.getVolumeName()));
        if (spec.getDataSourceRef() != null
                && !Texts.isEmpty(spec.getDataSourceRef().getNamespace())) {
            // Objects of other namespaces are a feature that is off.
            spec.setDataSourceRef(null);
        }
        TypedLocalObjectReference source = spec.getDataSource();
        TypedObjectReference reference = spec.getDataSourceRef();
        if (reference == null && source != null) {
            if (isKnown(source)) {
                spec.setDataSourceRef(
                        new TypedObjectReference(source.getApiGroup(), source.getKind(), source.getName(), null));
            } else {
                spec.setDataSource(null);
            }
        } else if (reference != null && source == null) {
            spec.setDataSource(
                    new TypedLocalObjectReference(reference.getApiGroup(), reference.getKind(), reference.getName()));
        }
    }

    /** What the older field could name; all else in it has always been dropped. */
    private static boolean isKnown(TypedLocalObjectReference source) {
        String group = Texts.orEmpty(source.getApiGroup());
        return group.isEmpty() && "PersistentVolumeClaim".equals(source.getKind())
                || group.equals("snapshot.storage.k8s.io") && "VolumeSnapshot".equals(source.getKind());
    }

    /** A template is a whole claim to the API, with kind and status. */
    static void setOnTemplate(PersistentVolumeClaim template) {
        template.setApiVersion("v1");
        template.setKind("PersistentVolumeClaim");
        if (template.getSpec() == null) {
            template.setSpec(new PersistentVolumeClaimSpec());
        }
        setOn(template.getSpec());
        if (template.getStatus() == null) {
            template.setStatus(new PersistentVolumeClaimStatus());
        }
        template.getStatus()
                .setPhase(Objects.requireNonNullElse(template.getStatus().getPhase(), "Pending"));
    }

    static void setOn(PersistentVolumeSpec spec) {
        spec.setVolumeMode(Objects.requireNonNullElse(spec.getVolumeMode(), "Filesystem"));
        if (Texts.isEmpty(spec.getPersistentVolumeReclaimPolicy())) {
            spec.setPersistentVolumeReclaimPolicy("Retain");
        }
        HostPathVolumeSource directory = spec.getHostPath();
        if (directory != null) {
            directory.setType(Texts.orEmpty(directory.getType()));
        }
    }

    static void setOn(StorageClass object) {
        object.setReclaimPolicy(Objects.requireNonNullElse(object.getReclaimPolicy(), "Delete"));
        object.setVolumeBindingMode(Objects.requireNonNullElse(object.getVolumeBindingMode(), "Immediate"));
    }
}
