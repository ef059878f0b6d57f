// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import dev.rollproof.it.Aside;
import dev.rollproof.it.kubectl.KubectlStories.Step;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** kubectl as it is, on some cluster. The one that the environment variable {@code ROLLPROOF_KUBECTL} names. */
final class RealKubectl {
    /**
     * What a command ended with.
     *
     * @param output what it said on standard output
     * @param errors what it said on standard error
     */
    record Outcome(int exit, String output, String errors) {
        /** All that it said. */
        String said() {
            return output + errors;
        }
    }

    private final String binary;
    private final Path folder;

    /** @param kubeconfig the text of one */
    RealKubectl(String binary, String kubeconfig, Path folder) throws IOException {
        this.binary = binary;
        this.folder = folder;
        Files.writeString(folder.resolve("kubeconfig"), kubeconfig);
    }

    /** Empty where there is none. */
    static Optional<String> binary() {
        String named = System.getenv("ROLLPROOF_KUBECTL");
        if (named != null && Files.isExecutable(Path.of(named))) {
            return Optional.of(named);
        }
        return Optional.empty();
    }

    Outcome run(String namespace, Step step) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(binary, "--namespace", namespace));
        command.addAll(step.arguments());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KUBECONFIG", folder.resolve("kubeconfig").toString());
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("KUBE_EDITOR", step.editor());
        builder.directory(folder.toFile());
        Process process = builder.start();
        process.getOutputStream().write(step.input().getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        CompletableFuture<String> output = read(process.getInputStream());
        CompletableFuture<String> errors = read(process.getErrorStream());
        if (!process.waitFor(90, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("kubectl " + String.join(" ", step.arguments()) + " does not end");
        }
        return new Outcome(process.exitValue(), output.join(), errors.join());
    }

    /** On a thread of its own: a command that hangs is ended, and says nothing. */
    private static CompletableFuture<String> read(InputStream stream) {
        return Aside.supply("kubectl's output", () -> {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException ended) {
                return "";
            }
        });
    }
}
