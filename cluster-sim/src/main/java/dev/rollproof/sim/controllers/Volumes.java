// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.scheduling.Placement;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.LabelSelectors;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.StorageAdmission;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which volume is for which claim. Sources: k8s.io/component-helpers/storage/volume, pkg/controller/volume/persistentvolume/index.go. What is
 * looked at are classes, sizes, access modes, volume modes, selectors, and nodes; no attributes classes.
 */
final class Volumes {
    static final String BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
    static final String BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
    static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
    static final String PROVISIONER = "volume.kubernetes.io/storage-provisioner";
    static final String BETA_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner";
    static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";

    private Volumes() {}

    /** The names of the claims that a pod's volumes are of. */
    static List<String> claimsOf(Pod pod) {
        List<Volume> volumes = pod.getSpec().getVolumes();
        if (volumes == null || volumes.isEmpty()) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (Volume volume : volumes) {
            if (volume.getPersistentVolumeClaim() != null) {
                names.add(volume.getPersistentVolumeClaim().getClaimName());
            }
        }
        return names;
    }

    static boolean has(HasMetadata object, String annotation) {
        return Metadata.annotation(object, annotation) != null;
    }

    static String phase(PersistentVolume volume) {
        return volume.getStatus() == null
                ? ""
                : Texts.orEmpty(volume.getStatus().getPhase());
    }

    static String phase(PersistentVolumeClaim claim) {
        return claim.getStatus() == null ? "" : Texts.orEmpty(claim.getStatus().getPhase());
    }

    /** The volume that a claim names; {@code ""} for none. */
    static String volumeOf(PersistentVolumeClaim claim) {
        return Texts.orEmpty(claim.getSpec().getVolumeName());
    }

    /** Whether both sides of a claim's binding are written. */
    static boolean isFullyBound(PersistentVolumeClaim claim) {
        return !volumeOf(claim).isEmpty() && has(claim, BIND_COMPLETED);
    }

    static BigDecimal storage(@Nullable Map<String, Quantity> amounts) {
        Quantity storage = amounts == null ? null : amounts.get("storage");
        return storage == null ? BigDecimal.ZERO : Quantity.getAmountInBytes(storage);
    }

    static BigDecimal requested(PersistentVolumeClaim claim) {
        return claim.getSpec().getResources() == null
                ? BigDecimal.ZERO
                : storage(claim.getSpec().getResources().getRequests());
    }

    /** Whether a volume is reserved for a claim, or bound to it. */
    static boolean isBoundTo(PersistentVolume volume, PersistentVolumeClaim claim) {
        ObjectReference reference = volume.getSpec().getClaimRef();
        return reference != null
                && claim.getMetadata().getName().equals(reference.getName())
                && Metadata.namespace(claim).equals(reference.getNamespace())
                && (Texts.isEmpty(reference.getUid())
                        || claim.getMetadata().getUid().equals(reference.getUid()));
    }

    private static Set<String> modes(@Nullable List<String> modes) {
        return new HashSet<>(Objects.requireNonNullElse(modes, List.of()));
    }

    static boolean hasModes(PersistentVolume volume, PersistentVolumeClaim claim) {
        return modes(volume.getSpec().getAccessModes())
                .containsAll(modes(claim.getSpec().getAccessModes()));
    }

    static boolean sameVolumeMode(PersistentVolume volume, PersistentVolumeClaim claim) {
        return Objects.requireNonNullElse(volume.getSpec().getVolumeMode(), "Filesystem")
                .equals(Objects.requireNonNullElse(claim.getSpec().getVolumeMode(), "Filesystem"));
    }

    /** Whether pods on a node can use a volume. */
    static boolean isReachedFrom(PersistentVolume volume, Node node) {
        if (volume.getSpec().getNodeAffinity() == null
                || volume.getSpec().getNodeAffinity().getRequired() == null) {
            return true;
        }
        NodeAffinity wanted = new NodeAffinity();
        wanted.setRequiredDuringSchedulingIgnoredDuringExecution(
                volume.getSpec().getNodeAffinity().getRequired());
        PodSpec pod = new PodSpec();
        pod.setAffinity(new Affinity(wanted, null, null));
        return Placement.isWanted(node, pod);
    }

