// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedMetadata.Owner;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pods of a Deployment, counted one by one.
 *
 * @param newLive of the new ReplicaSet, neither ended nor being deleted
 * @param newReady how many of them are ready
 * @param oldLive pods of other ReplicaSets, neither ended nor being deleted
 * @param leaving pods of any of its ReplicaSets that are being deleted
 * @param oldWanted the sizes of the other ReplicaSets, added up
 */
record PodCount(List<ObservedPod> newLive, int newReady, int oldLive, List<ObservedPod> leaving, int oldWanted) {
    /** @param sets those of the Deployment */
    static PodCount of(
            Collection<ObservedPod> pods, List<ObservedReplicaSet> sets, @Nullable ObservedReplicaSet newSet) {
        String newUid = newSet == null ? "" : newSet.metadata().uid();
        Set<String> oldUids = new HashSet<>();
        int oldWanted = 0;
        for (ObservedReplicaSet set : sets) {
            if (!set.metadata().uid().equals(newUid)) {
                oldUids.add(set.metadata().uid());
                oldWanted += set.replicas();
            }
        }
        List<ObservedPod> newLive = new ArrayList<>();
        int newReady = 0;
        int oldLive = 0;
        List<ObservedPod> leaving = new ArrayList<>();
        for (ObservedPod pod : pods) {
            Optional<Owner> owner = pod.metadata().controller();
            if (owner.isEmpty()) {
                continue;
            }
            boolean isNew = owner.get().uid().equals(newUid);
            if (!isNew && !oldUids.contains(owner.get().uid())) {
                continue;
            }
            if (pod.metadata().terminating()) {
                leaving.add(pod);
            } else if (pod.live()) {
                if (isNew) {
                    newLive.add(pod);
                    newReady += pod.ready() ? 1 : 0;
                } else {
                    oldLive++;
                }
            }
        }
        return new PodCount(List.copyOf(newLive), newReady, oldLive, List.copyOf(leaving), oldWanted);
    }
}
