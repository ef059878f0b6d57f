// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Patch;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the API and the binder promise of claims and volumes, and the scheduler of pods that want them. */
abstract class VolumesContract extends StorageContract {
    private static final String NONE_AND_NO_CLASS =
            "Normal FailedBinding: No persistent volumes available for this claim and no storage class is set";

    @Test
    void aClaimGetsTheSmallestVolumeThatSuits() {
        createAvailable(volume("large", "5Gi", ""));
        createAvailable(volume("small", "2Gi", ""));
        createAvailable(volume("tiny", "500Mi", ""));
        PersistentVolumeClaim created = create(claim("data", "1Gi", ""));
        assertThat(created.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(created.getSpec().getVolumeMode()).isEqualTo("Filesystem");
        assertThat(created.getMetadata().getFinalizers()).containsExactly("kubernetes.io/pvc-protection");
        eventuallyBound("data");

        PersistentVolumeClaim bound = claim("data");
        assertThat(bound.getSpec().getVolumeName()).isEqualTo(volumeName("small"));
        assertThat(bound.getStatus().getAccessModes()).containsExactly("ReadWriteOnce");
        assertThat(bound.getStatus().getCapacity()).isEqualTo(Map.of("storage", new Quantity("2Gi")));
        assertThat(bound.getMetadata().getAnnotations())
                .isEqualTo(Map.of(
                        "pv.kubernetes.io/bind-completed", "yes", "pv.kubernetes.io/bound-by-controller", "yes"));
        PersistentVolume small = storedVolume(volumeName("small"));
        assertThat(small.getStatus().getPhase()).isEqualTo("Bound");
        assertThat(small.getStatus().getLastPhaseTransitionTime()).isNotEmpty();
        assertThat(small.getMetadata().getFinalizers()).containsExactly("kubernetes.io/pv-protection");
        assertThat(small.getMetadata().getAnnotations())
                .isEqualTo(Map.of("pv.kubernetes.io/bound-by-controller", "yes"));
        assertThat(small.getSpec().getPersistentVolumeReclaimPolicy()).isEqualTo("Retain");
        assertThat(small.getSpec().getClaimRef().getKind()).isEqualTo("PersistentVolumeClaim");
        assertThat(small.getSpec().getClaimRef().getUid())
                .isEqualTo(bound.getMetadata().getUid());
        assertThat(storedVolume(volumeName("large")).getStatus().getPhase()).isEqualTo("Available");
    }

    @Test
    void aVolumeHasToHaveLabelsAndModesThatAreAskedFor() {
        PersistentVolume labelled = volume("labelled", "1Gi", "");
        labelled.getMetadata().setLabels(Map.of("speed", "high"));
        labelled.getSpec().setAccessModes(List.of("ReadWriteOnce", "ReadOnlyMany"));
        createAvailable(volume("other", "1Gi", ""));
        createAvailable(labelled);
        create(claim("fast", "1Gi", ", selector: {matchLabels: {speed: high}}"));
        eventuallyBound("fast");
        assertThat(claim("fast").getSpec().getVolumeName()).isEqualTo(volumeName("labelled"));
        assertThat(claim("fast").getStatus().getAccessModes()).containsExactly("ReadWriteOnce", "ReadOnlyMany");
    }

    @Test
    void withoutAVolumeAndAClassAClaimWaitsAndItsPodWithIt() {
        PersistentVolumeClaim claim = claim("data", "1Gi", "");
        claim.getSpec().setStorageClassName("");
        // Of no other test's volume.
        claim.getSpec().setVolumeName(null);
        claim.getSpec().setSelector(new LabelSelector(List.of(), Map.of("of", namespace)));
        create(claim);
        create(podWith("web", "data"));
        eventuallyUnscheduled("web", "pod has unbound immediate PersistentVolumeClaims");
        assertThat(whyUnscheduled("web"))
                .isEqualTo(
                        "Unschedulable: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not"
                                + " found");
        eventuallyHasEvents("PersistentVolumeClaim", NONE_AND_NO_CLASS);
        assertThat(claim("data").getStatus().getPhase()).isEqualTo("Pending");

        PersistentVolume volume = volume("late", "1Gi", "");
        volume.getSpec().setStorageClassName(null);
        volume.getMetadata().setLabels(Map.of("of", namespace));
        create(volume);
        eventuallyBound("data");
        eventuallyRuns("web");
    }

    @Test
    void aPodWaitsForAClaimThatIsNotThere() {
        create(podWith("web", "data"));
        eventuallyUnscheduled("web", "persistentvolumeclaim \"data\" not found");
        createAvailable(volume("v", "1Gi", ""));
        create(claim("data", "1Gi", ""));
        eventuallyRuns("web");
    }

    @Test
    void aClaimOfAClassThatIsNotThereSaysSo() {
        create(claim("data", "1Gi", ""));
        eventuallyHasEvents(
                "PersistentVolumeClaim",
                "Warning ProvisioningFailed: Storageclass.storage.k8s.io \"" + ownClass() + "\" not found");
        assertThat(claim("data").getStatus().getPhase()).isEqualTo("Pending");
    }

    @Test
    void aClassThatWaitsBindsWhenAPodComes() {
        createClass("kubernetes.io/no-provisioner", "WaitForFirstConsumer");
        createAvailable(volume("v", "1Gi", ""));
        create(claim("data", "1Gi", ""));
        eventuallyHasEvents(
                "PersistentVolumeClaim",
                "Normal WaitForFirstConsumer: Waiting for first consumer to be created before binding");
        assertThat(claim("data").getStatus().getPhase()).isEqualTo("Pending");
        create(podWith("web", "data"));
        eventuallyRuns("web");
        assertThat(claim("data").getStatus().getPhase()).isEqualTo("Bound");
        // Bound by the scheduler, so to the claim it is no choice of the controller's; the volume was chosen for it.
        assertThat(storedVolume(volumeName("v")).getMetadata().getAnnotations())
                .isEqualTo(Map.of("pv.kubernetes.io/bound-by-controller", "yes"));
    }

    @Test
    void aPodWhoseClaimFindsNothingToBindWaits() {
        createClass("kubernetes.io/no-provisioner", "WaitForFirstConsumer");
        create(claim("data", "1Gi", ""));
        create(podWith("web", "data"));
        eventuallyUnscheduled("web", "1 node(s) didn't find available persistent volumes to bind");
        eventuallyHasEvents("PersistentVolumeClaim", "Normal WaitForPodScheduled: Waiting for pod web to be scheduled");
        create(volume("v", "1Gi", ""));
        eventuallyRuns("web");
    }

    @Test
    void aPodGoesOnlyWhereItsVolumeCanBeReached() {
        createAvailable(volume(
                "elsewhere",
                "1Gi",
                ", nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator:"
                        + " In, values: [elsewhere]}]}]}}"));
        create(claim("data", "1Gi", ""));
        eventuallyBound("data");
        create(podWith("web", "data"));
        eventuallyUnscheduled("web", "1 node(s) didn't match PersistentVolume's node affinity");
    }

    @Test
    void aProvisionerIsAskedAndTheVolumeThatItMakesIsBound() {
        createClass("example.com/nobody", "Immediate");
        PersistentVolumeClaim created = create(claim("data", "1Gi", ""));
        eventuallyHasEvents(
                "PersistentVolumeClaim",
                "Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner"
                        + " 'example.com/nobody' or manually by the system administrator. If volume creation is delayed, please"
                        + " verify that the provisioner is running and correctly registered.");
        assertThat(claim("data").getMetadata().getAnnotations())
                .isEqualTo(Map.of(
                        "volume.beta.kubernetes.io/storage-provisioner", "example.com/nobody",
                        "volume.kubernetes.io/storage-provisioner", "example.com/nobody"));
        create(volume(
                "made",
                "1Gi",
                ", persistentVolumeReclaimPolicy: Delete, claimRef: {namespace: " + namespace + ", name: data, uid: "
                        + created.getMetadata().getUid() + "}"));
        eventuallyBound("data");
        assertThat(storedVolume(volumeName("made")).getMetadata().getAnnotations())
                .isNullOrEmpty();
    }

    @Test
    void aClassThatWaitsAsksItsProvisionerWhenThePodHasANode() {
        createClass("example.com/nobody", "WaitForFirstConsumer");
        PersistentVolumeClaim created = create(claim("data", "1Gi", ""));
        create(podWith("web", "data"));
        eventuallyHasEvents(
                "PersistentVolumeClaim",
                "Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner"
                        + " 'example.com/nobody' or manually by the system administrator. If volume creation is delayed, please"
                        + " verify that the provisioner is running and correctly registered.");
        assertThat(claim("data").getMetadata().getAnnotations()).containsKey("volume.kubernetes.io/selected-node");
        assertThat(stored(Pod.class, "web").getSpec().getNodeName()).isNull();
        create(volume(
                "made",
                "1Gi",
                ", claimRef: {namespace: " + namespace + ", name: data, uid: "
                        + created.getMetadata().getUid() + "}"));
        eventuallyRuns("web");
    }

    @Test
    void aVolumeThatIsReservedGoesToNobodyElse() {
        createAvailable(volume("reserved", "1Gi", ", claimRef: {namespace: " + namespace + ", name: mine}"));
        create(claim("other", "1Gi", ""));
        create(claim("mine", "1Gi", ""));
        eventuallyBound("mine");
        assertThat(claim("mine").getSpec().getVolumeName()).isEqualTo(volumeName("reserved"));
        assertThat(claim("other").getStatus().getPhase()).isEqualTo("Pending");
        create(claim("third", "1Gi", ", volumeName: " + volumeName("reserved")));
        eventuallyHasEvents(
                "PersistentVolumeClaim",
                "Warning FailedBinding: Volume \"" + volumeName("reserved") + "\" already bound to a different claim.");
        // It would take the next volume as soon as that is available.
        cluster.delete(PersistentVolumeClaim.class, namespace, "other", DELETE);
        eventually("the claim to go", () -> gone(PersistentVolumeClaim.class, "other"));
        createAvailable(volume("small", "1Gi", ""));
        create(claim("large", "2Gi", ", volumeName: " + volumeName("small")));
        eventuallyHasEvents(
                "PersistentVolumeClaim",
                "Warning VolumeMismatch: Cannot bind to requested volume \"" + volumeName("small")
                        + "\": requested PV is too small");
    }

    @Test
    void aClaimThatIsDeletedStaysAsLongAsAPodUsesIt() {
        createAvailable(volume("v", "1Gi", ""));
        create(claim("data", "1Gi", ""));
        eventuallyBound("data");
        create(podWith("web", "data"));
        eventuallyRuns("web");
        cluster.delete(PersistentVolumeClaim.class, namespace, "data", DELETE);
        pass(Duration.ofSeconds(2));
        assertThat(claim("data").getMetadata().getDeletionTimestamp()).isNotNull();
        assertThat(claim("data").getStatus().getPhase()).isEqualTo("Bound");
        create(podWith("late", "data"));
        eventuallyUnscheduled("late", "persistentvolumeclaim \"data\" is being deleted");
        cluster.delete(Pod.class, namespace, "web", DELETE);
        eventually("the claim to go", () -> gone(PersistentVolumeClaim.class, "data"));
        eventually(
                "the volume to be released",
                () -> "Released"
                        .equals(storedVolume(volumeName("v")).getStatus().getPhase()));
        // What is in it stays, so it is nobody else's.
        create(claim("again", "1Gi", ""));
        pass(Duration.ofSeconds(2));
        assertThat(claim("again").getStatus().getPhase()).isEqualTo("Pending");
        eventuallyUnscheduled("late", "persistentvolumeclaim \"data\" not found");
    }

    @Test
    void aVolumeThatIsDeletedStaysAsLongAsItIsBound() {
        createAvailable(volume("v", "1Gi", ""));
        create(claim("data", "1Gi", ""));
        eventuallyBound("data");
        cluster.delete(PersistentVolume.class, "", volumeName("v"), DELETE);
        pass(Duration.ofSeconds(2));
        assertThat(storedVolume(volumeName("v")).getMetadata().getDeletionTimestamp())
                .isNotNull();
        assertThat(claim("data").getStatus().getPhase()).isEqualTo("Bound");
        cluster.delete(PersistentVolumeClaim.class, namespace, "data", DELETE);
        eventually(
                "the volume to go",
                () -> cluster.get(PersistentVolume.class, "", volumeName("v")).isEmpty());
    }

    @Test
    void aClaimWhoseVolumeIsTakenAwayIsLost() {
        createAvailable(volume("v", "1Gi", ""));
        create(claim("data", "1Gi", ""));
        eventuallyBound("data");
        cluster.delete(PersistentVolume.class, "", volumeName("v"), DELETE);
        cluster.patch(
                PersistentVolume.class,
                "",
                volumeName("v"),
                Patch.merge("{\"metadata\":{\"finalizers\":null}}"),
                DEFAULTS);
        eventually(
                "the claim to be lost",
                () -> "Lost".equals(claim("data").getStatus().getPhase()));
        eventuallyHasEvents(
                "PersistentVolumeClaim",
                "Warning ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!");
        assertThat(claim("data").getStatus().getCapacity()).isNullOrEmpty();
        create(podWith("web", "data"));
        eventuallyUnscheduled(
                "web",
                "persistentvolumeclaim \"data\" bound to non-existent persistentvolume \"" + volumeName("v") + "\"");
    }

    @Test
    void whatBecomesOfAReleasedVolumeItsPolicySays() {
        createAvailable(volume("gone", "1Gi", ", persistentVolumeReclaimPolicy: Delete"));
        create(claim("gone", "1Gi", ", volumeName: " + volumeName("gone")));
        eventuallyBound("gone");
        cluster.delete(PersistentVolumeClaim.class, namespace, "gone", DELETE);
        eventually(
                "the volume to be deleted",
                () -> cluster.get(PersistentVolume.class, "", volumeName("gone"))
                        .isEmpty());

        PersistentVolume kept = volume("kept", "1Gi", ", persistentVolumeReclaimPolicy: Delete");
        kept.getSpec().getHostPath().setPath("/var/lib/" + volumeName("kept"));
        createAvailable(kept);
        create(claim("kept", "1Gi", ", volumeName: " + volumeName("kept")));
        eventuallyBound("kept");
        cluster.delete(PersistentVolumeClaim.class, namespace, "kept", DELETE);
        eventually(
                "the volume to fail",
                () -> "Failed"
                        .equals(storedVolume(volumeName("kept")).getStatus().getPhase()),
                () -> storedVolume(volumeName("kept")).getStatus());
        assertThat(storedVolume(volumeName("kept")).getStatus().getMessage())
                .isEqualTo(
                        "host_path deleter only supports /tmp/.+ but received provided /var/lib/" + volumeName("kept"));
    }

    @Test
    void aClaimSaysWhetherAPodUsesIt() {
        createAvailable(volume("v", "1Gi", ""));
        create(claim("data", "1Gi", ""));
        eventuallyBound("data");
        // Told since Kubernetes 1.37.
        pass(Duration.ofSeconds(2));
        if (claim("data").getStatus().getConditions().isEmpty()) {
            return;
        }
        assertThat(unused()).isEqualTo("True NoPodsUsingPVC: No pods are currently referencing this PVC");
        create(podWith("web", "data"));
        eventuallyRuns("web");
        eventually(
                "the claim to be used",
                () -> unused().equals("False PodUsingPVC: A pod is currently referencing this PVC"),
                this::unused);
    }

    private String unused() {
        return claim("data").getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Unused"))
                .map(condition -> condition.getStatus() + " " + condition.getReason() + ": " + condition.getMessage())
                .findFirst()
                .orElse("");
    }

    @Test
    void aQuotaCountsClaimsAndWhatTheyAskFor() {
        String ofClass = ownClass() + ".storageclass.storage.k8s.io/requests.storage";
        create(Yaml.read(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: storage, namespace: %s}
                spec: {hard: {persistentvolumeclaims: 2, requests.storage: 3Gi, %s: 2Gi}}
                """.formatted(namespace, ofClass)));
        eventually(
                "the quota to count",
                () -> stored(ResourceQuota.class, "storage").getStatus() != null
                        && stored(ResourceQuota.class, "storage").getStatus().getUsed() != null
                        && stored(ResourceQuota.class, "storage")
                                        .getStatus()
                                        .getUsed()
                                        .size()
                                == 3);
        create(claim("one", "1Gi", ""));
        assertThat(refusal(Reason.FORBIDDEN, () -> create(claim("two", "2Gi", ""))))
                .hasMessage("persistentvolumeclaims \"two\" is forbidden: exceeded quota: storage, requested: "
                        + ofClass + "=2Gi, used: " + ofClass + "=1Gi, limited: " + ofClass + "=2Gi");
    }

    private void refused(PersistentVolumeClaim claim, String... wrong) {
        String all = String.join(", ", wrong);
        assertThat(refusal(Reason.INVALID, () -> create(claim)))
                .hasMessage("PersistentVolumeClaim \"bad\" is invalid: " + (wrong.length > 1 ? "[" + all + "]" : all));
    }

    @Test
    void aBrokenClaimIsRefusedFieldByField() {
        PersistentVolumeClaim empty = Yaml.read(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: bad, namespace: %s}
                spec: {storageClassName: ""}
                """.formatted(namespace));
        refused(
                empty,
                "spec.accessModes: Required value: at least 1 access mode is required",
                "spec.resources[storage]: Required value");
        PersistentVolumeClaim modes = claim("bad", "0", ", volumeMode: Foo");
        modes.getSpec().setAccessModes(List.of("ReadWriteSome"));
        refused(
                modes,
                "spec.accessModes: Unsupported value: \"ReadWriteSome\": supported values: \"ReadOnlyMany\","
                        + " \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"",
                "spec.resources[storage]: Invalid value: \"0\": must be greater than zero",
                "spec.volumeMode: Unsupported value: \"Foo\": supported values: \"Block\", \"Filesystem\"");
        PersistentVolumeClaim alone = claim("bad", "1Gi", "");
        alone.getSpec().setAccessModes(List.of("ReadWriteOncePod", "ReadWriteOnce"));
        refused(alone, "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes");
    }

    @Test
    void aBrokenVolumeIsRefusedFieldByField() {
        PersistentVolume empty = Yaml.read(PersistentVolume.class, """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: %s}
                spec: {capacity: {storage: 1Gi}}
                """.formatted(volumeName("bad")));
        String name = "PersistentVolume \"" + volumeName("bad") + "\" is invalid: ";
        assertThat(refusal(Reason.INVALID, () -> create(empty)))
                .hasMessage(
                        name + "[spec.accessModes: Required value, spec: Required value: must specify a volume type]");
        PersistentVolume local = volume("bad", "1Gi", ", persistentVolumeReclaimPolicy: Foo, local: {path: /x}");
        local.getSpec().setHostPath(null);
        assertThat(refusal(Reason.INVALID, () -> create(local)))
                .hasMessage(name
                        + "[spec.persistentVolumeReclaimPolicy: Unsupported value: \"Foo\": supported values: \"Delete\","
                        + " \"Recycle\", \"Retain\", spec.nodeAffinity: Required value: Local volume requires node"
                        + " affinity]");
        StorageClass unnamed = Yaml.read(StorageClass.class, """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata: {name: %s}
                reclaimPolicy: Recycle
                volumeBindingMode: Later
                """.formatted(ownClass()));
        assertThat(refusal(Reason.INVALID, () -> create(unnamed)).causes())
                .extracting(cause -> cause.field() + ": " + cause.message())
                .contains(
                        "provisioner: Required value",
                        "reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\"",
                        "volumeBindingMode: Unsupported value: \"Later\": supported values: \"Immediate\","
                                + " \"WaitForFirstConsumer\"");
    }

    @Test
    void aClaimCannotBeChangedAndGrowsOnlyWhereItsClassAllowsIt() {
        createAvailable(volume("v", "1Gi", ""));
        create(claim("data", "1Gi", ""));
        eventuallyBound("data");
        assertThat(refusal(Reason.INVALID, () -> patch("{\"accessModes\":[\"ReadOnlyMany\"]}"))
                        .getMessage())
                .startsWith(
                        "PersistentVolumeClaim \"data\" is invalid: spec: Forbidden: spec is immutable after creation"
                                + " except resources.requests and volumeAttributesClassName for bound claims");
        assertThat(refusal(Reason.FORBIDDEN, () -> patch("{\"resources\":{\"requests\":{\"storage\":\"2Gi\"}}}")))
                .hasMessage(
                        "persistentvolumeclaims \"data\" is forbidden: only dynamically provisioned pvc can be resized"
                                + " and the storageclass that provisions the pvc must support resize");
        createClass("example.com/nobody", "Immediate");
        assertThat(refusal(
                                Reason.INVALID,
                                () -> cluster.patch(
                                        StorageClass.class,
                                        "",
                                        ownClass(),
                                        Patch.merge("{\"reclaimPolicy\":\"Retain\",\"provisioner\":\"example.com/x\"}"),
                                        DEFAULTS))
                        .causes())
                // Kubernetes 1.34 says it in words of its own.
                .extracting(cause -> cause.field() + ": "
                        + cause.message()
                                .replaceFirst(
                                        "Forbidden: updates to .* are forbidden\\.",
                                        "Invalid value: null: field is immutable"))
                .contains(
                        "provisioner: Invalid value: null: field is immutable",
                        "reclaimPolicy: Invalid value: null: field is immutable");
    }

    private void patch(String spec) {
        cluster.patch(PersistentVolumeClaim.class, namespace, "data", Patch.merge("{\"spec\":" + spec + "}"), DEFAULTS);
    }

    @Test
    void aNamespaceGoesWithItsClaims() {
        createNamespace(namespace + "-more");
        createAvailable(volume("v", "1Gi", ""));
        PersistentVolumeClaim claim = claim("data", "1Gi", "");
        claim.getMetadata().setNamespace(namespace + "-more");
        create(claim);
        cluster.delete(Namespace.class, "", namespace + "-more", DeleteOptions.defaults());
        eventually(
                "the namespace to go",
                () -> cluster.get(Namespace.class, "", namespace + "-more").isEmpty());
    }
}
