// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.CSIPersistentVolumeSource;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.LocalVolumeSource;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretReference;
import io.fabric8.kubernetes.api.model.VolumeNodeAffinity;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rules for volumes. Source: pkg/apis/core/validation. Of vendors' disks it only matters that there is no other source beside them.
 */
final class PersistentVolumeValidation {
    private final PersistentVolumeSpec spec;
    private final VolumeSourceValidation sources;
    private final FieldErrors errors;

    /** @param minor the minor version of Kubernetes whose rules are played */
    PersistentVolumeValidation(@Nullable PersistentVolumeSpec spec, int minor, FieldErrors errors) {
        this.spec = Objects.requireNonNullElseGet(spec, PersistentVolumeSpec::new);
        this.sources = new VolumeSourceValidation(minor, errors);
        this.errors = errors;
    }

    void validate() {
        List<String> modes = Lists.orEmpty(spec.getAccessModes());
        if (modes.isEmpty()) {
            errors.required("spec.accessModes");
        }
        VolumeValidation.accessModes(modes, "spec.accessModes", errors);
        capacity();
        PodSpecValidation.oneOf(
                "spec.persistentVolumeReclaimPolicy",
                spec.getPersistentVolumeReclaimPolicy(),
                List.of("Delete", "Recycle", "Retain"),
                errors);
        if (spec.getNodeAffinity() != null) {
            nodes(spec.getNodeAffinity());
        }
        known();
        rarer();
        HostPathVolumeSource directory = spec.getHostPath();
        if (directory != null
                && Texts.orEmpty(directory.getPath()).matches("/+")
                && "Recycle".equals(spec.getPersistentVolumeReclaimPolicy())) {
            errors.forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
        }
        VolumeValidation.className(spec.getStorageClassName(), "spec.storageClassName", errors);
        VolumeValidation.volumeMode(spec.getVolumeMode(), "spec.volumeMode", errors);
        attributes(spec.getVolumeAttributesClassName());
    }

    private void capacity() {
        Map<String, Quantity> capacity = spec.getCapacity() == null ? Map.of() : spec.getCapacity();
        if (capacity.isEmpty()) {
            errors.required("spec.capacity");
        }
        if (!capacity.containsKey("storage") || capacity.size() > 1) {
            errors.notSupported(
                    "spec.capacity", capacity.isEmpty() ? null : new TreeMap<>(capacity), List.of("storage"));
        }
        capacity.forEach((name, amount) -> VolumeValidation.positive(amount, "spec.capacity[" + name + "]", errors));
    }

    private void nodes(VolumeNodeAffinity affinity) {
        if (affinity.getRequired() == null) {
            errors.required("spec.nodeAffinity.required", "must specify required node constraints");
        } else {
            new AffinityValidation(errors).nodeSelector(affinity.getRequired(), "spec.nodeAffinity.required");
        }
    }

    private void vendors(@Nullable Object source, String field) {
        sources.source(source, "spec." + field, (disk, at) -> {});
    }

    private void known() {
        sources.source(spec.getHostPath(), "spec.hostPath", sources::hostPath);
        vendors(spec.getGcePersistentDisk(), "gcePersistentDisk");
        vendors(spec.getAwsElasticBlockStore(), "awsElasticBlockStore");
        vendors(spec.getGlusterfs(), "glusterfs");
        vendors(spec.getFlocker(), "flocker");
        sources.source(spec.getNfs(), "spec.nfs", sources::nfs);
        vendors(spec.getRbd(), "rbd");
        vendors(spec.getQuobyte(), "quobyte");
        vendors(spec.getCephfs(), "cephFS");
        vendors(spec.getIscsi(), "iscsi");
        vendors(spec.getCinder(), "cinder");
        vendors(spec.getFc(), "fc");
        sources.beside(spec.getFlexVolume());
    }

    private void rarer() {
        vendors(spec.getAzureFile(), "azureFile");
        vendors(spec.getVsphereVolume(), "vsphereVolume");
        vendors(spec.getPhotonPersistentDisk(), "photonPersistentDisk");
        vendors(spec.getPortworxVolume(), "portworxVolume");
        vendors(spec.getAzureDisk(), "azureDisk");
        vendors(spec.getScaleIO(), "scaleIO");
        sources.source(spec.getLocal(), "spec.local", this::local);
        vendors(spec.getStorageos(), "storageos");
        sources.source(spec.getCsi(), "spec.csi", this::csi);
        if (!sources.isAny()) {
            errors.required("spec", "must specify a volume type");
        }
    }

    private void local(LocalVolumeSource source, String path) {
        if (Texts.isEmpty(source.getPath())) {
            errors.required(path + ".path");
        } else {
            PathRules.noBacksteps(source.getPath(), path + ".path", errors);
        }
        if (spec.getNodeAffinity() == null) {
            errors.required("spec.nodeAffinity", "Local volume requires node affinity");
        }
    }

    private void csi(CSIPersistentVolumeSource source, String path) {
        sources.driver(source.getDriver(), path + ".driver");
        if (Texts.isEmpty(source.getVolumeHandle())) {
            errors.required(path + ".volumeHandle");
        }
        secret(source.getControllerPublishSecretRef(), path + ".controllerPublishSecretRef");
        secret(source.getControllerExpandSecretRef(), path + ".controllerExpandSecretRef");
        secret(source.getNodePublishSecretRef(), path + ".nodePublishSecretRef");
        secret(source.getNodeExpandSecretRef(), path + ".nodeExpandSecretRef");
    }

    private void secret(@Nullable SecretReference secret, String path) {
        if (secret == null) {
            return;
        }
        String name = Texts.orEmpty(secret.getName());
        if (name.isEmpty()) {
            errors.required(path + ".name");
        } else {
            Names.subdomain(name).forEach(wrong -> errors.invalid(path + ".name", name, wrong));
        }
        String namespace = Texts.orEmpty(secret.getNamespace());
        if (namespace.isEmpty()) {
            errors.required(path + ".namespace");
        } else {
            Names.label(namespace).forEach(wrong -> errors.invalid(path + ".namespace", namespace, wrong));
        }
    }

    private void attributes(@Nullable String className) {
        if (className == null) {
            return;
        }
        if (className.isEmpty()) {
            errors.required("spec.volumeAttributesClassName", "an empty string is disallowed");
        }
        VolumeValidation.className(className, "spec.volumeAttributesClassName", errors);
        if (spec.getCsi() == null) {
            errors.required("spec.csi", "has to be specified when using volumeAttributesClassName");
        }
    }

    /** Kubernetes' text goes on with the difference in a syntax of Go's. */
    static void unchanged(PersistentVolume now, PersistentVolume before, FieldErrors errors) {
        if (!Objects.equals(sourceOf(now), sourceOf(before))) {
            errors.forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
        }
        Immutable.unchanged(
                "volumeMode", now.getSpec().getVolumeMode(), before.getSpec().getVolumeMode(), errors);
    }

    /** Where the data are: what is left of a spec without all that is said about them. */
    private static PersistentVolumeSpec sourceOf(PersistentVolume volume) {
        return new PersistentVolumeSpecBuilder(volume.getSpec())
                .withAccessModes(List.of())
                .withCapacity(null)
                .withClaimRef(null)
                .withMountOptions(List.of())
                .withNodeAffinity(null)
                .withPersistentVolumeReclaimPolicy(null)
                .withStorageClassName(null)
                .withVolumeAttributesClassName(null)
                .withVolumeMode(null)
                .build();
    }
}
