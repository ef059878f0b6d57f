// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Goes back soon after a change, on a real cluster, in three ways side by side: {@code kubectl rollout undo}, the same as one
 * write by us, and {@link Rollback}. R = 1, 2, 3 by turns, maxSurge 1, maxUnavailable 0; going back starts 0 to 80 ms after the
 * first new pod turned ready. Counts the tries in which fewer than R live pods were ready, by a watch on pods.
 *
 * <p>Arguments: kubeconfig, kubectl, tries of each way, Deployments at once, result file. A result file that exists is gone on
 * with. The node must have the images {@code clock:1.0} and {@code clock:1.1}, which answer on port 8080.
 */
public final class UndoSideBySide {
    private static final String NAMESPACE = "undo-side-by-side";
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(Duration.ofMinutes(3));

    private enum Way {
        KUBECTL,
        ONE_WRITE,
        ROLLBACK
    }

    private final Path kubeconfig;
    private final String kubectl;
    private final Path results;
    private final List<String> lines = new ArrayList<>();
    private final int tries;
    private int next;

    private UndoSideBySide(Path kubeconfig, String kubectl, int tries, Path results) throws IOException {
        this.kubeconfig = kubeconfig;
        this.kubectl = kubectl;
        this.tries = tries;
        this.results = results;
        if (Files.exists(results)) {
            lines.addAll(Files.readAllLines(results));
        }
        this.next = lines.size();
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        UndoSideBySide run = new UndoSideBySide(Path.of(args[0]), args[1], Integer.parseInt(args[2]), Path.of(args[4]));
        List<Thread> threads = new ArrayList<>();
        try (Cluster cluster = KubernetesCluster.connect(Optional.of(run.kubeconfig), Optional.empty())) {
            prepare(cluster);
            for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                String name = "clock-" + i;
                Thread thread = new Thread(() -> run.work(cluster, name), name);
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        run.summarize();
    }

    private static void prepare(Cluster cluster) throws InterruptedException {
        cluster.apply(
                Models.fromYaml(
                        "{apiVersion: v1, kind: Namespace, metadata: {name: " + NAMESPACE + "}}", Namespace.class),
                WriteOptions.defaults());
        while (cluster.get(ServiceAccount.class, NAMESPACE, "default").isEmpty()) {
            pause(Duration.ofMillis(100));
        }
    }

    private void work(Cluster cluster, String name) {
        int failures = 0;
        for (int number = take(); number < tries * Way.values().length; number = take()) {
            try (ReadyPods pods = ReadyPods.watch(cluster, NAMESPACE, name)) {
                finished(oneTry(cluster, name, number, pods));
            } catch (InterruptedException | IOException | RuntimeException failed) {
                System.err.println("try " + number + " does not count: " + failed);
                failures++;
                if (failures > 10) {
                    return;
                }
            }
        }
    }

    private String oneTry(Cluster cluster, String name, int number, ReadyPods pods)
            throws InterruptedException, IOException {
        Way way = Way.values()[number % Way.values().length];
        int replicas = 1 + number / Way.values().length % 3;
        ObjectRef workload = new ObjectRef("Deployment", NAMESPACE, name);
        Rollback rollback = Rollback.rollBack();
        RolloutVerifier verifier = RolloutVerifier.on(cluster).with(OPTIONS);
        verifier.verify(RolloutActions.on(cluster).apply(deployment(name, replicas)))
                .orElseThrow();
        rollback.before(cluster, workload);
        // Until what the last try left behind has settled.
        pause(Duration.ofSeconds(2));
        int delay = new Random(number).nextInt(81);
        pods.count("clock:1.1");
        RolloutActions.on(cluster).setImage(workload, "web", "clock:1.1");
        if (!pods.awaitFirst(Duration.ofMinutes(2))) {
            throw new IllegalStateException("no new pod became ready");
        }
        pause(Duration.ofMillis(delay));
        long started = System.nanoTime();
        switch (way) {
            case KUBECTL -> undoByKubectl(name);
            case ONE_WRITE -> RolloutActions.on(cluster).undo(workload);
            case ROLLBACK -> {
                RollbackResult result = rollback.run(cluster, workload, OPTIONS);
                if (result.timeToRestore().isEmpty()) {
                    throw new IllegalStateException(result.inWords());
                }
            }
        }
        Verdict verdict = verifier.verify(workload).orElseThrow();
        long millis = (System.nanoTime() - started) / 1_000_000;
        pause(Duration.ofMillis(500));
        int least = pods.least();
        return String.format(
                Locale.ROOT,
                "%s R=%d delay=%dms least-ready=%d below=%dms restored=%dms %s",
                way,
                replicas,
                delay,
                least,
                pods.millisBelow(replicas),
                millis,
                verdict.outcome());
    }

    private void undoByKubectl(String name) throws IOException, InterruptedException {
        Process undo = new ProcessBuilder(
                        kubectl,
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "-n",
                        NAMESPACE,
                        "rollout",
                        "undo",
                        "deployment/" + name)
                .redirectErrorStream(true)
                .start();
        String output = new String(undo.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (undo.waitFor() != 0) {
            throw new IllegalStateException(output.strip());
        }
    }

    private synchronized int take() {
        return next++;
    }

    private synchronized void finished(String line) throws IOException {
        lines.add(line);
        Files.writeString(results, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void summarize() {
        for (Way way : Way.values()) {
            for (String replicas : List.of("R=1", "R=2", "R=3")) {
                List<String> these = lines.stream()
                        .filter(line -> line.startsWith(way + " " + replicas + " "))
                        .toList();
                List<String> bad = these.stream()
                        .filter(line -> !line.contains(" below=0ms "))
                        .toList();
                System.out.printf(
                        "%-10s %s: fewer than R ready in %d of %d tries%n", way, replicas, bad.size(), these.size());
                bad.forEach(line -> System.out.println("    " + line));
            }
        }
    }

    private static Deployment deployment(String name, int replicas) {
        return Models.fromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  replicas: %3$d
                  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                        - name: web
                          image: clock:1.0
                          imagePullPolicy: IfNotPresent
                          readinessProbe: {periodSeconds: 1, httpGet: {path: /ready, port: 8080}}
                """.formatted(name, NAMESPACE, replicas), Deployment.class);
    }

    private static void pause(Duration duration) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    }
}
