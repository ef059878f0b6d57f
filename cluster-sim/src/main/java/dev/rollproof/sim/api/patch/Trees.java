// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import dev.rollproof.k8s.fabric8.Models;
import java.io.Serial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Copies, counts and opens trees. Their parts may still be models, which others hold as well and nobody changes: they are opened one
 * by one, where somebody steps in to change something. What nobody steps into stays the same part, which is quick to make, and quick to
 * be seen as the same.
 */
final class Trees {
    private Trees() {}

    /** An object that is ours to change. */
    static final class Fields extends LinkedHashMap<String, @Nullable Object> {
        @Serial
        private static final long serialVersionUID = 1L;

        private Fields(Map<?, ?> of) {
            of.forEach((key, value) -> put(String.valueOf(key), value));
        }
    }

    /** A list that is ours to change. */
    static final class Items extends ArrayList<@Nullable Object> {
        @Serial
        private static final long serialVersionUID = 1L;

        private Items(List<?> of) {
            super(of);
        }
    }

    /** A part to step into and to change: the same one if it is ours already. */
    static @Nullable Object opened(@Nullable Object part) {
        if (part == null || part instanceof Fields || part instanceof Items) {
            return part;
        }
        Object open = Models.opened(part);
        return open instanceof Map<?, ?> map ? new Fields(map) : open instanceof List<?> list ? new Items(list) : open;
    }

    /** A field's value, to step into and to change; null where there is none. */
    static @Nullable Object opened(Map<String, @Nullable Object> tree, String field) {
        Object part = tree.get(field);
        Object open = opened(part);
        if (open != part) {
            tree.put(field, open);
        }
        return open;
    }

    /** A list's item, to step into and to change. */
    static @Nullable Object opened(List<@Nullable Object> list, int index) {
        Object part = list.get(index);
        Object open = opened(part);
        if (open != part) {
            list.set(index, open);
        }
        return open;
    }

    /** A copy without any models in it. */
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
        Object open = tree == null ? null : Models.opened(tree);
        return open instanceof Map<?, ?> || open instanceof List<?> ? copy(open) : open;
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

    /** A list of a tree, as what it is. */
    @SuppressWarnings("unchecked")
    static List<@Nullable Object> list(List<?> list) {
        return (List<@Nullable Object>) list;
    }
}
