// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.LoadBalancerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API promises of single objects: they are created, read, replaced and deleted, in versions. */
abstract class ObjectsContract extends Contract {
    @Test
    void whatIsCreatedCanBeRead() {
        ConfigMap created = create(configMap("settings", "{colour: red}"));

        assertThat(created.getMetadata().getUid()).isNotEmpty();
        assertThat(created.getMetadata().getCreationTimestamp()).isNotEmpty();
        assertThat(created.getMetadata().getGeneration()).isNull();
        ConfigMap read = stored(ConfigMap.class, "settings");
        assertThat(read.getData()).isEqualTo(Map.of("colour", "red"));
        assertThat(read.getMetadata().getUid()).isEqualTo(created.getMetadata().getUid());
        assertThat(version(read)).isEqualTo(version(created));
        assertThat(cluster.get(ConfigMap.class, namespace, "other")).isEmpty();
    }

    @Test
    void anEmptyNameIsNoneAndWhatIsNoVersionIsPassedOver() {
        ConfigMap unnamed = configMap("", "{}");
        unnamed.getMetadata().setGenerateName("settings-");
        unnamed.getMetadata().setResourceVersion("none");

        assertThat(create(unnamed).getMetadata().getName()).matches("settings-[a-z0-9]{5}");
        ConfigMap seen = configMap("settings", "{}");
        seen.getMetadata().setResourceVersion("1");
        assertThatThrownBy(() -> create(seen)).hasMessage("resourceVersion should not be set on objects to be created");
    }

    @Test
    void whatIsHandedOutIsACopy() {
        create(configMap("settings", "{colour: red}"));
        stored(ConfigMap.class, "settings").getData().put("colour", "green");

        assertThat(stored(ConfigMap.class, "settings").getData()).isEqualTo(Map.of("colour", "red"));
    }

    @Test
    void nothingIsCreatedTwice() {
        create(configMap("settings", "{}"));
        create(clock("clock", 0));

        assertThat(refusal(Reason.ALREADY_EXISTS, () -> create(configMap("settings", "{}"))))
                .hasMessage("configmaps \"settings\" already exists");
        assertThat(refusal(Reason.ALREADY_EXISTS, () -> create(clock("clock", 0))))
                .hasMessage("deployments.apps \"clock\" already exists");
        assertThat(refusal(Reason.ALREADY_EXISTS, () -> create(namespace(namespace))))
                .hasMessage("namespaces \"" + namespace + "\" already exists");
    }

    @Test
    void aGeneratedNameBeginsAsAsked() {
        ConfigMap manifest = configMap("unused", "{}");
        manifest.getMetadata().setName(null);
        manifest.getMetadata().setGenerateName("settings-");

        assertThat(create(manifest).getMetadata().getName())
                .startsWith("settings-")
                .hasSize("settings-".length() + 5);
    }

    @Test
    void whatIsNotThereCannotBeReplacedScaledOrDeleted() {
        assertThat(refusal(Reason.NOT_FOUND, () -> cluster.replace(clock("other", 0), DEFAULTS)))
                .hasMessage("deployments.apps \"other\" not found");
        assertThat(refusal(Reason.NOT_FOUND, () -> cluster.delete(Pod.class, namespace, "other", DELETE)))
                .hasMessage("pods \"other\" not found");
        assertThat(refusal(Reason.NOT_FOUND, () -> cluster.scale(Deployment.class, namespace, "other", 1, DEFAULTS)))
                .hasMessage("deployments.apps \"other\" not found");
    }

    @Test
    void aReplacementOfAnOldVersionIsAConflict() {
        ConfigMap first = create(configMap("settings", "{colour: red}"));
        ConfigMap second = Models.copy(first);
        second.setData(Map.of("colour", "green"));
        cluster.replace(second, DEFAULTS);

        ConfigMap late = Models.copy(first);
        late.setData(Map.of("colour", "blue"));
        assertThat(refusal(Reason.CONFLICT, () -> cluster.replace(late, DEFAULTS)))
                .hasMessage("Operation cannot be fulfilled on configmaps \"settings\": the object has been modified;"
                        + " please apply your changes to the latest version and try again");
        assertThat(stored(ConfigMap.class, "settings").getData()).isEqualTo(Map.of("colour", "green"));
    }

    @Test
    void withoutAVersionTheLastReplacementWins() {
        create(configMap("settings", "{colour: red, size: big}"));
        cluster.replace(configMap("settings", "{colour: green}"), DEFAULTS);

        assertThat(stored(ConfigMap.class, "settings").getData()).isEqualTo(Map.of("colour", "green"));
    }

