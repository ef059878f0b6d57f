// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import dev.rollproof.harness.K3s;
import dev.rollproof.it.Aside;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.time.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What {@code kubectl rollout status} makes of the same rollout, to be put beside a verdict. The kubectl of the environment
 * variable {@code ROLLPROOF_KUBECTL}, else the one on the node.
 */
final class Kubectl {
    /**
     * How it ended.
     *
     * @param output its last line, whether on standard output or standard error
     */
    record Status(int exit, Duration took, String output) {
        @Override
        public String toString() {
            return "kubectl exits with " + exit + " after " + Lesson.seconds(took) + ": " + output;
        }
    }

    private final CompletableFuture<Status> running;

    private Kubectl(CompletableFuture<Status> running) {
        this.running = running;
    }

    /** Has it watch from now on; nothing on the simulated cluster, which it cannot talk to. */
    static Optional<Kubectl> rolloutStatus(Optional<K3s> k3s, ObjectRef workload, Duration timeout) {
        return k3s.map(node -> new Kubectl(Aside.supply("kubectl rollout status", () -> run(node, workload, timeout))));
    }

    private static Status run(K3s node, ObjectRef workload, Duration timeout) {
        Instant start = Time.system().now();
        List<String> arguments = List.of(
                "rollout",
                "status",
                workload.kind().toLowerCase(Locale.ROOT) + "/" + workload.name(),
                "--namespace=" + workload.namespace(),
                "--timeout=" + timeout.toSeconds() + "s");
        Optional<String> own =
                Optional.ofNullable(System.getenv("ROLLPROOF_KUBECTL")).filter(path -> !path.isBlank());
        String output;
        try {
            output = own.isPresent() ? here(own.get(), node, arguments) : onTheNode(node, arguments);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
        Duration took = Duration.between(start, Time.system().now());
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        return new Status(
                Integer.parseInt(lines.get(lines.size() - 1).replace("exit=", "")),
                took,
                lines.size() < 2 ? "" : lines.get(lines.size() - 2));
    }

    private static String here(String kubectl, K3s node, List<String> arguments)
            throws IOException, InterruptedException {
        Path kubeconfig = Files.createTempFile("kubeconfig", ".yaml");
        try {
            Files.writeString(kubeconfig, node.kubeconfig());
            ProcessBuilder command = new ProcessBuilder("sh", "-c", shell(kubectl, arguments));
            command.environment().put("KUBECONFIG", kubeconfig.toString());
            Process process = command.redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } finally {
            Files.delete(kubeconfig);
        }
    }

    private static String onTheNode(K3s node, List<String> arguments) {
        return node.exec("sh", "-c", shell("kubectl", arguments));
    }

    private static String shell(String kubectl, List<String> arguments) {
        return kubectl + " " + String.join(" ", arguments) + " 2>&1; echo exit=$?";
    }

    /** Waits for its end. */
    Status await() throws InterruptedException {
        try {
            return running.get();
        } catch (ExecutionException failed) {
            throw new AssertionError("kubectl cannot be run", failed.getCause());
        }
    }
}
