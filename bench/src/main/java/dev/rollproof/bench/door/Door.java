// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/** An API server, whichever, and what lets in. Immutable. */
final class Door {
    private final URI url;
    private final SSLContext tls;
    private final String credentials;

    private Door(URI url, SSLContext tls, String credentials) {
        this.url = url;
        this.tls = tls;
        this.credentials = credentials;
    }

    /** As a client's configuration says: over TLS, with the token or the certificate. */
    static Door of(Config config) {
        String token = config.getAutoOAuthToken() == null ? config.getOauthToken() : config.getAutoOAuthToken();
        try {
            return new Door(
                    URI.create(config.getMasterUrl()),
                    SSLUtils.sslContext(config),
                    token == null ? "" : "Authorization: Bearer " + token + "\r\n");
        } catch (GeneralSecurityException | IOException unusable) {
            throw new IllegalStateException("no TLS to " + config.getMasterUrl() + ": " + unusable, unusable);
        }
    }

    Socket connect() throws IOException {
        return tls.getSocketFactory().createSocket(url.getHost(), url.getPort());
    }

    String host() {
        return url.getHost() + ":" + url.getPort();
    }

    /** The header that lets in, with its end of line; empty where the certificate does. */
    String credentials() {
        return credentials;
    }
}