    /**
     * The volume that is reserved for a claim, or else the smallest of those that suit it: of those first that have the fewest access modes.
     *
     * @param node what has to reach the volume, for whoever looks before a pod is put there; null for whoever binds at once
     * @param excluded names of volumes that are spoken for
     * @param onlyReserved of no others: the scheduler takes those, when it knows the node
     */
    static @Nullable PersistentVolume bestMatch(
            PersistentVolumeClaim claim,
            Collection<PersistentVolume> all,
            @Nullable Node node,
            Set<String> excluded,
            boolean onlyReserved) {
        List<PersistentVolume> large = all.stream()
                .filter(volume -> !excluded.contains(volume.getMetadata().getName()))
                .filter(volume -> volume.getSpec().getClaimRef() == null || isBoundTo(volume, claim))
                .filter(volume -> storage(volume.getSpec().getCapacity()).compareTo(requested(claim)) >= 0)
                .filter(volume -> sameVolumeMode(volume, claim) && hasModes(volume, claim))
                .filter(volume -> !Metadata.terminating(volume))
                .toList();
        for (PersistentVolume volume : large) {
            if (isBoundTo(volume, claim)) {
                return node == null || isReachedFrom(volume, node) ? volume : null;
            }
        }
        if (onlyReserved) {
            return null;
        }
        return large.stream()
                .filter(volume -> phase(volume).equals("Available"))
                .filter(volume -> claim.getSpec().getSelector() == null
                        || LabelSelectors.matches(
                                claim.getSpec().getSelector(),
                                Objects.requireNonNullElse(volume.getMetadata().getLabels(), Map.of())))
                .filter(volume -> StorageAdmission.classOf(volume).equals(StorageAdmission.classOf(claim)))
                .filter(volume -> node == null || isReachedFrom(volume, node))
                .min(Comparator.<PersistentVolume>comparingInt(volume ->
                                modes(volume.getSpec().getAccessModes()).size())
                        .thenComparing(volume -> storage(volume.getSpec().getCapacity())))
                .orElse(null);
    }

    /** What is wrong with a volume that a claim asks for by name, in the controller's words; null where nothing is. */
    static @Nullable String mismatch(PersistentVolume volume, PersistentVolumeClaim claim) {
        if (Metadata.terminating(volume)) {
            return "the volume is marked for deletion \"" + volume.getMetadata().getName() + "\"";
        }
        if (storage(volume.getSpec().getCapacity()).compareTo(requested(claim)) < 0) {
            return "requested PV is too small";
        }
        if (!StorageAdmission.classOf(volume).equals(StorageAdmission.classOf(claim))) {
            return "storageClassName does not match";
        }
        if (!sameVolumeMode(volume, claim)) {
            return "incompatible volumeMode";
        }
        return hasModes(volume, claim) ? null : "incompatible accessMode";
    }

    /** A copy of a volume that is bound to a claim; the same volume where it is already. */
    static PersistentVolume bound(PersistentVolume volume, PersistentVolumeClaim claim) {
        boolean reserved = isBoundTo(volume, claim);
        if (reserved && !Texts.isEmpty(volume.getSpec().getClaimRef().getUid())) {
            return volume;
        }
        PersistentVolume changed = annotated(
                ResourceType.PERSISTENT_VOLUMES, volume, reserved ? List.of() : List.of(BOUND_BY_CONTROLLER), "yes");
        PersistentVolumeSpec spec = Frozen.copy(volume.getSpec(), PersistentVolumeSpec::new);
        spec.setClaimRef(referenceTo(claim));
        changed.setSpec(spec);
        return changed;
    }

    static ObjectReference referenceTo(PersistentVolumeClaim claim) {
        return new ObjectReference(
                "v1",
                null,
                "PersistentVolumeClaim",
                claim.getMetadata().getName(),
                Metadata.namespace(claim),
                claim.getMetadata().getResourceVersion(),
                claim.getMetadata().getUid());
    }

    /** A copy with metadata of its own, in which some annotations have a value. */
    static <T extends HasMetadata> T annotated(ResourceType<T> type, T object, List<String> annotations, String value) {
        T changed = type.shallowCopy().apply(object);
        ObjectMeta metadata = Metadata.copy(object.getMetadata());
        if (!annotations.isEmpty()) {
            Map<String, String> all =
                    new LinkedHashMap<>(Objects.requireNonNullElse(metadata.getAnnotations(), Map.of()));
            annotations.forEach(annotation -> all.put(annotation, value));
            metadata.setAnnotations(all);
        }
        changed.setMetadata(metadata);
        return changed;
    }
}
