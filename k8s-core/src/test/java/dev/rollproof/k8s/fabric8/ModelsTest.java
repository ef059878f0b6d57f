// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelsTest {
    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: clock}
            spec:
              replicas: 3
              strategy: {rollingUpdate: {maxSurge: 40%, maxUnavailable: 2}}
            """;

    @Test
    void aModelAndItsTreeSayTheSame() {
        Deployment model = Models.fromYaml(DEPLOYMENT, Deployment.class);
        Map<String, Object> tree = Models.toTree(model);
        assertThat(Models.fromTree(tree, Deployment.class)).isEqualTo(model);
        assertThat(Models.toTree(Models.fromTree(tree))).isEqualTo(tree);
        assertThat(Models.parseJson(Models.toJson(model))).isEqualTo(tree);
        assertThat(tree).doesNotContainKey("status");
    }

    @Test
    void aCopySharesNothing() {
        Deployment model = Models.fromYaml(DEPLOYMENT, Deployment.class);
        Deployment copy = Models.copy(model);
        copy.getSpec().setReplicas(7);
        assertThat(model.getSpec().getReplicas()).isEqualTo(3);
        assertThat(copy).isNotEqualTo(model);
    }

    @Test
    void kindsAreFoundByTheirVersion() {
        assertThat(Models.modelOf("apps/v1", "Deployment")).isEqualTo(Deployment.class);
        assertThat(Models.modelOf("v1", "Pod")).isEqualTo(Pod.class);
        assertThat(Models.modelOf("example.org/v1", "Odd")).isEqualTo(GenericKubernetesResource.class);
        assertThat(Models.knownVersionsOf("ConfigMap")).isEqualTo(" (there is one in v1)");
        assertThat(Models.knownVersionsOf("Odd")).isEmpty();
    }

    @Test
    void textThatIsNotTheKindIsRefused() {
        assertThatThrownBy(() -> Models.fromYaml(DEPLOYMENT, ConfigMap.class))
                .hasMessage("not a ConfigMap: kind is Deployment");
        assertThatThrownBy(() -> Models.fromYaml("[", ConfigMap.class))
                .hasMessageStartingWith("not one YAML document: ");
        assertThatThrownBy(() -> Models.fromYaml("kind: Pod\nspec: 1\n", Pod.class))
                .hasMessageStartingWith("not a valid Pod: ");
    }
}
