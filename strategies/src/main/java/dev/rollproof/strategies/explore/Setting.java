// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import dev.rollproof.k8s.rolling.Fenceposts;
import java.util.Objects;

/**
 * What is explored: one change of a Deployment's template from a state of rest, with minReadySeconds 0.
 *
 * @param replicas 1 to {@value #MOST_REPLICAS}
 * @param posts what maxSurge and maxUnavailable come to
 * @param edit what else somebody does on the way, once
 * @param readinessLoss whether one ready pod loses its readiness on the way
 */
public record Setting(int replicas, Fenceposts posts, Edit edit, boolean readinessLoss) {
    /** More do not fit into a state, and would take too long. */
    public static final int MOST_REPLICAS = 15;

    /** A second change of the template while the first is under way. */
    public enum Edit {
        NONE("no edit on the way"),
        /** To a third version, at any moment. */
        ROLLOVER("edited on the way to a third version"),
        /** Back to the first version, at any moment. */
        ROLLBACK("edited on the way back to the first version"),
        /** Back to the first version, at a moment when every ReplicaSet has the pods it is asked for and its status says so. */
        SETTLED_ROLLBACK("edited on the way back to the first version, while the ReplicaSets are settled");

        private final String words;

        Edit(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    public Setting {
        Objects.requireNonNull(posts, "posts");
        Objects.requireNonNull(edit, "edit");
        if (replicas < 1 || replicas > MOST_REPLICAS) {
            throw new IllegalArgumentException("replicas must be between 1 and " + MOST_REPLICAS + ", was " + replicas);
        }
        if (posts.surge() < 0 || posts.unavailable() < 0 || posts.unavailable() > replicas) {
            throw new IllegalArgumentException("maxSurge must not be negative and maxUnavailable between 0 and "
                    + replicas + ", were " + posts.surge() + " and " + posts.unavailable());
        }
        if (posts.surge() == 0 && posts.unavailable() == 0) {
            throw new IllegalArgumentException(
                    "maxSurge and maxUnavailable must not both be 0; nothing could ever move");
        }
    }

    /** Nothing but the one change. */
    public static Setting of(int replicas, int surge, int unavailable) {
        return new Setting(replicas, new Fenceposts(surge, unavailable), Edit.NONE, false);
    }

    public Setting with(Edit value) {
        return new Setting(replicas, posts, value, readinessLoss);
    }

    public Setting withReadinessLoss() {
        return new Setting(replicas, posts, edit, true);
    }

    @Override
    public String toString() {
        return replicas + (replicas == 1 ? " replica" : " replicas") + ", maxSurge " + posts.surge()
                + ", maxUnavailable " + posts.unavailable() + "; " + edit
                + (readinessLoss ? "; one ready pod loses its readiness" : "");
    }
}
