// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

/** The rollout is no longer this driver's: another one drives it, or its workload is gone. Nothing was written. */
final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean deleted;

    LostException(String message, boolean deleted) {
        super(message);
        this.deleted = deleted;
    }

    boolean deleted() {
        return deleted;
    }
}
