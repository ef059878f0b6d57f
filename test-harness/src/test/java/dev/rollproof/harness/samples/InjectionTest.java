// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A test gets what it asks for, and all of it belongs together. */
@ClusterTest(ClusterKind.SIM)
class InjectionTest {
    private static Cluster ofTheClass;

    private Cluster field;
    private TestNamespace namespaceField;

    @Test
    void parametersAndFieldsAreOfOneTest(
            Cluster cluster, SimulatedCluster simulated, Images images, TestNamespace namespace) {
        assertThat(cluster).isSameAs(simulated).isSameAs(field).isSameAs(ofTheClass);
        assertThat(images).isSameAs(simulated.images());
        assertThat(namespace).isEqualTo(namespaceField);
    }

    @Test
    void whereThereIsNoNodeATestMayAskForOneAllTheSame(Optional<K3s> k3s) {
        assertThat(k3s).isEmpty();
    }

    @Test
    void theNamespaceExistsWithItsServiceAccount(Cluster cluster, TestNamespace namespace) {
        assertThat(cluster.get(Namespace.class, "", namespace.name())).isPresent();
        assertThat(cluster.get(ServiceAccount.class, namespace.name(), "default"))
                .isPresent();
    }
}
