// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the store's history.
 *
 * @param version the store's version after it, which is the object's resourceVersion
 * @param object the object after it; for a deletion its last state, with the deletion's version
 * @param previous the object before it; null for a creation
 */
public record StoredEvent<T extends HasMetadata>(
        long version, Change.Type type, T object, @Nullable T previous) {}