    @Test
    void aReplacementOfAnotherUidIsAConflict() {
        ConfigMap first = create(configMap("settings", "{}"));
        first.getMetadata().setUid("no-such-uid");
        first.getMetadata().setResourceVersion(null);

        assertThat(refusal(Reason.CONFLICT, () -> cluster.replace(first, DEFAULTS)))
                .hasMessageStartingWith("Operation cannot be fulfilled on configmaps \"settings\": ")
                .hasMessageContaining("Precondition failed: UID in precondition: no-such-uid, UID in object meta: ");
    }

    @Test
    void versionsAreGrowingNumbers() {
        ConfigMap first = create(configMap("settings", "{colour: red}"));
        ConfigMap second = cluster.replace(configMap("settings", "{colour: green}"), DEFAULTS);
        ConfigMap other = create(configMap("other", "{}"));
        ConfigMap third = cluster.replace(configMap("settings", "{colour: blue}"), DEFAULTS);

        assertThat(List.of(version(first), version(second), version(other), version(third)))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void aReplacementThatChangesNothingMakesNoVersion() {
        ConfigMap first = create(configMap("settings", "{colour: red}"));
        ConfigMap again = cluster.replace(first, DEFAULTS);

        assertThat(version(again)).isEqualTo(version(first));
    }

    @Test
    void theGenerationGrowsWithTheSpecAndADeploymentsWithItsAnnotations() {
        Deployment created = create(clock("clock", 0));
        assertThat(created.getMetadata().getGeneration()).isEqualTo(1);

        Deployment labelled = cluster.patch(
                Deployment.class,
                namespace,
                "clock",
                Patch.merge("{\"metadata\":{\"labels\":{\"team\":\"time\"}}}"),
                DEFAULTS);
        assertThat(labelled.getMetadata().getGeneration()).isEqualTo(1);

        Deployment slower = cluster.patch(
                Deployment.class, namespace, "clock", Patch.merge("{\"spec\":{\"minReadySeconds\":3}}"), DEFAULTS);
        assertThat(slower.getMetadata().getGeneration()).isEqualTo(2);

        cluster.scale(Deployment.class, namespace, "clock", 0, DEFAULTS);
        assertThat(stored(Deployment.class, "clock").getMetadata().getGeneration())
                .as("scaled to what it is already")
                .isEqualTo(2);

        Deployment annotated = cluster.patch(
                Deployment.class,
                namespace,
                "clock",
                Patch.merge("{\"metadata\":{\"annotations\":{\"team\":\"time\"}}}"),
                DEFAULTS);
        assertThat(annotated.getMetadata().getGeneration()).isEqualTo(3);
    }

    @Test
    void aReplacementLeavesTheStatus() {
        create(clock("clock", 0));
        Deployment manifest = clock("clock", 0);
        manifest.getSpec().setMinReadySeconds(7);
        manifest.setStatus(new DeploymentStatusBuilder().withReplicas(77).build());

        Deployment replaced = cluster.replace(manifest, DEFAULTS);
        assertThat(replaced.getSpec().getMinReadySeconds()).isEqualTo(7);
        assertThat(replaced.getStatus())
                .extracting(status -> status.getReplicas())
                .isNotEqualTo(77);
    }

    @Test
    void aStatusIsReplacedAlone() {
        create(clock("clock", 0));
        Deployment manifest = clock("clock", 5);
        manifest.getMetadata().setLabels(Map.of("team", "time"));
        manifest.setStatus(new DeploymentStatusBuilder()
                .withConditions(new DeploymentConditionBuilder()
                        .withType("Tested")
                        .withStatus("True")
                        .build())
                .build());

        Deployment replaced = cluster.replaceStatus(manifest, DEFAULTS);
        assertThat(replaced.getStatus().getConditions())
                .extracting(condition -> condition.getType())
                .containsExactly("Tested");
        assertThat(replaced.getSpec().getReplicas()).isZero();
        assertThat(replaced.getMetadata().getLabels()).isNullOrEmpty();
        assertThat(replaced.getMetadata().getGeneration()).isEqualTo(1);
    }

    @Test
    void aDeploymentGetsItsDefaults() {
        Deployment clock = create(Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s}
                spec:
                  paused: true
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec:
                      containers:
                      - name: web
                        image: clock
                        ports: [{containerPort: 8080}]
                        readinessProbe: {httpGet: {port: 8080}}
                """.formatted(namespace)));

        assertThat(tree(clock.getSpec())).isEqualTo(yaml("""
                progressDeadlineSeconds: 600
                paused: true
                replicas: 1
                revisionHistoryLimit: 10
                selector: {matchLabels: {app: clock}}
                strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
                template:
                  metadata: {labels: {app: clock}}
                  spec:
                    containers:
                    - name: web
                      image: clock
                      imagePullPolicy: Always
                      ports: [{containerPort: 8080, protocol: TCP}]
                      readinessProbe:
                        failureThreshold: 3
                        httpGet: {path: /, port: 8080, scheme: HTTP}
                        periodSeconds: 10
                        successThreshold: 1
                        timeoutSeconds: 1
                      resources: {}
                      terminationMessagePath: /dev/termination-log
                      terminationMessagePolicy: File
                    dnsPolicy: ClusterFirst
                    restartPolicy: Always
                    schedulerName: default-scheduler
                    securityContext: {}
                    terminationGracePeriodSeconds: 30
                """));
    }

    @Test
    void aPodGetsItsDefaults() {
        Pod pod = create(homelessPod("clock"));

        assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("default");
        assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Always");
        assertThat(pod.getSpec().getTerminationGracePeriodSeconds()).isEqualTo(30);
        assertThat(pod.getSpec().getContainers().get(0).getImagePullPolicy()).isEqualTo("IfNotPresent");
        assertThat(pod.getSpec().getTolerations())
                .extracting(toleration -> toleration.getKey() + " " + toleration.getTolerationSeconds())
                .containsExactly("node.kubernetes.io/not-ready 300", "node.kubernetes.io/unreachable 300");
        assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(pod.getMetadata().getGeneration()).isEqualTo(1);
    }

    @Test
    void aServiceGetsItsDefaultsAndAnAddress() {
        Service service = create(Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: clock, namespace: %s}
                spec: {selector: {app: clock}, ports: [{port: 80}]}
                """.formatted(namespace)));

