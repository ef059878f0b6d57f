// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** How long ago something was, as Kubernetes says it to people: exact where it is short, coarse where it is long. */
final class Ages {
    private Ages() {}

    /** Since a timestamp of the API; {@code <unknown>} where there is none. */
    static String since(@Nullable String timestamp, Instant now) {
        if (timestamp == null || timestamp.isEmpty()) {
            return "<unknown>";
        }
        try {
            return text(Duration.between(Instant.parse(timestamp), now));
        } catch (DateTimeParseException notOne) {
            return "<unknown>";
        }
    }

    /** The rule of apimachinery's {@code HumanDuration}. */
    static String text(Duration age) {
        long seconds = age.toSeconds();
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 60 * 2) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return minutes + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
        }
        if (minutes < 60 * 3) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return hours + "h" + (minutes % 60 == 0 ? "" : minutes % 60 + "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        if (hours < 24 * 8) {
            return hours / 24 + "d" + (hours % 24 == 0 ? "" : hours % 24 + "h");
        }
        if (hours < 24 * 365 * 2) {
            return hours / 24 + "d";
        }
        long years = hours / 24 / 365;
        long days = hours / 24 % 365;
        return years < 8 && days > 0 ? years + "y" + days + "d" : years + "y";
    }
}
