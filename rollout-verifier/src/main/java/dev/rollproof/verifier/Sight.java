// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.verifier.judge.Snapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The newest that was observed around one workload. For one thread. */
final class Sight {
    private final String kind;
    private final String name;
    private Optional<ObservedWorkload> workload = Optional.empty();
    private final Map<String, ObservedReplicaSet> replicaSets = new LinkedHashMap<>();
    private final Map<String, ObservedPod> pods = new LinkedHashMap<>();
    private final Map<String, ObservedEvent> events = new LinkedHashMap<>();
    private boolean seesReplicaSets = true;
    private boolean seesPods = true;

    Sight(String kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    void accept(ObservedObject object, boolean deleted) {
        String uid = object.metadata().uid();
        if (object instanceof ObservedWorkload seen) {
            accept(seen, deleted);
        } else if (object instanceof ObservedReplicaSet set) {
            put(replicaSets, uid, set, deleted);
        } else if (object instanceof ObservedPod pod) {
            put(pods, uid, pod, deleted);
        } else if (object instanceof ObservedEvent event && Snapshot.isJudgedBy(event)) {
            put(events, uid, event, deleted);
        }
    }

    private void accept(ObservedWorkload seen, boolean deleted) {
        ObservedMetadata metadata = seen.metadata();
        if (!metadata.name().equals(name) || !metadata.kind().equals(kind)) {
            return;
        }
        if (!deleted) {
            // The server may have been asked directly, and a watch tells of what was before.
            if (workload.isEmpty() || !metadata.isOlderThan(workload.get().metadata())) {
                workload = Optional.of(seen);
            }
        } else if (workload.isPresent() && workload.get().metadata().uid().equals(metadata.uid())) {
            workload = Optional.empty();
        }
    }

    private static <T> void put(Map<String, T> known, String uid, T object, boolean deleted) {
        if (deleted) {
            known.remove(uid);
        } else {
            known.put(uid, object);
        }
    }

    /** Returns whether that is new. */
    boolean seesReplicaSets(boolean sees) {
        boolean before = seesReplicaSets;
        seesReplicaSets = sees;
        return before != sees;
    }

    /** Returns whether that is new. */
    boolean seesPods(boolean sees) {
        boolean before = seesPods;
        seesPods = sees;
        return before != sees;
    }

    Optional<ObservedWorkload> workload() {
        return workload;
    }

    /** A view, good until the next change. */
    Snapshot snapshot() {
        return new Snapshot(workload, replicaSets.values(), pods.values(), events.values(), seesReplicaSets, seesPods);
    }
}
