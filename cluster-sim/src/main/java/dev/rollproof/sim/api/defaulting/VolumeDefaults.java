// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.Objects;

/** The defaults of claims, volumes and storage classes. */
final class VolumeDefaults {
    private VolumeDefaults() {}

    static void setOn(PersistentVolumeClaimSpec spec) {
        spec.setVolumeMode(Objects.requireNonNullElse(spec.getVolumeMode(), "Filesystem"));
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
        spec.setPersistentVolumeReclaimPolicy(
                Objects.requireNonNullElse(spec.getPersistentVolumeReclaimPolicy(), "Retain"));
    }

    static void setOn(StorageClass object) {
        object.setReclaimPolicy(Objects.requireNonNullElse(object.getReclaimPolicy(), "Delete"));
        object.setVolumeBindingMode(Objects.requireNonNullElse(object.getVolumeBindingMode(), "Immediate"));
    }
}
