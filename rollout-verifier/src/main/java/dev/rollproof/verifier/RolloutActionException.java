// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

/** A rollout cannot be changed as asked; the message says why, and nothing was changed. */
public final class RolloutActionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RolloutActionException(String message) {
        super(message);
    }
}
