// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.rolling.Fenceposts;

/**
 * How many pods of two versions make a weight, and how to get there: Argo Rollouts' rule for a canary without a traffic
 * router (utils/replicaset/canary.go). Pure arithmetic.
 */
final class ReplicaRatio {
    private ReplicaRatio() {}

    /**
     * The sizes of the two versions.
     *
     * @param next pods of the new version
     * @param stable pods of the old version
     */
    record Counts(int next, int stable) {}

    /**
     * One version as it is.
     *
     * @param wanted its size
     * @param available how many of its pods are available
     */
    record Sized(int wanted, int available) {
        /** What it contributes, if that is asked carefully: pods beyond the size are going. */
        int contribution(boolean ignoresAvailability) {
            return ignoresAvailability || wanted < available ? wanted : available;
        }
    }

    /**
     * The whole numbers of pods that come nearest to a weight. Both versions keep a pod unless the weight is all or nothing;
     * one more pod than the replicas may be used where that comes nearer and surge allows one.
     *
     * @param weight the part of the new version, out of {@code whole}
     */
    static Counts approximate(int replicas, int weight, int whole, int surge) {
        if (weight < 0 || whole < 1 || weight > whole) {
            throw new IllegalArgumentException("a weight lies from 0 to " + whole + ", was " + weight);
        }
        if (replicas == 0) {
            return new Counts(0, 0);
        }
        Nearest nearest = new Nearest(weight, whole);
        long exact = (long) replicas * weight;
        int floor = Math.toIntExact(exact / whole);
        int ceil = Math.toIntExact((exact + whole - 1) / whole);
        boolean noneIsFine = weight == 0 || weight == whole || (replicas == 1 && surge == 0);
        if (ceil < replicas || noneIsFine) {
            nearest.offer(ceil, replicas);
        }
        if (!isHalf(replicas, weight, whole) && (floor > 0 || noneIsFine)) {
            nearest.offer(floor, replicas);
        }
        if (surge > 0) {
            nearest.offer(ceil, replicas + 1);
            if (!isHalf(replicas + 1, weight, whole) && (floor > 0 || noneIsFine)) {
                nearest.offer(floor, replicas + 1);
            }
        }
        return nearest.counts(replicas);
    }

    private static boolean isHalf(int total, int weight, int whole) {
        return ((long) total * weight % whole) * 2 == whole;
    }

    /** Of what is offered the nearest, the first of those that are equally near; in whole numbers, so that ties are ties. */
    private static final class Nearest {
        private final int weight;
        private final int whole;
        private int next;
        private int total;
        private long distance;

        Nearest(int weight, int whole) {
            this.weight = weight;
            this.whole = whole;
        }

        void offer(int count, int of) {
            // The distance times the total: |count / of - weight / whole| compared without dividing.
            long away = Math.abs((long) count * whole - (long) weight * of);
            if (total == 0 || away * total < distance * of) {
                next = count;
                total = of;
                distance = away;
            }
        }

        /** Nothing is offered only where a tie would round up to all pods; then the old version keeps one. */
        Counts counts(int replicas) {
            return total == 0 ? new Counts(replicas - 1, 1) : new Counts(next, total - next);
        }
    }

    /**
     * One move towards what is wanted: never more pods than replicas and surge, never fewer available ones than replicas
     * without those that may be unavailable.
     *
     * @param older pods of versions older than the stable one, which go first
     */
    static Counts next(int replicas, Fenceposts posts, Counts wanted, Sized next, Sized stable, int older) {
        int most = replicas + posts.surge();
        int least = replicas - Math.min(posts.unavailable(), replicas);
        int room = most - next.wanted() - stable.wanted() - older;
        int toStable = Math.max(0, Math.min(wanted.stable() - stable.wanted(), room));
        int toNext = Math.max(0, Math.min(wanted.next() - next.wanted(), room - toStable));
        Counts grown = new Counts(next.wanted() + toNext, stable.wanted() + toStable);
        if (older > 0) {
            return grown;
        }
        boolean increasing = wanted.next() >= next.wanted();
        int spare = next.contribution(!increasing) + stable.contribution(increasing) - least;
        if (spare <= 0) {
            return grown;
        }
        if (increasing) {
            int drained = shrunk(stable.wanted(), wanted.stable(), spare, grown.stable());
            Counts within = within(most, least, grown.next(), next.available(), drained, stable.wanted());
            return new Counts(within.next(), within.stable());
        }
        int drained = shrunk(next.wanted(), wanted.next(), spare, grown.next());
        Counts within = within(most, least, grown.stable(), stable.available(), drained, next.wanted());
        return new Counts(within.stable(), within.next());
    }

    private static int shrunk(int size, int wanted, int spare, int otherwise) {
        return size > wanted ? Math.max(wanted, size - spare) : otherwise;
    }

    /** Trims the kept version into what is allowed, and leaves the drained one as many as are needed then, and fit. */
    private static Counts within(int most, int least, int kept, int keptAvailable, int drained, int drainedBefore) {
        int trimmed = Math.max(0, kept - Math.max(0, kept + drained - most));
        int missing = least - Math.min(trimmed, keptAvailable) - drained;
        int given = missing > 0 ? Math.min(drainedBefore, drained + missing) : drained;
        return new Counts(trimmed, Math.max(0, Math.min(given, Math.max(drained, most - trimmed))));
    }
}
