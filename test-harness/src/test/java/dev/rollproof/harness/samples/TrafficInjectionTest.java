// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.samples;

import static dev.rollproof.harness.RollproofAssertions.assertThat;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.Traffic;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Traffic is there as the cluster is. */
@ClusterTest(ClusterKind.SIM)
class TrafficInjectionTest {
    @Test
    void aTestIsGivenTheTrafficOfItsCluster(SimulatedCluster cluster, Traffic traffic, TestNamespace namespace)
            throws InterruptedException {
        cluster.create(
                new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName("clock")
                        .addToLabels("app", "clock")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("clock")
                        .withImage("clock:1.0")
                        .endContainer()
                        .endSpec()
                        .build(),
                WriteOptions.defaults());
        cluster.create(
                new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName("clock")
                        .endMetadata()
                        .withNewSpec()
                        .addToSelector("app", "clock")
                        .addNewPort()
                        .withPort(80)
                        .endPort()
                        .endSpec()
                        .build(),
                WriteOptions.defaults());
        cluster.settle(Duration.ofMinutes(1));
        try (RunningTraffic running = traffic.start(Load.of(namespace.name(), "clock"))) {
            cluster.advance(Duration.ofSeconds(1));
            assertThat(running.stop()).hasNoFailures().wasAnsweredBy("1.0");
        }
    }
}
