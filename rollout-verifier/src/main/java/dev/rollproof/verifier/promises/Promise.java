// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.rolling.Fenceposts;

/**
 * What holds during the rollout of a Deployment, on every event, on the stream of one kind. R is the number of replicas, S and U
 * what maxSurge and maxUnavailable come to. Each holds for one change of the template from a state of rest, without a change of
 * the replicas; proven for small sizes by trying every interleaving ({@code rollproof explore}), and recorded on real clusters.
 *
 * <p>What is not here is not true: that no more than R+S pods live, or anything about pods that are still terminating.
 */
public enum Promise {
    /** The sizes of all ReplicaSets add up to R+S at most. On ReplicaSets. */
    SIZES_WITHIN_SURGE("the ReplicaSets' sizes add up to at most %d (R+S)", true, Kind.REPLICA_SETS),

    /** No ReplicaSet, the new one included, is asked for more than R pods. On ReplicaSets. */
    NO_SIZE_ABOVE_REPLICAS("no ReplicaSet is asked for more than %d pods (R)", true, Kind.REPLICA_SETS),

    /** At most min(2R, R+2S+U) pods live: neither ended nor terminating. On pods. */
    LIVE_PODS_BOUNDED("at most %d pods live (the lesser of 2R and R+2S+U)", true, Kind.PODS),

    /**
     * At least R-U live pods are ready, but for those that were ready and were seen to lose it, or to be evicted: the strategy
     * cannot help these. On pods.
     */
    READY_PODS_KEPT("at least %d pods ready (R-U), not counting those that lost it by themselves", false, Kind.PODS),

    /** With Recreate, no container of the new version runs while one of the old does. On pods. */
    ONE_VERSION_AT_A_TIME("containers of at most %d version run at once", true, Kind.PODS);

    /** Whose stream a promise is checked on; the streams are not ordered against one another. */
    public enum Kind {
        REPLICA_SETS("ReplicaSets"),
        PODS("pods");

        private final String plural;

        Kind(String plural) {
            this.plural = plural;
        }

        /** As in a sentence. */
        public String plural() {
            return plural;
        }
    }

    private final String statement;
    private final boolean upper;
    private final Kind kind;

    Promise(String statement, boolean upper, Kind kind) {
        this.statement = statement;
        this.upper = upper;
        this.kind = kind;
    }

    /** The promise in words, with its number in place. */
    public String statement(int bound) {
        return String.format(java.util.Locale.ROOT, statement, bound);
    }

    /** Whether its number is the most that may be seen; else it is the least. */
    public boolean isUpperBound() {
        return upper;
    }

    /** Its number for a Deployment. */
    public int bound(int replicas, Fenceposts posts) {
        return switch (this) {
            case SIZES_WITHIN_SURGE -> replicas + posts.surge();
            case NO_SIZE_ABOVE_REPLICAS -> replicas;
            case LIVE_PODS_BOUNDED -> Math.min(2 * replicas, replicas + 2 * posts.surge() + posts.unavailable());
            case READY_PODS_KEPT -> replicas - posts.unavailable();
            case ONE_VERSION_AT_A_TIME -> 1;
        };
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the strategy gives this promise; a size above R no strategy ever asks for. */
    boolean givenBy(boolean recreate) {
        return this == NO_SIZE_ABOVE_REPLICAS || recreate == (this == ONE_VERSION_AT_A_TIME);
    }

    boolean brokenBy(int seen, int bound) {
        return upper ? seen > bound : seen < bound;
    }
}
