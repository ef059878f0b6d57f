// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

/** A rollout did not complete; the message is the verdict's summary. */
public final class RolloutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Verdict verdict;

    public RolloutException(Verdict verdict) {
        super(verdict.summary());
        this.verdict = verdict;
    }

    public Verdict verdict() {
        return verdict;
    }
}
