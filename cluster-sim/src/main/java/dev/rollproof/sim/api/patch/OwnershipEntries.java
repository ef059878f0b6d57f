// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which fields, as {@code metadata.managedFields} has it (FieldsV1), and back. Left out are the objects that hold a field:
 * only fields with a value and items of lists are told.
 */
public final class OwnershipEntries {
    private static final String APPLY = "Apply";
    private static final String UPDATE = "Update";

    private OwnershipEntries() {}

    /** One entry a manager: first those who apply, the earliest first. */
    public static List<ManagedFieldsEntry> of(Ownership ownership, String apiVersion) {
        List<ManagedFieldsEntry> entries = new ArrayList<>();
        OwnerTimes times = ownership.times();
        for (FieldManager manager : ownership.appliersInOrder()) {
            FieldSet fields = ownership.applied().getOrDefault(manager, FieldSet.empty());
            entries.add(entry(manager, APPLY, apiVersion, times.applied().get(manager), fields));
        }
        for (FieldManager manager : ownership.updatersInOrder()) {
            FieldSet fields = ownership.updated().getOrDefault(manager, FieldSet.empty());
            entries.add(entry(manager, UPDATE, apiVersion, times.updated().get(manager), fields));
        }
        return entries;
    }

    private record Written(String text, List<Object> path) {}

    private static ManagedFieldsEntry entry(
            FieldManager manager, String operation, String apiVersion, @Nullable String time, FieldSet fields) {
        Map<String, Object> tree = new LinkedHashMap<>();
        // A set's own order differs from one JVM to the next.
        List<Written> paths = new ArrayList<>();
        fields.paths().forEach(path -> paths.add(new Written(FieldSet.text(path), path)));
        paths.sort(Comparator.comparing(Written::text));
        paths.forEach(written -> insert(tree, written.path()));
        FieldsV1 fieldsV1 = new FieldsV1();
        fieldsV1.setAdditionalProperties(tree);
        ManagedFieldsEntry entry = new ManagedFieldsEntry();
        entry.setManager(manager.name());
        entry.setSubresource(manager.subresource().isEmpty() ? null : manager.subresource());
        entry.setOperation(operation);
        entry.setApiVersion(apiVersion);
        entry.setTime(time);
        entry.setFieldsType("FieldsV1");
        entry.setFieldsV1(fieldsV1);
        return entry;
    }

    @SuppressWarnings("unchecked")
    private static void insert(Map<String, Object> tree, List<Object> path) {
        Map<String, Object> here = tree;
        for (Object step : path) {
            here = (Map<String, Object>) here.computeIfAbsent(keyOf(step), key -> new LinkedHashMap<String, Object>());
        }
        if (path.get(path.size() - 1) instanceof FieldSet.Item) {
            here.put(".", new LinkedHashMap<>());
        }
    }

    private static String keyOf(Object step) {
        if (!(step instanceof FieldSet.Item item)) {
            return "f:" + step;
        }
        Map<String, Object> keys = new LinkedHashMap<>();
        for (int i = 0; i < item.keys().size(); i++) {
            keys.put(item.keys().get(i), item.values().get(i));
        }
        return "k:" + Models.toJson(keys);
    }

    /** What entries say; those of another form say nothing. */
    public static Ownership read(List<ManagedFieldsEntry> entries) {
        Map<FieldManager, FieldSet> applied = new LinkedHashMap<>();
        Map<FieldManager, FieldSet> updated = new LinkedHashMap<>();
        Map<FieldManager, String> appliedAt = new LinkedHashMap<>();
        Map<FieldManager, String> updatedAt = new LinkedHashMap<>();
        for (ManagedFieldsEntry entry : entries) {
            Set<List<Object>> paths = new LinkedHashSet<>();
            if (entry.getFieldsV1() != null) {
                collect(List.of(), entry.getFieldsV1().getAdditionalProperties(), paths);
            }
            FieldManager manager =
                    new FieldManager(Texts.orEmpty(entry.getManager()), Texts.orEmpty(entry.getSubresource()));
            boolean applies = APPLY.equals(entry.getOperation());
            if (!paths.isEmpty()) {
                (applies ? applied : updated).merge(manager, new FieldSet(paths), FieldSet::plus);
            }
            String time = inWholeSeconds(entry.getTime());
            if (time != null) {
                (applies ? appliedAt : updatedAt).put(manager, time);
            }
        }
        return new Ownership(applied, updated, new OwnerTimes(appliedAt, updatedAt));
    }

    /** As the server writes the time that it has read; null of a text that is none. */
    private static @Nullable String inWholeSeconds(@Nullable String time) {
        try {
            return time == null
                    ? null
                    : OffsetDateTime.parse(time)
                            .toInstant()
                            .truncatedTo(ChronoUnit.SECONDS)
                            .toString();
        } catch (DateTimeException none) {
            return null;
        }
    }

    private static void collect(List<Object> path, Map<?, ?> tree, Set<List<Object>> paths) {
        boolean item = !path.isEmpty() && path.get(path.size() - 1) instanceof FieldSet.Item;
        if (!path.isEmpty() && (tree.isEmpty() || (item && tree.containsKey(".")))) {
            paths.add(path);
        }
        tree.forEach((key, child) -> {
            String name = String.valueOf(key);
            if (child instanceof Map<?, ?> fields && !name.equals(".")) {
                List<Object> longer = new ArrayList<>(path);
                longer.add(name.startsWith("k:") ? itemOf(name.substring(2)) : name.substring(2));
                collect(List.copyOf(longer), fields, paths);
            }
        });
    }

    private static FieldSet.Item itemOf(String json) {
        Map<String, Object> keys = Models.parseJson(json);
        return new FieldSet.Item(List.copyOf(keys.keySet()), List.copyOf(keys.values()));
    }
}