        assertThat(service.getSpec().getType()).isEqualTo("ClusterIP");
        assertThat(service.getSpec().getSessionAffinity()).isEqualTo("None");
        assertThat(service.getSpec().getInternalTrafficPolicy()).isEqualTo("Cluster");
        assertThat(service.getSpec().getPorts().get(0).getProtocol()).isEqualTo("TCP");
        assertThat(service.getSpec().getPorts().get(0).getTargetPort().getIntVal())
                .isEqualTo(80);
        assertThat(service.getSpec().getClusterIP()).matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
        assertThat(service.getSpec().getClusterIPs())
                .containsExactly(service.getSpec().getClusterIP());
        assertThat(service.getStatus().getLoadBalancer()).isEqualTo(new LoadBalancerStatus());
        assertThat(service.getSpec().getAllocateLoadBalancerNodePorts()).isNull();
    }

    @Test
    void aBalancedServiceHasNodePortsUnlessItSaysOtherwise() {
        String manifest = """
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: %s}
                spec: {type: LoadBalancer, ports: [{port: 80}]%s}
                """;
        Service balanced = create(Yaml.read(Service.class, manifest.formatted("a", namespace, "")));
        assertThat(balanced.getSpec().getAllocateLoadBalancerNodePorts()).isTrue();
        assertThat(balanced.getSpec().getPorts().get(0).getNodePort()).isBetween(30_000, 32_767);

        Service without = create(
                Yaml.read(Service.class, manifest.formatted("b", namespace, ", allocateLoadBalancerNodePorts: false")));
        assertThat(without.getSpec().getPorts().get(0).getNodePort()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "0.5,500m",
        "1000m,1",
        "1500m,1500m",
        "70000,70k",
        "1024Mi,1Gi",
        "1.5Gi,1536Mi",
        "0.5Ki,512",
        "1e3,1e3",
        "1.5e3,1500",
        "0.1k,100"
    })
    void aQuantityIsWrittenInOneWay(String said, String written) {
        ResourceQuota quota = create(Yaml.read(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: few, namespace: %s}
                spec: {hard: {requests.cpu: "%s"}}
                """.formatted(namespace, said)));
        assertThat(quota.getSpec().getHard().get("requests.cpu")).hasToString(written);
    }

    @Test
    void affinityOfClientsLastsThreeHoursUnlessItSaysOtherwise() {
        String manifest = """
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: %s}
                spec: {ports: [{port: 80}], sessionAffinity: %s, sessionAffinityConfig: %s}
                """;
        Service sticky = create(Yaml.read(Service.class, manifest.formatted("a", namespace, "ClientIP", "null")));
        assertThat(sticky.getSpec().getSessionAffinityConfig().getClientIP().getTimeoutSeconds())
                .isEqualTo(10_800);
        Service loose = create(Yaml.read(
                Service.class, manifest.formatted("b", namespace, "None", "{clientIP: {timeoutSeconds: 3}}")));
        assertThat(loose.getSpec().getSessionAffinityConfig()).isNull();
    }

    @Test
    void aQuotaIsNotYetCountedWhenItIsCreated() {
        ResourceQuota quota = create(Yaml.read(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: few, namespace: %s}
                spec: {hard: {pods: 3}}
                """.formatted(namespace)));
        assertThat(quota.getStatus()).isNotNull();
        assertThat(quota.getStatus().getUsed()).isNullOrEmpty();
    }

    @Test
    void aSecretsTextIsEncoded() {
        Secret secret = create(Yaml.read(Secret.class, """
                apiVersion: v1
                kind: Secret
                metadata: {name: key, namespace: %s}
                stringData: {a: x}
                """.formatted(namespace)));

        assertThat(secret.getType()).isEqualTo("Opaque");
        assertThat(secret.getData()).isEqualTo(Map.of("a", "eA=="));
        assertThat(secret.getStringData()).isNullOrEmpty();
    }

    @Test
    void aListIsInOrderAndOfOneNamespace() {
        create(configMap("b", "{}"));
        create(configMap("c", "{}"));
        create(configMap("a", "{}"));

        assertThat(names(ConfigMap.class, "made-by=contract", "")).containsExactly("a", "b", "c");
    }

    @Test
    void labelsSelect() {
        for (String labels : List.of("a: {app: clock}", "b: {app: clock, track: canary}", "c: {app: other}")) {
            ConfigMap map = configMap(labels.substring(0, 1), "{}");
            map.getMetadata().setLabels(labels(labels.substring(3)));
            create(map);
        }

        assertThat(names(ConfigMap.class, "app=clock", "")).containsExactly("a", "b");
        assertThat(names(ConfigMap.class, "app=clock,track!=canary", "")).containsExactly("a");
        assertThat(names(ConfigMap.class, "app in (clock, other),!track", "")).containsExactly("a", "c");
        assertThat(names(ConfigMap.class, "app,app notin (clock)", "")).containsExactly("c");
        assertThat(names(ConfigMap.class, "track", "")).containsExactly("b");
        assertThat(names(ConfigMap.class, "app==none", "")).isEmpty();
    }

    @Test
    void labelSelectorsThatAreNoneAreRefused() {
        assertThat(refusal(Reason.BAD_REQUEST, () -> names(Pod.class, "a===b", "")))
                .hasMessageContaining("found '=', expected: identifier");
        assertThat(refusal(Reason.BAD_REQUEST, () -> names(Pod.class, "a in b", "")))
                .hasMessageContaining("found 'b' expected: '('");
        assertThat(refusal(Reason.BAD_REQUEST, () -> names(Pod.class, "a b=c", "")))
                .hasMessageContaining("found 'b', expected: in, notin, =, ==, !=, gt, lt");
    }

    @Test
    void fieldsSelect() {
        create(homelessPod("a"));
        create(homelessPod("b"));

        assertThat(names(Pod.class, "", "metadata.name=b")).containsExactly("b");
        assertThat(names(Pod.class, "", "metadata.name!=b")).containsExactly("a");
        assertThat(names(Pod.class, "", "status.phase=Pending,spec.nodeName=")).containsExactly("a", "b");
        assertThat(names(Pod.class, "", "status.phase=Running")).isEmpty();
    }

    @Test
    void fieldsThatCannotBeSelectedAreRefused() {
        assertThat(refusal(Reason.BAD_REQUEST, () -> names(Pod.class, "", "foo=bar")))
                .hasMessageContaining("field label not supported: foo");
        assertThat(refusal(Reason.BAD_REQUEST, () -> names(Deployment.class, "", "foo=bar")))
                .hasMessageContaining(
                        "\"foo\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }

    @Test
    void deletionKeepsItsPreconditions() {
        ConfigMap created = create(configMap("settings", "{}"));
        String uid = created.getMetadata().getUid();

        assertThat(refusal(
                        Reason.CONFLICT,
                        () -> cluster.delete(ConfigMap.class, namespace, "settings", DELETE.onlyUid("abc"))))
                .hasMessage("Operation cannot be fulfilled on ConfigMap \"settings\": "
                        + "the UID in the precondition (abc) does not match the UID in record (" + uid
                        + "). The object might have been deleted and then recreated");
        assertThat(refusal(
                        Reason.CONFLICT,
                        () -> cluster.delete(ConfigMap.class, namespace, "settings", DELETE.onlyResourceVersion("5"))))
                .hasMessage("Operation cannot be fulfilled on ConfigMap \"settings\": "
                        + "the ResourceVersion in the precondition (5) does not match the ResourceVersion"
                        + " in record (" + version(created) + "). The object might have been modified");
        cluster.delete(
                ConfigMap.class,
                namespace,
                "settings",
                DELETE.onlyUid(uid).onlyResourceVersion(created.getMetadata().getResourceVersion()));
        assertThat(gone(ConfigMap.class, "settings")).isTrue();
    }

    @Test
    void aFinalizerHoldsADeletedObject() {
        ConfigMap held = configMap("settings", "{colour: red}");
        held.getMetadata().setFinalizers(List.of("example.com/hold"));
        create(held);
        cluster.delete(ConfigMap.class, namespace, "settings", DELETE);

        ConfigMap going = stored(ConfigMap.class, "settings");
        assertThat(going.getMetadata().getDeletionTimestamp()).isNotEmpty();
        assertThat(going.getMetadata().getDeletionGracePeriodSeconds()).isZero();

        ClusterException refused = refusal(
                Reason.INVALID,
                () -> cluster.patch(
                        ConfigMap.class,
                        namespace,
                        "settings",
                        Patch.merge("{\"metadata\":{\"finalizers\":[\"example.com/hold\",\"example.com/more\"]}}"),
                        DEFAULTS));
        assertThat(refused)
                .hasMessage(
                        "ConfigMap \"settings\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be"
                                + " added if the object is being deleted, found new finalizers []string{\"example.com/more\"}");
        // Kubernetes 1.34 finds it twice, and names it once in the message.
        assertThat(refused.causes()).extracting(ClusterException.Cause::field).containsOnly("metadata.finalizers");

        cluster.patch(
                ConfigMap.class, namespace, "settings", Patch.merge("{\"metadata\":{\"finalizers\":null}}"), DEFAULTS);
        assertThat(gone(ConfigMap.class, "settings")).isTrue();
    }

    @Test
    void aDryRunStoresNothing() {
        ConfigMap dry = cluster.create(configMap("settings", "{colour: red}"), DEFAULTS.withDryRun());
        assertThat(dry.getMetadata().getUid()).isNotEmpty();
        assertThat(gone(ConfigMap.class, "settings")).isTrue();

        ConfigMap created = create(configMap("settings", "{colour: red}"));
        ConfigMap green = configMap("settings", "{colour: green}");
        Patch blue = Patch.merge("{\"data\":{\"colour\":\"blue\"}}");
        assertThat(cluster.replace(green, DEFAULTS.withDryRun()).getData()).containsEntry("colour", "green");
        assertThat(cluster.apply(green, DEFAULTS.withDryRun()).getData()).containsEntry("colour", "green");
        assertThat(cluster.patch(ConfigMap.class, namespace, "settings", blue, DEFAULTS.withDryRun())
                        .getData())
                .containsEntry("colour", "blue");
        assertThat(version(stored(ConfigMap.class, "settings"))).isEqualTo(version(created));

        create(clock("clock", 0));
        cluster.scale(Deployment.class, namespace, "clock", 3, DEFAULTS.withDryRun());
        assertThat(stored(Deployment.class, "clock").getSpec().getReplicas()).isZero();
    }

    @Test
    void aDryRunIsRefusedAsTheRealThing() {
        assertThat(refusal(Reason.INVALID, () -> cluster.create(clock("clock", -1), DEFAULTS.withDryRun())))
                .hasMessageContaining("must be greater than or equal to 0");
        create(configMap("settings", "{}"));
        refusal(Reason.ALREADY_EXISTS, () -> cluster.create(configMap("settings", "{}"), DEFAULTS.withDryRun()));
    }

    private <T extends io.fabric8.kubernetes.api.model.HasMetadata> List<String> names(
            Class<T> type, String labels, String fields) {
        return cluster.list(new Query<>(type, namespace, labels, fields)).stream()
                .map(object -> object.getMetadata().getName())
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> labels(String yaml) {
        return (Map<String, String>) Yaml.tree(yaml);
    }

    private static Map<String, Object> tree(Object model) {
        return Models.parseJson(Models.toJson(model));
    }

    private static Map<String, Object> yaml(String text) {
        return Models.parseJson(Models.toJson(Yaml.tree(text)));
    }
}
