// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The revisions of a Deployment: how they are numbered, noted and forgotten. */
final class RevisionHistory {
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String HISTORY = "deployment.kubernetes.io/revision-history";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    static final String MAX = "deployment.kubernetes.io/max-replicas";
    private static final int HISTORY_LIMIT = 2000;

    private RevisionHistory() {}

    /** An old ReplicaSet that may be forgotten. */
    record Old(
            String name,
            long revision,
            Instant created,
            int spec,
            int statusReplicas,
            boolean observed,
            boolean deleted) {}

    /** Notes a past revision behind the others; the eldest go where the note gets too long. */
    static String append(String history, long past) {
        return append(history, past, HISTORY_LIMIT);
    }

    static String append(String history, long past, int limit) {
        String entry = Long.toString(past);
        if (history.isEmpty()) {
            return entry;
        }
        String kept = history;
        while (kept.length() + entry.length() + 1 > limit && !kept.isEmpty()) {
            int comma = kept.indexOf(',');
            kept = comma < 0 ? "" : kept.substring(comma + 1);
        }
        return kept.isEmpty() ? entry : kept + "," + entry;
    }

    /**
     * Which old ReplicaSets to delete: of the eldest revisions beyond the limit those that are empty and at rest. One that
     * is not is passed over, no other goes in its place.
     */
    static List<Old> superfluous(List<Old> old, int limit) {
        if (limit == ProgressRules.NO_LIMIT) {
            return List.of();
        }
        List<Old> alive =
                new ArrayList<>(old.stream().filter(set -> !set.deleted).toList());
        alive.sort(Comparator.comparingLong(Old::revision)
                .thenComparing(Old::created)
                .thenComparing(Old::name));
        int beyond = Math.max(0, alive.size() - limit);
        return alive.subList(0, beyond).stream()
                .filter(set -> set.spec == 0 && set.statusReplicas == 0 && set.observed)
                .toList();
    }

    /** A count kept in an annotation; 0 where it is absent or not a count. */
    static int count(@Nullable String annotation) {
        if (annotation == null || annotation.isEmpty()) {
            return 0;
        }
        for (int i = 0; i < annotation.length(); i++) {
            if (annotation.charAt(i) < '0' || annotation.charAt(i) > '9') {
                return 0;
            }
        }
        try {
            return Integer.parseInt(annotation);
        } catch (NumberFormatException tooLong) {
            return 0;
        }
    }
}
