// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import java.util.List;
import java.util.Optional;

/**
 * The next step of a rollback. Pure.
 *
 * <p>What makes a rollback unsafe is one thing: the Deployment controller takes available pods from the status of the
 * ReplicaSet that it goes back to, and that status still counts pods which are already going, or are about to. Then it takes
 * away as many of the others. So the template goes back only when
 *
 * <ol>
 *   <li>the controller can no longer take pods from that ReplicaSet: it has none left to take, or the Deployment is held
 *       (paused), and the controller has observed that;
 *   <li>the ReplicaSet's status is about its present spec, and counts no pod that is going.
 * </ol>
 *
 * Whether the new version's pods start plays no part, so a broken version cannot block it.
 */
sealed interface RestoreStep {
    /** Pause the Deployment, so that the controller moves no pods from one ReplicaSet to another. */
    record Hold() implements RestoreStep {}

    /** Look again soon. */
    record Wait(String forWhat) implements RestoreStep {}

    /** Put the template back, and let go. */
    record Restore() implements RestoreStep {}

    /**
     * @param d as it was read before the rest
     * @param target the ReplicaSet to go back to, if it is there
     * @param pods all of the namespace, read after the ReplicaSet; empty where they may not be read
     * @param held whether the Deployment is paused, by this rollback
     */
    static RestoreStep next(
            ObservedDeployment d, Optional<ObservedReplicaSet> target, Optional<List<ObservedPod>> pods, boolean held) {
        if (d.strategy().isRecreate() || target.isEmpty()) {
            // Nobody promises ready pods; or there is no status that could be wrong.
            return new Restore();
        }
        ObservedReplicaSet set = target.get();
        if (set.replicas() > 0 && !held) {
            return new Hold();
        }
        if (held && d.observedGeneration() < d.metadata().generation()) {
            return new Wait("the Deployment controller to observe that it is held");
        }
        if (set.observedGeneration() < set.metadata().generation()) {
            return new Wait("the ReplicaSet controller to observe " + set.ref());
        }
        if (set.statusReplicas() > set.replicas()) {
            return new Wait(set.statusReplicas() - set.replicas() + " pods of " + set.ref() + " to go");
        }
        long ready = pods.isEmpty()
                ? set.availableReplicas()
                : pods.get().stream()
                        .filter(pod ->
                                pod.metadata().isControlledBy(set.metadata().uid()))
                        .filter(pod -> pod.live() && pod.ready())
                        .count();
        if (ready < set.availableReplicas()) {
            return new Wait("the status of " + set.ref() + " to count " + ready + " ready pods, not "
                    + set.availableReplicas());
        }
        return new Restore();
    }
}
