// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.sim.engine.EventLoop;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A controller's queue, as client-go's: a key that waits is not added twice, a key that is being worked on is worked on
 * again afterwards, failures are tried again after 5 ms, 10 ms, 20 ms and so on. Different keys are worked on side by side.
 */
final class WorkQueue<K> {
    /** One turn of a controller at one key. */
    interface Sync<K> {
        /**
         * @return how many writes it took, which is what keeps the worker busy
         * @throws ClusterException to be tried again later
         */
        int sync(K key);
    }

    private static final long FIRST_RETRY_NANOS = 5_000_000;
    private static final long LAST_RETRY_NANOS = 1_000_000_000_000L;

    private final EventLoop loop;
    private final LongSupplier latencyNanos;
    private final LongSupplier writeNanos;
    private final int retries;
    private final Sync<K> sync;
    private final Set<K> waiting = new HashSet<>();
    private final Set<K> working = new HashSet<>();
    private final Set<K> held = new LinkedHashSet<>();
    private final Map<K, Integer> failures = new HashMap<>();
    private boolean paused;

    /**
     * @param latencyNanos draws how long a key waits for a worker
     * @param writeNanos draws how long one write takes
     * @param retries after how many failures in a row a key is dropped
     */
    WorkQueue(EventLoop loop, LongSupplier latencyNanos, LongSupplier writeNanos, int retries, Sync<K> sync) {
        this.loop = loop;
        this.latencyNanos = latencyNanos;
        this.writeNanos = writeNanos;
        this.retries = retries;
        this.sync = sync;
    }

    void add(K key) {
        if (waiting.add(key) && !working.contains(key)) {
            schedule(key);
        }
    }

    void addAfter(K key, long nanos) {
        loop.after(nanos, () -> add(key));
    }

    /** Adds a key after a time that doubles with each failure of it. */
    void addRateLimited(K key) {
        int failed = failures.merge(key, 1, Integer::sum);
        long delay = failed > 40 ? LAST_RETRY_NANOS : FIRST_RETRY_NANOS << (failed - 1);
        addAfter(key, Math.min(delay, LAST_RETRY_NANOS));
    }

    /** Stops working; what comes is kept. */
    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        for (K key : held) {
            schedule(key);
        }
        held.clear();
    }

    private void schedule(K key) {
        loop.after(latencyNanos.getAsLong(), () -> work(key));
    }

    private void work(K key) {
        if (paused) {
            held.add(key);
            return;
        }
        waiting.remove(key);
        int writes;
        try {
            writes = sync.sync(key);
            failures.remove(key);
        } catch (ClusterException failed) {
            writes = 1;
            if (failures.getOrDefault(key, 0) < retries) {
                addRateLimited(key);
            } else {
                failures.remove(key);
            }
        }
        if (writes > 0) {
            working.add(key);
            long busy = 0;
            for (int i = 0; i < Math.min(writes, 20); i++) {
                busy += writeNanos.getAsLong();
            }
            loop.after(busy, () -> done(key));
        }
    }

    private void done(K key) {
        working.remove(key);
        if (waiting.contains(key)) {
            schedule(key);
        }
    }
}
