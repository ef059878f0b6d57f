// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** Who watches. Called under the simulation's lock, one call at a time and in the store's order. */
public interface WatchListener<T extends HasMetadata> {
    void onEvent(StoredEvent<T> event);

    /** The watch has ended; nothing comes after this. */
    void onClosed(ClusterException why);
}
