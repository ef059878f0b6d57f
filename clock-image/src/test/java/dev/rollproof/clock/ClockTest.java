// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The clock as a process of its own: how it starts, crashes and stops. */
class ClockTest {
    private static Process start(Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of("target", "classes").toString(),
                "dev.rollproof.clock.Clock");
        builder.environment().putAll(environment);
        builder.environment().put("CLOCK_LISTEN", "0");
        return builder.start();
    }

    /** Waits until it says on which port it is. */
    private static int port(Process clock) throws IOException {
        BufferedReader out = clock.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        assertThat(line).isNotNull().startsWith("clock ");
        return Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static int status(int port, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setRequestProperty("Connection", "close");
        return connection.getResponseCode();
    }

    @Test
    void fromSigtermOnItIsNotReadyAndServesWhileItDrains() throws Exception {
        // Longer than a busy machine takes to ask.
        Process clock = start(Map.of("CLOCK_STOP", "drain", "CLOCK_STOP_AFTER", "60s"));
        int port = port(clock);
        assertThat(status(port, "/readyz")).isEqualTo(200);
        clock.destroy();
        // No longer ready, and still serving: asked until the signal has arrived.
        while (status(port, "/readyz") == 200) {
            Thread.onSpinWait();
        }
        assertThat(status(port, "/")).isEqualTo(200);
        clock.destroyForcibly();
    }

    @ParameterizedTest
    @CsvSource({"immediate", "slow", "drain"})
    void itEndsWithZeroAfterSigterm(String stop) throws Exception {
        Process clock = start(Map.of("CLOCK_STOP", stop, "CLOCK_STOP_AFTER", "300ms"));
        port(clock);
        clock.destroy();
        assertThat(clock.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(clock.exitValue()).isZero();
    }

    @Test
    void itCrashesWithTheExitCodeThatIsAskedFor() throws Exception {
        Process clock = start(Map.of("CLOCK_CRASH_AFTER", "100ms", "CLOCK_EXIT_CODE", "3"));
        assertThat(clock.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(clock.exitValue()).isEqualTo(3);
    }

    @Test
    void aWrongSettingIsOneSentenceAndExitCodeTwo() throws Exception {
        Process clock = start(Map.of("CLOCK_STOP", "later"));
        assertThat(clock.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(clock.exitValue()).isEqualTo(2);
        assertThat(new String(clock.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip())
                .isEqualTo("clock: CLOCK_STOP must be immediate, slow or drain, was \"later\"");
    }
}
