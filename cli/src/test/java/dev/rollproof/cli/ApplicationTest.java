// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.manifest.Manifest;
import dev.rollproof.k8s.manifest.ManifestException;
import dev.rollproof.k8s.manifest.Manifests;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All documents are checked by the server before the first is applied. */
class ApplicationTest {
    private static final Path CLOCK = Path.of("..", "examples", "clock");

    private final SimulatedCluster cluster = SimulatedCluster.create();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static String example(String name) throws IOException {
        return Files.readString(CLOCK.resolve(name));
    }

    private Application of(String text) {
        List<Manifest> manifests = Manifests.parse(text, "all.yaml");
        return new Application(cluster, manifests, "default", Optional.empty(), false);
    }

    private List<String> names(Class<? extends HasMetadata> type) {
        return cluster.list(Query.of(type)).stream()
                .map(object -> object.getMetadata().getName())
                .toList();
    }

    @Test
    void aBadDocumentAfterGoodOnesLeavesTheClusterAsItWas() throws IOException {
        Application application =
                of("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" + example("service.yaml") + "---\n"
                        + example("deployment.yaml").replace("replicas: 4", "replicas: -1"));
        assertThatThrownBy(application::validate)
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("spec.replicas: Invalid value: -1");
        assertThat(names(Deployment.class)).isEmpty();
        assertThat(names(Service.class)).doesNotContain("clock");
        assertThat(names(Namespace.class)).doesNotContain("shop");
    }

    @Test
    void whatIsThereAlreadyIsNotTouchedByTheCheck() throws IOException {
        of(example("deployment.yaml")).apply();
        String before = version();
        of(example("update.yaml")).validate();
        assertThatThrownBy(of(example("update.yaml") + "---\n"
                        + example("service.yaml").replace("port: 80", "port: 0"))::validate)
                .isInstanceOf(ManifestException.class);
        assertThat(version()).isEqualTo(before);
    }

    private String version() {
        return cluster.get(Deployment.class, "default", "clock")
                .orElseThrow()
                .getMetadata()
                .getResourceVersion();
    }

    @Test
    void goodDocumentsAreAppliedInTheirOrder() throws IOException {
        Application application = of(example("service.yaml") + "---\n" + example("deployment.yaml"));
        application.validate();
        assertThat(names(Deployment.class)).isEmpty();
        assertThat(application.apply())
                .singleElement()
                .satisfies(
                        applied -> assertThat(applied.getMetadata().getName()).isEqualTo("clock"));
        assertThat(names(Service.class)).contains("clock");
    }
}
