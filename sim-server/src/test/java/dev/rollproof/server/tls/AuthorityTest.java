// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SignatureException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:34:56Z");
    private static final Authority AUTHORITY = Authority.create(NOW);

    private static X509Certificate trusted(Authority authority) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(authority.pem().getBytes(StandardCharsets.US_ASCII)));
    }

    private static void validate(Authority server, Authority by, Instant at) throws GeneralSecurityException {
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(server.serverCertificate()));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(trusted(by), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    /** The form of dates changes at 2050: before both, between them, and after the first alone. */
    @ParameterizedTest
    @ValueSource(
            strings = {"1999-12-31T23:59:59Z", "2026-11-27T12:34:56Z", "2045-01-01T00:00:00Z", "2049-12-31T23:30:00Z"})
    void theServersCertificateLeadsToTheAuthorityAnHourBeforeAndTenYearsAfterItWasMade(Instant made)
            throws GeneralSecurityException {
        Authority authority = Authority.create(made);
        validate(authority, authority, made);
        validate(authority, authority, made.minus(Duration.ofMinutes(59)));
        validate(authority, authority, made.plus(Duration.ofDays(3649)));
        assertThatThrownBy(() -> validate(authority, authority, made.plus(Duration.ofDays(3651))))
                .isInstanceOf(CertPathValidatorException.class);
        assertThatThrownBy(() -> validate(authority, authority, made.minus(Duration.ofMinutes(61))))
                .isInstanceOf(CertPathValidatorException.class);
        assertThat(authority.serverCertificate().getNotBefore()).isEqualTo(made.minus(Duration.ofHours(1)));
        assertThat(authority.serverCertificate().getNotAfter()).isEqualTo(made.plus(Duration.ofDays(3650)));
    }

    @Test
    void theServersOfAProcessShareAnAuthorityAndNoToken() {
        Credentials one = Credentials.create(NOW);
        Credentials other = Credentials.create(NOW);
        assertThat(one.authority()).isSameAs(other.authority());
        assertThat(one.token()).hasSize(32).isNotEqualTo(other.token());
    }

    @Test
    void anotherAuthorityOfTheSameNameIsNotTrusted() {
        assertThatThrownBy(() -> validate(AUTHORITY, Authority.create(NOW), NOW))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void aChangedCertificateHasNoValidSignature() throws GeneralSecurityException {
        byte[] bytes = AUTHORITY.serverCertificate().getEncoded();
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("localhost");
        bytes[at] = 'L';
        X509Certificate changed = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
        assertThatThrownBy(() -> changed.verify(trusted(AUTHORITY).getPublicKey()))
                .isInstanceOf(SignatureException.class);
    }

    @Test
    void theServerIsNamedAsLoopbackIsAndMayBeAServerOnly() throws GeneralSecurityException {
        X509Certificate server = AUTHORITY.serverCertificate();
        assertThat(server.getSubjectX500Principal()).hasToString("CN=rollproof-simulated-apiserver");
        assertThat(server.getIssuerX500Principal()).hasToString("CN=rollproof-simulated-ca");
        assertThat(server.getSubjectAlternativeNames())
                .containsExactly(List.of(2, "localhost"), List.of(7, "127.0.0.1"), List.of(7, "0:0:0:0:0:0:0:1"));
        assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(server.getBasicConstraints()).isEqualTo(-1);
        assertThat(server.getVersion()).isEqualTo(3);
    }

    @Test
    void theAuthorityMaySignCertificatesAndIsKnownByTheIdentifierThatTheServersNames() throws GeneralSecurityException {
        X509Certificate authority = trusted(AUTHORITY);
        assertThat(authority.getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
        assertThat(authority.getKeyUsage())
                .containsExactly(true, false, false, false, false, true, false, false, false);
        assertThat(authority.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.19", "2.5.29.15");
        assertThat(lastBytes(authority.getExtensionValue("2.5.29.14")))
                .isEqualTo(lastBytes(AUTHORITY.serverCertificate().getExtensionValue("2.5.29.35")));
    }

    private static byte[] lastBytes(byte[] extension) {
        return Arrays.copyOfRange(extension, extension.length - 20, extension.length);
    }

    @Test
    void twoCertificatesHaveNotTheSameNumber() throws GeneralSecurityException {
        assertThat(AUTHORITY.serverCertificate().getSerialNumber())
                .isPositive()
                .isNotEqualTo(trusted(AUTHORITY).getSerialNumber());
    }
}
