// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import dev.rollproof.k8s.time.Time;
import dev.rollproof.sim.engine.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets virtual time follow real time, or a multiple of it. One thread runs the events that have become due; whoever is about
 * to read or write lets it catch up first, so that the cluster's clock is right. Whoever else advances virtual time adds to
 * it. Thread-safe.
 */
final class Pace implements AutoCloseable {
    /** The longest sleep: also without an event the clock goes on. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final double speed;
    private final Time real = Time.ownSystem();
    private final AtomicBoolean earlier = new AtomicBoolean();
    private final Thread driver;
    private Instant last;
    private volatile boolean closed;

    Pace(EventLoop loop, double speed) {
        this.loop = loop;
        this.speed = speed;
        this.last = real.now();
        this.driver = new Thread(this::drive, "rollproof-virtual-time");
        driver.setDaemon(true);
        loop.onEarlierEvent(this::onEarlierEvent);
        driver.start();
    }

    private void onEarlierEvent() {
        // Whoever scheduled it may be the driver itself, which looks anyway; to be woken once too often is cheap.
        if (!earlier.getAndSet(true)) {
            real.wakeUp();
        }
    }

    /** Runs what has become due. Callers may hold the simulation's lock. */
    void catchUp() {
        loop.call(() -> {
            Instant now = real.now();
            long nanos = (long) (Duration.between(last, now).toNanos() * speed);
            if (nanos > 0) {
                last = now;
                loop.advance(Duration.ofNanos(nanos));
            }
            return nanos;
        });
    }

    private void drive() {
        try {
            while (!closed) {
                earlier.set(false);
                catchUp();
                long next = loop.nanosToNext();
                long sleep = (long) Math.min((double) next / speed, (double) LONGEST_SLEEP.toNanos());
                real.awaitUntil(real.now().plusNanos(Math.max(1, sleep)), () -> closed || earlier.get());
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Virtual time stands still from now on, but for whoever advances it. */
    @Override
    public void close() {
        closed = true;
        loop.onEarlierEvent(() -> {});
        driver.interrupt();
    }
}
