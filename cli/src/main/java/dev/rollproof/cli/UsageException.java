// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

/** The command was used in a way that cannot work; the message is one sentence for the one who did. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
