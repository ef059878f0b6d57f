// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.fabric8.Models;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code kubectl apply} keeps of the last manifest, for the next apply to see what was taken out of it. After a rollback it
 * must tell of the template that is back: a field that only that template has would otherwise stay for ever.
 *
 * <p>It is told by difference: what differs between the two templates is changed in the same way in the annotation. So defaults
 * of the server, which are in both, do not get in. Pure.
 */
final class LastApplied {
    static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
    /** Written by a restart, never by a manifest: as a part of one, the next apply would take it out and restart the pods. */
    private static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

    private LastApplied() {}

    /** The annotation after its template went from one to another; as it was where it already says so, or is not JSON. */
    static String restated(String annotation, Map<String, Object> before, Map<String, Object> after) {
        Map<String, Object> manifest;
        try {
            manifest = Models.parseJson(annotation);
        } catch (RuntimeException notJson) {
            return annotation;
        }
        if (manifest == null
                || !(manifest.get("spec") instanceof Map<?, ?> spec)
                || !(spec.get("template") instanceof Map<?, ?> template)) {
            return annotation;
        }
        Map<Object, @Nullable Object> restated = map(template, before, after);
        if (restated.equals(template)) {
            return annotation;
        }
        Map<Object, Object> newSpec = new LinkedHashMap<>(spec);
        newSpec.put("template", restated);
        Map<String, Object> newManifest = new LinkedHashMap<>(manifest);
        newManifest.put("spec", newSpec);
        return Models.toJson(newManifest) + "\n";
    }

    private static Map<Object, @Nullable Object> map(Map<?, ?> applied, Map<?, ?> before, Map<?, ?> after) {
        Map<Object, @Nullable Object> restated = new LinkedHashMap<>(applied);
        Set<Object> keys = new LinkedHashSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (Object key : keys) {
            Object was = before.get(key);
            Object is = after.get(key);
            if (Objects.equals(was, is)) {
                continue;
            }
            if (is == null) {
                restated.remove(key);
            } else if (!RESTARTED_AT.equals(key)) {
                restated.put(key, value(applied.get(key), was, is));
            }
        }
        return restated;
    }

    private static Object value(@Nullable Object applied, @Nullable Object before, Object after) {
        if (before instanceof Map<?, ?> was && after instanceof Map<?, ?> is) {
            return map(applied instanceof Map<?, ?> map ? map : Map.of(), was, is);
        }
        if (before instanceof List<?> was && after instanceof List<?> is && areNamed(was) && areNamed(is)) {
            return list(applied instanceof List<?> list ? list : List.of(), was, is);
        }
        return after;
    }

    /** Containers, environment variables, volumes: each is itself by its name. */
    private static List<Object> list(List<?> applied, List<?> before, List<?> after) {
        List<Object> restated = new ArrayList<>();
        for (Object item : after) {
            Map<?, ?> is = (Map<?, ?>) item;
            Map<?, ?> was = named(before, is.get("name"));
            Map<?, ?> said = named(applied, is.get("name"));
            if (was == null) {
                restated.add(is);
            } else if (!was.equals(is)) {
                restated.add(map(said == null ? Map.of("name", String.valueOf(is.get("name"))) : said, was, is));
            } else if (said != null) {
                restated.add(said);
            }
        }
        return restated;
    }

    private static boolean areNamed(List<?> items) {
        return items.stream().allMatch(item -> item instanceof Map<?, ?> map && map.get("name") instanceof String);
    }

    private static @Nullable Map<?, ?> named(List<?> items, @Nullable Object name) {
        for (Object item : items) {
            if (item instanceof Map<?, ?> map && Objects.equals(map.get("name"), name)) {
                return map;
            }
        }
        return null;
    }
}
