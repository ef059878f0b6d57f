// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A test may take the API server away, and gets it back. That it comes back after a kill is seen in the lesson about outages. */
@Isolated("it takes the API server away from everybody")
@Order(1) // before lessons that restart it
@Tag("k3s")
@ClusterTest(ClusterKind.K3S)
class ApiServerTakenAwayTest {
    @Test
    void aFrozenApiServerAnswersNobodyUntilItIsThawed(K3s k3s, Cluster patient, TestNamespace namespace) {
        Config impatient = Config.fromKubeconfig(k3s.kubeconfig());
        impatient.setRequestTimeout(1000);
        impatient.setRequestRetryBackoffLimit(0);
        try (KubernetesClient client =
                        new KubernetesClientBuilder().withConfig(impatient).build();
                Cluster cluster = KubernetesCluster.over(client)) {
            assertThat(patient.get(Namespace.class, "", namespace.name())).isPresent();
            try (K3s.Freeze freeze = k3s.freezeApiServer()) {
                assertThatThrownBy(() -> cluster.get(Namespace.class, "", namespace.name()))
                        .as("%s", freeze)
                        .isInstanceOf(ClusterException.class)
                        .extracting(
                                refused -> ((ClusterException) refused).reason().isTransient())
                        .isEqualTo(true);
            }
            k3s.awaitReady();
            assertThat(patient.get(Namespace.class, "", namespace.name())).isPresent();
        }
    }
}
