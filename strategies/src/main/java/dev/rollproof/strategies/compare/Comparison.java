// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Makes the same change under several strategies, on a fresh cluster each time, and measures. Immutable; each step returns a new
 * one.
 *
 * <pre>{@code
 * Scenario scenario = Scenario.of(deployment, Optional.empty(), "clock:1.2").behind(service).withBadImage("clock:broken", "clock:broken, which exits with 1 at once");
 * ComparisonReport report = Comparison.of(scenario)
 *         .seeds(1, 100)
 *         .run(seed -> {
 *             SimulatedCluster cluster = SimulatedCluster.builder().seed(seed).build();
 *             return new TestBed(cluster, cluster.traffic());
 *         });
 * ComparisonTable.of(report).forEach(System.out::println);
 * }</pre>
 *
 * <p>Where the clusters come out the same for the same seed, so does the report, however many threads there are.
 */
public final class Comparison {
    private static final int[] WEIGHTS = {25, 50};

    private final Scenario scenario;
    private final ComparisonOptions options;
    private final Optional<List<Contender>> contenders;
    private final long firstSeed;
    private final int seeds;

    private Comparison(
            Scenario scenario,
            ComparisonOptions options,
            Optional<List<Contender>> contenders,
            long firstSeed,
            int seeds) {
        this.scenario = scenario;
        this.options = options;
        this.contenders = contenders;
        this.firstSeed = firstSeed;
        this.seeds = seeds;
    }

    /** Of all strategies, the canaries at 25 and 50 percent, with the default options, on the clusters of the seeds 1 to 100. */
    public static Comparison of(Scenario scenario) {
        return new Comparison(scenario, ComparisonOptions.defaults(), Optional.empty(), 1, 100);
    }

    /** How long to watch, how many users there are, and the rest. */
    public Comparison with(ComparisonOptions value) {
        return new Comparison(scenario, Objects.requireNonNull(value, "options"), contenders, firstSeed, seeds);
    }

    /** These strategies, in this order. */
    public Comparison among(List<Contender> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("contenders must not be empty");
        }
        return new Comparison(scenario, options, Optional.of(List.copyOf(values)), firstSeed, seeds);
    }

    /** On the clusters of so many seeds that follow one another. */
    public Comparison seeds(long first, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, was " + count);
        }
        return new Comparison(scenario, options, contenders, first, count);
    }

    /**
     * @throws ComparisonException if it would say nothing: none of the strategies can be run, or the old version does not get
     *     ready, or loses requests by itself
     * @throws dev.rollproof.k8s.ClusterException if a cluster refuses one of the manifests
     * @throws InterruptedException if the thread is interrupted
     */
    public ComparisonReport run(TestBed.Source beds) throws InterruptedException {
        List<Fitting> all = contenders.orElseGet(() -> Contender.all(scenario, options, WEIGHTS)).stream()
                .map(c -> Fitting.of(c, scenario))
                .toList();
        List<Fitting> fitting = all.stream().filter(f -> f.whyNot().isEmpty()).toList();
        List<String> leftOut = all.stream()
                .flatMap(f -> f.whyNot().map(why -> f.contender().name() + ": " + why).stream())
                .toList();
        if (fitting.isEmpty()) {
            throw new ComparisonException("none of the strategies can be run: " + String.join("; ", leftOut));
        }
        int versions = scenario.bad().isPresent() ? 2 : 1;
        List<Measured> measured = inParallel(fitting.size() * versions * seeds, number -> {
            Fitting one = fitting.get(number / seeds / versions);
            boolean bad = number / seeds % versions == 1;
            long seed = firstSeed + number % seeds;
            try (TestBed bed = beds.open(seed)) {
                return new Trial(one, options, bad, bed).run(seed, scenario.others());
            }
        });
        List<Standing> standings = new ArrayList<>();
        for (int i = 0; i < fitting.size(); i++) {
            int from = i * versions * seeds;
            standings.add(new Standing(
                    fitting.get(i).contender().name(),
                    measured.subList(from, from + seeds),
                    measured.subList(from + seeds, from + versions * seeds)));
        }
        List<String> notes = fitting.stream().flatMap(f -> f.notes().stream()).toList();
        return new ComparisonReport(scenario, options, firstSeed, seeds, standings, leftOut, notes);
    }

    private interface Task {
        Measured run(int number) throws InterruptedException;
    }

    /** By number, so that the order of the results does not depend on who was quick; nor does which failure is thrown. */
    private List<Measured> inParallel(int tasks, Task task) throws InterruptedException {
        @Nullable Measured[] results = new Measured[tasks];
        ConcurrentSkipListMap<Integer, RuntimeException> failures = new ConcurrentSkipListMap<>();
        AtomicInteger next = new AtomicInteger();
        int threads = Math.min(options.threads(), tasks);
        ExecutorService pool = Executors.newFixedThreadPool(threads, runnable -> {
            Thread thread = new Thread(runnable, "rollproof-compare");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(pool.submit(() -> {
                    // Numbers are taken in their order, so those below a failure are done or under way.
                    while (failures.isEmpty()) {
                        int number = next.getAndIncrement();
                        if (number >= tasks) {
                            break;
                        }
                        try {
                            results[number] = task.run(number);
                        } catch (RuntimeException failed) {
                            failures.put(number, failed);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a trial ended unexpectedly", failed.getCause());
        } finally {
            pool.shutdownNow();
        }
        if (!failures.isEmpty()) {
            throw failures.firstEntry().getValue();
        }
        return Arrays.stream(results).map(Objects::requireNonNull).toList();
    }
}
