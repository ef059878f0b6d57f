// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

/** An image could not be built; the message is one sentence that says why and what to do. */
public final class ImageBuildException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ImageBuildException(String message) {
        super(message);
    }

    ImageBuildException(String message, Throwable cause) {
        super(message, cause);
    }
}
