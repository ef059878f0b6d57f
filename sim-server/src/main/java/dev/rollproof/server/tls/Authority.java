// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tls;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority, and a server's certificate for loopback. Their keys are nowhere but in memory. Valid for ten years,
 * since nobody renews them. Immutable.
 */
public final class Authority {
    private static final Duration BEFORE = Duration.ofHours(1);
    private static final Duration AFTER = Duration.ofDays(3650);

    private static @Nullable Authority ofThisProcess;

    private final X509Certificate certificate;
    private final X509Certificate serverCertificate;
    private final SSLContext server;

    private Authority(Instant now) throws GeneralSecurityException {
        SecureRandom random = new SecureRandom();
        Issuer issuer =
                new Issuer(random, new X500Principal("CN=rollproof-simulated-ca"), now.minus(BEFORE), now.plus(AFTER));
        certificate = issuer.authority();
        KeyPair keys = Issuer.newKeys(random);
        serverCertificate =
                issuer.loopbackServer(new X500Principal("CN=rollproof-simulated-apiserver"), keys.getPublic());
        server = SSLContext.getInstance("TLS");
        // Without anybody to trust: clients bring a token, and no certificate.
        server.init(
                new KeyManager[] {new OneKey(keys.getPrivate(), serverCertificate, certificate)},
                new TrustManager[0],
                random);
        // The first to ask for these waits for much of TLS to be loaded: better here, beside the rest, than in the
        // server's start.
        SSLParameters unused = server.getDefaultSSLParameters();
    }

    /**
     * The one that all servers of this process have, made for the first: to make keys takes longer than all else that a server needs to
     * begin, and who is let in is decided by each server's own token.
     */
    public static synchronized Authority ofThisProcess(Instant now) {
        if (ofThisProcess == null) {
            ofThisProcess = create(now);
        }
        return ofThisProcess;
    }

    /** Makes one. */
    static Authority create(Instant now) {
        try {
            return new Authority(now);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(
                    "this Java cannot make a certificate: " + impossible.getMessage(), impossible);
        }
    }

    /** The server's side of TLS, with its key and certificate. */
    public SSLContext server() {
        return server;
    }

    /** The server's certificate, whose issuer the authority is. */
    X509Certificate serverCertificate() {
        return serverCertificate;
    }

    /** The authority's own certificate, which clients trust, in PEM form. */
    public String pem() {
        try {
            String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
            return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a certificate that cannot be encoded", impossible);
        }
    }
}
