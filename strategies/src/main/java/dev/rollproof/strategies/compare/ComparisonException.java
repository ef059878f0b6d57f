// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

/** A comparison would say nothing; the message is one sentence that says why, and what to do. */
public final class ComparisonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ComparisonException(String message) {
        super(message);
    }
}
