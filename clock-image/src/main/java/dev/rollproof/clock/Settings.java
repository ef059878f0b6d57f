// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the clock behaves: from the environment, where every name begins with {@code CLOCK_}. None is {@code CLOCK_PORT} or begins
 * with {@code CLOCK_PORT_} or {@code CLOCK_SERVICE_}: Kubernetes sets those itself in every pod beside a Service that is named
 * clock (service links).
 *
 * @param version {@code CLOCK_VERSION}, default {@code 1.0}; shown on the page from 1.1 on, and in a header of every response
 * @param greeting {@code CLOCK_GREETING}, default {@code Hello}
 * @param pod {@code POD_NAME}, else {@code HOSTNAME}: who answers
 * @param port {@code CLOCK_LISTEN}, default 8080: the port; 0 for any that is free
 * @param startAfter {@code CLOCK_START_AFTER}: how long until the port is open
 * @param readyAfter {@code CLOCK_READY_AFTER}: how long after that {@code /readyz} says so
 * @param neverReady {@code CLOCK_NEVER_READY=true}: {@code /readyz} never says so
 * @param crashAfter {@code CLOCK_CRASH_AFTER}: when the process ends by itself; empty for never
 * @param exitCode {@code CLOCK_EXIT_CODE}: with what it ends then, default 1
 * @param errorRate {@code CLOCK_ERROR_RATE}: the share of requests for the page that is answered with 500, from 0 to 1
 * @param stop {@code CLOCK_STOP}: what SIGTERM does
 * @param stopAfter {@code CLOCK_STOP_AFTER}, default 3s: how long a slow or draining stop takes
 * @param closeWhileDraining {@code CLOCK_CLOSE_WHILE_DRAINING}, default true: whether answers while draining ask the client to
 *     open a new connection, which then leads to another pod
 */
record Settings(
        String version,
        String greeting,
        String pod,
        int port,
        Duration startAfter,
        Duration readyAfter,
        boolean neverReady,
        Optional<Duration> crashAfter,
        int exitCode,
        double errorRate,
        Stop stop,
        Duration stopAfter,
        boolean closeWhileDraining) {
    /** What SIGTERM does. */
    enum Stop {
        /** The process ends at once, also in the middle of an answer. */
        IMMEDIATE,
        /** It closes the port at once and takes its time to end. */
        SLOW,
        /** It goes on answering, no longer ready, and ends when its time is over. */
        DRAIN
    }

    /**
     * Reads the environment.
     *
     * @throws IllegalArgumentException one sentence that names the variable, its value and what is expected
     */
    static Settings from(Map<String, String> environment) {
        Reader read = new Reader(environment);
        return new Settings(
                read.text("CLOCK_VERSION", "1.0"),
                read.text("CLOCK_GREETING", "Hello"),
                read.text("POD_NAME", read.text("HOSTNAME", "unknown")),
                read.number("CLOCK_LISTEN", 8080, 65535),
                read.duration("CLOCK_START_AFTER", Duration.ZERO),
                read.duration("CLOCK_READY_AFTER", Duration.ZERO),
                read.truth("CLOCK_NEVER_READY", false),
                environment.containsKey("CLOCK_CRASH_AFTER")
                        ? Optional.of(read.duration("CLOCK_CRASH_AFTER", Duration.ZERO))
                        : Optional.empty(),
                read.number("CLOCK_EXIT_CODE", 1, 255),
                read.rate("CLOCK_ERROR_RATE"),
                read.stop("CLOCK_STOP"),
                read.duration("CLOCK_STOP_AFTER", Duration.ofSeconds(3)),
                read.truth("CLOCK_CLOSE_WHILE_DRAINING", true));
    }

    /** What is not set costs no regular expression: the first takes a small JVM tens of milliseconds. */
    private record Reader(Map<String, String> environment) {
        String text(String name, String otherwise) {
            String value = environment.getOrDefault(name, "");
            return value.isBlank() ? otherwise : value;
        }

        int number(String name, int otherwise, int most) {
            String value = text(name, "");
            if (value.isEmpty()) {
                return otherwise;
            }
            if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > most) {
                throw refused(name, value, "a whole number from 0 to " + most);
            }
            return Integer.parseInt(value);
        }

        Duration duration(String name, Duration otherwise) {
            String value = text(name, "");
            if (value.isEmpty()) {
                return otherwise;
            }
            Matcher duration = Pattern.compile("([0-9]+)(ms|s|m)").matcher(value);
            if (!duration.matches() || duration.group(1).length() > 9) {
                throw refused(name, value, "a duration, such as 500ms, 2s or 1m");
            }
            long amount = Long.parseLong(duration.group(1));
            return switch (duration.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                default -> Duration.ofMinutes(amount);
            };
        }

        boolean truth(String name, boolean otherwise) {
            String value = text(name, String.valueOf(otherwise));
            if (!value.equals("true") && !value.equals("false")) {
                throw refused(name, value, "true or false");
            }
            return value.equals("true");
        }

        double rate(String name) {
            String value = text(name, "");
            if (value.isEmpty()) {
                return 0;
            }
            if (!value.matches("0(\\.[0-9]{1,6})?|1(\\.0{1,6})?")) {
                throw refused(name, value, "a share from 0 to 1, such as 0.25");
            }
            return Double.parseDouble(value);
        }

        Stop stop(String name) {
            String value = text(name, "drain");
            return switch (value) {
                case "immediate" -> Stop.IMMEDIATE;
                case "slow" -> Stop.SLOW;
                case "drain" -> Stop.DRAIN;
                default -> throw refused(name, value, "immediate, slow or drain");
            };
        }

        private static IllegalArgumentException refused(String name, String value, String wanted) {
            return new IllegalArgumentException(name + " must be " + wanted + ", was \"" + value + "\"");
        }
    }
}
