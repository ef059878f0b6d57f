// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.stories;

import dev.rollproof.k8s.fabric8.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which fields the objects of a recording have, whatever is in them. */
final class Shape {
    private Shape() {}

    /** Each field as {@code field KIND path}; of a list's elements conditions are told apart by their types, and others are not. */
    static SortedSet<String> of(Path recording) throws IOException {
        SortedSet<String> fields = new TreeSet<>();
        try (Stream<String> lines = Files.lines(recording)) {
            lines.map(Models::parseJson)
                    .map(line -> line.get("object"))
                    .filter(Map.class::isInstance)
                    .map(object -> (Map<?, ?>) object)
                    .filter(object -> !isOfTheClusterItself(object))
                    .forEach(tree -> {
                        add("field " + tree.get("kind") + " ", "", tree, fields);
                    });
        }
        return fields;
    }

    /** Only a simulated lesson plays in the namespace where this Service is. */
    private static boolean isOfTheClusterItself(Map<?, ?> object) {
        return object.get("metadata") instanceof Map<?, ?> metadata && "kubernetes".equals(metadata.get("name"));
    }

    private static void add(String prefix, String path, Object part, SortedSet<String> fields) {
        if (part instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                // Who owns which field is a claim of the contract.
                if (value != null && !name.equals("managedFields")) {
                    add(prefix, path + (path.isEmpty() ? "" : ".") + name, value, fields);
                }
            });
        } else if (part instanceof List<?> list) {
            for (Object element : list) {
                String key = path.endsWith("conditions") && element instanceof Map<?, ?> condition
                        ? String.valueOf(condition.get("type"))
                        : "";
                add(prefix, path + "[" + key + "]", element, fields);
            }
        } else {
            fields.add(prefix + path);
        }
    }
}
