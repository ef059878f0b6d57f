// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Times as clients write them, which fabric8's models keep as any text. */
final class GoTime {
    private static final String LAYOUT = "2006-01-02T15:04:05Z07:00";
    private static final String MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";
    private static final Set<String> FIELDS = Set.of(
            "creationTimestamp",
            "deletionTimestamp",
            "lastTransitionTime",
            "lastUpdateTime",
            "lastProbeTime",
            "lastPhaseTransitionTime",
            "startTime",
            "startedAt",
            "finishedAt",
            "firstTimestamp",
            "lastTimestamp",
            "lastHeartbeatTime",
            "timeAdded",
            "time");

    /** The parts of the layouts up to the seconds in their order, and what each takes. */
    private static final List<Part> MINUTES = List.of(
            new Part("2006", "\\d{4}"),
            new Part("-", "-"),
            new Part("01", "\\d\\d"),
            new Part("-", "-"),
            new Part("02", "\\d\\d"),
            new Part("T", "T"),
            new Part("15", "\\d\\d"),
            new Part(":", ":"),
            new Part("04", "\\d\\d"),
            new Part(":", ":"));

    private static final Part ZONE = new Part("Z07:00", "Z|[+-]\\d\\d:\\d\\d");
    private static final List<Part> SECONDS = endingIn(new Part("05", "\\d\\d(\\.\\d+)?"), ZONE);
    private static final List<Part> MICROSECONDS =
            endingIn(new Part("05", "\\d\\d"), new Part(".000000", "\\.\\d{6}"), ZONE);

    private record Part(String name, Pattern pattern) {
        Part(String name, String pattern) {
            this(name, Pattern.compile(pattern));
        }
    }

    private GoTime() {}

    private static List<Part> endingIn(Part... end) {
        return Stream.concat(MINUTES.stream(), Stream.of(end)).toList();
    }

    /** Whether a field of this name is a time. */
    static boolean isTime(String field) {
        return FIELDS.contains(field);
    }

    /** What Go says of a text that is no time; null of one that is. */
    static @Nullable String refused(String text) {
        return refused(text, LAYOUT, SECONDS);
    }

    /** The same of a text that should be a time in microseconds. */
    static @Nullable String refusedInMicroseconds(String text) {
        return refused(text, MICRO_LAYOUT, MICROSECONDS);
    }

    private static @Nullable String refused(String text, String layout, List<Part> parts) {
        String error = "parsing time \"" + text + "\"";
        String left = text;
        for (Part part : parts) {
            Matcher matcher = part.pattern().matcher(left);
            if (!matcher.lookingAt()) {
                return error + " as \"" + layout + "\": cannot parse \"" + left + "\" as \"" + part.name() + "\"";
            }
            left = left.substring(matcher.end());
        }
        if (!left.isEmpty()) {
            return error + ": extra text: \"" + left + "\"";
        }
        try {
            OffsetDateTime.parse(text);
            return null;
        } catch (DateTimeException outOfRange) {
            return error + ": out of range";
        }
    }
}
