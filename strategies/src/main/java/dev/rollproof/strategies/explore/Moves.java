// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import dev.rollproof.k8s.rolling.RollingArithmetic;
import dev.rollproof.k8s.rolling.RollingArithmetic.Down;
import dev.rollproof.k8s.rolling.RollingArithmetic.Size;
import dev.rollproof.strategies.explore.Setting.Edit;
import java.util.ArrayList;
import java.util.List;

/**
 * What can happen next. The controllers work as Kubernetes' do, each sync at once: the Deployment controller sizes ReplicaSets by
 * what they are asked for and what their status says; the ReplicaSet controller creates or deletes pods and writes a status that
 * counts the pods it found before it did so.
 */
final class Moves {
    static final int DEPLOYMENT = 0;
    static final int REPLICA_SET = 1;
    static final int BECOMES_READY = 4;
    static final int GONE = 7;
    static final int EDIT = 8;
    static final int LOSES_READINESS = 9;
    static final int COUNT = 12;

    private final Setting setting;

    Moves(Setting setting) {
        this.setting = setting;
    }

    /** The state after a move; the same state where the move is not possible or changes nothing. */
    long after(long state, int move) {
        if (move == DEPLOYMENT) {
            return syncDeployment(state);
        }
        if (move < BECOMES_READY) {
            return syncReplicaSet(state, move - REPLICA_SET);
        }
        if (move < GONE) {
            int version = move - BECOMES_READY;
            int waiting = State.notReady(state, version);
            return waiting == 0 ? state : State.withPods(state, version, State.ready(state, version) + 1, waiting - 1);
        }
        if (move == GONE) {
            int terminating = State.terminating(state);
            return terminating == 0 ? state : State.withTerminating(state, terminating - 1);
        }
        if (move == EDIT) {
            return edit(state);
        }
        return loseReadiness(state, move - LOSES_READINESS);
    }

    /** Whether a move is made by the cluster itself, without anybody's doing or bad luck. */
    static boolean isOwn(int move) {
        return move < EDIT;
    }

    private long syncDeployment(long state) {
        int replicas = setting.replicas();
        int surge = setting.posts().surge();
        int target = State.target(state);
        long next = state;
        if (!State.exists(state, target)) {
            next = State.create(next, target);
            next = State.withSpec(
                    next, target, RollingArithmetic.newReplicas(true, replicas, surge, State.specs(state), 0));
        }
        int size = State.spec(next, target);
        int wanted = RollingArithmetic.reconcileNew(true, replicas, surge, State.specs(next), size);
        if (wanted != size) {
            return State.withSpec(next, target, wanted);
        }
        List<Size> old = new ArrayList<>(2);
        for (int version = 0; version < State.VERSIONS; version++) {
            if (version != target) {
                old.add(new Size(State.spec(next, version), State.says(next, version)));
            }
        }
        Down down = RollingArithmetic.reconcileOld(
                replicas, setting.posts().unavailable(), old, new Size(size, State.says(next, target)));
        int i = 0;
        for (int version = 0; version < State.VERSIONS; version++) {
            if (version != target) {
                next = State.withSpec(next, version, down.specs().get(i++));
            }
        }
        return next;
    }

    private static long syncReplicaSet(long state, int version) {
        if (!State.exists(state, version)) {
            return state;
        }
        int ready = State.ready(state, version);
        int notReady = State.notReady(state, version);
        int missing = State.spec(state, version) - ready - notReady;
        long next = State.withSays(state, version, ready);
        if (missing >= 0) {
            return State.withPods(next, version, ready, notReady + missing);
        }
        // Pods that are not ready go first.
        int unready = Math.min(notReady, -missing);
        next = State.withPods(next, version, ready + missing + unready, notReady - unready);
        return State.withTerminating(next, State.terminating(next) - missing);
    }

    private long edit(long state) {
        if (setting.edit() == Edit.NONE
                || State.edited(state)
                || (setting.edit() == Edit.SETTLED_ROLLBACK && !State.settled(state))) {
            return state;
        }
        return State.edit(state, setting.edit() == Edit.ROLLOVER ? 2 : 0);
    }

    private long loseReadiness(long state, int version) {
        int ready = State.ready(state, version);
        if (!setting.readinessLoss() || State.lost(state) || ready == 0) {
            return state;
        }
        return State.lose(State.withPods(state, version, ready - 1, State.notReady(state, version) + 1));
    }
}
