// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.selection.Selectors;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds a cache's objects by their labels without looking at the others. */
final class LabelIndex<T extends HasMetadata> {
    private record Label(String namespace, String key, String value) {
        /** By hand, like {@link #hashCode}: what a record has by itself is quick only when the JVM's second compiler was at it. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Label that
                    && value.equals(that.value)
                    && key.equals(that.key)
                    && namespace.equals(that.namespace);
        }

        @Override
        public int hashCode() {
            return (namespace.hashCode() * 31 + key.hashCode()) * 31 + value.hashCode();
        }
    }

    private final Map<Label, Map<String, T>> byLabel = new HashMap<>();

    LabelIndex(Informer<T> informer) {
        informer.addHandler(this::onChange);
    }

    private void onChange(@Nullable T previous, T object, boolean deleted) {
        Map<String, String> before =
                previous == null ? null : previous.getMetadata().getLabels();
        Map<String, String> after = deleted ? null : object.getMetadata().getLabels();
        String namespace = Metadata.namespace(object);
        String name = object.getMetadata().getName();
        if (before != null && !Objects.equals(before, after)) {
            before.forEach((key, value) -> {
                Label label = new Label(namespace, key, value);
                Map<String, T> objects = byLabel.get(label);
                if (objects != null) {
                    objects.remove(name);
                    if (objects.isEmpty()) {
                        byLabel.remove(label);
                    }
                }
            });
        }
        if (after != null) {
            after.forEach((key, value) -> byLabel.computeIfAbsent(
                            new Label(namespace, key, value), label -> new LinkedHashMap<>())
                    .put(name, object));
        }
    }

    /** The objects that have all these labels, in the order in which they came. */
    List<T> matching(String namespace, Map<String, String> labels) {
        Map<String, T> fewest = null;
        for (Map.Entry<String, String> entry : labels.entrySet()) {
            Map<String, T> candidates = byLabel.get(new Label(namespace, entry.getKey(), entry.getValue()));
            if (candidates == null) {
                return List.of();
            }
            if (fewest == null || candidates.size() < fewest.size()) {
                fewest = candidates;
            }
        }
        List<T> matching = new ArrayList<>();
        if (fewest != null) {
            for (T candidate : fewest.values()) {
                if (Selectors.containsAll(candidate.getMetadata().getLabels(), labels)) {
                    matching.add(candidate);
                }
            }
        }
        return matching;
    }
}
