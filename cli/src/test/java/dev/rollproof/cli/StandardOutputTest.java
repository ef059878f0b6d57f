// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A script that reads the exit code learns that its file is not whole. */
class StandardOutputTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);

    /** Takes so many bytes, and then fails. */
    private static OutputStream failing(int after, String message) {
        return new OutputStream() {
            private int written;

            @Override
            public void write(int b) throws IOException {
                written++;
                if (written > after) {
                    throw new IOException(message);
                }
            }
        };
    }

    private int explore(OutputStream to) {
        StandardOutput output = new StandardOutput(to);
        Rollproof.Console console = new Rollproof.Console(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                errors,
                false,
                Map.of());
        return output.ended(Rollproof.run(console, "explore", "--replicas", "2"), errors);
    }

    @Test
    void aFullDiskIsNoSuccess() {
        assertThat(explore(failing(30, "No space left on device"))).isEqualTo(ExitCode.WRONG_USE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "rollproof: the output could not be written: No space left on device; what is missing in it is lost,"
                                + " so make room and run the command again" + System.lineSeparator());
    }

    @Test
    void whoClosesThePipeHasReadWhatHeWanted() {
        assertThat(explore(failing(30, "Broken pipe"))).isEqualTo(ExitCode.ROLLED_OUT);
        assertThat(err.size()).isZero();
    }

    @Test
    void whatIsWrittenIsWritten() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        assertThat(explore(all)).isEqualTo(ExitCode.ROLLED_OUT);
        assertThat(all.toString(StandardCharsets.UTF_8)).contains("maxSurge");
        assertThat(err.size()).isZero();
    }

    @Test
    void aVerdictKeepsItsOwnExitCode() throws IOException {
        StandardOutput output = new StandardOutput(failing(0, "No space left on device"));
        new PrintStream(output, true, StandardCharsets.UTF_8).println("failed");
        assertThat(output.ended(ExitCode.UNDECIDED, errors)).isEqualTo(ExitCode.UNDECIDED);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("rollproof: the output could not be written");
    }
}
