// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.fabric8.Models;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which fields of one object. Immutable.
 *
 * @param applied by managers that apply
 * @param updated by managers that write in other ways
 * @param times since when; those of who owns nothing are left out
 */
public record Ownership(Map<FieldManager, FieldSet> applied, Map<FieldManager, FieldSet> updated, OwnerTimes times) {
    private static final Ownership NOBODY = new Ownership(Map.of(), Map.of(), OwnerTimes.none());

    public Ownership {
        applied = Map.copyOf(applied);
        updated = Map.copyOf(updated);
        times = times.of(applied.keySet(), updated.keySet());
    }

    public static Ownership nobody() {
        return NOBODY;
    }

    /** What one manager applied. */
    public static Ownership ofApplier(FieldManager manager, FieldSet fields, String at) {
        return fields.isEmpty()
                ? NOBODY
                : new Ownership(
                        Map.of(manager, fields), Map.of(), OwnerTimes.none().withApplied(manager, at));
    }

    /** What one manager wrote in another way. */
    public static Ownership ofUpdater(FieldManager manager, FieldSet fields, String at) {
        return fields.isEmpty()
                ? NOBODY
                : new Ownership(
                        Map.of(), Map.of(manager, fields), OwnerTimes.none().withUpdated(manager, at));
    }

    /** What the one and the other say. */
    public Ownership plus(Ownership other) {
        Map<FieldManager, FieldSet> allApplied = new LinkedHashMap<>(applied);
        Map<FieldManager, FieldSet> allUpdated = new LinkedHashMap<>(updated);
        other.applied.forEach((manager, fields) -> allApplied.merge(manager, fields, FieldSet::plus));
        other.updated.forEach((manager, fields) -> allUpdated.merge(manager, fields, FieldSet::plus));
        return new Ownership(allApplied, allUpdated, times.with(other.times));
    }

    /** Whether the entries of both differ by nothing but their times: a write that would change only these is none. */
    public boolean isSameButForTimes(Ownership other) {
        return applied.equals(other.applied)
                && updated.equals(other.updated)
                && (times.equals(other.times) || inOrder().equals(other.inOrder()));
    }

    private List<FieldManager> inOrder() {
        List<FieldManager> all = new ArrayList<>(appliersInOrder());
        all.addAll(updatersInOrder());
        return all;
    }

    /** The earliest first, and before them those without a time. */
    List<FieldManager> appliersInOrder() {
        return inOrder(applied, times.applied());
    }

    /** The same of those who write in other ways. */
    List<FieldManager> updatersInOrder() {
        return inOrder(updated, times.updated());
    }

