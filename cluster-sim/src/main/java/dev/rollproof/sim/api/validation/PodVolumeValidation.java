// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.CSIVolumeSource;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.ImageVolumeSource;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The rules for the volumes of a pod. Source: pkg/apis/core/validation. Of vendors' disks it only matters that there is no other source beside
 * them.
 */
final class PodVolumeValidation {
    private final int minor;
    private final boolean ofPod;
    private final ProjectionValidation projections;
    private final FieldErrors errors;
    private VolumeSourceValidation sources;

    /**
     * @param minor the minor version of Kubernetes whose rules are played
     * @param ofPod whether they are a pod's own, and not those of a template
     */
    PodVolumeValidation(int minor, boolean ofPod, FieldErrors errors) {
        this.minor = minor;
        this.ofPod = ofPod;
        this.projections = new ProjectionValidation(errors);
        this.errors = errors;
        this.sources = new VolumeSourceValidation(minor, errors);
    }

    /** Those with nothing wrong in them, by their names. */
    Map<String, Volume> validate(@Nullable List<Volume> volumes, String path) {
        if (volumes == null || volumes.isEmpty()) {
            return Map.of();
        }
        Map<String, Volume> valid = new HashMap<>();
        for (int i = 0; i < volumes.size(); i++) {
            Volume volume = volumes.get(i);
            String at = path + "[" + i + "]";
            int before = errors.count();
            sources = new VolumeSourceValidation(minor, errors);
            common(volume, at);
            String name = Texts.orEmpty(volume.getName());
            if (name.isEmpty()) {
                errors.required(at + ".name");
            } else {
                Names.label(name).forEach(wrong -> errors.invalid(at + ".name", name, wrong));
            }
            if (valid.containsKey(name)) {
                errors.duplicate(at + ".name", name);
            }
            if (errors.count() == before) {
                valid.put(name, volume);
            }
        }
        return valid;
    }

    private <T> void source(@Nullable T source, String path, BiConsumer<T, String> rules) {
        sources.source(source, path, rules);
    }

    private void vendors(@Nullable Object source, String path) {
        source(source, path, (disk, at) -> {});
    }

    private void common(Volume volume, String path) {
        EmptyDirVolumeSource empty = volume.getEmptyDir();
        if (empty != null) {
            sources.beside(empty);
            if (empty.getSizeLimit() != null
                    && empty.getSizeLimit().getNumericalAmount().signum() < 0) {
                errors.forbidden(path + ".emptyDir.sizeLimit", "SizeLimit field must be a valid resource quantity");
            }
        }
        source(volume.getHostPath(), path + ".hostPath", sources::hostPath);
        vendors(volume.getGitRepo(), path + ".gitRepo");
        vendors(volume.getGcePersistentDisk(), path + ".gcePersistentDisk");
        vendors(volume.getAwsElasticBlockStore(), path + ".awsElasticBlockStore");
        source(volume.getSecret(), path + ".secret", (secret, at) -> {
            required(secret.getSecretName(), at + ".secretName");
            files(secret.getDefaultMode(), secret.getItems(), at);
        });
        source(volume.getNfs(), path + ".nfs", sources::nfs);
        vendors(volume.getIscsi(), path + ".iscsi");
        vendors(volume.getGlusterfs(), path + ".glusterfs");
        vendors(volume.getFlocker(), path + ".flocker");
        source(
                volume.getPersistentVolumeClaim(),
                path + ".persistentVolumeClaim",
                (claim, at) -> required(claim.getClaimName(), at + ".claimName"));
        vendors(volume.getRbd(), path + ".rbd");
        vendors(volume.getCinder(), path + ".cinder");
        vendors(volume.getCephfs(), path + ".cephFS");
        vendors(volume.getQuobyte(), path + ".quobyte");
        if (volume.getDownwardAPI() != null && sources.isAny()) {
            errors.forbidden(path + ".downwarAPI", "may not specify more than 1 volume type");
        } else {
            source(volume.getDownwardAPI(), path + ".downwardAPI", projections::downward);
        }
        vendors(volume.getFc(), path + ".fc");
        vendors(volume.getFlexVolume(), path + ".flexVolume");
        source(volume.getConfigMap(), path + ".configMap", (map, at) -> {
            required(map.getName(), at + ".name");
            files(map.getDefaultMode(), map.getItems(), at);
        });
        rarer(volume, path);
    }

    private void rarer(Volume volume, String path) {
        vendors(volume.getAzureFile(), path + ".azureFile");
        vendors(volume.getVsphereVolume(), path + ".vsphereVolume");
        vendors(volume.getPhotonPersistentDisk(), path + ".photonPersistentDisk");
        vendors(volume.getPortworxVolume(), path + ".portworxVolume");
        vendors(volume.getAzureDisk(), path + ".azureDisk");
        vendors(volume.getStorageos(), path + ".storageos");
        source(volume.getProjected(), path + ".projected", projections::projected);
        vendors(volume.getScaleIO(), path + ".scaleIO");
        source(volume.getCsi(), path + ".csi", this::csi);
        source(volume.getEphemeral(), path + ".ephemeral", (ephemeral, at) -> {
            if (ephemeral.getVolumeClaimTemplate() == null) {
                errors.required(at + ".volumeClaimTemplate");
            } else {
                VolumeValidation.claim(
                        ephemeral.getVolumeClaimTemplate().getSpec(), at + ".volumeClaimTemplate.spec", errors);
            }
        });
        source(volume.getImage(), path + ".image", this::image);
    }

    private void csi(CSIVolumeSource source, String path) {
        sources.driver(source.getDriver(), path + ".driver");
        if (source.getNodePublishSecretRef() != null) {
            String secret = Texts.orEmpty(source.getNodePublishSecretRef().getName());
            if (secret.isEmpty()) {
                errors.required(path + ".nodePublishSecretRef.name");
            } else {
                Names.subdomain(secret).forEach(wrong -> errors.invalid(path + ".name", secret, wrong));
            }
        }
    }

    private void image(ImageVolumeSource source, String path) {
        if ((ofPod || minor >= 36) && Texts.isEmpty(source.getReference())) {
            errors.required(path + ".reference");
        }
        PodSpecValidation.oneOf(
                path + ".pullPolicy", source.getPullPolicy(), List.of("Always", "IfNotPresent", "Never"), errors);
    }

    private void required(@Nullable String value, String path) {
        if (Texts.isEmpty(value)) {
            errors.required(path);
        }
    }

    /** Keys of a Secret or a ConfigMap, as files. */
    private void files(@Nullable Integer mode, @Nullable List<KeyToPath> keys, String path) {
        PathRules.mode(mode, path + ".defaultMode", errors);
        for (int i = 0; keys != null && i < keys.size(); i++) {
            projections.item(keys.get(i), path + ".items[" + i + "]");
        }
    }
}
