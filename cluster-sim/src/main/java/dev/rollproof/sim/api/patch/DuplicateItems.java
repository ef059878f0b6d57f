// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Items of lists with keys that are there twice: server-side apply could not say which of them somebody owns. */
public final class DuplicateItems {
    private DuplicateItems() {}

    /** What the server says of those in a tree: {@code ""} where there are none. */
    public static String saidOf(Map<?, ?> tree) {
        List<String> found = new ArrayList<>();
        tree.forEach((key, value) -> collect(List.of(key), String.valueOf(key), value, found));
        return found.size() > 1 ? "errors:\n  " + String.join("\n  ", found) : String.join("", found);
    }

    private static void collect(List<Object> path, String field, @Nullable Object value, List<String> found) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, child) -> collect(FieldSet.step(path, key), String.valueOf(key), child, found));
        } else if (value instanceof List<?> items) {
            List<String> keys = ListKeys.of(field, items);
            Set<FieldSet.Item> known = new HashSet<>();
            for (Object each : items) {
                if (!keys.isEmpty() && each instanceof Map<?, ?> map) {
                    FieldSet.Item item = new FieldSet.Item(keys, ListKeys.keyOf(map, keys));
                    if (!known.add(item)) {
                        found.add(FieldSet.text(path) + ": duplicate entries for key " + FieldSet.text(List.of(item)));
                    }
                    map.forEach((key, child) ->
                            collect(FieldSet.step(FieldSet.step(path, item), key), String.valueOf(key), child, found));
                }
            }
        }
    }
}
