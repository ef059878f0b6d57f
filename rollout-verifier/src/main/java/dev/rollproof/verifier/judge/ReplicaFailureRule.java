// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.verifier.Cause;
import java.util.Collection;
import java.util.Optional;

/**
 * The API server refuses the new ReplicaSet's pods. Looked for on the new ReplicaSet only: the Deployment controller copies
 * an old one's failure into the Deployment where the new one has none.
 */
final class ReplicaFailureRule {
    private ReplicaFailureRule() {}

    /**
     * @param created the new ReplicaSet's pods
     * @param pods all of the Deployment's
     */
    static Optional<Trouble> troubleOf(
            ObservedReplicaSet newReplicaSet,
            Collection<ObservedPod> created,
            Collection<ObservedPod> pods,
            Patience patience) {
        Optional<ObservedCondition> failure =
                newReplicaSet.condition("ReplicaFailure").filter(ObservedCondition::isTrue);
        if (failure.isEmpty()) {
            return Optional.empty();
        }
        String message = failure.get().message();
        String key = "replica-failure/" + newReplicaSet.metadata().uid();
        Cause cause = new Cause(
                failure.get().reason(),
                "ReplicaSet \"" + newReplicaSet.metadata().name() + "\" cannot create pods: " + message,
                "",
                "",
                0);
        return Optional.of(
                failure.get().reason().equals("FailedCreate")
                        ? Refusals.troubleOf(key, cause, message, created, pods, patience)
                        : Trouble.reported(key, cause));
    }
}
