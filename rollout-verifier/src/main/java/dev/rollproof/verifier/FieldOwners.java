// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who owns the fields that a rollback wrote ({@code metadata.managedFields}). A template that is back belongs to whoever applies
 * this Deployment, as it did before: owned by the rollback it would stand in the way of the next server-side apply. Pure.
 */
public final class FieldOwners {
    private static final String CLIENT_SIDE_APPLY = "kubectl-client-side-apply";
    private static final String OURS = "rollproof";

    private FieldOwners() {}

    /**
     * The entries with the template's fields of one manager, and no others of its, handed to the applier: another one that
     * applies, else kubectl's client-side apply, else our own apply, else whoever owns another part of the template.
     *
     * @param entries {@code metadata.managedFields} as trees
     * @param manager whose updates are handed over
     * @return empty where that manager owns nothing
     */
    public static Optional<List<Map<String, Object>>> handedOver(List<Map<String, Object>> entries, String manager) {
        List<Map<String, Object>> rest = new ArrayList<>();
        Map<?, ?> template = null;
        boolean found = false;
        for (Map<String, Object> entry : entries) {
            if (isBy(entry, manager, "Update")) {
                found = true;
                template = templateOf(entry);
            } else {
                rest.add(entry);
            }
        }
        if (!found) {
            return Optional.empty();
        }
        int applier = applierAmong(rest);
        if (template != null && applier >= 0) {
            boolean somebodyElse = !isBy(rest.get(applier), OURS, "Apply");
            rest.set(applier, with(rest.get(applier), template));
            if (somebodyElse) {
                // What the rollout that failed took for itself goes back as well.
                rest.replaceAll(entry -> isBy(entry, OURS, "Apply") ? without(entry) : entry);
            }
        }
        return Optional.of(rest);
    }

    /**
     * Whether a field is one manager's, and nobody else's.
     *
     * @param entries {@code metadata.managedFields} as trees
     * @param path such as {@code f:spec}, {@code f:paused}
     */
    static boolean ownsAlone(List<Map<String, Object>> entries, String manager, String... path) {
        List<Map<String, Object>> owners = entries.stream()
                .filter(entry -> Trees.at(entry.get("fieldsV1"), path) != null)
                .toList();
        return !owners.isEmpty() && owners.stream().allMatch(entry -> manager.equals(entry.get("manager")));
    }

    private static int applierAmong(List<Map<String, Object>> entries) {
        int best = -1;
        int bestRank = Integer.MAX_VALUE;
        for (int i = 0; i < entries.size(); i++) {
            Map<String, Object> entry = entries.get(i);
            if (entry.get("subresource") != null || templateOf(entry) == null) {
                continue;
            }
            boolean applies = "Apply".equals(entry.get("operation"));
            int rank = applies && !OURS.equals(entry.get("manager"))
                    ? 0
                    : CLIENT_SIDE_APPLY.equals(entry.get("manager")) ? 1 : applies ? 2 : 3;
            // Of two alike the later entry is the later writer: the server orders them by time.
            if (rank <= bestRank) {
                best = i;
                bestRank = rank;
            }
        }
        return best;
    }

    private static boolean isBy(Map<String, Object> entry, String manager, String operation) {
        return manager.equals(entry.get("manager"))
                && operation.equals(entry.get("operation"))
                && entry.get("subresource") == null;
    }

    private static @Nullable Map<?, ?> templateOf(Map<String, Object> entry) {
        return Trees.at(entry.get("fieldsV1"), "f:spec", "f:template") instanceof Map<?, ?> template ? template : null;
    }

    private static Map<String, Object> with(Map<String, Object> entry, Map<?, ?> template) {
        Map<String, Object> changed = new LinkedHashMap<>(entry);
        Map<?, ?> fields = entry.get("fieldsV1") instanceof Map<?, ?> map ? map : Map.of();
        changed.put("fieldsV1", union(fields, Map.of("f:spec", Map.of("f:template", template))));
        return changed;
    }

    private static Map<String, Object> without(Map<String, Object> entry) {
        if (!(entry.get("fieldsV1") instanceof Map<?, ?> fields) || !(fields.get("f:spec") instanceof Map<?, ?> spec)) {
            return entry;
        }
        Map<Object, Object> lessSpec = new LinkedHashMap<>(spec);
        lessSpec.remove("f:template");
        Map<Object, Object> lessFields = new LinkedHashMap<>(fields);
        lessFields.put("f:spec", lessSpec);
        Map<String, Object> changed = new LinkedHashMap<>(entry);
        changed.put("fieldsV1", lessFields);
        return changed;
    }

    private static Map<Object, Object> union(Map<?, ?> one, Map<?, ?> other) {
        Map<Object, Object> union = new LinkedHashMap<>(one);
        other.forEach((key, value) -> union.merge(
                key, value, (a, b) -> a instanceof Map<?, ?> x && b instanceof Map<?, ?> y ? union(x, y) : b));
        return union;
    }
}
