// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions.Propagation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What namespaces, owners and quotas promise, by their controllers and at admission. */
abstract class NamespacesContract extends Contract {
    @Test
    void aNewNamespaceIsFurnished() {
        Namespace stored = cluster.get(Namespace.class, "", namespace).orElseThrow();

        assertThat(stored.getStatus().getPhase()).isEqualTo("Active");
        assertThat(stored.getMetadata().getLabels()).isEqualTo(Map.of("kubernetes.io/metadata.name", namespace));
        assertThat(stored.getSpec().getFinalizers()).containsExactly("kubernetes");
        eventually("the certificate", () -> !gone(ConfigMap.class, "kube-root-ca.crt"));
        assertThat(stored(ConfigMap.class, "kube-root-ca.crt").getData()).containsOnlyKeys("ca.crt");
    }

    @Test
    void aServiceLeadsToTheApiServer() {
        Service service = cluster.get(Service.class, "default", "kubernetes").orElseThrow();
        assertThat(service.getMetadata().getLabels())
                .isEqualTo(Map.of("component", "apiserver", "provider", "kubernetes"));
        assertThat(service.getSpec().getClusterIP()).endsWith(".0.1");
        assertThat(service.getSpec().getSelector()).isNullOrEmpty();
        assertThat(service.getSpec().getType()).isEqualTo("ClusterIP");
        ServicePort port = service.getSpec().getPorts().get(0);
        assertThat(port.getName()).isEqualTo("https");
        assertThat(port.getPort()).isEqualTo(443);

        EndpointSlice slice =
                cluster.get(EndpointSlice.class, "default", "kubernetes").orElseThrow();
        assertThat(slice.getMetadata().getLabels()).isEqualTo(Map.of("kubernetes.io/service-name", "kubernetes"));
        assertThat(slice.getMetadata().getOwnerReferences()).isNullOrEmpty();
        assertThat(slice.getPorts().get(0).getPort())
                .isEqualTo(port.getTargetPort().getIntVal());
        Endpoint endpoint = slice.getEndpoints().get(0);
        assertThat(endpoint.getAddresses()).hasSize(1);
        assertThat(endpoint.getConditions().getReady()).isTrue();
        assertThat(endpoint.getTargetRef()).isNull();
    }

