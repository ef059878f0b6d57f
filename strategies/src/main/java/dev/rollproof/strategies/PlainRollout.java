// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackPoint;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.RolloutWatch;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;
import java.util.function.Consumer;

/** A rollout that the Deployment controller plays by itself: applied, watched, and gone back from where that was asked for. */
record PlainRollout(
        Cluster cluster, VerifierOptions options, Optional<Rollback> rollback, Consumer<Progress> onProgress) {
    Verdict run(ObjectRef ref, Deployment wanted) throws InterruptedException {
        Optional<RollbackPoint> before = rollback.map(asked -> asked.before(cluster, ref));
        Deployment applied;
        Verdict verdict;
        try (RolloutWatch watch =
                RolloutVerifier.on(cluster).with(options).onProgress(onProgress).watch(wanted)) {
            applied = RolloutActions.on(cluster).apply(wanted);
            verdict = watch.verify(applied);
        }
        return before.isEmpty() ? verdict : before.get().conclude(verdict, applied, options, onProgress);
    }
}
