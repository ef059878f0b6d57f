// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.fabric8.LateList;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.patch.Ownership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who owns which field of which object, beside the objects, and the objects with that for those who ask. Not thread-safe. */
final class FieldOwners {
    final ManagedFields managed = new ManagedFields();
    final StatusOwners status = new StatusOwners();
    private final ComponentTimes components = new ComponentTimes();
    private final Timestamps timestamps;
    private @Nullable Entry entry;

    FieldOwners(ApiServer api) {
        this.timestamps = api.timestamps();
        api.onChange(event -> {
            if (event.type() == Change.Type.DELETED) {
                managed.forget(event.object());
                status.forget(event.object());
                components.forget(event.object());
            } else if (entry == null || !entry.isOf(event.object())) {
                components.wrote(event, timestamps.now());
            } else {
                entry.afterStoring(event.object());
            }
        });
    }

    /**
     * What a write enters about who owns which field. It does so within the write, before watches are told: they tell the owners, too.
     */
    private static final class Entry {
        private final Class<?> kind;
        private final Consumer<HasMetadata> entering;
        private boolean done;

        Entry(HasMetadata manifest, Consumer<HasMetadata> entering) {
            this.kind = manifest.getClass();
            this.entering = entering;
        }

        /** A write may store others first, such as the quotas that it uses up. */
        boolean isOf(HasMetadata object) {
            return !done && object.getClass() == kind;
        }

        void afterStoring(HasMetadata object) {
            done = true;
            entering.accept(object);
        }
    }

    /** Does a write, and enters within it who owns which field then. */
    <T extends HasMetadata> T entering(T manifest, Consumer<HasMetadata> entering, Supplier<T> write) {
        entry = new Entry(manifest, entering);
        try {
            return write.get();
        } finally {
            entry = null;
        }
    }

    /** A stored object as lists and watches tell it, with who owns its fields: not a copy, and frozen like it. */
    <T extends HasMetadata> T listed(ResourceType<T> type, T stored) {
        T told = type.shallowCopy().apply(stored);
        told.setMetadata(Metadata.copy(stored.getMetadata()));
        told.getMetadata().setManagedFields(new LateList<>(entries(stored, managed.asOfNow(stored))));
        return told;
    }

    /** Who owns all but the status now, components as well. */
    Ownership of(HasMetadata stored) {
        return ComponentOwners.with(managed.of(stored), stored, managed.isByComponent(stored), components.of(stored));
    }

    /** Who owns the status now, components as well. */
    Ownership ofStatus(HasMetadata stored) {
        return ComponentOwners.withStatus(status.of(stored), stored, components.of(stored));
    }

    /** A copy for a client, with who owns its fields. */
    <T extends HasMetadata> T shown(T stored) {
        return shown(stored, managed.asOfNow(stored));
    }

    <T extends HasMetadata> T shown(T stored, Supplier<Ownership> ownership) {
        T copy = Models.copy(stored);
        copy.getMetadata().setManagedFields(new LateList<>(entries(stored, ownership)));
        return copy;
    }

    private Supplier<List<ManagedFieldsEntry>> entries(HasMetadata stored, Supplier<Ownership> ownership) {
        boolean byComponent = managed.isByComponent(stored);
        ComponentTimes.Times times = components.of(stored);
        return status.added(() -> ComponentOwners.with(ownership.get(), stored, byComponent, times), stored, times);
    }
}
