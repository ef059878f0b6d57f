// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.protobuf;

/** A kind of which there is no published protobuf definition here. Its message names the kind. */
public final class UnknownMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownMessageException(String apiVersion, String kind) {
        super("there is no protobuf definition of " + kind + " in " + apiVersion);
    }
}
