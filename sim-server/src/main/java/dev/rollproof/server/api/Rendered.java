// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One version of an object, whose JSON is made once for all who list or watch it. Thread-safe. */
final class Rendered {
    private final ResourceType<?> type;
    private final HasMetadata object;
    private volatile byte @Nullable [] json;

    /** @param object frozen, as the store has it, or a copy that nobody else has */
    Rendered(ResourceType<?> type, HasMetadata object) {
        this.type = type;
        this.object = object;
    }

    ResourceType<?> type() {
        return type;
    }

    HasMetadata object() {
        return object;
    }

    /** Two threads may both make it: they make the same. */
    byte[] json() {
        byte[] made = json;
        if (made == null) {
            made = Models.toJson(object).getBytes(StandardCharsets.UTF_8);
            json = made;
        }
        return made;
    }
}
