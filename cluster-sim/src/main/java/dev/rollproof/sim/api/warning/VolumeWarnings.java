// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.warning;

import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.TopologySelectorLabelRequirement;
import io.fabric8.kubernetes.api.model.TopologySelectorTerm;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is deprecated or odd in claims, volumes, storage classes and quotas. Sources: pkg/api/persistentvolume, persistentvolumeclaim, storage. */
final class VolumeWarnings {
    private static final String BETA_CLASS = "volume.beta.kubernetes.io/storage-class";
    private static final String BETA_OPTIONS = "volume.beta.kubernetes.io/mount-options";

    private VolumeWarnings() {}

    static void claim(PersistentVolumeClaim claim, List<String> found) {
        annotation(claim.getMetadata().getAnnotations(), BETA_CLASS, "v1.8", "storageClassName", found);
        claimSpec(claim.getSpec(), "spec", found);
    }

    static void claimSpec(@Nullable PersistentVolumeClaimSpec spec, String path, List<String> found) {
        if (spec != null && spec.getResources() != null) {
            wholeBytes(spec.getResources().getRequests(), "storage", path + ".resources.requests", found);
            wholeBytes(spec.getResources().getLimits(), "storage", path + ".resources.limits", found);
        }
    }

    /** Bytes do not come in parts. */
    static void wholeBytes(@Nullable Map<String, Quantity> amounts, String resource, String path, List<String> found) {
        Quantity amount = amounts == null ? null : amounts.get(resource);
        if (amount != null
                && amount.getNumericalAmount().remainder(BigDecimal.ONE).signum() != 0) {
            found.add(path + "[" + resource + "]: fractional byte value \"" + amount
                    + "\" is invalid, must be an integer");
        }
    }

    static void volume(PersistentVolume volume, List<String> found) {
        annotation(volume.getMetadata().getAnnotations(), BETA_CLASS, "v1.8", "storageClassName", found);
        annotation(volume.getMetadata().getAnnotations(), BETA_OPTIONS, "v1.31", "mountOptions", found);
        PersistentVolumeSpec spec = volume.getSpec();
        if ("Recycle".equals(spec.getPersistentVolumeReclaimPolicy())) {
            found.add("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the"
                    + " recommended approach is to use dynamic provisioning.");
        }
        if (spec.getNodeAffinity() != null && spec.getNodeAffinity().getRequired() != null) {
            List<NodeSelectorTerm> terms = Objects.requireNonNullElse(
                    spec.getNodeAffinity().getRequired().getNodeSelectorTerms(), List.of());
            for (int i = 0; i < terms.size(); i++) {
                NodeLabels.term(terms.get(i), "spec.nodeAffinity.required.nodeSelectorTerms[" + i + "]", false, found);
            }
        }
        withdrawn(spec.getCephfs(), "spec.cephfs", "v1.28", "v1.31", found);
        withdrawn(spec.getPhotonPersistentDisk(), "spec.photonPersistentDisk", "v1.11", "v1.16", found);
        withdrawn(spec.getScaleIO(), "spec.scaleIO", "v1.16", "v1.22", found);
        withdrawn(spec.getStorageos(), "spec.storageOS", "v1.22", "v1.25", found);
        withdrawn(spec.getGlusterfs(), "spec.glusterfs", "v1.25", "v1.26", found);
        withdrawn(spec.getRbd(), "spec.rbd", "v1.28", "v1.31", found);
    }

    private static void annotation(
            @Nullable Map<String, String> annotations, String key, String since, String instead, List<String> found) {
        if (annotations != null && annotations.containsKey(key)) {
            found.add("metadata.annotations[" + key + "]: deprecated since " + since + "; use \"" + instead
                    + "\" attribute instead");
        }
    }

    /** A kind of volume that Kubernetes knows by name only. */
    static void withdrawn(@Nullable Object source, String path, String deprecated, String gone, List<String> found) {
        if (source != null) {
            found.add(path + ": deprecated in " + deprecated + ", non-functional in " + gone + "+");
        }
    }

    static void storageClass(StorageClass storage, List<String> found) {
        List<TopologySelectorTerm> terms = Objects.requireNonNullElse(storage.getAllowedTopologies(), List.of());
        for (int i = 0; i < terms.size(); i++) {
            List<TopologySelectorLabelRequirement> labels =
                    Objects.requireNonNullElse(terms.get(i).getMatchLabelExpressions(), List.of());
            for (int j = 0; j < labels.size(); j++) {
                String deprecated = NodeLabels.deprecated(labels.get(j).getKey());
                if (deprecated != null) {
                    found.add("allowedTopologies[" + i + "].matchLabelExpressions[" + j + "].key: " + deprecated);
                }
            }
        }
    }

    static void quota(ResourceQuota quota, List<String> found) {
        Map<String, Quantity> hard = quota.getSpec() == null || quota.getSpec().getHard() == null
                ? Map.of()
                : quota.getSpec().getHard();
        for (String resource : List.of("cpu", "memory", "storage", "ephemeral-storage")) {
            boolean bare =
                    !hard.containsKey("requests." + resource) && (resource.equals("cpu") || resource.equals("memory"));
            String requested = bare ? resource : "requests." + resource;
            String limited = "limits." + resource;
            Quantity request = hard.get(requested);
            Quantity limit = hard.get(limited);
            if (request != null
                    && limit != null
                    && request.getNumericalAmount().compareTo(limit.getNumericalAmount()) > 0) {
                found.add("ResourceQuota " + requested + " (" + request + ") should be less than " + limited + " ("
                        + limit + ")");
            }
        }
    }
}
