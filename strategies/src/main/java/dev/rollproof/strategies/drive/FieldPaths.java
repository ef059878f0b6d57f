// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The fields of an entry of {@code metadata.managedFields} (FieldsV1), as paths from the root. Immutable. */
record FieldPaths(Set<List<String>> paths) {
    FieldPaths {
        paths = Set.copyOf(paths);
    }

    /** Of a tree such as {@code {"f:spec": {"f:replicas": {}}}}. */
    static FieldPaths of(Map<?, ?> fieldsV1) {
        Set<List<String>> paths = new LinkedHashSet<>();
        collect(List.of(), fieldsV1, paths);
        return new FieldPaths(paths);
    }

    private static void collect(List<String> path, Map<?, ?> tree, Set<List<String>> paths) {
        if (tree.isEmpty() && !path.isEmpty()) {
            paths.add(path);
        }
        tree.forEach((step, child) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(String.valueOf(step));
            collect(List.copyOf(longer), child instanceof Map<?, ?> fields ? fields : Map.of(), paths);
        });
    }

    /** With its fields in the order of their names. */
    @SuppressWarnings("unchecked")
    Map<String, Object> tree() {
        Map<String, Object> tree = new TreeMap<>();
        for (List<String> path : paths) {
            Map<String, Object> here = tree;
            for (String step : path) {
                here = (Map<String, Object>) here.computeIfAbsent(step, key -> new TreeMap<String, Object>());
            }
        }
        return tree;
    }

    FieldPaths and(FieldPaths other) {
        return where(other.paths::contains);
    }

    FieldPaths plus(FieldPaths other) {
        Set<List<String>> all = new LinkedHashSet<>(paths);
        all.addAll(other.paths);
        return new FieldPaths(all);
    }

    FieldPaths where(Predicate<List<String>> wanted) {
        Set<List<String>> some = new LinkedHashSet<>(paths);
        some.removeIf(wanted.negate());
        return new FieldPaths(some);
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }
}
