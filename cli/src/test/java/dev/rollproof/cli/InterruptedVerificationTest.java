// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
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

/** Ctrl-C, and what a pipeline does that is cancelled. */
class InterruptedVerificationTest {
    @TempDir
    Path folder;

    /** Tells when the rollout is under way. */
    private static final class Output extends ByteArrayOutputStream {
        private final CountDownLatch underWay = new CountDownLatch(1);

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            if (toString(StandardCharsets.UTF_8).contains("0 of 4 new pods ready")) {
                underWay.countDown();
            }
        }
    }

    @Test
    void itSaysSoAndLeavesARecordingThatCanBeReplayed() throws Exception {
        Output out = new Output();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Path recording = folder.resolve("watch.jsonl");
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (SimulatedCluster cluster = SimulatedCluster.create();
                SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
            cluster.images().declare("clock:1.0", ImageBehavior.wellBehaved().neverReady());
            Path kubeconfig = Files.writeString(folder.resolve("config"), server.kubeconfig());
            CountDownLatch ended = new CountDownLatch(1);
            Thread[] worker = new Thread[1];
            Future<Integer> exitCode = threads.submit(() -> {
                worker[0] = Thread.currentThread();
                int code = Rollproof.run(
                        new Rollproof.Console(
                                InputStream.nullInputStream(),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8),
                                false,
                                Map.of()),
                        "verify",
                        "-f",
                        Path.of("..", "examples", "clock", "deployment.yaml").toString(),
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "--record",
                        recording.toString());
                ended.countDown();
                return code;
            });
            assertThat(out.underWay.await(30, TimeUnit.SECONDS))
                    .as(err.toString(StandardCharsets.UTF_8))
                    .isTrue();
            Rollproof.interrupting(worker[0], ended).run();
            assertThat(exitCode.get(30, TimeUnit.SECONDS)).isEqualTo(ExitCode.UNDECIDED);
        } finally {
            threads.shutdownNow();
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines("rollproof: interrupted; the rollout goes on without being watched");
        Command replayed = Command.run("replay", recording.toString());
        assertThat(replayed.verdict())
                .as(replayed.sentence())
                .startsWith("Deployment/clock in default is undecided, the recording ends after ");
    }

    @Test
    void whoHasEndedIsNotInterrupted() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(0);
        Rollproof.interrupting(Thread.currentThread(), ended).run();
        assertThat(Thread.interrupted()).isFalse();
    }
}
