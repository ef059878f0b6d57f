// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.http;

/** The port that was asked for cannot be listened on; the message says what to do. */
public final class PortInUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PortInUseException(int port, Throwable cause) {
        super(
                "cannot listen on 127.0.0.1:" + port + ": " + rootMessage(cause)
                        + "; choose another port, or 0 for any that is free",
                cause);
    }

    private static String rootMessage(Throwable failed) {
        Throwable root = failed;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
