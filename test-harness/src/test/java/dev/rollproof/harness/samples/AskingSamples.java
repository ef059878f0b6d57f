// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.Test;

/** Test classes that ask for one thing each, run by ClusterKindTest only. */
public final class AskingSamples {
    private AskingSamples() {}

    @ClusterTest(ClusterKind.SIM)
    public static class ForSimulation {
        @Test
        void asks(SimulatedCluster cluster) {
            cluster.settle(java.time.Duration.ofSeconds(10));
        }
    }

    @ClusterTest
    public static class ForClient {
        @Test
        void asks(KubernetesClient client, Cluster cluster, TestNamespace namespace) {
            client.configMaps()
                    .resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("mine")
                            .endMetadata()
                            .build())
                    .create();
            assertThat(cluster.get(ConfigMap.class, namespace.name(), "mine")).isPresent();
        }
    }

    @ClusterTest(ClusterKind.SIM)
    public static class ForNode {
        @Test
        void asks(K3s k3s) {
            k3s.awaitReady();
        }
    }

    @ClusterTest(value = ClusterKind.SIM, images = "clock:1.0: {readyAfter: soon}")
    public static class ForNonsense {
        @Test
        void asks(Cluster cluster) {
            cluster.close();
        }
    }
}
