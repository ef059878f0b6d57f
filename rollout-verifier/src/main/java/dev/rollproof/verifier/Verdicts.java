// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.verifier.judge.Status;

/** Makes verdicts of final statuses. */
final class Verdicts {
    private Verdicts() {}

    static Verdict of(Status status, Evidence evidence) {
        if (status instanceof Status.Complete) {
            return new Verdict.Complete(evidence);
        }
        if (status instanceof Status.Failed) {
            return new Verdict.Failed(evidence);
        }
        if (status instanceof Status.Superseded) {
            return new Verdict.Superseded(evidence);
        }
        if (status instanceof Status.Paused) {
            return new Verdict.Paused(evidence);
        }
        if (status instanceof Status.Deleted) {
            return new Verdict.Deleted(evidence);
        }
        throw new IllegalStateException("no verdict yet: " + status);
    }

    /** The same verdict with other evidence. */
    static Verdict with(Verdict verdict, Evidence evidence) {
        if (verdict instanceof Verdict.Complete) {
            return new Verdict.Complete(evidence);
        }
        if (verdict instanceof Verdict.Failed) {
            return new Verdict.Failed(evidence);
        }
        if (verdict instanceof Verdict.TimedOut) {
            return new Verdict.TimedOut(evidence);
        }
        if (verdict instanceof Verdict.Undecided) {
            return new Verdict.Undecided(evidence);
        }
        if (verdict instanceof Verdict.Superseded) {
            return new Verdict.Superseded(evidence);
        }
        if (verdict instanceof Verdict.Paused) {
            return new Verdict.Paused(evidence);
        }
        if (verdict instanceof Verdict.Deleted) {
            return new Verdict.Deleted(evidence);
        }
        return new Verdict.Unreachable(evidence);
    }
}
