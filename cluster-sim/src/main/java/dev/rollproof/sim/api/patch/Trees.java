// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies and counts trees. */
final class Trees {
    private Trees() {}

    static @Nullable Object copy(@Nullable Object tree) {
        if (tree instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, value) -> copy.put(String.valueOf(key), copy(value)));
            return copy;
        }
        if (tree instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(item -> copy.add(copy(item)));
            return copy;
        }
        return tree;
    }

    /** How many values there are in a tree. */
    static int size(@Nullable Object tree) {
        int size = 1;
        if (tree instanceof Map<?, ?> map) {
            for (Object value : map.values()) {
                size += size(value);
            }
        } else if (tree instanceof List<?> list) {
            for (Object item : list) {
                size += size(item);
            }
        }
        return size;
    }

    /** A map of a tree, as what it is. */
    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> map(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }
}
