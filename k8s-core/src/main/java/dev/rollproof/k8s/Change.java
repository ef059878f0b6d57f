// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import dev.rollproof.k8s.observed.ObservedObject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * One change that an observation tells: what happened, and the object after it (for {@link Type#DELETED}: its last known
 * state). Immutable.
 */
public final class Change {
    /** Kubernetes' own words for what happened to an object. */
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }

    private final Type type;
    private final ObservedObject object;
    private final Supplier<? extends HasMetadata> manifest;
    private final boolean listed;

    /**
     * One that a watch tells.
     *
     * @param manifest makes a fresh copy of the whole object at each call
     */
    public Change(Type type, ObservedObject object, Supplier<? extends HasMetadata> manifest) {
        this(type, object, manifest, false);
    }

    /**
     * @param manifest makes a fresh copy of the whole object at each call
     * @param listed whether a list tells it, and not a watch
     */
    public Change(Type type, ObservedObject object, Supplier<? extends HasMetadata> manifest, boolean listed) {
        this.listed = listed;
        this.type = Objects.requireNonNull(type, "type");
        this.object = Objects.requireNonNull(object, "object");
        this.manifest = Objects.requireNonNull(manifest, "manifest");
    }

    /** What happened. */
    public Type type() {
        return type;
    }

    /** The object after it; of one that is gone, the last that was known. */
    public ObservedObject object() {
        return object;
    }

    /**
     * Whether a list tells it: the one that an observation begins with, or another after its watch was lost. Many changes may have led
     * there, and those that one list tells come in no order.
     */
    public boolean listed() {
        return listed;
    }

    /** The whole object as the server sent it: a copy, made at each call. For recordings and for fields outside the records. */
    public HasMetadata manifest() {
        return manifest.get();
    }

    @Override
    public String toString() {
        return type + " " + object.metadata().ref() + " at " + object.metadata().resourceVersion();
    }
}
