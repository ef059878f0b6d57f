// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;

/**
 * Volumes, claims and classes for parts of the contract. No class of a cluster's own is used, since one has none, and another has one: each
 * test has a class of its name, and volumes are directories of a node that somebody gives out.
 */
abstract class StorageContract extends Contract {
    /** Longer than a scheduler lets a pod wait after its second try. */
    private static final Duration OVERLOOKED = Duration.ofSeconds(10);

    /** Volumes and classes belong to no namespace, so they do not go with the test's. */
    @AfterEach
    void takeVolumesAndClassesAway() {
        for (PersistentVolume volume : ownVolumes()) {
            tryToDelete(() -> cluster.delete(
                    PersistentVolume.class, "", volume.getMetadata().getName(), DELETE));
        }
        tryToDelete(() -> cluster.delete(StorageClass.class, "", namespace, DELETE));
    }

    private static void tryToDelete(Runnable deletion) {
        try {
            deletion.run();
        } catch (ClusterException gone) {
            if (gone.reason() != Reason.NOT_FOUND) {
                throw gone;
            }
        }
    }

    /** The name of the class of this test, whether there is an object of that name or not. */
    String ownClass() {
        return namespace;
    }

    String volumeName(String name) {
        return namespace + "-" + name;
    }

    /** A class whose volumes a provisioner makes that does not exist, or, with {@code kubernetes.io/no-provisioner}, nobody. */
    void createClass(String provisioner, String bindingMode) {
        create(Yaml.read(StorageClass.class, """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata: {name: %s}
                provisioner: %s
                volumeBindingMode: %s
                """.formatted(ownClass(), provisioner, bindingMode)));
    }

    PersistentVolume volume(String name, String size, String more) {
        return Yaml.read(PersistentVolume.class, """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: %1$s}
                spec: {storageClassName: %2$s, capacity: {storage: %3$s}, accessModes: [ReadWriteOnce],
                  hostPath: {path: /tmp/%1$s, type: DirectoryOrCreate}%4$s}
                """.formatted(volumeName(name), ownClass(), size, more));
    }

    /** Creates it, and waits until it can be bound. */
    void createAvailable(PersistentVolume volume) {
        create(volume);
        String name = volume.getMetadata().getName();
        eventually(
                "volume " + name + " to be available",
                () -> "Available".equals(storedVolume(name).getStatus().getPhase()));
    }

    PersistentVolume storedVolume(String name) {
        return cluster.get(PersistentVolume.class, "", name).orElseThrow();
    }

    PersistentVolumeClaim claim(String name, String size, String more) {
        return Yaml.read(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: %s, namespace: %s}
                spec: {storageClassName: %s, accessModes: [ReadWriteOnce], resources: {requests: {storage: %s}}%s}
                """.formatted(name, namespace, ownClass(), size, more));
    }

    PersistentVolumeClaim claim(String name) {
        return stored(PersistentVolumeClaim.class, name);
    }

    void eventuallyBound(String claim) {
        eventually(
                "claim " + claim + " to be bound",
                () -> "Bound".equals(claim(claim).getStatus().getPhase()),
                () -> claim(claim).getStatus());
    }

    /** A pod with one volume, of a claim. */
    Pod podWith(String name, String claim) {
        return Yaml.read(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: web, image: "page:1.0", volumeMounts: [{name: data, mountPath: /data}]}]
                  volumes: [{name: data, persistentVolumeClaim: {claimName: %s}}]
                """.formatted(name, namespace, claim));
    }

    void eventuallyRuns(String pod) {
        eventuallyWithVolumes(
                "pod " + pod + " to run",
                () -> "Running".equals(stored(Pod.class, pod).getStatus().getPhase()),
                () -> stored(Pod.class, pod).getStatus());
    }

    /**
     * Waits for what needs pods with volumes.
     *
     * <p>The scheduler of Kubernetes 1.34 often overlooks a volume that comes after the pod (in 7 of 9 tries on an idle cluster). Two listeners
     * of one informer tell it: one tries waiting pods again, the other fills the cache of what there is ({@code
     * pkg/scheduler/util/assumecache}). If the first is faster, the pod waits until something else changes, or five minutes: so there something
     * changes. That of 1.37 reads the informer's own store.
     */
    void eventuallyWithVolumes(String what, BooleanSupplier condition, Supplier<Object> otherwise) {
        boolean overlooks = minor() == 34;
        AtomicReference<Instant> patience =
                new AtomicReference<>(cluster.time().now().plus(OVERLOOKED));
        eventually(
                what,
                () -> {
                    if (condition.getAsBoolean()) {
                        return true;
                    }
                    if (overlooks && cluster.time().now().isAfter(patience.get())) {
                        ownVolumes().forEach(this::change);
                        patience.set(cluster.time().now().plus(OVERLOOKED));
                    }
                    return false;
                },
                otherwise);
    }

    private List<PersistentVolume> ownVolumes() {
        return cluster.list(Query.of(PersistentVolume.class)).stream()
                .filter(volume -> volume.getMetadata().getName().startsWith(namespace))
                .toList();
    }

    private void change(PersistentVolume volume) {
        cluster.patch(
                PersistentVolume.class,
                "",
                volume.getMetadata().getName(),
                Patch.merge("{\"metadata\": {\"labels\": {\"changed-at\": \""
                        + cluster.time().now().getEpochSecond() + "\"}}}"),
                DEFAULTS);
    }

    /** What is said of why a pod has no node. */
    String whyUnscheduled(String pod) {
        return stored(Pod.class, pod).getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("PodScheduled")
                        && condition.getStatus().equals("False"))
                .map(condition -> condition.getReason() + ": " + condition.getMessage())
                .findFirst()
                .orElse("");
    }

    void eventuallyUnscheduled(String pod, String why) {
        eventually(
                pod + " to be unschedulable because " + why,
                () -> cluster.get(Pod.class, namespace, pod).isPresent()
                        && whyUnscheduled(pod).contains(why),
                () -> whyUnscheduled(pod));
    }
}
