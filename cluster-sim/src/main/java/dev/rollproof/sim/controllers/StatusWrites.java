// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.function.Consumer;

/** How the controllers of sets write a status, by an object that may be older than what is stored. */
final class StatusWrites {
    private StatusWrites() {}

    /**
     * Writes a status; if the cache was behind, once more on top of what is stored.
     *
     * @param known the object as the cache has it; it stays as it is
     * @param status gives a copy its status; called twice at the most
     * @return what is stored then
     */
    static <T extends HasMetadata> T write(ApiServer api, ResourceType<T> type, T known, Consumer<T> status) {
        T changed = type.shallowCopy().apply(known);
        status.accept(changed);
        try {
            return api.updateStatus(type, changed);
        } catch (ClusterException conflict) {
            if (conflict.reason() != Reason.CONFLICT) {
                throw conflict;
            }
            T latest = latest(api, type, known);
            status.accept(latest);
            return api.updateStatus(type, latest);
        }
    }

    /** A copy of what is stored now, whose parts are still those of the stored one. */
    static <T extends HasMetadata> T latest(ApiServer api, ResourceType<T> type, T known) {
        return type.shallowCopy()
                .apply(api.get(
                        type, Metadata.namespace(known), known.getMetadata().getName()));
    }
}
