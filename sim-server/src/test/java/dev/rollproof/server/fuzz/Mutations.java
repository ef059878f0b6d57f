// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Changes trees of JSON in the way that people and broken tools do: most of a tree stays what the server expects. */
final class Mutations {
    /** What is put where something else is expected. */
    private static final List<@Nullable Object> VALUES = Arrays.asList(
            null,
            "",
            " ",
            "a",
            "A_b.c/d",
            "x".repeat(300),
            "\u0000\u2028\uD83D\uDE00",
            "50%",
            "-1%",
            "101%",
            "1Gi",
            "-1m",
            "12e3",
            "1e999",
            "2026-01-01T00:00:00Z",
            "not a time",
            "TCP",
            "Always",
            "None",
            true,
            false,
            0,
            1,
            -1,
            65_536,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            1.5,
            1e300,
            List.of(),
            Map.of(),
            Arrays.asList((Object) null),
            List.of("a", "a"),
            List.of(1),
            List.of(Map.of()),
            Map.of("", ""),
            Map.of("a", Map.of("b", "c")));

    /** Fields that mean something, wherever they are put. */
    private static final List<String> FIELDS = List.of(
            "name",
            "generateName",
            "namespace",
            "labels",
            "annotations",
            "finalizers",
            "ownerReferences",
            "resourceVersion",
            "uid",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "managedFields",
            "spec",
            "status",
            "replicas",
            "selector",
            "matchLabels",
            "matchExpressions",
            "template",
            "containers",
            "initContainers",
            "ports",
            "resources",
            "limits",
            "requests",
            "readinessProbe",
            "startupProbe",
            "lifecycle",
            "env",
            "strategy",
            "rollingUpdate",
            "maxSurge",
            "maxUnavailable",
            "minReadySeconds",
            "paused",
            "revisionHistoryLimit",
            "progressDeadlineSeconds",
            "terminationGracePeriodSeconds",
            "nodeName",
            "tolerations",
            "type",
            "clusterIP",
            "conditions",
            "hard",
            "rules",
            "minAvailable",
            "volumeClaimTemplates",
            "unknownField",
            "$patch",
            "$retainKeys",
            "$setElementOrder/containers",
            "$deleteFromPrimitiveList/finalizers");

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    /** One of some. */
    <T> T oneOf(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    boolean chance(double share) {
        return random.nextDouble() < share;
    }

    @Nullable
    Object value() {
        return copy(oneOf(VALUES));
    }

    String field() {
        return oneOf(FIELDS);
    }

    /** A tree with some changes; none now and then. */
    Map<String, @Nullable Object> mutated(Map<String, @Nullable Object> tree, int most) {
        Map<String, @Nullable Object> copy = map(copy(tree));
        int changes = random.nextInt(most + 1);
        for (int i = 0; i < changes; i++) {
            change(copy);
        }
        return copy;
    }

    private void change(Map<String, @Nullable Object> tree) {
        List<Object> holders = new ArrayList<>();
        collect(tree, holders);
        Object holder = oneOf(holders);
        if (holder instanceof Map<?, ?> any) {
            Map<String, @Nullable Object> map = map(any);
            List<String> keys = new ArrayList<>(map.keySet());
            int what = random.nextInt(6);
            if (keys.isEmpty() || what == 0) {
                map.put(field(), chance(0.5) ? value() : part(tree, holders));
            } else if (what == 1) {
                map.remove(oneOf(keys));
            } else if (what == 2) {
                map.put(oneOf(keys) + (chance(0.5) ? "x" : ""), part(tree, holders));
            } else {
                map.put(oneOf(keys), value());
            }
        } else if (holder instanceof List<?> any) {
            @SuppressWarnings("unchecked")
            List<@Nullable Object> list = (List<@Nullable Object>) any;
            int what = random.nextInt(3);
            if (list.isEmpty() || what == 0) {
                list.add(random.nextInt(list.size() + 1), value());
            } else if (what == 1) {
                list.remove(random.nextInt(list.size()));
            } else {
                list.add(copy(oneOf(list)));
            }
        }
    }

    /** A part of the tree itself, to be put where it does not belong. */
    private @Nullable Object part(Map<String, @Nullable Object> tree, List<Object> holders) {
        return copy(chance(0.1) ? tree : oneOf(holders));
    }

    private static void collect(@Nullable Object tree, List<Object> into) {
        if (tree instanceof Map<?, ?> map) {
            into.add(map);
            map.values().forEach(value -> collect(value, into));
        } else if (tree instanceof List<?> list) {
            into.add(list);
            list.forEach(item -> collect(item, into));
        }
    }

    /** A part of an object, as a merge patch of it. */
    Map<String, @Nullable Object> someOf(Map<String, @Nullable Object> tree) {
        Map<String, @Nullable Object> some = new LinkedHashMap<>();
        tree.forEach((key, value) -> {
            if (chance(0.4)) {
                some.put(key, value instanceof Map<?, ?> map && chance(0.8) ? someOf(map(map)) : copy(value));
            }
        });
        return some;
    }

    /** Operations of a JSON patch, most of them on what is there. */
    List<Object> operations(Map<String, @Nullable Object> tree) {
        List<String> paths = new ArrayList<>();
        paths(tree, "", paths);
        List<Object> operations = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Map<String, @Nullable Object> operation = new LinkedHashMap<>();
            operation.put("op", oneOf(List.of("add", "replace", "remove", "copy", "move", "test", "nonsense")));
            operation.put("path", path(paths));
            operation.put("from", path(paths));
            operation.put("value", value());
            if (chance(0.1)) {
                operation.remove(oneOf(List.of("op", "path", "from", "value")));
            }
            operations.add(chance(0.03) ? "no operation" : operation);
        }
        return operations;
    }

    private String path(List<String> paths) {
        String path = paths.isEmpty() ? "/metadata" : oneOf(paths);
        return switch (random.nextInt(12)) {
            case 0 -> path + "/" + field();
            case 1 -> path + "/-";
            case 2 -> path + "/99";
            case 3 -> oneOf(List.of("", "/", "//", "no path", "/~2", "/metadata/labels/a~1b"));
            default -> path;
        };
    }

    private static void paths(@Nullable Object tree, String here, List<String> into) {
        if (!here.isEmpty()) {
            into.add(here);
        }
        if (tree instanceof Map<?, ?> map) {
            map.forEach((key, value) -> paths(
                    value, here + "/" + String.valueOf(key).replace("~", "~0").replace("/", "~1"), into));
        } else if (tree instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                paths(list.get(i), here + "/" + i, into);
            }
        }
    }

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

    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> map(@Nullable Object tree) {
        return (Map<String, @Nullable Object>) java.util.Objects.requireNonNull(tree);
    }
}
