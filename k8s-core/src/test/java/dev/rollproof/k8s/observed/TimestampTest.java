// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-01T00:00:00Z",
                "2024-02-29T23:59:59Z",
                "1969-12-31T23:59:59Z",
                "2026-11-27T12:34:56.789Z",
                "2026-11-27T12:34:56.000001Z",
                "2026-11-27T12:34:56.100000Z",
                "2026-11-27T12:34:56.123456789Z",
                "2026-11-27T12:34:56.0Z"
            })
    void readsWhatTheGeneralParserReads(String text) {
        assertThat(Timestamp.read(text)).contains(Instant.parse(text));
    }

    @Test
    void otherZonesAreReadToo() {
        String text = "2026-11-27T12:34:56+01:00";
        assertThat(Timestamp.read(text)).contains(OffsetDateTime.parse(text).toInstant());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "soon",
                "2026-02-30T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-01-01T00:61:00Z",
                "2026-01-01 00:00:00Z",
                "2026-01-01T00:00:00",
                "2026-01-01T00:00:00.1234567890Z",
                "2026-01-01T00:00:00,123Z",
                "2026-01-01T00:00:0xZ"
            })
    void whatIsNoTimestampIsNone(String text) {
        assertThat(Timestamp.read(text)).isEmpty();
    }
}
