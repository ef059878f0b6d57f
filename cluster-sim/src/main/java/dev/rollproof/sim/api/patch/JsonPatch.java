// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** JSON patch, RFC 6902. */
public final class JsonPatch {
    /** Copies of copies double with each operation: a patch may copy so many values in all, as a real server limits their bytes. */
    private static final int MOST_COPIED = 200_000;

    private JsonPatch() {}

    /** Changes a tree as the operations say, one after the other. Fails with Invalid where one does not fit. */
    public static void apply(Map<String, @Nullable Object> tree, List<?> operations) {
        int copied = 0;
        for (Object operation : operations) {
            Map<?, ?> fields = operation instanceof Map<?, ?> map ? map : Map.of();
            if ("copy".equals(fields.get("op"))) {
                copied += Trees.size(orNull(tree, from(fields)));
                if (copied > MOST_COPIED) {
                    throw refused();
                }
            }
            apply(tree, fields);
        }
    }

    private static void apply(Map<String, @Nullable Object> tree, Map<?, ?> operation) {
        String path = String.valueOf(operation.get("path"));
        if (path.isEmpty()
                && "replace".equals(operation.get("op"))
                && operation.get("value") instanceof Map<?, ?> all) {
            tree.clear();
            all.forEach((field, value) -> tree.put(String.valueOf(field), value));
            return;
        }
        switch (String.valueOf(operation.get("op"))) {
            case "test" -> {
                if (!Objects.equals(orNull(tree, path), operation.get("value"))) {
                    throw refused();
                }
            }
            case "add" -> put(tree, path, operation.get("value"), false);
            case "replace" -> put(tree, path, operation.get("value"), true);
            case "remove" -> remove(tree, path);
            case "copy" -> put(tree, path, orNull(tree, from(operation)), false);
            case "move" -> {
                Object value = orNull(tree, from(operation));
                remove(tree, from(operation));
                put(tree, path, value, false);
            }
            default -> throw refused();
        }
    }

    private static String from(Map<?, ?> operation) {
        return String.valueOf(operation.get("from"));
    }

    private static ClusterException refused() {
        return new ClusterException(Reason.INVALID, "the server rejected our request due to an error in our request");
    }

    private static String[] steps(String path) {
        if (!path.startsWith("/")) {
            throw refused();
        }
        String[] steps = path.substring(1).split("/", -1);
        for (int i = 0; i < steps.length; i++) {
            steps[i] = steps[i].replace("~1", "/").replace("~0", "~");
        }
        return steps;
    }

    private static @Nullable Object at(Object tree, String path) {
        Object here = tree;
        for (String step : steps(path)) {
            here = opened(here, step);
        }
        return here;
    }

    /** A copy. A field that is not there is null to the server; what it would be in must be there. */
    private static @Nullable Object orNull(Object tree, String path) {
        Object parent = parent(tree, path);
        Object value = parent instanceof Map<?, ?> map && !map.containsKey(lastStep(path))
                ? null
                : opened(parent, lastStep(path));
        return value instanceof Map<?, ?> || value instanceof List<?> ? Trees.copy(value) : value;
    }

    private static @Nullable Object opened(@Nullable Object parent, String step) {
        if (parent instanceof Map<?, ?> map) {
            if (!map.containsKey(step)) {
                throw refused();
            }
            return Trees.opened(Trees.map(map), step);
        }
        if (parent instanceof List<?> list) {
            return Trees.opened(Trees.list(list), index(list, step, list.size() - 1));
        }
        throw refused();
    }

    /** The server, other than RFC 6902, counts negative ones from the end. */
    private static int index(List<?> list, String step, int most) {
        try {
            int index = step.equals("-") ? list.size() : Integer.parseInt(step);
            int counted = index < 0 ? index + most + 1 : index;
            if (counted >= 0 && counted <= most) {
                return counted;
            }
        } catch (NumberFormatException noIndex) {
            // Refused below, like an index beyond the end.
        }
        throw refused();
    }

    private static Object parent(Object tree, String path) {
        int last = path.lastIndexOf('/');
        Object parent = last <= 0 ? tree : at(tree, path.substring(0, last));
        if (parent == null) {
            throw refused();
        }
        return parent;
    }

    private static String lastStep(String path) {
        String[] steps = steps(path);
        return steps[steps.length - 1];
    }

    private static void put(Object tree, String path, @Nullable Object value, boolean replaces) {
        Object parent = parent(tree, path);
        String step = lastStep(path);
        if (parent instanceof Map<?, ?> map) {
            // The server, other than RFC 6902, lets "replace" add a field.
            Trees.map(map).put(step, value);
        } else if (parent instanceof List<?> list) {
            List<@Nullable Object> items = Trees.list(list);
            if (replaces) {
                items.set(index(items, step, items.size() - 1), value);
            } else {
                items.add(index(items, step, items.size()), value);
            }
        } else {
            throw refused();
        }
    }

    private static void remove(Object tree, String path) {
        Object parent = parent(tree, path);
        String step = lastStep(path);
        if (parent instanceof Map<?, ?> map && map.containsKey(step)) {
            map.remove(step);
        } else if (parent instanceof List<?> list) {
            list.remove(index(list, step, list.size() - 1));
        } else {
            throw refused();
        }
    }
}
