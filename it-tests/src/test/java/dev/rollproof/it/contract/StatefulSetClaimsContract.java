// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the controller of StatefulSets promises of claims: a claim for each pod, which stays when the pod goes, unless a policy says otherwise. */
abstract class StatefulSetClaimsContract extends StorageContract {
    private StatefulSet web(int replicas, String more) {
        return Yaml.read(StatefulSet.class, """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web, namespace: %s}
                spec: {serviceName: web, replicas: %d, selector: {matchLabels: {app: web}},
                  template: {metadata: {labels: {app: web}}, spec: {terminationGracePeriodSeconds: 1, containers: [
                    {name: web, image: "page:1.0", volumeMounts: [{name: data, mountPath: /data}],
                     readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}}]}},
                  volumeClaimTemplates: [{metadata: {name: data, labels: {part: store}}, spec: {storageClassName: %s,
                    accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]%s}
                """.formatted(namespace, replicas, ownClass(), more));
    }

    private void createVolumes(int number) {
        for (int i = 0; i < number; i++) {
            createAvailable(volume("v" + i, "1Gi", ""));
        }
    }

    private void eventuallyReady(int replicas) {
        eventuallyWithVolumes(
                replicas + " pods to be ready",
                () -> zero(stored(StatefulSet.class, "web").getStatus().getReadyReplicas()) == replicas
                        && zero(stored(StatefulSet.class, "web").getStatus().getReplicas()) == replicas,
                () -> stored(StatefulSet.class, "web").getStatus());
    }

    private List<String> claimNames() {
        return cluster.list(Query.of(PersistentVolumeClaim.class).inNamespace(namespace)).stream()
                .map(claim -> claim.getMetadata().getName())
                .sorted()
                .toList();
    }

    private void scale(int replicas) {
        cluster.scale(StatefulSet.class, namespace, "web", replicas, DEFAULTS);
    }

