// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.k8s.fabric8.Models;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One run of the command in this JVM, with all that it printed. */
record Command(int exitCode, String out, String err) {
    static Command run(String... args) {
        return runIn(Map.of(), false, args);
    }

    static Command runIn(Map<String, String> environment, boolean terminal, String... args) {
        return run(InputStream.nullInputStream(), environment, terminal, args);
    }

    /** With this on standard input. */
    static Command runWith(String input, String... args) {
        return run(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), Map.of(), false, args);
    }

    private static Command run(InputStream in, Map<String, String> environment, boolean terminal, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Rollproof.run(
                new Rollproof.Console(
                        in,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        terminal,
                        environment),
                args);
        return new Command(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The last line of standard output. */
    String verdict() {
        List<String> lines = out.lines().toList();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    /** Standard error, which should be one sentence. */
    String sentence() {
        return err.strip();
    }

    Map<String, Object> json() {
        return Objects.requireNonNull(Models.parseJson(out));
    }

    /** The field {@code seconds} of the JSON. */
    double seconds() {
        return ((Number) Objects.requireNonNull(json().get("seconds"))).doubleValue();
    }
}
