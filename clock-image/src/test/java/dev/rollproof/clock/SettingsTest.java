// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.clock.Settings.Stop;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void theDefaultsAreAClockThatBehaves() {
        assertThat(Settings.from(Map.of("HOSTNAME", "clock-x")))
                .isEqualTo(new Settings(
                        "1.0",
                        "Hello",
                        "clock-x",
                        8080,
                        Duration.ZERO,
                        Duration.ZERO,
                        false,
                        Optional.empty(),
                        1,
                        0,
                        Stop.DRAIN,
                        Duration.ofSeconds(3),
                        true));
    }

    @Test
    void everySwitchIsAVariable() {
        Settings settings = Settings.from(Map.ofEntries(
                Map.entry("CLOCK_VERSION", "1.2"),
                Map.entry("CLOCK_GREETING", "Guten Tag"),
                Map.entry("POD_NAME", "clock-y"),
                Map.entry("HOSTNAME", "clock-x"),
                Map.entry("CLOCK_LISTEN", "0"),
                Map.entry("CLOCK_START_AFTER", "500ms"),
                Map.entry("CLOCK_READY_AFTER", "2s"),
                Map.entry("CLOCK_NEVER_READY", "true"),
                Map.entry("CLOCK_CRASH_AFTER", "1m"),
                Map.entry("CLOCK_EXIT_CODE", "3"),
                Map.entry("CLOCK_ERROR_RATE", "0.25"),
                Map.entry("CLOCK_STOP", "immediate"),
                Map.entry("CLOCK_STOP_AFTER", "7s"),
                Map.entry("CLOCK_CLOSE_WHILE_DRAINING", "false")));
        assertThat(settings)
                .isEqualTo(new Settings(
                        "1.2",
                        "Guten Tag",
                        "clock-y",
                        0,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(2),
                        true,
                        Optional.of(Duration.ofMinutes(1)),
                        3,
                        0.25,
                        Stop.IMMEDIATE,
                        Duration.ofSeconds(7),
                        false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CLOCK_LISTEN       | 70000 | CLOCK_LISTEN must be a whole number from 0 to 65535, was \"70000\"",
                "CLOCK_LISTEN       | http  | CLOCK_LISTEN must be a whole number from 0 to 65535, was \"http\"",
                "CLOCK_EXIT_CODE    | -1    | CLOCK_EXIT_CODE must be a whole number from 0 to 255, was \"-1\"",
                "CLOCK_READY_AFTER  | soon  | CLOCK_READY_AFTER must be a duration, such as 500ms, 2s or 1m, was \"soon\"",
                "CLOCK_CRASH_AFTER  | 5     | CLOCK_CRASH_AFTER must be a duration, such as 500ms, 2s or 1m, was \"5\"",
                "CLOCK_NEVER_READY  | yes   | CLOCK_NEVER_READY must be true or false, was \"yes\"",
                "CLOCK_ERROR_RATE   | 1.5   | CLOCK_ERROR_RATE must be a share from 0 to 1, such as 0.25, was \"1.5\"",
                "CLOCK_STOP         | later | CLOCK_STOP must be immediate, slow or drain, was \"later\"",
            })
    void whatCannotBeIsNamedWithItsVariable(String name, String value, String sentence) {
        assertThatThrownBy(() -> Settings.from(Map.of(name, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    /** The variables that Kubernetes adds to a pod beside a Service with the name clock. */
    @Test
    void theLinksOfAServiceNamedClockMeanNothing() {
        Map<String, String> links = Map.of(
                "CLOCK_PORT", "tcp://10.43.0.7:80",
                "CLOCK_PORT_80_TCP_PORT", "80",
                "CLOCK_SERVICE_HOST", "10.43.0.7",
                "CLOCK_SERVICE_PORT", "80");
        assertThat(Settings.from(links)).isEqualTo(Settings.from(Map.of()));
    }
}
