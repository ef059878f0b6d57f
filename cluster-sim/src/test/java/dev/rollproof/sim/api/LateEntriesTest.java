// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who owns which field is worked out for whoever looks, once, and is theirs to change. */
class LateEntriesTest {
    private final AtomicInteger asked = new AtomicInteger();

    private LateEntries entries() {
        return new LateEntries(() -> {
            asked.incrementAndGet();
            ManagedFieldsEntry entry = new ManagedFieldsEntry();
            entry.setManager("one");
            return List.of(entry);
        });
    }

    @Test
    void nothingIsWorkedOutBeforeSomebodyLooksAndOnlyOnce() {
        LateEntries entries = entries();
        assertThat(asked).hasValue(0);
        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).getManager()).isEqualTo("one");
        assertThat(asked).hasValue(1);
    }

    @Test
    void aCopyIsThatOfAnyList() {
        assertThat(Models.copy(entries())).isEqualTo(entries()).isNotInstanceOf(LateEntries.class);
    }

    @Test
    void theListCanBeSerialized() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(entries());
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(entries());
        }
    }

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
