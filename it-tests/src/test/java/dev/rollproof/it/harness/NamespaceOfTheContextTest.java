// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.harness;

import static dev.rollproof.harness.RollproofAssertions.assertThat;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Manifests mostly name no namespace, and contexts of kubeconfigs often none: kubectl has a default for both, and so has this. */
@ClusterTest(ClusterKind.SIM)
class NamespaceOfTheContextTest {
    private static String manifest() throws Exception {
        return Files.readString(Path.of("..", "examples", "clock", "next.yaml"));
    }

    private static ConfigMap settings() {
        return Models.fromYaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}", ConfigMap.class);
    }

    private static void goesTo(String namespace, KubernetesClient client) throws Exception {
        try (Cluster cluster = KubernetesCluster.over(client, Time.atSpeed(10))) {
            Verdict verdict = Rollout.of(manifest()).orElse(Rollback.rollBack()).run(cluster);
            assertThat(verdict).isComplete();
            assertThat(verdict.evidence().workload().namespace()).isEqualTo(namespace);
            assertThat(cluster.apply(settings(), WriteOptions.defaults())
                            .getMetadata()
                            .getNamespace())
                    .isEqualTo(namespace);
            assertThat(cluster.replace(settings(), WriteOptions.defaults())
                            .getMetadata()
                            .getNamespace())
                    .isEqualTo(namespace);
        }
    }

    @Test
    void aContextsNamespaceIsTakenWhereTheManifestNamesNone(KubernetesClient client, TestNamespace namespace)
            throws Exception {
        goesTo(namespace.name(), client);
    }

    @Test
    void itIsDefaultWhereTheContextNamesNoneEither(SimulatedCluster cluster) throws Exception {
        try (SimulatedApiServer server =
                        SimulatedApiServer.of(cluster).speed(10).start();
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(server.kubeconfig()))
                        .build()) {
            goesTo("default", client);
        }
    }
}
