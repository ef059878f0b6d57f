// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.sim.api.patch.FieldManager;
import dev.rollproof.sim.api.patch.FieldSet;
import dev.rollproof.sim.api.patch.OwnerTimes;
import dev.rollproof.sim.api.patch.Ownership;
import dev.rollproof.sim.api.patch.OwnershipEntries;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.HashMap;
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
     * The entries of the other fields, and of the status as of now.
     *
     * @param others who owns the other fields; what is written with the status joins the entry of its component
     * @param times when components wrote
     */
    Supplier<List<ManagedFieldsEntry>> added(
            Supplier<Ownership> others, HasMetadata object, ComponentTimes.Times times) {
        Ownership now = of(object);
        return () -> OwnershipEntries.of(
                others.get().plus(throughStatus(ComponentOwners.withStatus(now, object, times))),
                object.getApiVersion());
    }

    /** Who has applied has done so through the subresource. */
    private static Ownership throughStatus(Ownership status) {
        Map<FieldManager, FieldSet> applied = new HashMap<>();
        Map<FieldManager, String> appliedAt = new HashMap<>();
        status.applied().forEach((manager, fields) -> applied.put(throughStatus(manager), fields));
        status.times().applied().forEach((manager, at) -> appliedAt.put(throughStatus(manager), at));
        return new Ownership(
                applied,
                status.updated(),
                new OwnerTimes(appliedAt, status.times().updated()));
    }

    private static FieldManager throughStatus(FieldManager manager) {
        return new FieldManager(manager.name(), "status");
    }
}
