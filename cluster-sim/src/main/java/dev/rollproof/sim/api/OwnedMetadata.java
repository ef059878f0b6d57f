// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Metadata as a client gets them, whose managed fields are worked out only if somebody looks at them: few do, and it takes as long
 * as a write.
 */
final class OwnedMetadata extends ObjectMeta {
    private static final long serialVersionUID = 1L;

    private transient volatile @Nullable Supplier<List<ManagedFieldsEntry>> owners;

    /** Takes the fields of other metadata, by reference. */
    static OwnedMetadata of(ObjectMeta metadata, Supplier<List<ManagedFieldsEntry>> owners) {
        OwnedMetadata owned = new OwnedMetadata();
        Frozen.copy(metadata, () -> (ObjectMeta) owned);
        owned.owners = owners;
        return owned;
    }

    @Override
    public List<ManagedFieldsEntry> getManagedFields() {
        Supplier<List<ManagedFieldsEntry>> asked = owners;
        if (asked != null) {
            // Two threads may both work it out: it is the same.
            super.setManagedFields(asked.get());
            owners = null;
        }
        return super.getManagedFields();
    }

    @Override
    public void setManagedFields(List<ManagedFieldsEntry> entries) {
        super.setManagedFields(entries);
        owners = null;
    }
}
