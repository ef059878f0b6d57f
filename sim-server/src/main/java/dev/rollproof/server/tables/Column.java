// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table.
 *
 * @param type as OpenAPI has it
 * @param wide whether only {@code -o wide} shows it
 * @param cell what stands in it for an object; null for nothing
 */
record Column<T>(String name, String type, boolean wide, Function<T, @Nullable Object> cell) {
    static <T> Column<T> text(String name, Function<T, @Nullable Object> cell) {
        return new Column<>(name, "string", false, cell);
    }

    static <T> Column<T> number(String name, Function<T, @Nullable Object> cell) {
        return new Column<>(name, "integer", false, cell);
    }

    static <T> Column<T> wide(String name, Function<T, @Nullable Object> cell) {
        return new Column<>(name, "string", true, cell);
    }

    /** As Kubernetes tells it. */
    Map<String, Object> definition() {
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("name", name);
        definition.put("type", type);
        definition.put("format", name.equals("Name") ? "name" : "");
        definition.put("description", "");
        definition.put("priority", wide ? 1 : 0);
        return definition;
    }
}