    @Test
    void aNodeSaysWhereItIsAndThatItIsWell() {
        Node node = cluster.list(Query.of(Node.class)).get(0);
        String name = node.getMetadata().getName();
        assertThat(node.getStatus().getAddresses())
                .extracting(NodeAddress::getType)
                .containsExactly("InternalIP", "Hostname");
        assertThat(node.getStatus().getAddresses().get(1).getAddress()).isEqualTo(name);
        assertThat(node.getMetadata().getLabels()).containsEntry("kubernetes.io/hostname", name);
        assertThat(node.getStatus().getConditions())
                .extracting(NodeCondition::getType, NodeCondition::getStatus, NodeCondition::getReason)
                .containsExactly(
                        tuple("MemoryPressure", "False", "KubeletHasSufficientMemory"),
                        tuple("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                        tuple("PIDPressure", "False", "KubeletHasSufficientPID"),
                        tuple("Ready", "True", "KubeletReady"));
        assertThat(node.getStatus().getNodeInfo().getKubeletVersion()).startsWith("v1.");
        assertThat(node.getStatus().getNodeInfo().getOperatingSystem()).isEqualTo("linux");
        assertThat(node.getStatus().getNodeInfo().getContainerRuntimeVersion()).contains("://");
        assertThat(node.getStatus().getDaemonEndpoints().getKubeletEndpoint().getPort())
                .isEqualTo(10250);
    }

    @Test
    void nothingIsCreatedWhereThereIsNoNamespace() {
        ConfigMap lost = configMap("settings", "{}");
        lost.getMetadata().setNamespace("nowhere");

        assertThat(refusal(Reason.NOT_FOUND, () -> create(lost))).hasMessage("namespaces \"nowhere\" not found");
    }

    @Test
    void theDefaultNamespaceStays() {
        assertThat(refusal(Reason.FORBIDDEN, () -> cluster.delete(Namespace.class, "", "default", DELETE)))
                .hasMessage("namespaces \"default\" is forbidden: this namespace may not be deleted");
    }

    @Test
    void aNamespaceGoesWithAllThatIsInIt() {
        String going = namespace + "-going";
        createNamespace(going);
        Deployment clock = clock("clock", 1);
        clock.getMetadata().setNamespace(going);
        create(clock);
        ConfigMap held = configMap("held", "{}");
        held.getMetadata().setNamespace(going);
        held.getMetadata().setFinalizers(List.of("example.com/hold"));
        create(held);
        cluster.delete(Namespace.class, "", going, DELETE);

        assertThat(cluster.get(Namespace.class, "", going)
                        .orElseThrow()
                        .getStatus()
                        .getPhase())
                .isEqualTo("Terminating");
        ConfigMap late = configMap("late", "{}");
        late.getMetadata().setNamespace(going);
        ClusterException refused = refusal(Reason.FORBIDDEN, () -> create(late));
        assertThat(refused)
                .hasMessage("configmaps \"late\" is forbidden: unable to create new content in namespace " + going
                        + " because it is being terminated");
        assertThat(refused.causes())
                .containsExactly(new Cause(
                        "metadata.namespace", "NamespaceTerminating", "namespace " + going + " is being terminated"));

        eventually(
                "all but what is held to go",
                () -> List.of(Deployment.class, ReplicaSet.class, Pod.class).stream()
                        .allMatch(type ->
                                cluster.list(Query.of(type).inNamespace(going)).isEmpty()));
        assertThat(cluster.get(Namespace.class, "", going)).isPresent();
        cluster.patch(ConfigMap.class, going, "held", Patch.merge("{\"metadata\": {\"finalizers\": null}}"), DEFAULTS);
        eventually(
                "the namespace to go",
                () -> cluster.get(Namespace.class, "", going).isEmpty());
    }

    private ConfigMap ownedBy(ConfigMap owner, String name) {
        ConfigMap owned = configMap(name, "{}");
        owned.getMetadata()
                .setOwnerReferences(List.of(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("ConfigMap")
                        .withName(owner.getMetadata().getName())
                        .withUid(owner.getMetadata().getUid())
                        .withBlockOwnerDeletion(true)
                        .build()));
        return owned;
    }

    private void delete(String name, Propagation propagation) {
        cluster.delete(ConfigMap.class, namespace, name, DELETE.withPropagation(propagation));
    }

    @Test
    void whatIsOwnedGoesAfterItsOwner() {
        ConfigMap owner = create(configMap("owner", "{}"));
        create(ownedBy(create(ownedBy(owner, "child")), "grandchild"));
        delete("owner", Propagation.BACKGROUND);

        assertThat(gone(ConfigMap.class, "owner")).isTrue();
        eventually("the owned to go", () -> gone(ConfigMap.class, "child") && gone(ConfigMap.class, "grandchild"));
    }

    @Test
    void whatIsOwnedGoesBeforeItsOwner() {
        ConfigMap owner = create(configMap("owner", "{}"));
        ConfigMap child = ownedBy(owner, "child");
        child.getMetadata().setFinalizers(List.of("example.com/hold"));
        create(child);
        eventuallyTheCollectorHasHeardOfAll();
        delete("owner", Propagation.FOREGROUND);

        ConfigMap waiting = stored(ConfigMap.class, "owner");
        assertThat(waiting.getMetadata().getDeletionTimestamp()).isNotEmpty();
        assertThat(waiting.getMetadata().getFinalizers()).containsExactly("foregroundDeletion");
        eventually(
                "the child to be deleted",
                () -> stored(ConfigMap.class, "child").getMetadata().getDeletionTimestamp() != null);
        pass(java.time.Duration.ofMillis(500));
        assertThat(gone(ConfigMap.class, "owner")).isFalse();

        cluster.patch(
                ConfigMap.class,
                namespace,
                "child",
                Patch.json("[{\"op\": \"remove\", \"path\": \"/metadata/finalizers/0\"}]"),
                DEFAULTS);
        eventually("the owner to go", () -> gone(ConfigMap.class, "owner"));
        assertThat(gone(ConfigMap.class, "child")).isTrue();
    }

    @Test
    void orphansStayWithoutAnOwner() {
        create(ownedBy(create(configMap("owner", "{}")), "child"));
        eventuallyTheCollectorHasHeardOfAll();
        delete("owner", Propagation.ORPHAN);

        eventually("the owner to go", () -> gone(ConfigMap.class, "owner"));
        assertThat(stored(ConfigMap.class, "child").getMetadata().getOwnerReferences())
                .isEmpty();
    }

    @Test
    void whatIsOwnedBySomethingThatNeverWasGoes() {
        createOwnedByNobody("child");

        eventually("the child to go", () -> gone(ConfigMap.class, "child"));
    }

    private void createOwnedByNobody(String name) {
        ConfigMap owner = configMap("nobody", "{}");
        owner.getMetadata().setUid("f2d5a3a2-6d39-4a3c-8c7f-0f3c7a9d2b11");
        create(ownedBy(owner, name));
    }

    /** It is told of one after the other: when it collects what was created last, it knows of all that was before. */
    private void eventuallyTheCollectorHasHeardOfAll() {
        createOwnedByNobody("last");
        eventually("the collector to have heard of all", () -> gone(ConfigMap.class, "last"));
    }

    @Test
    void aDeploymentGoesWithItsReplicaSetsAndPods() {
        create(clock("clock", 1));
        eventually(
                "a pod",
                () -> !cluster.list(Query.of(Pod.class).inNamespace(namespace)).isEmpty());
        cluster.delete(Deployment.class, namespace, "clock", DELETE);

        assertThat(gone(Deployment.class, "clock")).isTrue();
        eventually(
                "the rest to go",
                () -> cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace))
                                .isEmpty()
                        && cluster.list(Query.of(Pod.class).inNamespace(namespace))
                                .isEmpty());
    }

    private void limit(String hard) {
        create(Yaml.read(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: limits, namespace: %s}
                spec: {hard: %s}
                """.formatted(namespace, hard)));
        eventually("the quota to be counted", () -> {
            ResourceQuota quota = stored(ResourceQuota.class, "limits");
            return quota.getStatus() != null
                    && quota.getSpec().getHard().equals(quota.getStatus().getHard());
        });
    }

    private String used(String resource) {
        return stored(ResourceQuota.class, "limits")
                .getStatus()
                .getUsed()
                .get(resource)
                .toString();
    }

    private Secret secret(String name) {
        return Yaml.read(
                Secret.class,
                "{apiVersion: v1, kind: Secret, metadata: {name: %s, namespace: %s}}".formatted(name, namespace));
    }

    /** Of Secrets: of a kind of which a namespace has some by itself the quota's controller may not have seen them all yet. */
    @Test
    void aQuotaRefusesWhatIsTooMuchUntilThereIsRoom() {
        limit("{count/secrets: 1}");
        create(secret("a"));

        assertThat(refusal(Reason.FORBIDDEN, () -> create(secret("b"))))
                .hasMessage("secrets \"b\" is forbidden: exceeded quota: limits, requested: count/secrets=1, used:"
                        + " count/secrets=1, limited: count/secrets=1");
        assertThat(used("count/secrets")).isEqualTo("1");
        cluster.delete(Secret.class, namespace, "a", DELETE);
        eventually("room", () -> used("count/secrets").equals("0"));
        // Who admits hears of it later than who asks.
        eventually("the room to be given", () -> isAdmitted(secret("b")));
    }

    private boolean isAdmitted(Secret secret) {
        try {
            create(secret);
            return true;
        } catch (ClusterException full) {
            assertThat(full).hasMessageContaining("exceeded quota");
            return false;
        }
    }

    @Test
    void aQuotaOfCpusWantsThemSaid() {
        limit("{requests.cpu: 1}");

        assertThat(refusal(Reason.FORBIDDEN, () -> create(homelessPod("clock"))))
                .hasMessage("pods \"clock\" is forbidden: failed quota: limits: must specify requests.cpu for: web");
        Pod big = homelessPod("clock");
        big.getSpec()
                .getContainers()
                .get(0)
                .setResources(Yaml.read(
                        io.fabric8.kubernetes.api.model.ResourceRequirements.class, "{requests: {cpu: \"2\"}}"));
        assertThat(refusal(Reason.FORBIDDEN, () -> create(big)))
                .hasMessage("pods \"clock\" is forbidden: exceeded quota: limits, requested: requests.cpu=2, used:"
                        + " requests.cpu=0, limited: requests.cpu=1");
    }

    @Test
    void aDeploymentThatAQuotaKeepsFromItsPodsSaysSo() {
        limit("{pods: 1}");
        Deployment clock = clock("clock", 2);
        clock.getSpec().getTemplate().getSpec().setNodeSelector(Map.of("no-such", "node"));
        create(clock);

        eventually(
                "the condition",
                () -> failure() != null,
                () -> stored(Deployment.class, "clock").getStatus());
        assertThat(failure().getStatus()).isEqualTo("True");
        assertThat(failure().getReason()).isEqualTo("FailedCreate");
        assertThat(failure().getMessage())
                .matches("pods \"clock-[a-z0-9]+-[a-z0-9]{5}\" is forbidden: exceeded quota: limits, requested: pods=1,"
                        + " used: pods=1, limited: pods=1");
        assertThat(cluster.list(Query.of(Pod.class).inNamespace(namespace))).hasSize(1);

        cluster.delete(ResourceQuota.class, namespace, "limits", DELETE);
        cluster.scale(Deployment.class, namespace, "clock", 1, DEFAULTS);
        eventually("the condition to go", () -> failure() == null);
    }

    private DeploymentCondition failure() {
        var status = stored(Deployment.class, "clock").getStatus();
        return status == null || status.getConditions() == null
                ? null
                : status.getConditions().stream()
                        .filter(condition -> condition.getType().equals("ReplicaFailure"))
                        .findFirst()
                        .orElse(null);
    }

    @Test
    void aPodNeedsItsServiceAccount() {
        Pod pod = pod("clock");
        pod.getSpec().setServiceAccountName("nope");

        assertThat(refusal(Reason.FORBIDDEN, () -> create(pod)))
                .hasMessage("pods \"clock\" is forbidden: error looking up service account " + namespace
                        + "/nope: serviceaccount \"nope\" not found");
    }
}
