// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import javax.security.auth.x500.X500Principal;

/**
 * Signs certificates (RFC 5280) with a key of its own. Java reads them and has no public API that makes them; a library that does is
 * ten megabytes, and a third of the time in which the door opens.
 */
final class Issuer {
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.objectIdentifier("1.2.840.10045.4.3.2"));

    private final SecureRandom random;
    private final X500Principal name;
    private final Instant from;
    private final Instant until;
    private final KeyPair keys;

    Issuer(SecureRandom random, X500Principal name, Instant from, Instant until) throws GeneralSecurityException {
        this.random = random;
        this.name = name;
        this.from = from;
        this.until = until;
        this.keys = newKeys(random);
    }

    static KeyPair newKeys(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    /** Its own certificate, which makes it an authority. */
    X509Certificate authority() throws GeneralSecurityException {
        byte[] certSignAndDigitalSignature = {(byte) 0b1000_0100};
        return sign(
                name,
                keys.getPublic(),
                extension("2.5.29.19", true, Der.sequence(Der.bool(true))),
                extension("2.5.29.15", true, Der.bits(2, certSignAndDigitalSignature)),
                extension("2.5.29.14", false, Der.octets(keyIdentifier())));
    }

    /** A certificate of a server that is reached on this machine only. */
    X509Certificate loopbackServer(X500Principal subject, PublicKey key) throws GeneralSecurityException {
        byte[] ipv6Loopback = new byte[16];
        ipv6Loopback[15] = 1;
        byte[] names = Der.sequence(
                Der.implicit(2, new byte[] {'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'}),
                Der.implicit(7, new byte[] {127, 0, 0, 1}),
                Der.implicit(7, ipv6Loopback));
        return sign(
                subject,
                key,
                extension("2.5.29.17", false, names),
                extension("2.5.29.37", false, Der.sequence(Der.objectIdentifier("1.3.6.1.5.5.7.3.1"))),
                // Python's ssl asks for it where it is strict.
                extension("2.5.29.35", false, Der.sequence(Der.implicit(0, keyIdentifier()))));
    }

    /** As RFC 7093 (2) makes it: the leftmost 160 bits of the key's hash. */
    private byte[] keyIdentifier() throws GeneralSecurityException {
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(keys.getPublic().getEncoded());
        return Arrays.copyOf(hash, 20);
    }

    private static byte[] extension(String identifier, boolean critical, byte[] value) {
        byte[] id = Der.objectIdentifier(identifier);
        // What is the default may not be written.
        return critical ? Der.sequence(id, Der.bool(true), Der.octets(value)) : Der.sequence(id, Der.octets(value));
    }

    private X509Certificate sign(X500Principal subject, PublicKey key, byte[]... extensions)
            throws GeneralSecurityException {
        byte[] content = Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(120, random).setBit(0)),
                ECDSA_WITH_SHA256,
                name.getEncoded(),
                Der.sequence(Der.time(from), Der.time(until)),
                subject.getEncoded(),
                key.getEncoded(),
                Der.explicit(3, Der.sequence(extensions)));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate(), random);
        signature.update(content);
        byte[] whole = Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
    }
}
