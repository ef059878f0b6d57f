// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tls;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;

/**
 * By what a server and its clients know each other.
 *
 * @param authority whom clients trust
 * @param token what lets them in
 */
public record Credentials(Authority authority, String token) {
    /** For one server: the authority of this process, and a token that nobody guesses. */
    public static Credentials create(Instant now) {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return new Credentials(
                Authority.ofThisProcess(now),
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "credentials of a simulated API server";
    }
}
