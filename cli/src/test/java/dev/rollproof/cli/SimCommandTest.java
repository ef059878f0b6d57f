// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rollproof sim}: serves until it is stopped. */
class SimCommandTest {
    private static final String NODE_PORT = """
            {apiVersion: v1, kind: Service, metadata: {name: clock, namespace: default},
             spec: {type: NodePort, selector: {app: clock}, ports: [{port: 80, nodePort: 31714}]}}
            """;

    @TempDir
    Path folder;

    /** What the command prints, and when it has said everything. */
    private static final class Output extends ByteArrayOutputStream {
        private final CountDownLatch told = new CountDownLatch(1);
        private final CountDownLatch nodePort = new CountDownLatch(1);

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            String all = toString(StandardCharsets.UTF_8);
            if (all.contains("Ctrl-C")) {
                told.countDown();
            }
            if (all.contains("node port 31714: http://127.0.0.1:")) {
                nodePort.countDown();
            }
        }
    }

    @Test
    void aClusterIsServedUntilItIsStopped() throws Exception {
        Path file = folder.resolve("config");
        Path images = Files.writeString(folder.resolve("images.yaml"), "images:\n  clock:1.0: {readyAfter: 1s}\n");
        Output out = new Output();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        Thread[] serving = new Thread[1];
        Future<Integer> exitCode = threads.submit(() -> {
            serving[0] = Thread.currentThread();
            return Rollproof.run(
                    new Rollproof.Console(
                            InputStream.nullInputStream(),
                            new PrintStream(out, true, StandardCharsets.UTF_8),
                            new PrintStream(err, true, StandardCharsets.UTF_8),
                            false,
                            Map.of()),
                    "sim",
                    "--port",
                    "0",
                    "--kubeconfig",
                    file.toString(),
                    "--nodes",
                    "3",
                    "--speed",
                    "10x",
                    "--images",
                    images.toString());
        });
        assertThat(out.told.await(120, TimeUnit.SECONDS))
                .as(err.toString(StandardCharsets.UTF_8))
                .isTrue();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .matches(
                        "(?s)Serving a simulated Kubernetes 1\\.37 with 3 nodes at https://127\\.0\\.0\\.1:\\d+, 10x real time\\..*")
                .contains("export KUBECONFIG=" + file)
                .contains("kubectl get nodes");
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(file)))
                .build()) {
            assertThat(client.nodes().list().getItems()).hasSize(3);
            client.resource(Models.fromYaml(NODE_PORT, Service.class)).create();
            assertThat(out.nodePort.await(120, TimeUnit.SECONDS))
                    .as(out.toString(StandardCharsets.UTF_8))
                    .isTrue();
        }
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        }
        serving[0].interrupt();
        assertThat(exitCode.get(120, TimeUnit.SECONDS)).isZero();
        assertThat(file).doesNotExist();
        threads.shutdown();
    }

    @Test
    void wrongUseEndsInOneSentence() throws IOException {
        String file = folder.resolve("config").toString();
        assertThat(Command.run("sim", "--kubeconfig", file, "--nodes", "0").sentence())
                .isEqualTo("rollproof: --nodes must be between 1 and 1000, was 0");
        assertThat(Command.run("sim", "--kubeconfig", file, "--speed", "fast").sentence())
                .isEqualTo("rollproof: --speed must be a number of times such as 10x, was fast");
        assertThat(Command.run("sim", "--kubeconfig", file, "--speed", "0x").sentence())
                .isEqualTo("rollproof: --speed: the speed is between 0.01 and 1000, was 0.0");
        assertThat(Command.run("sim", "--kubeconfig", file, "--port", "70000").sentence())
                .isEqualTo("rollproof: --port: a port is between 0 and 65535, was 70000");
        assertThat(Command.run("sim", "--port", "0", "--kubeconfig", folder + "/none/config")
                        .sentence())
                .isEqualTo("rollproof: --kubeconfig " + folder
                        + "/none/config cannot be written; name a file in a folder that is there and yours");
        assertThat(Command.run("sim", "--images", folder + "/none.yaml").exitCode())
                .isEqualTo(ExitCode.WRONG_USE);
    }

    @Test
    void anotherKubeconfigIsNotOverwritten() throws IOException {
        Path own = Files.writeString(folder.resolve("config"), "current-context: mine\n");
        Command refused = Command.run("sim", "--port", "0", "--kubeconfig", own.toString());
        assertThat(refused.exitCode()).isEqualTo(ExitCode.WRONG_USE);
        assertThat(refused.sentence())
                .isEqualTo("rollproof: --kubeconfig " + own
                        + " is there already, and not of this command; name another file");
        assertThat(own).hasContent("current-context: mine");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Command refused = Command.run(
                    "sim",
                    "--port",
                    port,
                    "--kubeconfig",
                    folder.resolve("config").toString());
            assertThat(refused.exitCode()).isEqualTo(ExitCode.WRONG_USE);
            assertThat(refused.sentence())
                    .startsWith("rollproof: cannot listen on 127.0.0.1:" + port + ": ")
                    .endsWith("; choose another port, or 0 for any that is free");
        }
    }
}
