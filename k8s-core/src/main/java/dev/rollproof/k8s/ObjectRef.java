// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The name of an object in a cluster.
 *
 * @param kind such as {@code Deployment}
 * @param namespace {@code ""} for kinds without one
 * @param name such as {@code clock}
 */
public record ObjectRef(String kind, String namespace, String name) {
    public ObjectRef {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(name, "name");
    }

    /** By hand, like {@link #hashCode}: what a record has by itself is quick only when the JVM's second compiler was at it. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof ObjectRef that
                        && name.equals(that.name)
                        && namespace.equals(that.namespace)
                        && kind.equals(that.kind);
    }

    @Override
    public int hashCode() {
        return (kind.hashCode() * 31 + namespace.hashCode()) * 31 + name.hashCode();
    }

    /** Such as {@code Deployment/clock in default}. */
    @Override
    public String toString() {
        return kind + "/" + name + (namespace.isEmpty() ? "" : " in " + namespace);
    }
}
