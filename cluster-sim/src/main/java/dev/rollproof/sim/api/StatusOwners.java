// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.sim.api.patch.Ownership;
import dev.rollproof.sim.api.patch.OwnershipEntries;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Who has applied which field of a status. Who writes a status in other ways is not kept: controllers own nothing, and nobody conflicts
 * with them. Not thread-safe, but for what {@link #added} returns: under the simulation's lock.
 */
final class StatusOwners {
    private final Map<String, Ownership> byUid = new HashMap<>();

    Ownership of(HasMetadata object) {
        return byUid.getOrDefault(object.getMetadata().getUid(), Ownership.nobody());
    }

    void set(HasMetadata object, Ownership ownership) {
        byUid.put(object.getMetadata().getUid(), ownership);
    }

    void forget(HasMetadata object) {
        byUid.remove(object.getMetadata().getUid());
    }

    /** The entries of the other fields, and after them those of the status as of now. */
    Supplier<List<ManagedFieldsEntry>> added(Supplier<List<ManagedFieldsEntry>> others, HasMetadata object) {
        Ownership now = byUid.get(object.getMetadata().getUid());
        if (now == null || now.equals(Ownership.nobody())) {
            return others;
        }
        String apiVersion = object.getApiVersion();
        return () -> {
            List<ManagedFieldsEntry> all = new ArrayList<>(others.get());
            for (ManagedFieldsEntry entry : OwnershipEntries.of(now, apiVersion)) {
                entry.setSubresource("status");
                all.add(entry);
            }
            return all;
        };
    }
}
