// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

/**
 * A moment of a rollout in 60 bits. Pods of one ReplicaSet are alike, so only their numbers are kept. Versions count from 0, the
 * one that ran before.
 */
final class State {
    static final int VERSIONS = 3;

    private static final int SPEC = 0;
    private static final int SAYS = 4;
    private static final int READY = 8;
    private static final int NOT_READY = 12;
    private static final int EXISTS = 48;
    private static final int TERMINATING = 51;
    private static final int TARGET = 57;
    private static final int EDITED = 59;
    private static final int LOST = 60;

    private State() {}

    /** All pods of version 0, and version 1 is asked for. */
    static long start(int replicas) {
        long state = 0;
        state = with(state, SPEC, 4, replicas);
        state = with(state, SAYS, 4, replicas);
        state = with(state, READY, 4, replicas);
        state = with(state, EXISTS, 1, 1);
        return with(state, TARGET, 2, 1);
    }

    private static int get(long state, int at, int bits) {
        return (int) (state >>> at) & ((1 << bits) - 1);
    }

    private static long with(long state, int at, int bits, int value) {
        long mask = ((1L << bits) - 1) << at;
        return (state & ~mask) | ((long) value << at);
    }

    /** How many pods the ReplicaSet of a version is asked for. */
    static int spec(long state, int version) {
        return get(state, version * 16 + SPEC, 4);
    }

    static long withSpec(long state, int version, int value) {
        return with(state, version * 16 + SPEC, 4, value);
    }

    /** How many available pods its status says it has. */
    static int says(long state, int version) {
        return get(state, version * 16 + SAYS, 4);
    }

    static long withSays(long state, int version, int value) {
        return with(state, version * 16 + SAYS, 4, value);
    }

    static int ready(long state, int version) {
        return get(state, version * 16 + READY, 4);
    }

    static int notReady(long state, int version) {
        return get(state, version * 16 + NOT_READY, 4);
    }

    static long withPods(long state, int version, int ready, int notReady) {
        return with(with(state, version * 16 + READY, 4, ready), version * 16 + NOT_READY, 4, notReady);
    }

    static boolean exists(long state, int version) {
        return get(state, EXISTS + version, 1) == 1;
    }

    static long create(long state, int version) {
        return with(state, EXISTS + version, 1, 1);
    }

    static int terminating(long state) {
        return get(state, TERMINATING, 6);
    }

    static long withTerminating(long state, int value) {
        return with(state, TERMINATING, 6, value);
    }

    /** The version that the Deployment's template asks for. */
    static int target(long state) {
        return get(state, TARGET, 2);
    }

    static boolean edited(long state) {
        return get(state, EDITED, 1) == 1;
    }

    static long edit(long state, int target) {
        return with(with(state, TARGET, 2, target), EDITED, 1, 1);
    }

    static boolean lost(long state) {
        return get(state, LOST, 1) == 1;
    }

    static long lose(long state) {
        return with(state, LOST, 1, 1);
    }

    static int pods(long state, int version) {
        return ready(state, version) + notReady(state, version);
    }

    static int specs(long state) {
        return spec(state, 0) + spec(state, 1) + spec(state, 2);
    }

    static int live(long state) {
        return pods(state, 0) + pods(state, 1) + pods(state, 2);
    }

    static int ready(long state) {
        return ready(state, 0) + ready(state, 1) + ready(state, 2);
    }

    /** Whether every ReplicaSet has the pods it is asked for, and its status says so. */
    static boolean settled(long state) {
        for (int version = 0; version < VERSIONS; version++) {
            if (pods(state, version) != spec(state, version) || says(state, version) != ready(state, version)) {
                return false;
            }
        }
        return true;
    }

    /** Whether only pods of the wanted version are there, ready and said to be. */
    static boolean complete(long state, int replicas) {
        int target = target(state);
        return settled(state) && spec(state, target) == replicas && ready(state) == replicas && live(state) == replicas;
    }
}
