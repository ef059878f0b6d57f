// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a tree, as server-side apply owns them: the leaves, where items of a list with keys count by their keys, and
 * other lists whole.
 *
 * @param paths each a list of steps: a field's name, or the key of an item
 */
public record FieldSet(Set<List<Object>> paths) {
    /** Fields that nobody owns: they name the object, or are the server's. */
    private static final Set<List<Object>> UNOWNED = Set.of(
            List.of("apiVersion"),
            List.of("kind"),
            List.of("metadata", "name"),
            List.of("metadata", "namespace"),
            List.of("metadata", "uid"),
            List.of("metadata", "resourceVersion"),
            List.of("metadata", "generation"),
            List.of("metadata", "creationTimestamp"),
            List.of("metadata", "deletionTimestamp"),
            List.of("metadata", "deletionGracePeriodSeconds"));

    /** Objects that are owned, and applied, whole: their {@code x-kubernetes-map-type} is atomic. */
    private static final Set<String> ATOMIC = Set.of(
            "selector",
            "labelSelector",
            "namespaceSelector",
            "nodeSelector",
            "involvedObject",
            "related",
            "roleRef",
            "configMapKeyRef",
            "secretKeyRef",
            "fieldRef",
            "resourceFieldRef");

    public FieldSet {
        paths = Set.copyOf(paths);
    }

    /** A step to the item of a list by its keys. */
    record Item(List<String> keys, List<Object> values) {}

    public static FieldSet empty() {
        return new FieldSet(Set.of());
    }

    /** All fields that a tree sets, but for its status and what names it. */
    public static FieldSet of(Map<?, ?> tree) {
        Set<List<Object>> paths = new LinkedHashSet<>();
        tree.forEach((key, value) -> {
            if (!"status".equals(key)) {
                collect(List.of(key), String.valueOf(key), value, paths);
            }
        });
        paths.removeAll(UNOWNED);
        paths.removeIf(path ->
                path.size() > 1 && path.get(0).equals("metadata") && path.get(1).equals("managedFields"));
        return new FieldSet(paths);
    }

    /** All fields of a tree's status. */
    public static FieldSet ofStatus(Map<?, ?> tree) {
        Set<List<Object>> paths = new LinkedHashSet<>();
        collect(List.of("status"), "status", tree.get("status"), paths);
        return new FieldSet(paths);
    }

    private static void collect(List<Object> path, String field, @Nullable Object value, Set<List<Object>> paths) {
        if (value == null) {
            return;
        }
        if (value instanceof Map<?, ?> map && !map.isEmpty() && !isAtomic(field)) {
            map.forEach((key, child) -> collect(step(path, key), String.valueOf(key), child, paths));
            return;
        }
        if (value instanceof List<?> items) {
            List<String> keys = ListKeys.of(field, items);
            if (!keys.isEmpty()) {
                for (Object item : items) {
                    if (item instanceof Map<?, ?> map) {
                        List<Object> itemPath = step(path, new Item(keys, ListKeys.keyOf(map, keys)));
                        paths.add(itemPath);
                        if (field.equals("ownerReferences")) {
                            continue;
                        }
                        map.forEach((key, child) -> collect(step(itemPath, key), String.valueOf(key), child, paths));
                    }
                }
                return;
            }
        }
        paths.add(path);
    }

    static boolean isAtomic(String field) {
        return ATOMIC.contains(field);
    }

    /** The fields at some paths in text, such as {@code .spec.claimRef}, and below them. */
    public FieldSet under(String... roots) {
        return without(text -> {
            for (String root : roots) {
                if (text.startsWith(root)
                        && (text.length() == root.length() || ".[".indexOf(text.charAt(root.length())) >= 0)) {
                    return false;
                }
            }
            return true;
        });
    }

    /** All but some, which are told by their paths in text. */
    public FieldSet without(Predicate<String> unwanted) {
        Set<List<Object>> rest = new LinkedHashSet<>(paths);
        rest.removeIf(path -> unwanted.test(text(path)));
        return new FieldSet(rest);
    }

    static List<Object> step(List<Object> path, Object next) {
        Object[] longer = path.toArray(new Object[path.size() + 1]);
        longer[path.size()] = next;
        return List.of(longer);
    }

    public FieldSet minus(FieldSet other) {
        Set<List<Object>> rest = new LinkedHashSet<>(paths);
        rest.removeAll(other.paths);
        return new FieldSet(rest);
    }

    public FieldSet plus(FieldSet other) {
        Set<List<Object>> all = new LinkedHashSet<>(paths);
        all.addAll(other.paths);
        return new FieldSet(all);
    }

    public FieldSet and(FieldSet other) {
        Set<List<Object>> both = new LinkedHashSet<>(paths);
        both.retainAll(other.paths);
        return new FieldSet(both);
    }

    public boolean isEmpty() {
        return paths.isEmpty();
    }

    /** The value of a field in a tree; null where it is not there. */
    static @Nullable Object at(Map<?, ?> tree, List<Object> path) {
        Object here = tree;
        for (Object step : path) {
            if (step instanceof Item item) {
                int index = here instanceof List<?> list ? MergePatch.indexOf(list, item.values(), item.keys()) : -1;
                here = index < 0 ? null : ((List<?>) java.util.Objects.requireNonNull(here)).get(index);
            } else {
                here = here instanceof Map<?, ?> map ? map.get(step) : null;
            }
        }
        return here;
    }

    /** Takes a field out of a tree; objects that are empty then go with it. */
    static void remove(Map<?, ?> tree, List<Object> path) {
        Object parent = path.size() == 1 ? tree : at(tree, path.subList(0, path.size() - 1));
        Object last = path.get(path.size() - 1);
        if (parent instanceof Map<?, ?> map) {
            map.remove(last);
            if (map.isEmpty() && path.size() > 1) {
                remove(tree, path.subList(0, path.size() - 1));
            }
        } else if (parent instanceof List<?> list && last instanceof Item item) {
            int index = MergePatch.indexOf(list, item.values(), item.keys());
            if (index >= 0) {
                list.remove(index);
            }
        }
    }

    /** The path as Kubernetes writes it in conflicts, such as {@code .spec.template.spec.containers[name="clock"].image}. */
    static String text(List<Object> path) {
        StringBuilder text = new StringBuilder();
        for (Object step : path) {
            if (step instanceof Item item) {
                text.append('[');
                for (int i = 0; i < item.keys().size(); i++) {
                    Object value = item.values().get(i);
                    text.append(i == 0 ? "" : ",").append(item.keys().get(i)).append('=');
                    text.append(value instanceof String ? "\"" + value + "\"" : String.valueOf(value));
                }
                text.append(']');
            } else {
                text.append('.').append(step);
            }
        }
        return text.toString();
    }
}
