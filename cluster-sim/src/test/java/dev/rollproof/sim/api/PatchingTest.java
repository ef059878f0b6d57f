// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.defaulting.Defaults;
import dev.rollproof.sim.api.validation.FieldValidation;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A patch of an object comes to what the same patch of its whole tree comes to, and shares what it does not change. */
class PatchingTest {
    private static Deployment stored() {
        Deployment deployment = new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("clock")
                .addToLabels("app", "clock")
                .addToAnnotations("note", "old")
                .endMetadata()
                .withNewSpec()
                .withReplicas(3)
                .withNewSelector()
                .addToMatchLabels("app", "clock")
                .endSelector()
                .withTemplate(template())
                .endSpec()
                .withNewStatus()
                .withReplicas(3)
                .endStatus()
                .build();
        Defaults.setOn(deployment, 37);
        return deployment;
    }

    private static PodTemplateSpec template() {
        return new DeploymentBuilder()
                .withNewSpec()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "clock")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("clock")
                .withImage("clock:1.0")
                .addNewPort()
                .withContainerPort(8080)
                .endPort()
                .addNewEnv()
                .withName("ZONE")
                .withValue("UTC")
                .endEnv()
                .endContainer()
                .addNewContainer()
                .withName("helper")
                .withImage("helper:1.0")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build()
                .getSpec()
                .getTemplate();
    }

    private static <T extends io.fabric8.kubernetes.api.model.HasMetadata> T patched(
            ResourceType<T> type, T stored, Patch patch) {
        return Patching.patched(type, stored, patch, FieldValidation.strict());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "JSON | [{'op':'add','path':'/metadata/annotations/a','value':'b'}]",
                "JSON | [{'op':'test','path':'/metadata/annotations','value':{'note':'old'}},{'op':'remove','path':'/metadata/annotations/note'}]",
                "JSON | [{'op':'replace','path':'/spec/replicas','value':5}]",
                "JSON | [{'op':'test','path':'/spec/selector','value':{'matchLabels':{'app':'clock'}}},{'op':'remove','path':'/spec/strategy'}]",
                "JSON | [{'op':'test','path':'/spec/strategy/rollingUpdate/maxSurge','value':'25%'},{'op':'add','path':'/spec/paused','value':true}]",
                "JSON | [{'op':'replace','path':'/spec/template/spec/containers/0/image','value':'clock:2.0'}]",
                "JSON | [{'op':'add','path':'/spec/template/spec/containers/-','value':{'name':'third','image':'third:1'}}]",
                "JSON | [{'op':'copy','from':'/spec/template/spec/containers/0/env','path':'/spec/template/spec/containers/1/env'},{'op':'replace','path':'/spec/template/spec/containers/1/env/0/value','value':'CET'}]",
                "JSON | [{'op':'move','from':'/spec/template/spec/containers/1','path':'/spec/template/spec/containers/0'}]",
                "JSON | [{'op':'copy','from':'/metadata/labels','path':'/spec/template/metadata/annotations'}]",
                "JSON | [{'op':'test','path':'/spec/template/spec/containers/0/ports/0/containerPort','value':1}]",
                "JSON | [{'op':'test','path':'/spec/template/spec/containers/7/image','value':'x'}]",
                "JSON | [{'op':'replace','path':'/status/replicas','value':9}]",
                "MERGE | {'metadata':{'annotations':{'note':null,'new':'1'}}}",
                "MERGE | {'spec':{'template':{'spec':{'containers':[{'name':'only','image':'only:1'}]}}}}",
                "MERGE | {'spec':{'strategy':{'type':'Recreate','rollingUpdate':null}}}",
                "MERGE | {'spec':null}",
                "STRATEGIC_MERGE | {'spec':{'template':{'spec':{'containers':[{'name':'helper','image':'helper:2'}]}}}}",
                "STRATEGIC_MERGE | {'spec':{'template':{'spec':{'containers':[{'name':'clock','env':[{'name':'NEW','value':'1'}]}]}}}}",
                "STRATEGIC_MERGE | {'spec':{'template':{'spec':{'containers':[{'name':'clock','$patch':'delete'}]}}}}",
                "STRATEGIC_MERGE | {'spec':{'strategy':{'$patch':'replace','type':'Recreate'}}}",
                "STRATEGIC_MERGE | {'metadata':{'labels':{'app':null,'other':'x'}}}",
            })
    void comesToWhatItComesToOnTheWholeTree(Patch.Type type, String body) {
        Patch patch = new Patch(type, body.replace('\'', '"'));
        Deployment stored = stored();
        Map<String, Object> before = Models.toTree(stored);
        Map<String, Object> tree = new LinkedHashMap<>(Models.toTree(stored));
        Throwable refused = catchThrowable(() -> Patching.change(tree, patch));

        if (refused == null) {
            assertThat(Models.toTree(patched(ResourceType.DEPLOYMENTS, stored, patch)))
                    .isEqualTo(Models.toTree(Models.fromTree(tree, Deployment.class)));
        } else {
            assertThat(catchThrowable(() -> patched(ResourceType.DEPLOYMENTS, stored, patch)))
                    .hasMessage(refused.getMessage());
        }
        assertThat(Models.toTree(stored)).as("what is stored").isEqualTo(before);
    }

    @Test
    void whatItDoesNotStepIntoIsTheVerySamePart() {
        Deployment stored = stored();
        Deployment annotated = patched(
                ResourceType.DEPLOYMENTS,
                stored,
                Patch.json("[{\"op\":\"add\",\"path\":\"/metadata/annotations/a\",\"value\":\"b\"}]"));
        assertThat(annotated.getSpec()).isSameAs(stored.getSpec());
        assertThat(annotated.getStatus()).isSameAs(stored.getStatus());
        Deployment scaled = patched(ResourceType.DEPLOYMENTS, stored, Patch.merge("{\"spec\":{\"replicas\":1}}"));
        assertThat(scaled.getSpec()).isNotSameAs(stored.getSpec());
        assertThat(scaled.getSpec().getTemplate()).isSameAs(stored.getSpec().getTemplate());
        assertThat(scaled.getMetadata()).isNotSameAs(stored.getMetadata());
    }

    @Test
    void aServiceOfAnotherTypeGetsNumbersOfNodesOfItsOwn() {
        Service stored = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("clock")
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .addNewPort()
                .withPort(80)
                .endPort()
                .endSpec()
                .build();
        Service opened = patched(ResourceType.SERVICES, stored, Patch.merge("{\"spec\":{\"type\":\"NodePort\"}}"));
        opened.getSpec().getPorts().get(0).setNodePort(30_000);
        assertThat(stored.getSpec().getPorts().get(0).getNodePort()).isNull();
    }

    @Test
    void whatMayLackDefaultsIsNotShared() {
        ReplicaSet stored = new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("clock-1")
                .endMetadata()
                .withNewSpec()
                .withTemplate(template())
                .endSpec()
                .build();
        ReplicaSet scaled = patched(ResourceType.REPLICA_SETS, stored, Patch.merge("{\"spec\":{\"replicas\":1}}"));
        Defaults.setOn(scaled, 37);
        assertThat(scaled.getSpec().getTemplate().getSpec().getRestartPolicy()).isEqualTo("Always");
        assertThat(stored.getSpec().getTemplate().getSpec().getRestartPolicy()).isNull();
    }
}
