// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which pods a ReplicaSet deletes first: those that serve least and those that would be missed least. Ages are compared by
 * the power of two of their nanoseconds, and by uid where that is the same, so that no pod is always the first.
 */
record PodDeletionOrder(Instant now, boolean byDeletionCost) implements Comparator<PodDeletionOrder.Candidate> {
    /** From so many on Java's own sort looks whether the order is one. */
    private static final int MANY = 32;

    /**
     * A pod.
     *
     * @param rank how many active pods of the same owner are on its node
     * @param readySince null where it is not known
     * @param created null where it is not known
     */
    record Candidate(
            String uid,
            boolean scheduled,
            String phase,
            boolean ready,
            int deletionCost,
            int rank,
            @Nullable Instant readySince,
            int restarts,
            @Nullable Instant created) {}

    @Override
    public int compare(Candidate a, Candidate b) {
        if (a.scheduled != b.scheduled) {
            return a.scheduled ? 1 : -1;
        }
        int byPhase = Integer.compare(phaseOrder(a.phase), phaseOrder(b.phase));
        if (byPhase != 0) {
            return byPhase;
        }
        if (a.ready != b.ready) {
            return a.ready ? 1 : -1;
        }
        if (byDeletionCost && a.deletionCost != b.deletionCost) {
            return Integer.compare(a.deletionCost, b.deletionCost);
        }
        if (a.rank != b.rank) {
            return Integer.compare(b.rank, a.rank);
        }
        if (a.ready && b.ready && !sameTime(a.readySince, b.readySince)) {
            return byAge(a.readySince, b.readySince, a.uid, b.uid);
        }
        if (a.restarts != b.restarts) {
            return Integer.compare(b.restarts, a.restarts);
        }
        return sameTime(a.created, b.created) ? 0 : byAge(a.created, b.created, a.uid, b.uid);
    }

    /**
     * Sorted; where there are many by insertion, which ends whatever the order is. This one is none in the strict sense: who is as old as another to the
     * nanosecond is told from it by something else than who is in its power of two, so that a before b before c before a may be,
     * and Java's own sort throws where it meets that among many.
     */
    <T> List<T> sorted(List<T> items, Function<T, Candidate> candidate) {
        if (items.size() < MANY) {
            return items.stream()
                    .sorted((a, b) -> compare(candidate.apply(a), candidate.apply(b)))
                    .toList();
        }
        List<T> sorted = new ArrayList<>(items.size());
        for (T item : items) {
            int from = 0;
            int to = sorted.size();
            while (from < to) {
                int middle = (from + to) >>> 1;
                if (compare(candidate.apply(item), candidate.apply(sorted.get(middle))) < 0) {
                    to = middle;
                } else {
                    from = middle + 1;
                }
            }
            sorted.add(from, item);
        }
        return sorted;
    }

    private static int phaseOrder(String phase) {
        return switch (phase) {
            case "Pending" -> 0;
            case "Unknown" -> 1;
            default -> 2;
        };
    }

    private static boolean sameTime(@Nullable Instant a, @Nullable Instant b) {
        return a == null ? b == null : a.equals(b);
    }

    /** The younger first; what has no time is the youngest. */
    private int byAge(@Nullable Instant a, @Nullable Instant b, String uidA, String uidB) {
        if (a == null) {
            return -1;
        }
        if (b == null) {
            return 1;
        }
        int byBucket = Integer.compare(bucket(a), bucket(b));
        return byBucket != 0 ? byBucket : uidA.compareTo(uidB);
    }

    private int bucket(Instant time) {
        Duration age = Duration.between(time, now);
        return age.isNegative() || age.isZero() ? -1 : 63 - Long.numberOfLeadingZeros(age.toNanos());
    }
}
