// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.engine;

import dev.rollproof.k8s.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Virtual time: a queue of events, ordered by their time and then by when they were scheduled, and a clock that jumps from
 * one to the next. Nothing happens by itself; whoever waits runs the events.
 *
 * <p>One lock guards everything simulated: events run under it, and so must every access from outside, by {@link #call}.
 */
public final class EventLoop implements Time {
    private final Instant epoch;
    private final PriorityQueue<Scheduled> queue = new PriorityQueue<>(1024);
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long nowNanos;
    private long sequence;
    private long executed;
    private Runnable onEarlier = () -> {};

    private static final class Scheduled implements Comparable<Scheduled> {
        final long dueNanos;
        final long sequence;
        final Runnable action;

        Scheduled(long dueNanos, long sequence, Runnable action) {
            this.dueNanos = dueNanos;
            this.sequence = sequence;
            this.action = action;
        }

        @Override
        public int compareTo(Scheduled that) {
            int byTime = Long.compare(dueNanos, that.dueNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, that.sequence);
        }
    }

    /**
     * @param epoch what the clock says at the start
     */
    public EventLoop(Instant epoch) {
        this.epoch = epoch;
    }

    @Override
    public Instant now() {
        return epoch.plusNanos(elapsedNanos());
    }

    /** Nanoseconds of virtual time since the start. */
    public long elapsedNanos() {
        return nowNanos;
    }

    /** Has an action run after a delay in virtual time, under the lock. Delays below zero count as zero. */
    public void after(long delayNanos, Runnable action) {
        lock.lock();
        try {
            Scheduled scheduled = new Scheduled(nowNanos + Math.max(0, delayNanos), sequence++, action);
            queue.add(scheduled);
            if (queue.peek() == scheduled) {
                onEarlier.run();
            }
        } finally {
            lock.unlock();
        }
    }

    public void after(Duration delay, Runnable action) {
        after(delay.toNanos(), action);
    }

    /** Virtual nanoseconds until the next event is due; 0 for one that is due already, {@link Long#MAX_VALUE} where there is none. */
    public long nanosToNext() {
        lock.lock();
        try {
            Scheduled next = queue.peek();
            return next == null ? Long.MAX_VALUE : Math.max(0, next.dueNanos - nowNanos);
        } finally {
            lock.unlock();
        }
    }

    /** Has somebody hear, under the lock, whenever an event is scheduled that comes before all others. It must not block. */
    public void onEarlierEvent(Runnable listener) {
        lock.lock();
        try {
            onEarlier = listener;
        } finally {
            lock.unlock();
        }
    }

    /** Runs something that reads or changes the simulation, under the lock and at the current time. */
    public <T> T call(Supplier<T> access) {
        lock.lock();
        try {
            return access.get();
        } finally {
            lock.unlock();
        }
    }

    /** Runs all events of the coming time; the clock stands at its end afterwards. */
    public void advance(Duration duration) {
        lock.lock();
        try {
            long end = nowNanos + duration.toNanos();
            while (runNext(end)) {}
            nowNanos = Math.max(nowNanos, end);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitUntil(Instant deadline, BooleanSupplier condition) throws InterruptedException {
        long end = nanosAt(deadline);
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting in virtual time");
            }
            lock.lock();
            try {
                if (!runNext(end)) {
                    nowNanos = Math.max(nowNanos, end);
                    return condition.getAsBoolean();
                }
            } finally {
                lock.unlock();
            }
        }
        return true;
    }

    private long nanosAt(Instant time) {
        try {
            return Duration.between(epoch, time).toNanos();
        } catch (ArithmeticException beyondNanos) {
            return time.isBefore(epoch) ? 0 : Long.MAX_VALUE;
        }
    }

    /** Runs the next event if it is due by then. Callers hold the lock. */
    private boolean runNext(long endNanos) {
        Scheduled next = queue.peek();
        if (next == null || next.dueNanos > endNanos) {
            return false;
        }
        queue.remove();
        nowNanos = Math.max(nowNanos, next.dueNanos);
        executed++;
        next.action.run();
        return true;
    }

    /** Nobody sleeps in virtual time, so there is nobody to wake. */
    @Override
    public void wakeUp() {}

    /** How many events have run, as a measure of work. */
    public long executed() {
        return call(() -> executed);
    }

    @Override
    public String toString() {
        return "virtual time, " + Duration.ofNanos(elapsedNanos()) + " in";
    }
}
