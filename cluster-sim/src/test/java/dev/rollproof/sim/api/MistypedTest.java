// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.validation.FieldValidation;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A value of another type than its field is refused, and in the words that Kubernetes 1.37 was heard to say it in. */
class MistypedTest {
    private static String refused(Runnable work) {
        Throwable refusal = catchThrowable(work::run);
        assertThat(refusal).isInstanceOf(ClusterException.class);
        return String.valueOf(refusal.getMessage());
    }

    private static Map<String, Object> tree(String json) {
        return new LinkedHashMap<>(Models.parseJson(json));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[{\"image\": 1}] | json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string",
                "[{\"env\": [{\"value\": true}]}] | json: cannot unmarshal bool into Go struct field EnvVar.spec.containers.env.value of type string",
                "[{\"ports\": [{\"containerPort\": \"80\"}]}] | json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
                "[{\"ports\": [{\"containerPort\": 80.5}]}] | json: cannot unmarshal number 80.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
                "[{\"ports\": [{\"containerPort\": 1099511627776}]}] | json: cannot unmarshal number 1099511627776 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
                "[{\"resources\": {\"limits\": {\"cpu\": true}}}] | quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                "[{\"resources\": {\"limits\": {\"cpu\": \"\"}}}] | quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                "[{\"readinessProbe\": {\"httpGet\": {\"port\": []}}}] | json: cannot unmarshal array into Go struct field HTTPGetAction.spec.containers.readinessProbe.ProbeHandler.httpGet.port of type int32",
                "[{\"readinessProbe\": {\"httpGet\": {\"port\": 1.5}}}] | json: cannot unmarshal number 1.5 into Go struct field HTTPGetAction.spec.containers.readinessProbe.ProbeHandler.httpGet.port of type int32",
                "[{\"securityContext\": {\"runAsNonRoot\": \"yes\"}}] | json: cannot unmarshal string into Go struct field SecurityContext.spec.containers.securityContext.runAsNonRoot of type bool",
                "{\"name\": \"c\"} | json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
                "[{\"command\": \"ls\"}] | json: cannot unmarshal string into Go struct field Container.spec.containers.command of type []string",
                "[{\"command\": [1]}] | json: cannot unmarshal number into Go struct field Container.spec.containers.command of type string",
                "[{\"imagePullPolicy\": 1}] | json: cannot unmarshal number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy",
                "[{\"env\": {\"A\": \"1\"}}] | json: cannot unmarshal object into Go struct field Container.spec.containers.env of type []v1.EnvVar",
            })
    void ofAPodThatIsCreated(String containers, String why) {
        assertThat(refused(() -> Decoding.sent(
                        ResourceType.PODS, tree("{\"metadata\": {}, \"spec\": {\"containers\": " + containers + "}}"))))
                .isEqualTo("Pod in version \"v1\" cannot be handled as a Pod: " + why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"creationTimestamp\": 5} | number | creationTimestamp | string",
                "{\"generation\": \"1\"} | string | generation | int64",
                "{\"ownerReferences\": {}} | object | ownerReferences | []v1.OwnerReference",
                "{\"finalizers\": \"x\"} | string | finalizers | []string",
                "{\"labels\": [\"a\"]} | array | labels | map[string]string",
                "{\"labels\": {\"a\": 1}} | number | labels | string",
                "{\"deletionGracePeriodSeconds\": 1.5} | number 1.5 | deletionGracePeriodSeconds | int64",
            })
    void ofMetadata(String metadata, String found, String field, String wanted) {
        assertThat(refused(() -> Decoding.sent(ResourceType.CONFIG_MAPS, tree("{\"metadata\": " + metadata + "}"))))
                .isEqualTo("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal "
                        + found + " into Go struct field ObjectMeta.metadata." + field + " of type " + wanted);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"volumes\": [{\"configMap\": {\"name\": 1}}]} | number into Go struct field ConfigMapVolumeSource.spec.template.spec.volumes.VolumeSource.configMap.LocalObjectReference.name of type string",
                "{\"volumes\": [{\"name\": 1}]} | number into Go struct field Volume.spec.template.spec.volumes.name of type string",
                "{\"nodeSelector\": {\"a\": 1.5}} | number into Go struct field PodSpec.spec.template.spec.nodeSelector of type string",
                "{\"readinessGates\": [\"a\"]} | string into Go struct field PodSpec.spec.template.spec.readinessGates of type v1.PodReadinessGate",
                "{\"tolerations\": [{\"operator\": 7}]} | number into Go struct field Toleration.spec.template.spec.tolerations.operator of type v1.TolerationOperator",
            })
    void ofATemplate(String spec, String why) {
        assertThat(refused(() -> Decoding.sent(
                        ResourceType.DEPLOYMENTS,
                        tree("{\"metadata\": {}, \"spec\": {\"template\": {\"spec\": " + spec + "}}}"))))
                .isEqualTo("Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal "
                        + why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"spec\":{\"replicas\":\"3\"}} | map[spec:map[replicas:3]] | unrecognized type: int32",
                "{\"spec\":{\"replicas\":1.5}} | map[spec:map[replicas:1.5]] | cannot convert float64 to int32",
                "{\"spec\":{\"paused\":\"yes\"}} | map[spec:map[paused:yes]] | unrecognized type: bool",
                "{\"metadata\":{\"labels\":{\"a\":1}}} | map[metadata:map[labels:map[a:1]]] | cannot convert int64 to string",
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":\"x\"}}}} | map[spec:map[template:map[spec:map[containers:x]]]] | cannot restore slice from string",
                "{\"spec\":\"x\"} | map[spec:x] | cannot restore struct from: string",
                "{\"spec\":{\"strategy\":{\"rollingUpdate\":{\"maxSurge\":[]}}}} | map[spec:map[strategy:map[rollingUpdate:map[maxSurge:[]]]]] | json: cannot unmarshal array into Go value of type int32",
            })
    void ofAStrategicPatch(String patch, String shown, String why) {
        assertThat(refused(() -> Patching.patched(
                        ResourceType.DEPLOYMENTS, stored(), Patch.strategicMerge(patch), FieldValidation.strict())))
                .isEqualTo(" \"\" is invalid: patch: Invalid value: \"" + shown + "\": " + why);
    }

    @Test
    void ofAMergePatchTheWholeObjectIsShown() {
        assertThat(refused(() -> Patching.patched(
                        ResourceType.DEPLOYMENTS,
                        stored(),
                        Patch.merge("{\"spec\":{\"replicas\":\"3\"}}"),
                        FieldValidation.strict())))
                .startsWith(" \"\" is invalid: patch: Invalid value: \"{")
                .contains("\\\"replicas\\\":\\\"3\\\"")
                .endsWith(
                        "}\": json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32");
    }

    private static Deployment stored() {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("clock")
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .endSpec()
                .build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"replicas\": \"3\"} | .spec.replicas: expected numeric (int or float), got string",
                "{\"paused\": \"yes\"} | .spec.paused: expected boolean, got &{yes}",
                "{\"template\": {\"spec\": {\"containers\": \"x\"}}} | .spec.template.spec.containers: expected list, got &{x}",
                "{\"template\": {\"spec\": {\"containers\": [{\"name\": \"c\", \"env\": [{\"name\": \"A\", \"value\": 2}]}]}}} | .spec.template.spec.containers[name=\"c\"].env[name=\"A\"].value: expected string, got &value.valueUnstructured{Value:2}",
                "{\"template\": {\"spec\": {\"containers\": [{\"name\": \"c\", \"resources\": {\"limits\": {\"cpu\": []}}}]}}} | .spec.template.spec.containers[name=\"c\"].resources.limits.cpu: expected any scalar, got &{[]}",
            })
    void ofWhatIsApplied(String spec, String why) {
        assertThat(refused(() -> Decoding.applied(ResourceType.DEPLOYMENTS, tree("{\"spec\": " + spec + "}"))))
                .isEqualTo("failed to create typed patch object (/; apps/v1, Kind=Deployment): " + why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x | as \"2006-01-02T15:04:05Z07:00\": cannot parse \"x\" as \"2006\"",
                "1Gi | as \"2006-01-02T15:04:05Z07:00\": cannot parse \"1Gi\" as \"2006\"",
                "2026-11-27 | as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"T\"",
                "2026-11-27T10:00:00 | as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"Z07:00\"",
                "2026-11-27T10:00:00Z! | : extra text: \"!\"",
            })
    void aTimeIsOne(String text, String why) {
        assertThat(refused(() -> Decoding.sent(
                        ResourceType.DEPLOYMENTS,
                        tree("{\"metadata\": {}, \"status\": {\"conditions\": [{\"lastUpdateTime\": \"" + text
                                + "\"}]}}"))))
                .isEqualTo("Deployment in version \"v1\" cannot be handled as a Deployment: parsing time \"" + text
                        + "\"" + (why.startsWith(":") ? "" : " ") + why);
    }

    @Test
    void aKeyOfAMapIsNoField() {
        ConfigMap map = Decoding.sent(ResourceType.CONFIG_MAPS, tree("""
                {"metadata": {"name": "a", "labels": {"startTime": "noon"}, "annotations": {"creationTimestamp": "x"}},
                  "data": {"time": "noon"}}
                """));
        assertThat(map.getData()).containsEntry("time", "noon");
        assertThat(refused(() -> Decoding.sent(
                        ResourceType.CONFIG_MAPS, tree("{\"metadata\": {\"labels\": {\"uid\": 1, \"name\": 1}}}"))))
                .endsWith("Go struct field ObjectMeta.metadata.labels of type string");
    }

    @Test
    void whatIsOfTheRightTypeIsTaken() {
        Pod pod = Decoding.sent(ResourceType.PODS, tree("""
                {"metadata": {"name": "a", "labels": null}, "spec": {"containers": [{"name": "c",
                  "readinessProbe": {"httpGet": {"port": "http"}}, "livenessProbe": {"tcpSocket": {"port": 80}},
                  "resources": {"limits": {"cpu": 1, "memory": "1Gi"}}}], "terminationGracePeriodSeconds": 30}}
                """));
        assertThat(pod.getSpec().getContainers().get(0).getResources().getLimits())
                .hasSize(2);
        ConfigMap map = Decoding.sent(
                ResourceType.CONFIG_MAPS, tree("{\"metadata\": {\"name\": \"a\"}, \"binaryData\": {\"b\": \"AA==\"}}"));
        assertThat(map.getBinaryData()).containsEntry("b", "AA==");
    }

    @ParameterizedTest
    @CsvSource({
        "AAAA,-1",
        "AA==,-1",
        "AAA=,-1",
        "'',-1",
        "$bad,0",
        "a_b,1",
        "Always,4",
        "A===,1",
        "AA=A,2",
        "AA=,3",
        "AA==A,4",
        "AAAAA,4"
    })
    void bytesAreRefusedWhereTheirTextBreaks(String text, int at) {
        OptionalInt broken = Base64Text.broken(text);
        assertThat(broken.orElse(-1)).isEqualTo(at);
    }

    @Test
    void aSecretWithBrokenBytesIsRefused() {
        assertThatThrownBy(() ->
                        Decoding.sent(ResourceType.SECRETS, tree("{\"metadata\": {}, \"data\": {\"k\": \"$bad\"}}")))
                .hasMessage(
                        "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 0");
        assertThatThrownBy(() -> Decoding.sent(ResourceType.SECRETS, tree("{\"metadata\": {}, \"data\": {\"k\": -1}}")))
                .hasMessage(
                        "Secret in version \"v1\" cannot be handled as a Secret: json: cannot unmarshal number into Go"
                                + " struct field Secret.data of type []uint8");
    }
}