    private static List<FieldManager> inOrder(Map<FieldManager, FieldSet> managers, Map<FieldManager, String> times) {
        Comparator<FieldManager> byTime = Comparator.comparing(manager -> times.getOrDefault(manager, ""));
        return managers.keySet().stream()
                .sorted(byTime.thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /** An object after server-side apply, and who owns what of it then. */
    public record Applied(Map<String, @Nullable Object> tree, Ownership ownership) {}

    /**
     * Server-side apply: sets what the configuration says, takes out what this manager applied before and no longer does, and
     * leaves all else.
     *
     * @param live the object as it is; changed in place
     * @param force take over fields that others own; without it they are conflicts
     * @param at when
     */
    public Applied apply(
            Map<String, @Nullable Object> live, Map<?, ?> configuration, String manager, boolean force, String at) {
        return apply(
                live,
                configuration,
                FieldSet.of(configuration),
                FieldManager.of(manager),
                String.valueOf(live.get("apiVersion")),
                force,
                at);
    }

    /** The same for a subresource that shows a part of the object, as another kind: such a write has no time. */
    public Applied apply(
            Map<String, @Nullable Object> live,
            Map<?, ?> part,
            FieldManager manager,
            String apiVersion,
            boolean force) {
        return apply(live, part, FieldSet.of(part), manager, apiVersion, force, null);
    }

    /** The same for a status: all that the configuration says is one, under {@code status}. */
    public Applied applyStatus(
            Map<String, @Nullable Object> live, Map<?, ?> configuration, String manager, boolean force, String at) {
        return apply(
                live,
                configuration,
                FieldSet.ofStatus(configuration),
                FieldManager.of(manager),
                String.valueOf(live.get("apiVersion")),
                force,
                at);
    }

    private Applied apply(
            Map<String, @Nullable Object> live,
            Map<?, ?> configuration,
            FieldSet wanted,
            FieldManager manager,
            String apiVersion,
            boolean force,
            @Nullable String at) {
        List<Cause> conflicts = new ArrayList<>();
        Map<FieldManager, FieldSet> appliedAfter = new LinkedHashMap<>(applied);
        Map<FieldManager, FieldSet> updatedAfter = new LinkedHashMap<>(updated);
        appliedAfter.remove(manager);
        takeOver(appliedAfter, FieldManager::toString, wanted, live, configuration, conflicts);
        takeOver(updatedAfter, who -> who + " using " + apiVersion, wanted, live, configuration, conflicts);
        if (!force && !conflicts.isEmpty()) {
            throw new ClusterException(Reason.CONFLICT, message(conflicts), conflicts, null);
        }
        FieldSet dropped = applied.getOrDefault(manager, FieldSet.empty()).minus(wanted);
        Object before = at == null ? null : Trees.copy(live);
        merge(live, configuration);
        List<List<Object>> gone = new ArrayList<>(dropped.paths());
        // Items before their fields: a field of an item that goes is gone with it.
        gone.sort((one, other) -> Integer.compare(one.size(), other.size()));
        for (List<Object> path : gone) {
            if (!isOwned(path, appliedAfter) && !isOwned(path, updatedAfter)) {
                FieldSet.remove(live, path);
            }
        }
        if (!wanted.isEmpty()) {
            appliedAfter.put(manager, wanted);
        }
        // Who applies what is so already owns it from now on, and the server still says no time, or the one before.
        OwnerTimes after = at == null || live.equals(before) ? times : times.withApplied(manager, at);
        return new Applied(live, new Ownership(appliedAfter, updatedAfter, after));
    }

    private static boolean isOwned(List<Object> path, Map<?, FieldSet> managers) {
        return managers.values().stream()
                .anyMatch(set -> set.paths().stream()
                        .anyMatch(owned -> owned.size() >= path.size()
                                && owned.subList(0, path.size()).equals(path)));
    }

    private static <M> void takeOver(
            Map<M, FieldSet> managers,
            Function<M, String> named,
            FieldSet wanted,
            Map<?, ?> live,
            Map<?, ?> configuration,
            List<Cause> conflicts) {
        for (Map.Entry<M, FieldSet> entry : new TreeMap<>(managers).entrySet()) {
            List<List<Object>> disputed = new ArrayList<>();
            for (List<Object> path : entry.getValue().and(wanted).paths()) {
                if (!(path.get(path.size() - 1) instanceof FieldSet.Item)
                        && !Objects.equals(FieldSet.at(live, path), FieldSet.at(configuration, path))) {
                    disputed.add(path);
                }
            }
            if (!disputed.isEmpty()) {
                disputed.stream()
                        .map(FieldSet::text)
                        .sorted()
                        .forEach(field -> conflicts.add(new Cause(
                                field, "FieldManagerConflict", "conflict with " + named.apply(entry.getKey()))));
                FieldSet left = entry.getValue().minus(new FieldSet(new HashSet<>(disputed)));
                if (left.isEmpty()) {
                    managers.remove(entry.getKey());
                } else {
                    managers.put(entry.getKey(), left);
                }
            }
        }
    }

    private static String message(List<Cause> conflicts) {
        if (conflicts.size() == 1) {
            Cause only = conflicts.get(0);
            return "Apply failed with 1 conflict: " + only.message() + ": " + only.field();
        }
        Map<String, List<String>> byManager = new LinkedHashMap<>();
        for (Cause conflict : conflicts) {
            byManager
                    .computeIfAbsent(conflict.message().replace("conflict", "conflicts"), key -> new ArrayList<>())
                    .add("- " + conflict.field());
        }
        StringBuilder message = new StringBuilder("Apply failed with " + conflicts.size() + " conflicts: ");
        List<String> parts = new ArrayList<>();
        byManager.forEach((who, fields) -> parts.add(who + ":\n" + String.join("\n", fields)));
        return message.append(String.join("\n", parts)).toString();
    }

    /** Sets what the configuration says; objects are merged, and lists with keys too. */
    private static void merge(Map<String, @Nullable Object> live, Map<?, ?> configuration) {
        configuration.forEach((key, value) -> {
            String field = String.valueOf(key);
            Object present = live.get(field);
            if (value instanceof Map<?, ?> map && present instanceof Map<?, ?> target && !FieldSet.isAtomic(field)) {
                merge(Trees.map(target), map);
            } else if (value instanceof List<?> items
                    && present instanceof List<?> existing
                    && !ListKeys.of(field, items).isEmpty()) {
                live.put(field, mergeList(existing, items, ListKeys.of(field, items)));
            } else if (value != null) {
                live.put(field, Trees.copy(value));
            }
        });
    }

    private static List<@Nullable Object> mergeList(List<?> existing, List<?> items, List<String> keys) {
        List<@Nullable Object> merged = new ArrayList<>();
        for (Object item : existing) {
            merged.add(item);
        }
        for (Object item : items) {
            if (item instanceof Map<?, ?> map) {
                int at = MergePatch.indexOf(merged, ListKeys.keyOf(map, keys), keys);
                if (at >= 0 && merged.get(at) instanceof Map<?, ?> target) {
                    merge(Trees.map(target), map);
                } else {
                    merged.add(Trees.copy(map));
                }
            }
        }
        return merged;
    }

    /**
     * After a write in another way: what it changed is this manager's, and nobody else's.
     *
     * @param before a tree, in which parts may be models
     * @param after another
     * @param at when; null for a write that has no time
     */
    public Ownership update(Map<?, ?> before, Map<?, ?> after, FieldManager manager, @Nullable String at) {
        Map<?, ?> rest = differing(after, before);
        Map<?, ?> restBefore = differing(before, after);
        FieldSet now = FieldSet.of(rest);
        Set<List<Object>> changed = new HashSet<>();
        for (List<Object> path : now.paths()) {
            Object was = FieldSet.at(restBefore, path);
            boolean item = path.get(path.size() - 1) instanceof FieldSet.Item;
            if (item ? was == null : !Objects.equals(was, FieldSet.at(rest, path))) {
                changed.add(path);
            }
        }
        FieldSet taken = new FieldSet(changed);
        FieldSet gone = FieldSet.of(restBefore).minus(now);
        Map<FieldManager, FieldSet> appliedAfter = without(applied, taken.plus(gone));
        Map<FieldManager, FieldSet> updatedAfter = new LinkedHashMap<>(without(updated, taken.plus(gone)));
        if (!taken.isEmpty()) {
            updatedAfter.merge(manager, taken, FieldSet::plus);
        }
        // Who only takes fields out has written nothing that he owns.
        OwnerTimes then = at == null || taken.isEmpty() ? times : times.withUpdated(manager, at);
        return new Ownership(appliedAfter, updatedAfter, then);
    }

    /** A tree without the parts that another has too: of these nothing was changed, so nobody need look for their fields. */
    private static Map<Object, @Nullable Object> differing(Map<?, ?> tree, Map<?, ?> other) {
        Map<Object, @Nullable Object> differing = new LinkedHashMap<>();
        tree.forEach((key, value) -> {
            Object theirs = other.get(key);
            if (value == theirs) {
                return;
            }
            Object mine = value == null ? null : Models.opened(value);
            Object theirOwn = theirs == null ? null : Models.opened(theirs);
            if (mine instanceof Map<?, ?> part && theirOwn instanceof Map<?, ?> theirPart) {
                Map<?, ?> rest = differing(part, theirPart);
                // An empty object is a field as well, but not one that holds only what is the same.
                if (!rest.isEmpty() || (part.isEmpty() && !theirPart.isEmpty())) {
                    differing.put(key, rest);
                }
            } else {
                Object whole = Trees.copy(mine);
                if (!Objects.equals(whole, Trees.copy(theirOwn))) {
                    differing.put(key, whole);
                }
            }
        });
        return differing;
    }

    private static <M> Map<M, FieldSet> without(Map<M, FieldSet> managers, FieldSet lost) {
        Map<M, FieldSet> left = new LinkedHashMap<>();
        managers.forEach((manager, set) -> {
            FieldSet rest = set.minus(lost);
            if (!rest.isEmpty()) {
                left.put(manager, rest);
            }
        });
        return left;
    }
}
