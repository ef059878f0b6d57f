// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The few values of ASN.1 that a certificate is made of, in their distinguished encoding (ITU-T X.690): a tag, a length, and the
 * content. Each method returns the whole encoding.
 */
final class Der {
    private static final int SEQUENCE = 0x30;
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GENERALIZED_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Instant FROM_THEN_GENERALIZED = Instant.parse("2050-01-01T00:00:00Z");

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(SEQUENCE, parts);
    }

    static byte[] integer(BigInteger value) {
        return tagged(0x02, value.toByteArray());
    }

    static byte[] bool(boolean value) {
        return tagged(0x01, new byte[] {(byte) (value ? 0xff : 0)});
    }

    static byte[] octets(byte[] content) {
        return tagged(0x04, content);
    }

    /** @param unused how many of the last byte's bits, from the lowest, do not count; they have to be zero */
    static byte[] bits(int unused, byte[] content) {
        return tagged(0x03, new byte[] {(byte) unused}, content);
    }

    /** @param text its numbers with dots between them, such as {@code 2.5.29.17} */
    static byte[] objectIdentifier(String text) {
        String[] numbers = text.split("\\.", -1);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(40 * Integer.parseInt(numbers[0]) + Integer.parseInt(numbers[1]));
        for (int i = 2; i < numbers.length; i++) {
            int number = Integer.parseInt(numbers[i]);
            for (int shift = 28; shift >= 0; shift -= 7) {
                if (shift == 0 || number >>> shift != 0) {
                    content.write(number >>> shift & 0x7f | (shift == 0 ? 0 : 0x80));
                }
            }
        }
        return tagged(0x06, content.toByteArray());
    }

    /** In whole seconds, and in the form that RFC 5280 (4.1.2.5) demands: with two digits for the year up to 2049. */
    static byte[] time(Instant at) {
        boolean generalized = !at.isBefore(FROM_THEN_GENERALIZED);
        String text = (generalized ? GENERALIZED_TIME : UTC_TIME).format(at);
        return tagged(generalized ? 0x18 : 0x17, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Of a context's own meaning, by number: around another value. */
    static byte[] explicit(int number, byte[] value) {
        return tagged(0xa0 | number, value);
    }

    /** Of a context's own meaning, by number: instead of another value's tag. */
    static byte[] implicit(int number, byte[] content) {
        return tagged(0x80 | number, content);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream(length + 4);
        whole.write(tag);
        if (length < 0x80) {
            whole.write(length);
        } else if (length < 0x100) {
            whole.write(0x81);
            whole.write(length);
        } else if (length < 0x10000) {
            whole.write(0x82);
            whole.write(length >>> 8);
            whole.write(length);
        } else {
            throw new IllegalArgumentException("no part of a certificate has " + length + " bytes");
        }
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }
}
