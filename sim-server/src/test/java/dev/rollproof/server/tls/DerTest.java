// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is expected is worked out by X.690's rules, by hand. */
class DerTest {
    private static String hex(byte[] encoded) {
        return HexFormat.of().formatHex(encoded);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0, 060100",
        "2.5.29.17, 0603551d11",
        "1.2.840.10045.4.3.2, 06082a8648ce3d040302",
        "1.3.127.128.16383.16384.2147483647, 060e2b7f8100ff7f81800087ffffff7f"
    })
    void numbersOfAnIdentifierHaveSevenBitsAByte(String text, String expected) {
        assertThat(hex(Der.objectIdentifier(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0, 020100", "127, 02017f", "128, 02020080", "2, 020102"})
    void aPositiveNumberKeepsItsSign(BigInteger number, String expected) {
        assertThat(hex(Der.integer(number))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0, 0400", "127, 047f", "128, 048180", "255, 0481ff", "256, 04820100", "65535, 0482ffff"})
    void aLengthTakesAsFewBytesAsItCan(int length, String expectedHead) {
        byte[] encoded = Der.octets(new byte[length]);
        assertThat(hex(encoded)).startsWith(expectedHead);
        assertThat(encoded).hasSize(expectedHead.length() / 2 + length);
    }

    @Test
    void whatIsLongerThanAnyCertificateIsRefused() {
        assertThatThrownBy(() -> Der.octets(new byte[65_536]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no part of a certificate has 65536 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "2049-12-31T23:59:59.999Z, 170d3439313233313233353935395a",
        "2050-01-01T00:00:00Z, 180f32303530303130313030303030305a"
    })
    void datesHaveFourDigitsForTheYearFrom2050On(Instant at, String expected) {
        assertThat(hex(Der.time(at))).isEqualTo(expected);
    }

    @Test
    void valuesAreNestedAndTagged() {
        assertThat(hex(Der.sequence(Der.bool(true), Der.bool(false)))).isEqualTo("30060101ff010100");
        assertThat(hex(Der.explicit(3, Der.bits(2, new byte[] {(byte) 0x84})))).isEqualTo("a30403020284");
        assertThat(hex(Der.implicit(2, new byte[] {'a'}))).isEqualTo("820161");
    }
}
