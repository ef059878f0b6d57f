// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.StorageAdmission;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' binder of claims and volumes (pkg/controller/volume/persistentvolume/pv_controller.go): finds a volume for each claim, asks a
 * provisioner for one where there is none, and says what becomes of volumes whose claim is gone. Of plugins that
 * delete volumes it has the one for directories below {@code /tmp}; it recycles none.
 */
final class PersistentVolumeController {
    /** Also what does not change is looked at so often, which repeats the events of claims that wait. */
    private static final long RESYNC_NANOS = 15_000_000_000L;

    /** Directories of a node that Kubernetes' plugin deletes. */
    private static final Pattern TEMPORARY = Pattern.compile("/tmp/.+");

    private final ApiServer api;
    private final Informer<PersistentVolume> volumes;
    private final Informer<Pod> pods;
    private final EventRecorder events;
    private final Set<Key> waiting = new HashSet<>();
    final WorkQueue<Key> queue;

    /** A claim or a volume. */
    record Key(boolean claim, ObjectKey object) {}

    PersistentVolumeController(
            ControlPlane plane,
            Informer<PersistentVolumeClaim> claims,
            Informer<PersistentVolume> volumes,
            Informer<Pod> pods) {
        this.api = plane.api();
        this.volumes = volumes;
        this.pods = pods;
        this.events = new EventRecorder(api, "persistentvolume-controller", null);
        this.queue = ControllerManager.queue(plane, "persistentvolume-binder", Integer.MAX_VALUE, this::sync);
        claims.addHandler((previous, claim, deleted) -> {
            if (!deleted) {
                queue.add(new Key(true, ObjectKey.of(claim)));
            } else if (!Volumes.volumeOf(claim).isEmpty()) {
                queue.add(volumeKey(Volumes.volumeOf(claim)));
            }
        });
        volumes.addHandler((previous, volume, deleted) -> {
            queue.add(volumeKey(volume.getMetadata().getName()));
            ObjectReference reference = volume.getSpec().getClaimRef();
            if (deleted && reference != null) {
                queue.add(new Key(true, new ObjectKey(reference.getNamespace(), reference.getName())));
            }
        });
    }

    private static Key volumeKey(String name) {
        return new Key(false, new ObjectKey("", name));
    }

    private int sync(Key key) {
        if (!key.claim()) {
            PersistentVolume volume =
                    api.find(ResourceType.PERSISTENT_VOLUMES, "", key.object().name());
            return volume == null ? 0 : syncVolume(volume);
        }
        PersistentVolumeClaim claim = api.find(
                ResourceType.PERSISTENT_VOLUME_CLAIMS,
                key.object().namespace(),
                key.object().name());
        if (claim == null) {
            return 0;
        }
        if (Volumes.has(claim, Volumes.BIND_COMPLETED)) {
            return syncBound(claim);
        }
        lookAgain(key);
        return syncUnbound(claim);
    }

    /** Once in a while, as long as it is not bound. */
    private void lookAgain(Key key) {
        if (waiting.add(key)) {
            api.loop().after(RESYNC_NANOS, () -> {
                waiting.remove(key);
                queue.add(key);
            });
        }
    }

    private @Nullable PersistentVolume volume(String name) {
        return api.find(ResourceType.PERSISTENT_VOLUMES, "", name);
    }

    private int syncUnbound(PersistentVolumeClaim claim) {
        String wanted = Volumes.volumeOf(claim);
        if (wanted.isEmpty()) {
            return bindOrProvision(claim);
        }
        PersistentVolume volume = volume(wanted);
        if (volume == null) {
            return setPhase(claim, "Pending", null);
        }
        if (volume.getSpec().getClaimRef() == null) {
            String mismatch = Volumes.mismatch(volume, claim);
            if (mismatch == null) {
                return bind(volume, claim);
            }
            events.warning(claim, "VolumeMismatch", "Cannot bind to requested volume \"" + wanted + "\": " + mismatch);
            return 1 + setPhase(claim, "Pending", null);
        }
        if (Volumes.isBoundTo(volume, claim)) {
            return bind(volume, claim);
        }
        events.warning(claim, "FailedBinding", "volume \"" + wanted + "\" already bound to a different claim.");
        return 1 + setPhase(claim, "Pending", null);
    }

