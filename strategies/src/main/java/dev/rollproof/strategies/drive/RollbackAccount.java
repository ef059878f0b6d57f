// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.Lookout;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.judge.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What became of the way back of a rollout that turned back. */
final class RollbackAccount {
    private RollbackAccount() {}

    /**
     * @param to what it turned back to
     * @param ending why and when it turned back
     * @param side how the Deployment of the old version stands, as the judge sees it; empty where it was not seen
     */
    static RollbackResult of(
            BackTo to, Ending ending, ObjectRef old, Optional<Side> side, Instant at, Lookout lookout) {
        if (ending.kind() == Ending.Kind.SUPERSEDED) {
            return new RollbackResult.Omitted("the rollout was superseded");
        }
        if (!to.nothing().isEmpty()) {
            return new RollbackResult.Omitted(to.nothing() + "; what was there before is there again");
        }
        Status status = side.map(Side::status).orElse(new Status.Progressing("it was not seen", List.of()));
        Duration elapsed = ending.since()
                .map(since -> Duration.between(since, at))
                .filter(passed -> !passed.isNegative())
                .orElse(Duration.ZERO);
        Evidence evidence = new Evidence(
                old,
                side.flatMap(Side::deployment)
                        .map(d -> d.metadata().generation())
                        .orElse(0L),
                elapsed,
                status.line(),
                status.causesOrNone(),
                lookout.timeline(),
                lookout.unseen());
        return new RollbackResult.Restored(
                to.revision(), to.replicaSet(), to.images(), verdict(status, evidence), elapsed, List.of());
    }

    private static Verdict verdict(Status status, Evidence evidence) {
        if (status instanceof Status.Complete) {
            return new Verdict.Complete(evidence);
        }
        return status instanceof Status.Failed ? new Verdict.Failed(evidence) : new Verdict.TimedOut(evidence);
    }
}
