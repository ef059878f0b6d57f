// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON merge patch, RFC 7386, and Kubernetes' strategic merge patch, which also merges lists by the keys of their items. */
public final class MergePatch {
    private MergePatch() {}

    /** Changes a tree as a JSON merge patch says: objects are merged, null removes, everything else replaces. */
    public static void merge(Map<String, @Nullable Object> tree, Map<?, ?> patch) {
        merge(tree, patch, false);
    }

    /** Changes a tree as a strategic merge patch says. */
    public static void strategic(Map<String, @Nullable Object> tree, Map<?, ?> patch) {
        merge(tree, patch, true);
    }

    private static void merge(Map<String, @Nullable Object> tree, Map<?, ?> patch, boolean strategic) {
        if (strategic && "replace".equals(patch.get("$patch"))) {
            tree.clear();
        }
        patch.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (strategic && name.startsWith("$")) {
                directive(tree, name, value);
                return;
            }
            if (value == null) {
                tree.remove(name);
            } else if (value instanceof Map<?, ?> map) {
                if (strategic && "delete".equals(map.get("$patch"))) {
                    tree.remove(name);
                    return;
                }
                Map<String, @Nullable Object> target = Trees.opened(tree, name) instanceof Map<?, ?> existing
                        ? Trees.map(existing)
                        : new java.util.LinkedHashMap<>();
                merge(target, map, strategic);
                tree.put(name, target);
            } else if (strategic
                    && value instanceof List<?> items
                    && !keysOf(name, items).isEmpty()) {
                List<?> existing = tree.get(name) instanceof List<?> list ? list : List.of();
                tree.put(name, mergeList(existing, items, keysOf(name, items)));
            } else {
                tree.put(name, Trees.copy(value));
            }
        });
    }

    private static List<String> keysOf(String field, List<?> items) {
        return ListKeys.forStrategicMerge(field, items);
    }

    /** {@code $setElementOrder} sorts, {@code $deleteFromPrimitiveList} removes, {@code $retainKeys} keeps. */
    private static void directive(Map<String, @Nullable Object> tree, String name, @Nullable Object value) {
        int slash = name.indexOf('/');
        if (name.equals("$retainKeys") && value instanceof List<?> keys) {
            tree.keySet().retainAll(keys);
        } else if (slash > 0 && value instanceof List<?> items) {
            String field = name.substring(slash + 1);
            if (name.startsWith("$deleteFromPrimitiveList") && tree.get(field) instanceof List<?> list) {
                List<@Nullable Object> kept = new ArrayList<>(list);
                kept.removeAll(items);
                tree.put(field, kept);
            }
        }
    }

    private static List<@Nullable Object> mergeList(List<?> existing, List<?> items, List<String> keys) {
        List<@Nullable Object> merged = new ArrayList<>();
        for (Object item : existing) {
            merged.add(Trees.opened(item));
        }
        for (Object item : items) {
            if (!(item instanceof Map<?, ?> change)) {
                merged.add(item);
                continue;
            }
            if ("replace".equals(change.get("$patch"))) {
                merged.clear();
                continue;
            }
            int at = indexOf(merged, ListKeys.keyOf(change, keys), keys);
            if ("delete".equals(change.get("$patch"))) {
                if (at >= 0) {
                    merged.remove(at);
                }
            } else if (at >= 0 && merged.get(at) instanceof Map<?, ?> target) {
                merge(Trees.map(target), change, true);
            } else {
                Map<String, @Nullable Object> added = new java.util.LinkedHashMap<>();
                merge(added, change, true);
                merged.add(added);
            }
        }
        return merged;
    }

    static int indexOf(List<?> items, List<Object> key, List<String> keys) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Map<?, ?> item
                    && ListKeys.keyOf(item, keys).equals(key)) {
                return i;
            }
        }
        return -1;
    }
}
