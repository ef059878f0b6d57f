// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.recording;

/** A recording cannot be read or written, or has not what was asked for; the message says which file and what to do. */
public final class RecordingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RecordingException(String message) {
        super(message);
    }
}
