// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official client for Python, with nothing but the kubeconfig. {@code ROLLPROOF_PYTHON} names an interpreter that has the
 * package {@code kubernetes}; default {@code python3}.
 */
class PythonClientTest {
    @TempDir
    Path directory = Path.of("set by JUnit");

    private static String python() {
        return Objects.requireNonNullElse(System.getenv("ROLLPROOF_PYTHON"), "python3");
    }

    /** What a run printed, and with what it ended. */
    private record Run(int code, String output) {}

    private Run run(String... arguments) throws IOException, InterruptedException {
        Path output = directory.resolve("output.txt");
        List<String> command = new java.util.ArrayList<>(List.of(python()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(180, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " does not end: " + Files.readString(output));
        }
        return new Run(process.exitValue(), Files.readString(output));
    }

    private void requirePackage() throws InterruptedException {
        String why;
        try {
            Run imported = run("-c", "import kubernetes");
            if (imported.code() == 0) {
                return;
            }
            why = imported.output().strip().lines().reduce("", (before, last) -> last);
        } catch (IOException none) {
            why = none.getMessage();
        }
        String skipped = "skipped: " + python() + " has no Kubernetes client (" + why
                + "); pip install kubernetes, and name the interpreter in ROLLPROOF_PYTHON";
        System.out.println(skipped);
        abort(skipped);
    }

    @Test
    void listsWatchesAppliesAndPatches() throws IOException, InterruptedException {
        requirePackage();
        Path script = directory.resolve("client.py");
        try (var in = Objects.requireNonNull(getClass().getResourceAsStream("client.py"))) {
            Files.write(script, in.readAllBytes());
        }
        try (Served served = new Served()) {
            Path kubeconfig = Files.write(
                    directory.resolve("kubeconfig"), served.server.kubeconfig().getBytes(StandardCharsets.UTF_8));
            Run run = run(script.toString(), kubeconfig.toString());
            assertThat(run.output().lines())
                    .containsExactly(
                            "listed a b",
                            "missing 404 Not Found",
                            "watched ADDED=1 MODIFIED=2 DELETED=2",
                            "conflict 409",
                            "applied applied",
                            "patched patched");
            assertThat(run.code()).isZero();
        }
    }
}
