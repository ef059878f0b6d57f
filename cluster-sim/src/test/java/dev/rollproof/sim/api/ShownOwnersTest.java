// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import org.junit.jupiter.api.Test;

/** Who owns which field, as a client gets it. */
class ShownOwnersTest {
    @Test
    void whoChangesTheOwnersThatTheyGotChangesNothingInTheCluster() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            cluster.create(
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace("default")
                            .withName("clock")
                            .endMetadata()
                            .addToData("k", "1")
                            .build(),
                    WriteOptions.defaults().withFieldManager("one"));
            ConfigMap got = cluster.get(ConfigMap.class, "default", "clock").orElseThrow();
            got.getMetadata().getManagedFields().get(0).setManager("other");
            got.getMetadata().getManagedFields().add(new ManagedFieldsEntry());
            assertThat(cluster.get(ConfigMap.class, "default", "clock")
                            .orElseThrow()
                            .getMetadata()
                            .getManagedFields())
                    .extracting(ManagedFieldsEntry::getManager)
                    .containsExactly("one");
            got.getMetadata().getManagedFields().clear();
            assertThat(got.getMetadata().getManagedFields()).isEmpty();
        }
    }
}
