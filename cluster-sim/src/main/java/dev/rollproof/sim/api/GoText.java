// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Trees as Go prints them, which is how some of the API server's messages show them: {@code map[data:map[a:1] items:[x y]]}. */
final class GoText {
    private static final String ORDER = "$setElementOrder/";

    private GoText() {}

    /**
     * A strategic merge patch, as the server shows one that it refuses: it has merged by then, and has taken out the lists whose
     * order the patch gives.
     */
    static String ofMergedPatch(@Nullable Object patch) {
        return of(merged(patch));
    }

    private static @Nullable Object merged(@Nullable Object patch) {
        if (!(patch instanceof Map<?, ?> map)) {
            return patch;
        }
        Map<String, @Nullable Object> left = new TreeMap<>();
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (!name.startsWith(ORDER) && !map.containsKey(ORDER + name)) {
                left.put(name, merged(value));
            }
        });
        return left;
    }

    static String of(@Nullable Object tree) {
        if (tree == null) {
            return "<nil>";
        }
        if (tree instanceof Map<?, ?> map) {
            Map<String, Object> sorted = new TreeMap<>();
            map.forEach((key, value) -> sorted.put(String.valueOf(key), of(value)));
            return sorted.entrySet().stream()
                    .map(entry -> entry.getKey() + ":" + entry.getValue())
                    .collect(Collectors.joining(" ", "map[", "]"));
        }
        if (tree instanceof List<?> list) {
            return list.stream().map(GoText::of).collect(Collectors.joining(" ", "[", "]"));
        }
        return tree.toString();
    }
}
