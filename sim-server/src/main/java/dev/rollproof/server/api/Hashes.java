// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells documents apart by their content. */
final class Hashes {
    private Hashes() {}

    /** The SHA-256 of it, in hexadecimal digits. */
    static String hex(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
