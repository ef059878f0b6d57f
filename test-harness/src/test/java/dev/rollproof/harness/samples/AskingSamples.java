// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.samples;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.K3s;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.sim.SimulatedCluster;
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

    @ClusterTest(ClusterKind.SIM)
    public static class ForClient {
        @Test
        void asks(KubernetesClient client) {
            client.pods().list();
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