    private int bindOrProvision(PersistentVolumeClaim claim) {
        String className = StorageAdmission.classOf(claim);
        StorageClass storage = className.isEmpty() ? null : api.find(ResourceType.STORAGE_CLASSES, "", className);
        boolean waits = storage != null && "WaitForFirstConsumer".equals(storage.getVolumeBindingMode());
        PersistentVolume volume = Volumes.bestMatch(claim, volumes.all(), null, Set.of(), waits);
        if (volume != null) {
            PersistentVolume current = volume(volume.getMetadata().getName());
            return current == null ? 0 : bind(current, claim);
        }
        Optional<String> byDefault = claim.getSpec().getStorageClassName() == null && className.isEmpty()
                ? StorageAdmission.defaultClass(api)
                : Optional.empty();
        if (byDefault.isPresent()) {
            PersistentVolumeClaim changed =
                    Volumes.annotated(ResourceType.PERSISTENT_VOLUME_CLAIMS, claim, List.of(), "");
            changed.setSpec(StorageAdmission.withClass(claim.getSpec(), byDefault.get()));
            PersistentVolumeClaim ignored = api.update(ResourceType.PERSISTENT_VOLUME_CLAIMS, changed);
            return 1;
        }
        if (waits && !Volumes.has(claim, Volumes.SELECTED_NODE)) {
            tellThatItWaits(claim);
        } else if (!className.isEmpty()) {
            return provision(claim, className, storage);
        } else {
            events.normal(
                    claim,
                    "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
        }
        return 1 + setPhase(claim, "Pending", null);
    }

    private void tellThatItWaits(PersistentVolumeClaim claim) {
        String name = claim.getMetadata().getName();
        List<String> waiting = pods.in(Metadata.namespace(claim)).stream()
                .filter(pod -> Volumes.claimsOf(pod).contains(name))
                .filter(pod -> pod.getSpec().getNodeName() == null && !Pods.isFinal(Pods.phase(pod)))
                .map(pod -> pod.getMetadata().getName())
                .collect(Collectors.toList());
        if (waiting.isEmpty()) {
            events.normal(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
        } else {
            events.normal(
                    claim,
                    "WaitForPodScheduled",
                    "waiting for " + (waiting.size() > 1 ? "pods " : "pod ") + String.join(",", waiting)
                            + " to be scheduled");
        }
    }

    private int provision(PersistentVolumeClaim claim, String className, @Nullable StorageClass storage) {
        if (storage == null) {
            events.warning(claim, "ProvisioningFailed", "storageclass.storage.k8s.io \"" + className + "\" not found");
            return 1;
        }
        String provisioner = storage.getProvisioner();
        if (provisioner.startsWith("kubernetes.io/")) {
            events.warning(claim, "ProvisioningFailed", "no volume plugin matched name: " + provisioner);
            return 1;
        }
        int writes = 1;
        if (!provisioner.equals(Metadata.annotation(claim, Volumes.PROVISIONER))) {
            PersistentVolumeClaim ignored = api.update(
                    ResourceType.PERSISTENT_VOLUME_CLAIMS,
                    Volumes.annotated(
                            ResourceType.PERSISTENT_VOLUME_CLAIMS,
                            claim,
                            List.of(Volumes.BETA_PROVISIONER, Volumes.PROVISIONER),
                            provisioner));
            writes++;
        }
        events.normal(
                claim,
                "ExternalProvisioning",
                "Waiting for a volume to be created either by the external provisioner '" + provisioner
                        + "' or manually by the system administrator. If volume creation is delayed, please verify that"
                        + " the provisioner is running and correctly registered.");
        return writes;
    }

    /** Writes both sides of a binding, as far as they are not written. */
    private int bind(PersistentVolume known, PersistentVolumeClaim asking) {
        int writes = 0;
        PersistentVolume volume = Volumes.bound(known, asking);
        if (volume != known) {
            volume = api.update(ResourceType.PERSISTENT_VOLUMES, volume);
            writes++;
        }
        writes += setPhase(volume, "Bound", null);
        PersistentVolumeClaim claim = asking;
        String name = volume.getMetadata().getName();
        boolean names = Volumes.volumeOf(claim).equals(name);
        if (!names || !Volumes.has(claim, Volumes.BIND_COMPLETED)) {
            PersistentVolumeClaim changed = Volumes.annotated(
                    ResourceType.PERSISTENT_VOLUME_CLAIMS,
                    claim,
                    names
                            ? List.of(Volumes.BIND_COMPLETED)
                            : List.of(Volumes.BIND_COMPLETED, Volumes.BOUND_BY_CONTROLLER),
                    "yes");
            PersistentVolumeClaimSpec spec = Frozen.copy(claim.getSpec(), PersistentVolumeClaimSpec::new);
            spec.setVolumeName(name);
            changed.setSpec(spec);
            claim = api.update(ResourceType.PERSISTENT_VOLUME_CLAIMS, changed);
            writes++;
        }
        return writes + setPhase(claim, "Bound", volume);
    }

    private int setPhase(PersistentVolumeClaim claim, String phase, @Nullable PersistentVolume volume) {
        PersistentVolumeClaimStatus status = claim.getStatus() == null
                ? new PersistentVolumeClaimStatus()
                : Frozen.copy(claim.getStatus(), PersistentVolumeClaimStatus::new);
        boolean changes = !phase.equals(status.getPhase());
        status.setPhase(phase);
        status.setAccessModes(volume == null ? List.of() : volume.getSpec().getAccessModes());
        if (volume == null) {
            status.setCapacity(null);
        } else if (changes) {
            status.setCapacity(volume.getSpec().getCapacity());
        }
        if (status.equals(claim.getStatus())) {
            return 0;
        }
        PersistentVolumeClaim changed =
                ResourceType.PERSISTENT_VOLUME_CLAIMS.shallowCopy().apply(claim);
        changed.setStatus(status);
        PersistentVolumeClaim ignored = api.updateStatus(ResourceType.PERSISTENT_VOLUME_CLAIMS, changed);
        return 1;
    }

    private int setPhase(PersistentVolume volume, String phase, @Nullable String message) {
        if (phase.equals(Volumes.phase(volume))) {
            return 0;
        }
        PersistentVolume changed = ResourceType.PERSISTENT_VOLUMES.shallowCopy().apply(volume);
        PersistentVolumeStatus status = new PersistentVolumeStatus();
        status.setPhase(phase);
        status.setMessage(message);
        status.setLastPhaseTransitionTime(api.timestamps().now());
        changed.setStatus(status);
        PersistentVolume ignored = api.updateStatus(ResourceType.PERSISTENT_VOLUMES, changed);
        return 1;
    }

    private int syncBound(PersistentVolumeClaim claim) {
        String name = Volumes.volumeOf(claim);
        PersistentVolume volume = name.isEmpty() ? null : volume(name);
        if (name.isEmpty()) {
            return lost(
                    claim,
                    "ClaimLost",
                    "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
        }
        if (volume == null) {
            return lost(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
        }
        ObjectReference reference = volume.getSpec().getClaimRef();
        if (reference == null || claim.getMetadata().getUid().equals(reference.getUid())) {
            return bind(volume, claim);
        }
        return lost(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
    }

    private int lost(PersistentVolumeClaim claim, String reason, String message) {
        if (Volumes.phase(claim).equals("Lost")) {
            return 0;
        }
        int writes = setPhase(claim, "Lost", null);
        events.warning(claim, reason, message);
        return writes + 1;
    }

    private int syncVolume(PersistentVolume volume) {
        ObjectReference reference = volume.getSpec().getClaimRef();
        if (reference == null || Texts.isEmpty(reference.getUid())) {
            // Claims that wait find it when they are looked at next, as in Kubernetes.
            return setPhase(volume, "Available", null);
        }
        PersistentVolumeClaim claim =
                api.find(ResourceType.PERSISTENT_VOLUME_CLAIMS, reference.getNamespace(), reference.getName());
        if (claim == null || !claim.getMetadata().getUid().equals(reference.getUid())) {
            return reclaim(volume);
        }
        String bound = Volumes.volumeOf(claim);
        if (bound.isEmpty()) {
            queue.add(new Key(true, ObjectKey.of(claim)));
            return 0;
        }
        if (bound.equals(volume.getMetadata().getName())) {
            return setPhase(volume, "Bound", null);
        }
        boolean notNeeded = Volumes.has(volume, Volumes.PROVISIONED_BY)
                && "Delete".equals(volume.getSpec().getPersistentVolumeReclaimPolicy());
        return notNeeded ? reclaim(volume) : unbind(volume);
    }

    private int reclaim(PersistentVolume volume) {
        int writes = 0;
        if (!Set.of("Released", "Failed").contains(Volumes.phase(volume))) {
            writes += setPhase(volume, "Released", null);
        }
        if ("Delete".equals(volume.getSpec().getPersistentVolumeReclaimPolicy())
                && !Volumes.has(volume, Volumes.PROVISIONED_BY)
                && volume.getSpec().getCsi() == null
                && !Volumes.phase(volume).equals("Failed")) {
            writes += delete(volume.getMetadata().getName());
        }
        return writes;
    }

    private int delete(String name) {
        PersistentVolume released = Objects.requireNonNull(volume(name));
        HostPathVolumeSource directory = released.getSpec().getHostPath();
        String why = null;
        if (directory == null) {
            why = "error getting deleter volume plugin for volume \"" + name + "\": no deletable volume plugin matched";
        } else if (!TEMPORARY.matcher(directory.getPath()).find()) {
            why = "host_path deleter only supports /tmp/.+ but received provided " + directory.getPath();
        }
        if (why != null) {
            int writes = setPhase(released, "Failed", why);
            events.warning(released, "VolumeFailedDelete", why);
            return writes + 1;
        }
        if (!Metadata.terminating(released)) {
            PersistentVolume ignored = api.delete(ResourceType.PERSISTENT_VOLUMES, "", name, DeleteOptions.defaults());
        }
        return 1;
    }

    /** Undoes a binding whose claim went elsewhere. */
    private int unbind(PersistentVolume volume) {
        PersistentVolume changed = Volumes.annotated(ResourceType.PERSISTENT_VOLUMES, volume, List.of(), "");
        PersistentVolumeSpec spec = Frozen.copy(volume.getSpec(), PersistentVolumeSpec::new);
        if (Volumes.has(volume, Volumes.BOUND_BY_CONTROLLER)) {
            Map<String, String> rest = new LinkedHashMap<>(volume.getMetadata().getAnnotations());
            rest.remove(Volumes.BOUND_BY_CONTROLLER);
            changed.getMetadata().setAnnotations(rest.isEmpty() ? null : rest);
            spec.setClaimRef(null);
        } else {
            ObjectReference before = volume.getSpec().getClaimRef();
            spec.setClaimRef(new ObjectReference(
                    before.getApiVersion(),
                    null,
                    before.getKind(),
                    before.getName(),
                    before.getNamespace(),
                    null,
                    null));
        }
        changed.setSpec(spec);
        return 1 + setPhase(api.update(ResourceType.PERSISTENT_VOLUMES, changed), "Available", null);
    }
}
