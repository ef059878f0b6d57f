// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.Requests;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last objects that were listed or watched, with their JSON. A version of the store is one version of one object, so that
 * it tells them apart. Not thread-safe: under the simulation's lock.
 */
final class Renderings {
    private static final int MOST = 8192;

    private final Requests requests;

    Renderings(Requests requests) {
        this.requests = requests;
    }

    private final Map<Long, Rendered> byVersion = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Rendered> eldest) {
            return size() > MOST;
        }
    };

    /** Of an object that is stored, or was, with who owns its fields. */
    <T extends HasMetadata> Rendered of(ResourceType<T> type, T object) {
        Rendered known = byVersion.get(Metadata.version(object));
        if (known == null) {
            known = new Rendered(type, requests.listed(type, object));
            byVersion.put(Metadata.version(object), known);
        }
        return known;
    }

    /** For one client: of what a dry run made, whose version is another object's. */
    static Rendered once(ResourceType<?> type, HasMetadata object) {
        return new Rendered(type, object);
    }
}
