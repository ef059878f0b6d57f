// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import java.util.ArrayList;
import java.util.List;

/** One step on a way through the states. */
public final class Step {
    private final int move;
    private final long before;
    private final long after;

    Step(int move, long before, long after) {
        this.move = move;
        this.before = before;
        this.after = after;
    }

    long after() {
        return after;
    }

    /** What happens, in words: versions are called v1, v2 and v3 in the order of their making. */
    public String words() {
        if (move < 0) {
            return "at rest; the template is changed to v2";
        }
        if (move == Moves.DEPLOYMENT) {
            return "Deployment controller: " + String.join(", ", sizes());
        }
        if (move < Moves.BECOMES_READY) {
            return "ReplicaSet controller: " + replicaSet(move - Moves.REPLICA_SET);
        }
        if (move < Moves.GONE) {
            return "a pod of " + name(move - Moves.BECOMES_READY) + " becomes ready";
        }
        if (move == Moves.GONE) {
            return "a terminating pod is gone";
        }
        if (move == Moves.EDIT) {
            return "somebody changes the template to " + name(State.target(after));
        }
        return "a pod of " + name(move - Moves.LOSES_READINESS) + " loses its readiness";
    }

    static String name(int version) {
        return "v" + (version + 1);
    }

    private List<String> sizes() {
        List<String> sizes = new ArrayList<>();
        int target = State.target(after);
        if (State.exists(after, target) && !State.exists(before, target)) {
            sizes.add("makes " + name(target) + " with " + State.spec(after, target));
        }
        for (int version = 0; version < State.VERSIONS; version++) {
            int from = State.spec(before, version);
            int to = State.spec(after, version);
            if (from != to && State.exists(before, version)) {
                sizes.add(name(version) + " from " + from + " to " + to);
            }
        }
        return sizes;
    }

    private String replicaSet(int version) {
        int pods = State.pods(after, version) - State.pods(before, version);
        if (pods > 0) {
            return "creates " + pods + " of " + name(version);
        }
        if (pods < 0) {
            return "deletes " + -pods + " of " + name(version);
        }
        return "writes the status of " + name(version);
    }
}
