// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One version of an object, whose JSON is made once for all who list or watch it, or once more where the memory was needed meanwhile.
 * Thread-safe.
 */
final class Rendered {
    private final ResourceType<?> type;
    private final HasMetadata object;
    private volatile SoftReference<byte[]> json = new SoftReference<>(null);
    private volatile int bytes;

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
        byte @Nullable [] made = json.get();
        if (made == null) {
            made = NullFields.addTo(Models.toJson(object), object).getBytes(StandardCharsets.UTF_8);
            bytes = made.length;
            json = new SoftReference<>(made);
        }
        return made;
    }

    /** How many bytes its JSON has. */
    int bytes() {
        return bytes > 0 ? bytes : json().length;
    }
}
