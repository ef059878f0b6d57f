// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import java.util.Objects;

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

    /** Such as {@code Deployment/clock in default}. */
    @Override
    public String toString() {
        return kind + "/" + name + (namespace.isEmpty() ? "" : " in " + namespace);
    }
}
