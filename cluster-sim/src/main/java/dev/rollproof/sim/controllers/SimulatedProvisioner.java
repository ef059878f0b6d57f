// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.StorageAdmission;
import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Makes volumes for the claims of the storage class that a simulated cluster comes with, after a moment, and deletes them when they are
 * released, as the provisioners of small clusters do that give out a directory of the node. Nothing is ever stored in them. What it tells is
 * what sig-storage-lib-external-provisioner tells; how long it takes is a guess.
 */
public final class SimulatedProvisioner {
    private static final String NAME = "rollproof.dev/simulated";

    /** The class of claims that name none: {@code standard}, as in kind and minikube. */
    private static final String CLASS = "standard";

    private static final Delay WORK = Delay.ofMillis(300, 1500);

    private final ApiServer api;
    private final EventRecorder events;
    private final LongSupplier work;
    private final Set<String> underway = new HashSet<>();
    final WorkQueue<ObjectKey> queue;
    final WorkQueue<String> deletions;

    SimulatedProvisioner(
            ControlPlane plane, Informer<PersistentVolumeClaim> claims, Informer<PersistentVolume> volumes) {
        this.api = plane.api();
        this.events = new EventRecorder(api, NAME, null);
        this.work = plane.delays("volume-provisioner/work", WORK);
        this.queue = ControllerManager.queue(plane, "volume-provisioner", Integer.MAX_VALUE, this::sync);
        this.deletions = ControllerManager.queue(plane, "volume-provisioner/delete", Integer.MAX_VALUE, this::delete);
        claims.addHandler((previous, claim, deleted) -> {
            if (!deleted && isAsked(claim)) {
                queue.add(ObjectKey.of(claim));
            }
        });
        volumes.addHandler((previous, volume, deleted) -> {
            if (!deleted && isToGo(volume)) {
                deletions.add(volume.getMetadata().getName());
            }
        });
    }

    /** The storage class that a cluster comes with: the default one, whose claims are bound when a pod comes. */
    public static StorageClass storageClass() {
        return new StorageClassBuilder()
                .withNewMetadata()
                .withName(CLASS)
                .addToAnnotations(StorageAdmission.IS_DEFAULT, "true")
                .endMetadata()
                .withProvisioner(NAME)
                .withReclaimPolicy("Delete")
                .withVolumeBindingMode("WaitForFirstConsumer")
                .build();
    }

    private static boolean isAsked(PersistentVolumeClaim claim) {
        return NAME.equals(Metadata.annotation(claim, Volumes.PROVISIONER))
                && Volumes.volumeOf(claim).isEmpty()
                && !Metadata.terminating(claim);
    }

    private static boolean isToGo(PersistentVolume volume) {
        return NAME.equals(Metadata.annotation(volume, Volumes.PROVISIONED_BY))
                && "Released".equals(Volumes.phase(volume))
                && "Delete".equals(volume.getSpec().getPersistentVolumeReclaimPolicy())
                && !Metadata.terminating(volume);
    }

    private int sync(ObjectKey key) {
        PersistentVolumeClaim claim = api.find(ResourceType.PERSISTENT_VOLUME_CLAIMS, key.namespace(), key.name());
        if (claim == null
                || !isAsked(claim)
                || !underway.add(claim.getMetadata().getUid())) {
            return 0;
        }
        events.normal(claim, "Provisioning", "External provisioner is provisioning volume for claim \"" + key + "\"");
        String uid = claim.getMetadata().getUid();
        api.loop().after(work.getAsLong(), () -> finish(key, uid));
        return 1;
    }

    private void finish(ObjectKey key, String uid) {
        underway.remove(uid);
        PersistentVolumeClaim claim = api.find(ResourceType.PERSISTENT_VOLUME_CLAIMS, key.namespace(), key.name());
        if (claim == null || !claim.getMetadata().getUid().equals(uid) || !isAsked(claim)) {
            return;
        }
        StorageClass storage = api.find(ResourceType.STORAGE_CLASSES, "", StorageAdmission.classOf(claim));
        if (storage == null || api.find(ResourceType.PERSISTENT_VOLUMES, "", "pvc-" + uid) != null) {
            return;
        }
        PersistentVolume made = api.create(ResourceType.PERSISTENT_VOLUMES, volume(claim, storage));
        events.normal(
                claim,
                "ProvisioningSucceeded",
                "Successfully provisioned volume " + made.getMetadata().getName());
    }

    private static PersistentVolume volume(PersistentVolumeClaim claim, StorageClass storage) {
        String name = "pvc-" + claim.getMetadata().getUid();
        Quantity size = claim.getSpec().getResources().getRequests().get("storage");
        PersistentVolumeBuilder volume = new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations(Volumes.PROVISIONED_BY, NAME)
                .endMetadata()
                .withNewSpec()
                .withAccessModes(claim.getSpec().getAccessModes())
                .withCapacity(Map.of("storage", size))
                .withClaimRef(Volumes.referenceTo(claim))
                .withPersistentVolumeReclaimPolicy(storage.getReclaimPolicy())
                .withStorageClassName(storage.getMetadata().getName())
                .withMountOptions(storage.getMountOptions() == null ? List.of() : storage.getMountOptions())
                .withVolumeMode(claim.getSpec().getVolumeMode())
                .withNewHostPath("/var/lib/rollproof-simulated/" + name, "DirectoryOrCreate")
                .endSpec();
        String node = Metadata.annotation(claim, Volumes.SELECTED_NODE);
        if (node != null) {
            volume = volume.editSpec()
                    .withNewNodeAffinity()
                    .withNewRequired()
                    .addNewNodeSelectorTerm()
                    .addToMatchExpressions(new NodeSelectorRequirement("kubernetes.io/hostname", "In", List.of(node)))
                    .endNodeSelectorTerm()
                    .endRequired()
                    .endNodeAffinity()
                    .endSpec();
        }
        return volume.build();
    }

    private int delete(String name) {
        PersistentVolume volume = api.find(ResourceType.PERSISTENT_VOLUMES, "", name);
        if (volume == null || !isToGo(volume)) {
            return 0;
        }
        api.delete(ResourceType.PERSISTENT_VOLUMES, "", name, DeleteOptions.defaults());
        return 1;
    }
}
