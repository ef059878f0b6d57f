// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * The API server refuses the new ReplicaSet's pods. Looked for on the new ReplicaSet only: the Deployment controller copies
 * an old one's failure into the Deployment where the new one has none.
 */
final class ReplicaFailureRule {
    private ReplicaFailureRule() {}

    static Optional<Trouble> troubleOf(
            ObservedReplicaSet newReplicaSet, Collection<ObservedPod> pods, Patience patience) {
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
        if (!failure.get().reason().equals("FailedCreate")) {
            return Optional.of(Trouble.reported(key, cause));
        }
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("already exists") || lower.contains("object has been modified")) {
            return Optional.of(Trouble.reported(key, cause));
        }
        if (lower.contains("exceeded quota")) {
            return Optional.of(Trouble.fatalAfter(longestGrace(pods).plus(patience.quota()), key, cause));
        }
        if (lower.contains("is invalid")
                || lower.contains("denied the request")
                || lower.contains("violates podsecurity")
                || lower.contains("must be less than or equal")) {
            return Optional.of(Trouble.fatalAfter(patience.replicaFailure(), key, cause));
        }
        if (lower.contains("serviceaccount") && lower.contains("not found")) {
            return Optional.of(Trouble.fatalAfter(patience.imageDenied(), key, cause));
        }
        return Optional.of(Trouble.fatalAfter(patience.nodeTrouble(), key, cause));
    }

    private static Duration longestGrace(Collection<ObservedPod> pods) {
        long seconds = 0;
        for (ObservedPod pod : pods) {
            seconds = Math.max(seconds, pod.terminationGracePeriodSeconds());
        }
        return Duration.ofSeconds(seconds);
    }
}
