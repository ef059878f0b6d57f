// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.warning;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ClusterTrustBundleProjection;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is deprecated or odd in a pod's volumes. Source: pkg/api/pod/warnings.go. */
final class PodVolumeWarnings {
    private PodVolumeWarnings() {}

    /** @param path of the spec */
    static void add(PodSpec spec, String path, List<String> found) {
        List<Volume> volumes = Objects.requireNonNullElse(spec.getVolumes(), List.of());
        for (int i = 0; i < volumes.size(); i++) {
            source(volumes.get(i), path + ".volumes[" + i + "]", found);
        }
        volumes.forEach(volume -> overlaps(volume, found));
    }

    private static void source(Volume volume, String at, List<String> found) {
        VolumeWarnings.withdrawn(
                volume.getPhotonPersistentDisk(), at + ".photonPersistentDisk", "v1.11", "v1.16", found);
        if (volume.getGitRepo() != null) {
            found.add(at + ".gitRepo: deprecated in v1.11, and disabled by default in v1.33+");
        }
        VolumeWarnings.withdrawn(volume.getScaleIO(), at + ".scaleIO", "v1.16", "v1.22", found);
        VolumeWarnings.withdrawn(volume.getFlocker(), at + ".flocker", "v1.22", "v1.25", found);
        VolumeWarnings.withdrawn(volume.getStorageos(), at + ".storageOS", "v1.22", "v1.25", found);
        VolumeWarnings.withdrawn(volume.getQuobyte(), at + ".quobyte", "v1.22", "v1.25", found);
        VolumeWarnings.withdrawn(volume.getGlusterfs(), at + ".glusterfs", "v1.25", "v1.26", found);
        if (volume.getEphemeral() != null && volume.getEphemeral().getVolumeClaimTemplate() != null) {
            VolumeWarnings.claimSpec(
                    volume.getEphemeral().getVolumeClaimTemplate().getSpec(),
                    at + ".ephemeral.volumeClaimTemplate.spec",
                    found);
        }
        VolumeWarnings.withdrawn(volume.getCephfs(), at + ".cephfs", "v1.28", "v1.31", found);
        VolumeWarnings.withdrawn(volume.getRbd(), at + ".rbd", "v1.28", "v1.31", found);
    }

    /**
     * A file in a volume.
     *
     * @param source where it comes from; {@code ""} where all come from one
     */
    private record File(String path, String source) {
        static File of(@Nullable String path, String source) {
            return new File(Texts.orEmpty(path).replaceAll("/+$", ""), source);
        }

        /** Whether one is the other, or in a folder of its name. */
        boolean collides(File other) {
            return !path.isEmpty()
                    && !other.path.isEmpty()
                    && ((other.path + "/").startsWith(path + "/") || (path + "/").startsWith(other.path + "/"));
        }

        String said() {
            return "\"" + path + "\"" + (source.isEmpty() ? "" : " (" + source + ")");
        }
    }

    private static void overlaps(Volume volume, List<String> found) {
        String name = "volume \"" + volume.getName() + "\" (";
        if (volume.getConfigMap() != null) {
            String source = "ConfigMap \"" + volume.getConfigMap().getName() + "\"";
            collisions(name + source, files(volume.getConfigMap().getItems(), ""), found);
        }
        if (volume.getSecret() != null) {
            String source = "Secret \"" + volume.getSecret().getSecretName() + "\"";
            collisions(name + source, files(volume.getSecret().getItems(), ""), found);
        }
        if (volume.getDownwardAPI() != null) {
            collisions(name + "DownwardAPI", downward(volume.getDownwardAPI().getItems(), ""), found);
        }
        if (volume.getProjected() != null) {
            List<File> all = new ArrayList<>();
            for (VolumeProjection source :
                    Objects.requireNonNullElse(volume.getProjected().getSources(), List.<VolumeProjection>of())) {
                Optional<List<File>> files = files(source);
                if (files.isEmpty()) {
                    found.add(name + "Projected) has no sources provided");
                } else {
                    all.addAll(files.get());
                }
            }
            collisions(name + "Projected", all, found);
        }
    }

    private static void collisions(String volume, List<File> files, List<String> found) {
        for (int i = 0; i < files.size(); i++) {
            for (File before : files.subList(0, i)) {
                if (files.get(i).collides(before)) {
                    found.add(volume + "): overlapping paths: " + files.get(i).said() + " with " + before.said());
                }
            }
        }
    }

    /** The files of a part of a volume; empty where it says no source. */
    private static Optional<List<File>> files(VolumeProjection part) {
        if (part.getConfigMap() != null) {
            String source = "ConfigMap \"" + part.getConfigMap().getName() + "\"";
            return Optional.of(files(part.getConfigMap().getItems(), source));
        }
        if (part.getSecret() != null) {
            String source = "Secret \"" + part.getSecret().getName() + "\"";
            return Optional.of(files(part.getSecret().getItems(), source));
        }
        if (part.getDownwardAPI() != null) {
            return Optional.of(downward(part.getDownwardAPI().getItems(), "DownwardAPI"));
        }
        if (part.getServiceAccountToken() != null) {
            return Optional.of(List.of(File.of(part.getServiceAccountToken().getPath(), "ServiceAccountToken")));
        }
        if (part.getClusterTrustBundle() != null) {
            ClusterTrustBundleProjection bundle = part.getClusterTrustBundle();
            String name = bundle.getName() == null ? bundle.getSignerName() : bundle.getName();
            return Optional.of(List.of(File.of(bundle.getPath(), "ClusterTrustBundle \"" + name + "\"")));
        }
        return part.getPodCertificate() == null ? Optional.empty() : Optional.of(List.of());
    }

    private static List<File> files(@Nullable List<KeyToPath> items, String source) {
        return Objects.requireNonNullElse(items, List.<KeyToPath>of()).stream()
                .map(item -> File.of(item.getPath(), source))
                .toList();
    }

    private static List<File> downward(@Nullable List<DownwardAPIVolumeFile> items, String source) {
        return Objects.requireNonNullElse(items, List.<DownwardAPIVolumeFile>of()).stream()
                .map(item -> File.of(item.getPath(), source))
                .toList();
    }
}
