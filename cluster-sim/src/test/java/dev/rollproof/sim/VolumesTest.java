// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetPersistentVolumeClaimRetentionPolicy;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims of the class that a simulated cluster comes with, in virtual time. What every cluster promises is in the contract. */
class VolumesTest {
    private static final String CLAIM = """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data, namespace: default}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """;

    private static final String SET = """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: web, namespace: default}
            spec:
              serviceName: web
              replicas: 3
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: web, image: "clock:1", volumeMounts: [{name: data, mountPath: /data}]}]
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """;

    private static final Duration LONG = Duration.ofMinutes(2);

    private static <T extends HasMetadata> T create(SimulatedCluster cluster, String yaml, Class<T> type) {
        return cluster.create(Models.fromYaml(yaml, type), WriteOptions.defaults());
    }

    private static <T extends HasMetadata> List<T> all(SimulatedCluster cluster, Class<T> type) {
        return cluster.list(Query.of(type));
    }

    private static int ready(SimulatedCluster cluster) {
        Integer ready = cluster.get(StatefulSet.class, "default", "web")
                .orElseThrow()
                .getStatus()
                .getReadyReplicas();
        return ready == null ? 0 : ready;
    }

    private static List<String> reasons(SimulatedCluster cluster) {
        return all(cluster, Event.class).stream()
                .filter(event -> event.getInvolvedObject().getKind().equals("PersistentVolumeClaim"))
                .map(Event::getReason)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.34", "1.37"})
    void aSetWithClaimsRollsOutOnAClusterWithDefaults(String minor) {
        try (SimulatedCluster cluster =
                SimulatedCluster.builder().kubernetes(minor).build()) {
            create(cluster, SET, StatefulSet.class);
            cluster.advance(LONG);
            assertThat(ready(cluster)).isEqualTo(3);
            assertThat(all(cluster, PersistentVolumeClaim.class))
                    .extracting(claim -> claim.getMetadata().getName())
                    .containsExactlyInAnyOrder("data-web-0", "data-web-1", "data-web-2");
            assertThat(all(cluster, PersistentVolume.class)).hasSize(3).allSatisfy(volume -> {
                assertThat(volume.getMetadata().getName()).startsWith("pvc-");
                assertThat(volume.getStatus().getPhase()).isEqualTo("Bound");
                assertThat(volume.getSpec().getStorageClassName()).isEqualTo("standard");
            });
            assertThat(reasons(cluster))
                    .contains("WaitForPodScheduled", "ExternalProvisioning", "Provisioning", "ProvisioningSucceeded");
        }
    }

    @Test
    void aClaimWithoutAClassGetsTheDefaultOneAndWaitsForItsPod() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            PersistentVolumeClaim claim = create(cluster, CLAIM, PersistentVolumeClaim.class);
            assertThat(claim.getSpec().getStorageClassName()).isEqualTo("standard");
            cluster.advance(Duration.ofSeconds(20));
            assertThat(all(cluster, PersistentVolumeClaim.class)
                            .get(0)
                            .getStatus()
                            .getPhase())
                    .isEqualTo("Pending");
            assertThat(reasons(cluster)).containsExactly("WaitForFirstConsumer");
        }
    }

    @Test
    void aVolumeThatWasMadeGoesWithItsClaim() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            create(cluster, SET, StatefulSet.class);
            cluster.advance(LONG);
            cluster.delete(StatefulSet.class, "default", "web", DeleteOptions.defaults());
            cluster.advance(LONG);
            assertThat(all(cluster, PersistentVolume.class)).hasSize(3);
            for (PersistentVolumeClaim claim : all(cluster, PersistentVolumeClaim.class)) {
                cluster.delete(
                        PersistentVolumeClaim.class,
                        "default",
                        claim.getMetadata().getName(),
                        DeleteOptions.defaults());
            }
            cluster.advance(LONG);
            assertThat(all(cluster, PersistentVolume.class)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aPodComesBackToTheNodeOfItsVolume(long seed) {
        try (SimulatedCluster cluster =
                SimulatedCluster.builder().seed(seed).nodes(3).build()) {
            create(cluster, SET, StatefulSet.class);
            cluster.advance(LONG);
            String node = node(cluster, "web-1");
            cluster.delete(Pod.class, "default", "web-1", DeleteOptions.defaults());
            cluster.advance(LONG);
            assertThat(ready(cluster)).isEqualTo(3);
            assertThat(node(cluster, "web-1")).isEqualTo(node);
        }
    }

    private static String node(SimulatedCluster cluster, String pod) {
        return cluster.get(Pod.class, "default", pod).orElseThrow().getSpec().getNodeName();
    }

    @Test
    void withoutTheClassClaimsWaitForWhatSomebodyCreates() {
        try (SimulatedCluster cluster =
                SimulatedCluster.builder().withoutStorageClass().build()) {
            assertThat(all(cluster, StorageClass.class)).isEmpty();
            create(cluster, SET, StatefulSet.class);
            cluster.advance(LONG);
            assertThat(ready(cluster)).isZero();
            assertThat(reasons(cluster)).containsExactly("FailedBinding");
            Event waiting = all(cluster, Event.class).stream()
                    .filter(event -> event.getReason().equals("FailedBinding"))
                    .findFirst()
                    .orElseThrow();
            // The binder looks every fifteen seconds, and says so again.
            assertThat(waiting.getCount()).isBetween(7, 10);
            create(cluster, """
                    apiVersion: v1
                    kind: PersistentVolume
                    metadata: {name: by-hand}
                    spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data}}
                    """, PersistentVolume.class);
            cluster.advance(LONG);
            assertThat(ready(cluster)).isEqualTo(1);
        }
    }

    @Test
    void aClassThatBecomesTheDefaultIsGivenToClaimsThatWait() {
        try (SimulatedCluster cluster =
                SimulatedCluster.builder().withoutStorageClass().build()) {
            create(cluster, CLAIM, PersistentVolumeClaim.class);
            cluster.advance(Duration.ofSeconds(1));
            create(cluster, """
                    apiVersion: storage.k8s.io/v1
                    kind: StorageClass
                    metadata: {name: late, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
                    provisioner: rollproof.dev/simulated
                    """, StorageClass.class);
            cluster.advance(LONG);
            PersistentVolumeClaim claim =
                    all(cluster, PersistentVolumeClaim.class).get(0);
            assertThat(claim.getSpec().getStorageClassName()).isEqualTo("late");
            assertThat(claim.getStatus().getPhase()).isEqualTo("Bound");
        }
    }

    @Test
    void aPodWhoseVolumeIsBeingMadeMayBeDeleted() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            cluster.faults().pauseController("volume-provisioner");
            create(cluster, CLAIM, PersistentVolumeClaim.class);
            create(cluster, """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: web, namespace: default}
                    spec:
                      containers: [{name: web, image: "clock:1"}]
                      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
                    """, Pod.class);
            cluster.advance(Duration.ofSeconds(30));
            assertThat(all(cluster, Pod.class).get(0).getStatus().getPhase()).isEqualTo("Pending");
            assertThat(all(cluster, PersistentVolumeClaim.class)
                            .get(0)
                            .getMetadata()
                            .getAnnotations())
                    .containsKey("volume.kubernetes.io/selected-node");
            cluster.delete(Pod.class, "default", "web", DeleteOptions.defaults());
            cluster.delete(PersistentVolumeClaim.class, "default", "data", DeleteOptions.defaults());
            cluster.advance(Duration.ofSeconds(5));
            assertThat(all(cluster, Pod.class)).isEmpty();
            assertThat(all(cluster, PersistentVolumeClaim.class)).isEmpty();
            cluster.faults().resumeController("volume-provisioner");
            cluster.advance(LONG);
            assertThat(all(cluster, PersistentVolume.class)).isEmpty();
        }
    }

    @Test
    void aPodThatBringsItsNodeWaitsThereForItsClaim() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            create(cluster, """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: web, namespace: default}
                    spec:
                      nodeName: node-0
                      containers: [{name: web, image: "clock:1", volumeMounts: [{name: data, mountPath: /data}]}]
                      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
                    """, Pod.class);
            cluster.advance(Duration.ofSeconds(10));
            assertThat(all(cluster, Pod.class).get(0).getStatus().getPhase()).isEqualTo("Pending");
            create(
                    cluster,
                    CLAIM.replace("spec: {", "spec: {storageClassName: by-hand, "),
                    PersistentVolumeClaim.class);
            create(cluster, """
                    apiVersion: v1
                    kind: PersistentVolume
                    metadata: {name: by-hand}
                    spec: {storageClassName: by-hand, capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce],
                      hostPath: {path: /data}}
                    """, PersistentVolume.class);
            cluster.advance(LONG);
            assertThat(all(cluster, Pod.class).get(0).getStatus().getPhase()).isEqualTo("Running");
        }
    }

    @Test
    void aFinalizerThatSomebodyTakesComesBack() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            create(cluster, CLAIM, PersistentVolumeClaim.class);
            cluster.patch(
                    PersistentVolumeClaim.class,
                    "default",
                    "data",
                    Patch.merge("{\"metadata\":{\"finalizers\":null}}"),
                    WriteOptions.defaults());
            cluster.advance(Duration.ofSeconds(1));
            assertThat(all(cluster, PersistentVolumeClaim.class)
                            .get(0)
                            .getMetadata()
                            .getFinalizers())
                    .containsExactly("kubernetes.io/pvc-protection");
        }
    }

    @Test
    void aClaimThatSomebodyElseControlsIsLeftToHim() {
        String controlled = CLAIM.replace(
                "name: data,",
                "name: data-web-0, ownerReferences: [{apiVersion: v1, kind: ConfigMap,"
                        + " name: kube-root-ca.crt, uid: UID, controller: true}],");
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            String uid = cluster.get(ConfigMap.class, "default", "kube-root-ca.crt")
                    .orElseThrow()
                    .getMetadata()
                    .getUid();
            create(cluster, controlled.replace("UID", uid), PersistentVolumeClaim.class);
            StatefulSet set = Models.fromYaml(SET, StatefulSet.class);
            set.getSpec()
                    .setPersistentVolumeClaimRetentionPolicy(
                            new StatefulSetPersistentVolumeClaimRetentionPolicy("Delete", "Retain"));
            set.getSpec().setReplicas(1);
            cluster.create(set, WriteOptions.defaults());
            cluster.advance(LONG);
            assertThat(ready(cluster)).isEqualTo(1);
            assertThat(all(cluster, PersistentVolumeClaim.class)
                            .get(0)
                            .getMetadata()
                            .getOwnerReferences())
                    .extracting(owner -> owner.getKind())
                    .containsExactly("ConfigMap");
        }
    }

    @Test
    void aQuotaThatHasNoRoomForAClaimHoldsUpTheSetAndSaysWhy() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            create(cluster, """
                    apiVersion: v1
                    kind: ResourceQuota
                    metadata: {name: storage, namespace: default}
                    spec: {hard: {requests.storage: 2Gi}}
                    """, ResourceQuota.class);
            cluster.advance(Duration.ofSeconds(1));
            create(cluster, SET, StatefulSet.class);
            cluster.advance(LONG);
            assertThat(ready(cluster)).isEqualTo(2);
            assertThat(all(cluster, Event.class))
                    .extracting(Event::getMessage)
                    .contains("Create Pod web-2 in StatefulSet web failed error: failed to create PVC data-web-2:"
                            + " persistentvolumeclaims \"data-web-2\" is forbidden: exceeded quota: storage, requested:"
                            + " requests.storage=1Gi, used: requests.storage=2Gi, limited: requests.storage=2Gi");
        }
    }

    @Test
    void aVolumeThatIsGivenABadSourceIsRefused() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            PersistentVolume volume = Models.fromYaml("""
                    apiVersion: v1
                    kind: PersistentVolume
                    metadata: {name: bad}
                    spec: {capacity: {storage: 1Gi, cpu: 1}, accessModes: [ReadWriteOnce], hostPath: {path: /a/../b}}
                    """, PersistentVolume.class);
            assertThatThrownBy(() -> cluster.create(volume, WriteOptions.defaults()))
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining("spec.capacity: Unsupported value:")
                    .hasMessageContaining("spec.hostPath.path: Invalid value: \"/a/../b\": must not contain '..'");
            volume.getSpec().getHostPath().setPath("/b");
            volume.getSpec().setCapacity(Map.of("storage", new Quantity("1Gi")));
            cluster.create(volume, WriteOptions.defaults());
            assertThatThrownBy(() -> cluster.patch(
                            PersistentVolume.class,
                            "",
                            "bad",
                            Patch.merge("{\"spec\":{\"hostPath\":{\"path\":\"/c\"}}}"),
                            WriteOptions.defaults()))
                    .hasMessageContaining("spec.persistentvolumesource is immutable after creation");
        }
    }
}
