// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedObject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jspecify.annotations.Nullable;

/** One entry of the store's history. Not thread-safe: under the simulation's lock. */
public final class StoredEvent<T extends HasMetadata> {
    /** What a write was about. */
    enum Part {
        /** All but the status. */
        OBJECT,
        STATUS,
        /** What nobody owns: when it is to go, or a pod's node. */
        UNOWNED
    }

    private final long version;
    private final Change.Type type;
    private final T object;
    private final @Nullable T previous;
    private final Part part;
    private @Nullable ObservedObject observed;

    /**
     * @param version the store's version after it, which is the object's resourceVersion
     * @param object the object after it; for a deletion its last state, with the deletion's version
     * @param previous the object before it; null for a creation
     */
    public StoredEvent(long version, Change.Type type, T object, @Nullable T previous) {
        this(version, type, object, previous, Part.OBJECT);
    }

    StoredEvent(long version, Change.Type type, T object, @Nullable T previous, Part part) {
        this.version = version;
        this.type = type;
        this.object = object;
        this.previous = previous;
        this.part = part;
    }

    public long version() {
        return version;
    }

    public Change.Type type() {
        return type;
    }

    public T object() {
        return object;
    }

    public @Nullable T previous() {
        return previous;
    }

    Part part() {
        return part;
    }

    /** The object as a record, made once for all watches. */
    public ObservedObject observed() {
        ObservedObject made = observed;
        if (made == null) {
            made = Observed.from(object);
            observed = made;
        }
        return made;
    }
}
