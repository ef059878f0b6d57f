// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is in such a list is worked out for whoever looks, once, and is theirs to change. */
class LateListTest {
    private final AtomicInteger asked = new AtomicInteger();

    private LateList<ManagedFieldsEntry> entries() {
        return new LateList<>(() -> {
            asked.incrementAndGet();
            ManagedFieldsEntry entry = new ManagedFieldsEntry();
            entry.setManager("one");
            return List.of(entry);
        });
    }

    private ConfigMap owned() {
        ObjectMeta metadata = new ObjectMeta();
        metadata.setManagedFields(entries());
        ConfigMap map = new ConfigMap();
        map.setMetadata(metadata);
        return map;
    }

    private static ManagedFieldsEntry first(ConfigMap map) {
        return map.getMetadata().getManagedFields().get(0);
    }

    @Test
    void nothingIsWorkedOutBeforeSomebodyLooksAndOnlyOnce() {
        LateList<ManagedFieldsEntry> entries = entries();
        assertThat(asked).hasValue(0);
        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).getManager()).isEqualTo("one");
        assertThat(asked).hasValue(1);
    }

    @Test
    void aCopyDoesNotLookAndHasTheSame() {
        ConfigMap map = owned();
        ConfigMap copy = Models.copy(Models.copy(map));
        assertThat(asked).hasValue(0);
        assertThat(copy).isEqualTo(map);
        assertThat(Models.copy(entries())).isEqualTo(entries());
    }

    @Test
    void whoChangesACopyOrTheOriginalChangesNothingInTheOther() {
        ConfigMap map = owned();
        ConfigMap early = Models.copy(map);
        first(map).setManager("two");
        ConfigMap late = Models.copy(map);
        first(late).setManager("three");
        late.getMetadata().getManagedFields().clear();
        assertThat(first(early).getManager()).isEqualTo("one");
        assertThat(first(map).getManager()).isEqualTo("two");
        assertThat(late.getMetadata().getManagedFields()).isEmpty();
    }

    @Test
    void aCopyOfOneThatWasChangedHasTheChange() {
        ConfigMap map = owned();
        map.getMetadata().getManagedFields().add(new ManagedFieldsEntry());
        first(map).setManager("two");
        assertThat(Models.copy(map)).isEqualTo(map);
        map.getMetadata().getManagedFields().clear();
        assertThat(Models.copy(map).getMetadata().getManagedFields()).isEmpty();
    }

    @Test
    void itIsWrittenAsAnyOtherList() {
        ConfigMap plain = owned();
        plain.getMetadata().setManagedFields(new ArrayList<>(plain.getMetadata().getManagedFields()));
        assertThat(Models.toJson(owned())).isEqualTo(Models.toJson(plain)).contains("\"manager\":\"one\"");
    }

    @Test
    void itCanBeSerialized() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(entries());
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(entries());
        }
    }
}
