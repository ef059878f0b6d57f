// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import dev.rollproof.k8s.time.Time;
import dev.rollproof.sim.engine.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets virtual time follow real time, or a multiple of it. One thread runs the events that have become due; whoever reads or
 * writes meanwhile finds the cluster's clock right. Thread-safe.
 */
final class Pace implements AutoCloseable {
    /** The longest sleep: also without an event the clock goes on. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(1);

    /** Nanoseconds; an event that is due stays so while somebody is being woken. */
    private static final long SHORTEST_SLEEP = 20_000;

    private static final Duration LOOK_AFTER_HOLDS = Duration.ofMillis(50);

    private final EventLoop loop;
    private final double speed;
    private final Time real = Time.ownSystem();
    private final AtomicBoolean earlier = new AtomicBoolean();
    private final Set<Hold> holds = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Thread driver;
    private Instant last;
    private volatile boolean closed;

    Pace(EventLoop loop, double speed) {
        this.loop = loop;
        this.speed = speed;
        this.last = real.now();
        this.driver = new Thread(this::drive, "rollproof-virtual-time");
        driver.setDaemon(true);
        loop.follow(this::nanosSince);
        loop.onEarlierEvent(this::onEarlierEvent);
        driver.start();
    }

    private void onEarlierEvent() {
        // Whoever scheduled it may be the driver itself, which looks anyway; to be woken once too often is cheap.
        if (!earlier.getAndSet(true)) {
            real.wakeUp();
        }
    }

    /** Virtual time stands still until it is closed, or has been held for so long. */
    final class Hold implements SimulatedApiServer.Hold {
        private final Instant until;

        private Hold(Duration atMost) {
            until = real.now().plus(atMost);
        }

        @Override
        public void close() {
            // Whoever comes to the loop lets it catch up first: with the time until now, which was held.
            loop.call(() -> holds.remove(this));
        }
    }

    Hold hold(Duration atMost) {
        return loop.call(() -> {
            Hold hold = new Hold(atMost);
            holds.add(hold);
            return hold;
        });
    }

    /** Callers hold the simulation's lock. */
    private boolean isHeld(Instant now) {
        holds.removeIf(hold -> !now.isBefore(hold.until));
        return !holds.isEmpty();
    }

    /** Virtual nanoseconds since it was asked last; asked under the simulation's lock. */
    private long nanosSince() {
        Instant now = real.now();
        if (isHeld(now)) {
            last = now;
            return 0;
        }
        long nanos = (long) (Duration.between(last, now).toNanos() * speed);
        if (nanos <= 0) {
            return 0;
        }
        last = now;
        return nanos;
    }

    private void drive() {
        try {
            while (!closed) {
                earlier.set(false);
                loop.catchUp();
                long next = loop.nanosToNext();
                long longest = (loop.call(() -> !holds.isEmpty()) ? LOOK_AFTER_HOLDS : LONGEST_SLEEP).toNanos();
                long sleep = (long) Math.min((double) next / speed, (double) longest);
                real.awaitUntil(real.now().plusNanos(Math.max(SHORTEST_SLEEP, sleep)), () -> closed || earlier.get());
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Virtual time stands still from now on, but for whoever waits or advances it. */
    @Override
    public void close() {
        closed = true;
        loop.onEarlierEvent(() -> {});
        loop.followNothing();
        driver.interrupt();
    }
}
