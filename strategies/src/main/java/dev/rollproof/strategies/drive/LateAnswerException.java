// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

/** What is stored is this driver's own: a write whose answer got lost, and that was not stored when it was asked for. */
final class LateAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String stored;

    /** @param stored the state as the annotation says; empty where the write was the end of it */
    LateAnswerException(String stored) {
        super("a write of this driver came late: " + stored);
        this.stored = stored;
    }

    String stored() {
        return stored;
    }
}
