// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the API promises of who owns which field: of those who create, and of the cluster's own components. */
abstract class OwnersContract extends Contract {
    private static final WriteOptions CREATOR = DEFAULTS.withFieldManager("creator");
    private static final WriteOptions OTHER = DEFAULTS.withFieldManager("other").withoutForce();

    /** Who has an entry, and how, such as {@code kubelet Update status}. */
    private static List<String> managers(HasMetadata object) {
        return object.getMetadata().getManagedFields().stream()
                .map(OwnersContract::manager)
                .sorted()
                .toList();
    }

    private static String manager(ManagedFieldsEntry entry) {
        String subresource = entry.getSubresource() == null ? "" : " " + entry.getSubresource();
        return entry.getManager() + " " + entry.getOperation() + subresource;
    }

    private static String owned(HasMetadata object, String manager) {
        return object.getMetadata().getManagedFields().stream()
                .filter(entry -> manager(entry).equals(manager))
                .map(entry -> Models.toJson(entry.getFieldsV1()))
                .findFirst()
                .orElse("nothing");
    }

    private String nameOfOne(Class<? extends HasMetadata> type) {
        return cluster.list(Query.of(type).inNamespace(namespace))
                .get(0)
                .getMetadata()
                .getName();
    }

    private ReplicaSet eventuallyOneReplicaSet() {
        eventually("a ReplicaSet with a status, and a Deployment that tells of it", () -> {
            List<ReplicaSet> sets = cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace));
            return sets.size() == 1
                    && zero(sets.get(0).getStatus().getReplicas()) == 1
                    && zero(stored(Deployment.class, "clock").getStatus().getReplicas()) == 1;
        });
        return stored(ReplicaSet.class, nameOfOne(ReplicaSet.class));
    }

    @Test
    void theDeploymentControllerOwnsTheStatusAndTheRevision() {
        cluster.create(clock("clock", 1), CREATOR);
        eventuallyOneReplicaSet();
        Deployment stored = stored(Deployment.class, "clock");
        assertThat(managers(stored)).containsExactly("creator Update", "kube-controller-manager Update status");
        assertThat(owned(stored, "kube-controller-manager Update status"))
                .contains("f:deployment.kubernetes.io/revision", "f:observedGeneration", "f:replicas")
                .doesNotContain("f:spec");
        Deployment revised = Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s, annotations: {deployment.kubernetes.io/revision: "7"}}
                """.formatted(namespace));
        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(revised, OTHER)))
                .hasMessage("Apply failed with 1 conflict: conflict with \"kube-controller-manager\" with subresource"
                        + " \"status\" using apps/v1: .metadata.annotations.deployment.kubernetes.io/revision");
    }

    @Test
    void controllersOwnWhatTheyCreate() {
        cluster.create(clock("clock", 1), CREATOR);
        ReplicaSet set = eventuallyOneReplicaSet();
        assertThat(managers(set))
                .containsExactly("kube-controller-manager Update", "kube-controller-manager Update status");
        assertThat(owned(set, "kube-controller-manager Update"))
                .contains(
                        "f:replicas",
                        "f:selector",
                        "f:ownerReferences",
                        "f:pod-template-hash",
                        "f:deployment.kubernetes.io/revision")
                .doesNotContain("f:status");
        ReplicaSet scaled =
                Yaml.read(ReplicaSet.class, """
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata: {name: %s, namespace: %s}
                spec: {replicas: 5}
                """.formatted(set.getMetadata().getName(), namespace));
        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(scaled, OTHER)))
                .hasMessage("Apply failed with 1 conflict: conflict with \"kube-controller-manager\" using apps/v1:"
                        + " .spec.replicas");
        Pod pod = stored(Pod.class, nameOfOne(Pod.class));
        assertThat(owned(pod, "kube-controller-manager Update"))
                .contains("f:generateName", "f:image", "f:ownerReferences")
                .doesNotContain("f:nodeName", "f:volumes", "f:serviceAccountName", "f:tolerations", "f:priority");
    }

    @Test
    void theSchedulerOwnsWhatItSaysOfAPodThatHasNoPlace() {
        cluster.create(homelessPod("homeless"), CREATOR);
        eventually(
                "a condition of the scheduler",
                () -> !stored(Pod.class, "homeless").getStatus().getConditions().isEmpty());
        Pod pod = stored(Pod.class, "homeless");
        assertThat(managers(pod)).containsExactly("creator Update", "kube-scheduler Update status");
        assertThat(owned(pod, "kube-scheduler Update status")).contains("PodScheduled", "f:reason");
    }

    @Test
    void whoCreatesOwnsTheDefaultsAndWhoAppliesDoesNot() {
        Deployment remembering = Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s}
                spec: {revisionHistoryLimit: 3}
                """.formatted(namespace));
        cluster.create(clock("clock", 0), CREATOR);
        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(remembering, OTHER)))
                .hasMessage(
                        "Apply failed with 1 conflict: conflict with \"creator\" using apps/v1: .spec.revisionHistoryLimit");

        cluster.apply(clock("applied", 0), CREATOR);
        remembering.getMetadata().setName("applied");
        assertThat(cluster.apply(remembering, OTHER).getSpec().getRevisionHistoryLimit())
                .isEqualTo(3);
    }

    private Service service(String selector) {
        return Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: %s}
                spec: {selector: %s, ports: [{port: 80}]}
                """.formatted(namespace, selector));
    }

    @Test
    void aSelectorIsOwnedAndAppliedWhole() {
        cluster.create(service("{a: b}"), CREATOR);
        assertThat(owned(stored(Service.class, "web"), "creator Update"))
                .contains("\"f:selector\":{}", "f:sessionAffinity")
                .doesNotContain("f:clusterIP");
        assertThat(refusal(Reason.CONFLICT, () -> cluster.apply(service("{c: d}"), OTHER)))
                .hasMessage("Apply failed with 1 conflict: conflict with \"creator\" using v1: .spec.selector");
        WriteOptions forced = DEFAULTS.withFieldManager("other");
        assertThat(cluster.apply(service("{c: d}"), forced).getSpec().getSelector())
                .isEqualTo(Map.of("c", "d"));
    }
}
