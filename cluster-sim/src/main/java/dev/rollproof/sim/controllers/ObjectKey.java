// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jspecify.annotations.Nullable;

/** What a work queue holds: which object to look at, never the object itself. */
record ObjectKey(String namespace, String name) {
    static ObjectKey of(HasMetadata object) {
        return new ObjectKey(Metadata.namespace(object), object.getMetadata().getName());
    }

    /** By hand, like {@link #hashCode}: what a record has by itself is quick only when the JVM's second compiler was at it. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof ObjectKey that && name.equals(that.name) && namespace.equals(that.namespace);
    }

    @Override
    public int hashCode() {
        return namespace.hashCode() * 31 + name.hashCode();
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
