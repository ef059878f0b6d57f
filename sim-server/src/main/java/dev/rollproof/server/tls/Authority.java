// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority of one server, made when it starts, and the server's certificate for loopback. Their keys are
 * nowhere but in memory. Valid for ten years, since nobody renews them.
 */
public final class Authority {
    private static final Duration BEFORE = Duration.ofHours(1);
    private static final Duration AFTER = Duration.ofDays(3650);
    private static final String ALGORITHM = "SHA256withECDSA";

    private final SecureRandom random = new SecureRandom();
    private final Date from;
    private final Date until;
    private final X509Certificate certificate;
    private final KeyStore serverKeys;

    private Authority(Instant now) throws GeneralSecurityException, IOException, OperatorCreationException {
        from = Date.from(now.minus(BEFORE));
        until = Date.from(now.plus(AFTER));
        KeyPair own = keys();
        X500Name name = new X500Name("CN=rollproof-simulated-ca");
        ContentSigner signer = new JcaContentSignerBuilder(ALGORITHM).build(own.getPrivate());
        certificate = converted(
                builder(name, name, own)
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                        .addExtension(
                                Extension.keyUsage,
                                true,
                                new KeyUsage(KeyUsage.keyCertSign | KeyUsage.digitalSignature)),
                signer);
        KeyPair server = keys();
        X509Certificate serverCertificate = converted(
                builder(name, new X500Name("CN=rollproof-simulated-apiserver"), server)
                        .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                            new GeneralName(GeneralName.dNSName, "localhost"),
                            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                            new GeneralName(GeneralName.iPAddress, "::1")
                        }))
                        .addExtension(
                                Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth)),
                signer);
        serverKeys = KeyStore.getInstance("PKCS12");
        serverKeys.load(null, null);
        serverKeys.setKeyEntry(
                "server", server.getPrivate(), password(), new Certificate[] {serverCertificate, certificate});
    }

    /** Makes one. */
    public static Authority create(Instant now) {
        try {
            return new Authority(now);
        } catch (GeneralSecurityException | IOException | OperatorCreationException impossible) {
            throw new IllegalStateException(
                    "this Java cannot make a certificate: " + impossible.getMessage(), impossible);
        }
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private X509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair keys) {
        return new JcaX509v3CertificateBuilder(
                issuer, new BigInteger(120, random), from, until, subject, keys.getPublic());
    }

    private static X509Certificate converted(X509v3CertificateBuilder builder, ContentSigner signer)
            throws GeneralSecurityException {
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    /** The server's key and certificate, under {@link #password()}. */
    public KeyStore serverKeys() {
        return serverKeys;
    }

    /** What {@link #serverKeys()} asks for; they never leave memory, so it hides nothing. */
    public char[] password() {
        return "memory".toCharArray();
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
