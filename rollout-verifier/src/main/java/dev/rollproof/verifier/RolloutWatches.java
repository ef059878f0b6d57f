// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.verifier.judge.Expectation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Several workloads that are observed from before they are changed until the verdicts on them, and are all judged at once. Made by
 * {@link RolloutVerifier#watchAll}.
 *
 * <pre>{@code
 * try (RolloutWatches watches = verifier.watchAll(List.of(shop, stock))) {
 *     List<Verdict> verdicts = watches.verify(List.of(actions.apply(shop), actions.apply(stock)));
 * }
 * }</pre>
 *
 * <p>Not more than sixteen are observed at a time. Those beyond are verified when others are done, without promises.
 *
 * <p>For one change and one thread.
 */
public final class RolloutWatches implements AutoCloseable {
    /** Four watches each, and each watch a connection of its own by fabric8's client: as many as one client should ask of an API server. */
    private static final int MOST = 16;

    private final Cluster cluster;
    private final VerifierOptions options;
    private final Consumer<Progress> onProgress;
    private final Consumer<Change> onChange;
    private final Map<ObjectRef, RolloutWatch> open = new HashMap<>();
    private final List<Running> running = new ArrayList<>();

    private RolloutWatches(
            Cluster cluster, VerifierOptions options, Consumer<Progress> onProgress, Consumer<Change> onChange) {
        this.cluster = cluster;
        this.options = options;
        this.onProgress = onProgress;
        this.onChange = onChange;
    }

    static RolloutWatches open(
            Cluster cluster,
            VerifierOptions options,
            Consumer<Progress> onProgress,
            Consumer<Change> onChange,
            List<? extends HasMetadata> next)
            throws InterruptedException {
        RolloutWatches watches = new RolloutWatches(cluster, options, onProgress, onChange);
        try {
            for (HasMetadata workload : next.subList(0, Math.min(MOST, next.size()))) {
                watches.add(RolloutWatch.open(cluster, options, onProgress, onChange, workload));
            }
        } catch (InterruptedException | RuntimeException failed) {
            watches.close();
            throw failed;
        }
        return watches;
    }

    private void add(RolloutWatch watch) {
        RolloutWatch twice = open.put(watch.workload(), watch);
        if (twice != null) {
            twice.close();
        }
    }

    /**
     * What to do with a verdict as soon as it is there, such as going back.
     *
     * @param <W> what was applied
     */
    @FunctionalInterface
    public interface Conclusion<W extends HasMetadata> {
        /**
         * Called on the verifying thread: the other verdicts wait for it.
         *
         * @return the verdict that takes this one's place
         * @throws InterruptedException if the thread is interrupted
         */
        Verdict conclude(W applied, Verdict verdict) throws InterruptedException;
    }

    /** One that is being judged. */
    private record Running(int index, Verification verification, UnaryOperator<Verdict> finish, Runnable close) {}

    /**
     * Verifies the rollouts of what was just applied; the timeout counts for all of them from now.
     *
     * @param applied the workloads as the server returned them; those that were not observed before are verified without promises
     * @return a verdict for each, in the same order
     * @throws InterruptedException if the thread is interrupted; the rollouts go on
     */
    public List<Verdict> verify(List<? extends HasMetadata> applied) throws InterruptedException {
        return verify(applied, (workload, verdict) -> verdict);
    }

    /** The same, with something to do with each verdict as soon as it is there. */
    public <W extends HasMetadata> List<Verdict> verify(List<W> applied, Conclusion<W> each)
            throws InterruptedException {
        Time time = cluster.time();
        Instant deadline = time.now().plus(options.timeout());
        Queue<Integer> waiting = new ArrayDeque<>();
        for (int i = 0; i < applied.size(); i++) {
            waiting.add(i);
        }
        Map<Integer, Verdict> verdicts = new TreeMap<>();
        while (verdicts.size() < applied.size()) {
            while (running.size() < MOST && !waiting.isEmpty()) {
                int index = waiting.remove();
                running.add(begin(index, applied.get(index), left(time, deadline)));
            }
            if (!stepAll(applied, verdicts, each)) {
                time.awaitUntil(nextStep(deadline), this::hasNews);
            }
        }
        return List.copyOf(verdicts.values());
    }

    private static Duration left(Time time, Instant deadline) {
        Duration left = Duration.between(time.now(), deadline);
        return left.isNegative() || left.isZero() ? Duration.ofMillis(1) : left;
    }

    private Running begin(int index, HasMetadata applied, Duration timeout) {
        Expectation expected = Expectation.of(WorkloadKinds.observed(applied));
        RolloutWatch watch = open.remove(expected.workload());
        if (watch != null) {
            Verification verification = watch.verification(expected, timeout);
            verification.begin(expected);
            return new Running(index, verification, watch::withPromises, watch::close);
        }
        Verification verification =
                Verification.open(cluster, options.withTimeout(timeout), expected, onProgress, onChange);
        verification.begin(expected);
        return new Running(index, verification, verdict -> verdict, verification::close);
    }

    /** Returns whether there is a new verdict. */
    private <W extends HasMetadata> boolean stepAll(List<W> applied, Map<Integer, Verdict> verdicts, Conclusion<W> each)
            throws InterruptedException {
        boolean news = false;
        for (Iterator<Running> all = running.iterator(); all.hasNext(); ) {
            Running one = all.next();
            Optional<Verdict> verdict = one.verification().step();
            if (verdict.isPresent()) {
                Verdict whole = one.finish().apply(verdict.get());
                all.remove();
                one.close().run();
                verdicts.put(one.index(), each.conclude(applied.get(one.index()), whole));
                news = true;
            }
        }
        return news;
    }

    private Instant nextStep(Instant deadline) {
        Instant earliest = deadline;
        for (Running one : running) {
            Instant next = one.verification().nextStep();
            earliest = next.isBefore(earliest) ? next : earliest;
        }
        return earliest;
    }

    private boolean hasNews() {
        for (Running one : running) {
            if (one.verification().hasNews()) {
                return true;
            }
        }
        return false;
    }

    /** Ends the observations. */
    @Override
    public void close() {
        running.forEach(one -> one.close().run());
        running.clear();
        open.values().forEach(RolloutWatch::close);
        open.clear();
    }
}
