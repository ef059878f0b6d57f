// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/**
 * Several kubeconfig files as one, as kubectl reads the list in {@code KUBECONFIG}: of entries of one name, and of current contexts, the
 * first counts; files that an entry names are looked for beside the file that it stands in.
 */
final class MergedKubeconfig {
    private static final List<String> LISTS = List.of("clusters", "contexts", "users");
    private static final Set<String> FILES =
            Set.of("certificate-authority", "client-certificate", "client-key", "tokenFile");

    private final Map<String, Object> merged = new LinkedHashMap<>();
    private final Set<String> known = new HashSet<>();

    /** @param tree the YAML of a file; whoever comes first counts */
    void add(Path file, Map<?, ?> tree) {
        for (Map.Entry<?, ?> entry : tree.entrySet()) {
            String key = String.valueOf(entry.getKey());
            if (LISTS.contains(key)) {
                addAll(file, key, entry.getValue());
            } else if (entry.getValue() != null && !"".equals(entry.getValue())) {
                merged.putIfAbsent(key, entry.getValue());
            }
        }
    }

    private void addAll(Path file, String key, @Nullable Object entries) {
        if (!(entries instanceof List<?> list)) {
            return;
        }
        List<Object> all = new ArrayList<>(merged.get(key) instanceof List<?> before ? before : List.of());
        for (Object one : list) {
            if (one instanceof Map<?, ?> named && known.add(key + "/" + named.get("name"))) {
                all.add(withWholePaths(file, named));
            }
        }
        merged.put(key, all);
    }

    private static Map<Object, Object> withWholePaths(Path file, Map<?, ?> entry) {
        Map<Object, Object> whole = new LinkedHashMap<>(entry);
        whole.replaceAll((key, value) -> {
            if (value instanceof Map<?, ?> inner) {
                return withWholePaths(file, inner);
            }
            return FILES.contains(String.valueOf(key)) && value instanceof String name && !name.isEmpty()
                    ? file.toAbsolutePath().resolveSibling(name).toString()
                    : value;
        });
        return whole;
    }

    boolean hasClusters() {
        return merged.containsKey("clusters");
    }

    /**
     * As one file.
     *
     * @param context the current one; null for what the files say
     */
    String text(@Nullable String context) {
        if (context != null) {
            merged.put("current-context", context);
        }
        return new Dump(DumpSettings.builder().build()).dumpToString(merged);
    }
}
