// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.protobuf;

import org.jspecify.annotations.Nullable;

/** Bytes that are no protobuf of Kubernetes, or none of the kind that they say they are. Its message says why. */
public final class BrokenProtobufException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenProtobufException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
