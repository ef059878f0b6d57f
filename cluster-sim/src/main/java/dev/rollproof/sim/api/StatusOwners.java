// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.sim.api.patch.FieldManager;
import dev.rollproof.sim.api.patch.FieldSet;
import dev.rollproof.sim.api.patch.Ownership;
import dev.rollproof.sim.api.patch.OwnershipEntries;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Who has applied which field of a status. The rest is taken to be its component's ({@link ComponentOwners}): clients that write a status
 * in other ways are not kept. Not thread-safe, but for what {@link #added} returns: under the simulation's lock.
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

    /**
     * The entries of the other fields, and after them those of the status as of now.
     *
     * @param others who owns the other fields; what is written with the status joins the entry of its component
     */
    Supplier<List<ManagedFieldsEntry>> added(Supplier<Ownership> others, HasMetadata object) {
        Ownership now = of(object);
        String apiVersion = object.getApiVersion();
        return () -> {
            Ownership other = others.get();
            Ownership status = ComponentOwners.withStatus(now, object);
            Map<FieldManager, FieldSet> updated = new LinkedHashMap<>(other.updated());
            status.updated().forEach((manager, fields) -> updated.merge(manager, fields, FieldSet::plus));
            List<ManagedFieldsEntry> all =
                    new ArrayList<>(OwnershipEntries.of(new Ownership(other.applied(), updated), apiVersion));
            for (ManagedFieldsEntry entry :
                    OwnershipEntries.of(new Ownership(status.applied(), Map.of()), apiVersion)) {
                entry.setSubresource("status");
                all.add(entry);
            }
            return all;
        };
    }
}
