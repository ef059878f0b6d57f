// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

/** A rollout did not complete; the message is the verdict's summary. */
public final class RolloutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Verdict verdict;

    /** For a verdict that says anything but complete; its summary is the message. */
    public RolloutException(Verdict verdict) {
        super(verdict.summary());
        this.verdict = verdict;
    }

    /** What came of the rollout, with all its evidence. */
    public Verdict verdict() {
        return verdict;
    }
}
