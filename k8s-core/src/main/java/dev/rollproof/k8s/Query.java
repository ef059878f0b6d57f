// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Objects;

/**
 * Which objects to list or observe.
 *
 * @param type fabric8's model class of the kind
 * @param namespace the namespace, or {@code ""} for all of them and for kinds without one
 * @param labelSelector Kubernetes' text form, such as {@code app=clock,track!=canary}; {@code ""} selects all
 * @param fieldSelector Kubernetes' text form, such as {@code metadata.name=clock}; {@code ""} selects all
 */
public record Query<T extends HasMetadata>(
        Class<T> type, String namespace, String labelSelector, String fieldSelector) {
    public Query {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(labelSelector, "labelSelector");
        Objects.requireNonNull(fieldSelector, "fieldSelector");
    }

    /** All objects of a kind, in every namespace. */
    public static <T extends HasMetadata> Query<T> of(Class<T> type) {
        return new Query<>(type, "", "", "");
    }

    /** Only in this namespace; {@code ""} for all. */
    public Query<T> inNamespace(String name) {
        return new Query<>(type, name, labelSelector, fieldSelector);
    }

    /** Only what these labels select, such as {@code app=clock,track!=canary}. */
    public Query<T> withLabels(String selector) {
        return new Query<>(type, namespace, selector, fieldSelector);
    }

    /** Only what these fields select, such as {@code status.phase=Running}; each kind knows a few. */
    public Query<T> withFields(String selector) {
        return new Query<>(type, namespace, labelSelector, selector);
    }

    /** Only the object of this name. */
    public Query<T> named(String name) {
        return withFields("metadata.name=" + name);
    }
}
