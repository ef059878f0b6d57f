// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.K3s;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The adapter's ways to a real cluster: another transport of fabric8's client, and a kubeconfig. */
@Tag("k3s")
class TransportsTest extends Contract {
    @RegisterExtension
    static final ClusterExtension KUBERNETES =
            ClusterExtension.builder().on(ClusterKind.K3S).build();

    private K3s k3s;

    @BeforeEach
    void loadImages(K3s given) {
        k3s = given;
        PageImages.loadInto(k3s);
    }

    @Test
    void theVertxTransportKeepsTheSamePromises() {
        try (KubernetesClient client = k3s.client(new VertxHttpClientFactory());
                Cluster vertx = KubernetesCluster.over(client)) {
            List<String> told = new CopyOnWriteArrayList<>();
            Observation observation = vertx.observe(
                    Query.of(ConfigMap.class).inNamespace(namespace).withLabels("made-by=contract"),
                    change -> told.add(
                            change.type() + " " + change.object().metadata().name()));
            eventually("to be in sync", observation::synced);

            vertx.create(configMap("a", "{n: \"0\"}"), DEFAULTS);
            vertx.replace(configMap("a", "{n: \"1\"}"), DEFAULTS);
            vertx.patch(ConfigMap.class, namespace, "a", Patch.merge("{\"data\": {\"n\": \"2\"}}"), DEFAULTS);
            vertx.apply(configMap("a", "{n: \"3\"}"), DEFAULTS);
            assertThat(stored(ConfigMap.class, "a").getData()).isEqualTo(Map.of("n", "3"));
            assertThat(vertx.list(
                            Query.of(ConfigMap.class).inNamespace(namespace).withLabels("made-by=contract")))
                    .hasSize(1);
            vertx.delete(ConfigMap.class, namespace, "a", DELETE);
            eventually("all changes", () -> told.size() == 5, () -> told);
            assertThat(told).containsExactly("ADDED a", "MODIFIED a", "MODIFIED a", "MODIFIED a", "DELETED a");

            assertThat(refusal(Reason.NOT_FOUND, () -> vertx.delete(ConfigMap.class, namespace, "a", DELETE)))
                    .hasMessage("configmaps \"a\" not found");
            assertThat(refusal(Reason.INVALID, () -> vertx.create(clock("clock", -1), DEFAULTS))
                            .causes())
                    .extracting(cause -> cause.field())
                    .containsExactly("spec.replicas");
            vertx.create(clock("clock", 0), DEFAULTS);
            vertx.scale(Deployment.class, namespace, "clock", 2, DEFAULTS);
            assertThat(stored(Deployment.class, "clock").getSpec().getReplicas())
                    .isEqualTo(2);
        }
    }

    @Test
    void aKubeconfigConnects(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("config"), k3s.kubeconfig());
        try (KubernetesCluster connected = KubernetesCluster.connect(Optional.of(file), Optional.empty())) {
            assertThat(connected.defaultNamespace()).isEqualTo("default");
            connected.create(configMap("a", "{}"), DEFAULTS);
        }
        assertThat(gone(ConfigMap.class, "a")).isFalse();
    }
}
