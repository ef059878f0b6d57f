// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.io.Serial;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Managed fields as a client gets them, worked out only if somebody looks at them: few do, and it takes as long as a write. Whoever
 * holds the list may change it. Safe to be read from several threads.
 */
final class LateEntries extends AbstractList<ManagedFieldsEntry> implements RandomAccess, Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Supplier<List<ManagedFieldsEntry>> owners;
    private transient volatile @Nullable List<ManagedFieldsEntry> made;

    /** @param owners works them out; the same each time, from whatever thread */
    LateEntries(Supplier<List<ManagedFieldsEntry>> owners) {
        this.owners = owners;
    }

    private List<ManagedFieldsEntry> made() {
        List<ManagedFieldsEntry> known = made;
        if (known == null) {
            // Two threads may both work it out: it is the same.
            known = new ArrayList<>(owners.get());
            made = known;
        }
        return known;
    }

    @Override
    public ManagedFieldsEntry get(int index) {
        return made().get(index);
    }

    @Override
    public int size() {
        return made().size();
    }

    @Override
    public ManagedFieldsEntry set(int index, ManagedFieldsEntry entry) {
        return made().set(index, entry);
    }

    @Override
    public void add(int index, ManagedFieldsEntry entry) {
        modCount++;
        made().add(index, entry);
    }

    @Override
    public ManagedFieldsEntry remove(int index) {
        modCount++;
        return made().remove(index);
    }

    @Serial
    private Object writeReplace() {
        return new ArrayList<>(made());
    }
}
