// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The newest that was observed of each kind. The kinds are not of one moment: each stream is in order, and no stream waits
 * for another.
 *
 * @param deployment empty where there is none
 * @param replicaSets of the namespace, whoever owns them
 * @param pods of the namespace, whoever owns them
 * @param seesReplicaSets false where they cannot be looked at, for want of rights
 * @param seesPods likewise
 */
public record Snapshot(
        Optional<ObservedDeployment> deployment,
        Collection<ObservedReplicaSet> replicaSets,
        Collection<ObservedPod> pods,
        Collection<ObservedEvent> events,
        boolean seesReplicaSets,
        boolean seesPods) {

    /** Everything can be seen. */
    public static Snapshot of(
            ObservedDeployment deployment,
            List<ObservedReplicaSet> replicaSets,
            List<ObservedPod> pods,
            List<ObservedEvent> events) {
        return new Snapshot(Optional.of(deployment), replicaSets, pods, events, true, true);
    }
}
