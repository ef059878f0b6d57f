// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench;

import dev.rollproof.cli.compare.SimulatedBeds;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.compare.Comparison;
import dev.rollproof.strategies.compare.ComparisonOptions;
import dev.rollproof.strategies.compare.ComparisonReport;
import dev.rollproof.strategies.compare.Scenario;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Rolls one Deployment of four pods out many times, each with another seed on a cluster of its own, on as many threads as there are
 * processors, and prints what it took: judged only, and compared, which is with users, each strategy, and a bad version that is gone
 * back from. Processor time is that of the whole JVM, its compiler and collector included: it says more than the time where others
 * use the machine, too. Arguments: how many rollouts, default 10000; {@code compared} to leave out those that are only judged, and compare
 * six times.
 */
public final class ManyRollouts {
    private static final int THREADS = Runtime.getRuntime().availableProcessors();
    private static final int REPLICAS = 4;

    private ManyRollouts() {}

    public static void main(String[] args) throws Exception {
        int rollouts = args.length == 0 ? 10_000 : Integer.parseInt(args[0]);
        boolean onlyCompared = args.length > 1 && args[1].equals("compared");
        System.out.printf(
                "%-10s %10s %10s %14s %20s%n", "what", "rollouts", "seconds", "ms per rollout", "processor ms per one");
        for (int round = 1; round <= (onlyCompared ? 0 : 2); round++) {
            measure("judged", () -> judged(rollouts));
        }
        for (int round = 1; round <= (onlyCompared ? 6 : 1); round++) {
            measure("compared", () -> compared(rollouts));
        }
    }

    private static void measure(String what, Callable<Integer> work) throws Exception {
        long started = System.nanoTime();
        Duration used = processorTime();
        int rollouts = work.call();
        double millis = (System.nanoTime() - started) / 1e6;
        double processorMillis = processorTime().minus(used).toNanos() / 1e6;
        System.out.printf(
                Locale.ROOT,
                "%-10s %10d %10.2f %14.3f %20.3f%n",
                what,
                rollouts,
                millis / 1e3,
                millis / rollouts,
                processorMillis / rollouts);
    }

    private static Duration processorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static int judged(int rollouts) throws Exception {
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                workers.add(threads.submit(() -> {
                    for (int seed = next.incrementAndGet(); seed <= rollouts; seed = next.incrementAndGet()) {
                        rollOut(seed);
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return rollouts;
    }

    private static void rollOut(long seed) throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.builder().seed(seed).build()) {
            cluster.create(Clocks.deployment("clock", REPLICAS, "clock:1.0"), WriteOptions.defaults());
            cluster.advance(Duration.ofSeconds(10));
            Rollout.of(Clocks.deployment("clock", REPLICAS, "clock:1.1"))
                    .by(RollingUpdate.of().maxSurge(1).maxUnavailable(0))
                    .run(cluster)
                    .orElseThrow();
        }
    }

    private static int compared(int rollouts) throws InterruptedException {
        Service service = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("clock")
                .endMetadata()
                .withNewSpec()
                .addToSelector("app", "clock")
                .addNewPort()
                .withPort(80)
                .withNewTargetPort(8080)
                .endPort()
                .endSpec()
                .build();
        Scenario scenario = Scenario.of(
                        Clocks.deployment("clock", REPLICAS, "clock:1.0"), Optional.empty(), "clock:1.1")
                .behind(service)
                .withBadImage("clock:bad", "clock:bad, which answers half of its requests with 500");
        Images images = new Images();
        images.declare("clock:bad", ImageBehavior.wellBehaved().failsRequests(0.5));
        ComparisonReport report = Comparison.of(scenario)
                .with(ComparisonOptions.defaults().withThreads(THREADS))
                .seeds(1, Math.max(1, rollouts / 12))
                .run(new SimulatedBeds(images, SimulatedBeds.nodesFor(scenario)));
        return report.rollouts();
    }
}