    @Test
    void eachPodHasAClaimOfItsOwnThatIsThereFirst() {
        createVolumes(2);
        StatefulSet created = create(web(2, ""));
        PersistentVolumeClaim template =
                created.getSpec().getVolumeClaimTemplates().get(0);
        assertThat(template.getSpec().getVolumeMode()).isEqualTo("Filesystem");
        assertThat(template.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(template.getKind()).isEqualTo("PersistentVolumeClaim");
        assertThat(template.getApiVersion()).isEqualTo("v1");
        eventuallyReady(2);

        assertThat(claimNames()).containsExactly("data-web-0", "data-web-1");
        PersistentVolumeClaim claim = claim("data-web-1");
        assertThat(claim.getMetadata().getLabels()).isEqualTo(Map.of("app", "web", "part", "store"));
        assertThat(claim.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(claim.getStatus().getPhase()).isEqualTo("Bound");
        Pod pod = stored(Pod.class, "web-1");
        assertThat(pod.getSpec().getVolumes().get(0).getName()).isEqualTo("data");
        assertThat(pod.getSpec().getVolumes().get(0).getPersistentVolumeClaim().getClaimName())
                .isEqualTo("data-web-1");
        eventuallyHasEvents(
                "StatefulSet",
                "Normal SuccessfulCreate: Create Claim data-web-0 Pod web-0 in StatefulSet web success",
                "Normal SuccessfulCreate: Create Pod web-0 in StatefulSet web successful",
                "Normal SuccessfulCreate: Create Claim data-web-1 Pod web-1 in StatefulSet web success");
    }

    @Test
    void aPodWaitsForItsVolumeAndTheNextForThePod() {
        create(web(2, ""));
        eventuallyUnscheduled("web-0", "pod has unbound immediate PersistentVolumeClaims");
        assertThat(claimNames()).containsExactly("data-web-0");
        // Claims wait for them: they may be bound before anybody sees that they are available.
        create(volume("v0", "1Gi", ""));
        create(volume("v1", "1Gi", ""));
        eventuallyReady(2);
    }

    @Test
    void claimsStayWhenPodsGoAndAreFoundAgain() {
        createVolumes(2);
        create(web(2, ""));
        eventuallyReady(2);
        String uid = claim("data-web-1").getMetadata().getUid();
        scale(1);
        eventuallyReady(1);
        assertThat(claimNames()).containsExactly("data-web-0", "data-web-1");
        scale(2);
        eventuallyReady(2);
        assertThat(claim("data-web-1").getMetadata().getUid()).isEqualTo(uid);
        cluster.delete(StatefulSet.class, namespace, "web", DELETE);
        eventually(
                "the pods to go",
                () -> cluster.list(Query.of(Pod.class).inNamespace(namespace)).isEmpty());
        assertThat(claimNames()).containsExactly("data-web-0", "data-web-1");
        assertThat(claim("data-web-1").getMetadata().getDeletionTimestamp()).isNull();
    }

    @Test
    void claimsGoWithTheSetWhereItsPolicySaysSo() {
        createVolumes(1);
        StatefulSet created = create(web(1, ", persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}"));
        eventuallyReady(1);
        eventually(
                "the claim to belong to the set",
                () -> !claim("data-web-0").getMetadata().getOwnerReferences().isEmpty());
        OwnerReference owner =
                claim("data-web-0").getMetadata().getOwnerReferences().get(0);
        assertThat(owner)
                .isEqualTo(new OwnerReference(
                        "apps/v1",
                        true,
                        true,
                        "StatefulSet",
                        "web",
                        created.getMetadata().getUid()));
        cluster.delete(StatefulSet.class, namespace, "web", DeleteOptions.defaults());
        eventually("the claim to go", () -> claimNames().isEmpty());
    }

    @Test
    void claimsGoWithThePodsThatAreTooManyWhereThePolicySaysSo() {
        createVolumes(3);
        create(web(2, ", persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}"));
        eventuallyReady(2);
        assertThat(claim("data-web-1").getMetadata().getOwnerReferences()).isEmpty();
        String before = claim("data-web-1").getMetadata().getUid();
        scale(1);
        eventually("the claim to go", () -> claimNames().equals(List.of("data-web-0")));
        scale(2);
        eventuallyReady(2);
        assertThat(claim("data-web-1").getMetadata().getUid()).isNotEqualTo(before);
        cluster.delete(StatefulSet.class, namespace, "web", DELETE);
        eventually(
                "the pods to go",
                () -> cluster.list(Query.of(Pod.class).inNamespace(namespace)).isEmpty());
        assertThat(claimNames()).containsExactly("data-web-0", "data-web-1");
    }

    @Test
    void aPolicyThatChangesIsFollowedByTheClaimsThatAreThere() {
        createVolumes(1);
        create(web(1, ""));
        eventuallyReady(1);
        cluster.patch(
                StatefulSet.class,
                namespace,
                "web",
                Patch.merge("{\"spec\":{\"persistentVolumeClaimRetentionPolicy\":{\"whenDeleted\":\"Delete\"}}}"),
                DEFAULTS);
        eventually(
                "the claim to belong to the set",
                () -> claim("data-web-0").getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getKind().equals("StatefulSet")));
        eventuallyHasEvents("StatefulSet", "Normal SuccessfulUpdate: Update Pod web-0 in StatefulSet web successful");
    }

    @Test
    void aClaimOnItsWayOutHoldsUpThePodThatComesAfter() {
        createVolumes(2);
        create(web(1, ""));
        eventuallyReady(1);
        String before = claim("data-web-0").getMetadata().getUid();
        cluster.delete(PersistentVolumeClaim.class, namespace, "data-web-0", DELETE);
        cluster.delete(Pod.class, namespace, "web-0", DELETE);
        eventually(
                "another claim to be made",
                () -> cluster.get(PersistentVolumeClaim.class, namespace, "data-web-0")
                        .filter(claim -> !claim.getMetadata().getUid().equals(before))
                        .isPresent());
        eventuallyReady(1);
    }

    private void refused(StatefulSet set, String... wrong) {
        String all = String.join(", ", wrong);
        assertThat(refusal(Reason.INVALID, () -> create(set)))
                .hasMessage("StatefulSet.apps \"web\" is invalid: " + (wrong.length > 1 ? "[" + all + "]" : all));
    }

    @Test
    void templatesAreChecked() {
        StatefulSet empty = web(1, "");
        empty.getSpec().getVolumeClaimTemplates().get(0).getSpec().setAccessModes(List.of());
        empty.getSpec().getVolumeClaimTemplates().get(0).getSpec().setResources(null);
        refused(
                empty,
                "spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required",
                "spec.volumeClaimTemplates[0].spec.resources[storage]: Required value");
        StatefulSet unmounted = web(1, "");
        unmounted.getSpec().getVolumeClaimTemplates().get(0).getMetadata().setName("other");
        refused(unmounted, "spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"data\"");
    }

    @Test
    void templatesCannotBeChanged() {
        create(web(0, ""));
        String message = refusal(
                        Reason.INVALID,
                        () -> cluster.patch(
                                StatefulSet.class,
                                namespace,
                                "web",
                                Patch.json(
                                        "[{\"op\":\"replace\",\"path\":\"/spec/volumeClaimTemplates/0/spec/resources/requests/"
                                                + "storage\",\"value\":\"2Gi\"}]"),
                                DEFAULTS))
                .getMessage();
        // Kubernetes 1.37 shows all templates between the two parts.
        assertThat(message)
                .matches(
                        "(?s)StatefulSet.apps \"web\" is invalid: (spec: Forbidden: updates to statefulset spec for fields"
                                + " other than .*|spec.volumeClaimTemplates: Invalid value: \\[.*\\]: field is immutable)");
    }
}
