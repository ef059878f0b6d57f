// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tls;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What a client needs to reach a server: its address, whom to trust, and the token that lets it in. */
public final class Kubeconfig {
    private Kubeconfig() {}

    /** The file, in YAML; its one context and what it names are called {@code rollproof-sim}. */
    public static String of(String url, Credentials credentials) {
        String trusted =
                Base64.getEncoder().encodeToString(credentials.authority().pem().getBytes(StandardCharsets.UTF_8));
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: rollproof-sim
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: rollproof-sim
                  user:
                    token: %s
                contexts:
                - name: rollproof-sim
                  context:
                    cluster: rollproof-sim
                    user: rollproof-sim
                current-context: rollproof-sim
                """.formatted(url, trusted, credentials.token());
    }
}
