// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.engine;

import dev.rollproof.k8s.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time: a queue of events, ordered by their time and then by when they were scheduled, and a clock that jumps from
 * one to the next. Nothing happens by itself; whoever waits runs the events.
 *
 * <p>Unless it follows another time ({@link #follow}), as it does where the cluster is served: then it passes by itself, whoever
 * waits sleeps until the moment has come, and whoever comes from outside finds it at the present. It waits for them, too: from the
 * moment that somebody has waited for, or is told to look again, none of it passes until he is awake, however long a busy machine takes
 * to wake him. {@link #advance} adds to it.
 *
 * <p>One lock guards everything simulated: events run under it, and so must every access from outside, by {@link #call}.
 */
public final class EventLoop implements Time {
    private final Instant epoch;
    private final PriorityQueue<Scheduled> queue = new PriorityQueue<>(1024);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition passed = lock.newCondition();
    private volatile @Nullable LongSupplier followed;
    private final Set<Sleeper> sleepers = Collections.newSetFromMap(new IdentityHashMap<>());

    /** How many of them have been called, and are not awake yet. */
    private int called;

    private final AtomicLong passages = new AtomicLong();
    private volatile long nowNanos;
    private long sequence;
    private long executed;
    private Runnable onEarlier = () -> {};

    /** Within an event many ask for the time, which is the same; threads may each work it out for themselves. */
    private record Moment(long nanos, Instant time) {}

    private @Nullable Moment lastAsked;

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
        if (followed != null) {
            catchUp();
        }
        long nanos = elapsedNanos();
        Moment known = lastAsked;
        if (known == null || known.nanos != nanos) {
            known = new Moment(nanos, epoch.plusNanos(nanos));
            lastAsked = known;
        }
        return known.time;
    }

    /** Nanoseconds of virtual time since the start. */
    public long elapsedNanos() {
        return nowNanos;
    }

    /** Has an action run after a delay in virtual time, under the lock. Delays below zero count as zero. */
    public void after(long delayNanos, Runnable action) {
        lock.lock();
        try {
            schedule(nowNanos + Math.max(0, delayNanos), action);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private Scheduled schedule(long dueNanos, Runnable action) {
        Scheduled scheduled = new Scheduled(dueNanos, sequence++, action);
        queue.add(scheduled);
        if (queue.peek() == scheduled) {
            onEarlier.run();
        }
        return scheduled;
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

    /**
     * Has virtual time follow another until {@link #followNothing()}, and never overtake it. Somebody must {@link #catchUp} whenever an event has become due,
     * and now and then without one.
     *
     * @param nanosSince how many virtual nanoseconds have passed since it was asked last; asked under the lock
     * @throws IllegalStateException if it follows one already
     */
    public void follow(LongSupplier nanosSince) {
        lock.lock();
        try {
            if (followed != null) {
                throw new IllegalStateException(
                        "the virtual time of this cluster follows real time already: it is being"
                                + " served; close that server first, or use it");
            }
            followed = nanosSince;
        } finally {
            lock.unlock();
        }
    }

    /** Virtual time stands still from now on, but for whoever waits or advances it. */
    public void followNothing() {
        lock.lock();
        try {
            followed = null;
            tellTheWaiting();
        } finally {
            lock.unlock();
        }
    }

    /** Runs what has become due in the time that this one follows. Within an event it is always the event's time: nothing is run then. */
    public void catchUp() {
        lock.lock();
        try {
            runDue();
        } finally {
            lock.unlock();
        }
    }

    /** Callers have taken the lock once, or are within an event or a call. Time that passes while somebody is being woken is lost. */
    private void runDue() {
        LongSupplier nanosSince = followed;
        if (nanosSince != null && lock.getHoldCount() == 1) {
            long end = nowNanos + nanosSince.getAsLong();
            while (called == 0 && runNext(end)) {}
            if (called == 0) {
                nowNanos = Math.max(nowNanos, end);
            }
            tellTheWaiting();
        }
    }

    /** Runs something that reads or changes the simulation, under the lock and at the current time. */
    public <T> T call(Supplier<T> access) {
        lock.lock();
        try {
            runDue();
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
            tellTheWaiting();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitUntil(Instant deadline, BooleanSupplier condition) throws InterruptedException {
        long end = nanosAt(deadline);
        if (followed != null && sleepUntil(end, condition)) {
            return condition.getAsBoolean();
        }
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

    /**
     * Lets others run the events until a condition holds or a time has come.
     *
     * @return false if time stands still before either
     */
    private boolean sleepUntil(long end, BooleanSupplier condition) throws InterruptedException {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "an event cannot wait for the time that virtual time follows; schedule another");
        }
        Sleeper sleeper = new Sleeper();
        // Whoever drives the events comes by at the right moment, and not only with the next event of somebody else's.
        Scheduled alarm = locked(() -> {
            sleepers.add(sleeper);
            return schedule(end, () -> call(sleeper));
        });
        try {
            while (true) {
                long seen = passages.get();
                // Outside the lock: a condition may take locks of its own.
                if (condition.getAsBoolean()) {
                    return true;
                }
                lock.lockInterruptibly();
                try {
                    if (followed == null || nowNanos >= end) {
                        return followed != null;
                    }
                    if (passages.get() == seen) {
                        passed.await();
                    }
                    awake(sleeper);
                } finally {
                    lock.unlock();
                }
            }
        } finally {
            locked(() -> {
                awake(sleeper);
                sleepers.remove(sleeper);
                return queue.remove(alarm);
            });
        }
    }

    /** Somebody who waits. Guarded by the lock. */
    private static final class Sleeper {
        boolean called;
    }

    private <T> T locked(Supplier<T> access) {
        lock.lock();
        try {
            return access.get();
        } finally {
            lock.unlock();
        }
    }

    private void call(Sleeper sleeper) {
        if (!sleeper.called) {
            sleeper.called = true;
            called++;
        }
    }

    private void awake(Sleeper sleeper) {
        if (sleeper.called) {
            sleeper.called = false;
            called--;
            onEarlier.run();
        }
    }

    private void tellTheWaiting() {
        passages.incrementAndGet();
        passed.signalAll();
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

    /** Nobody sleeps in virtual time, so there is nobody to wake, but where it follows another. */
    @Override
    public void wakeUp() {
        if (followed != null) {
            lock.lock();
            try {
                sleepers.forEach(this::call);
                tellTheWaiting();
            } finally {
                lock.unlock();
            }
        }
    }

    /** How many events have run, as a measure of work. */
    public long executed() {
        return call(() -> executed);
    }

    @Override
    public String toString() {
        return "virtual time, " + Duration.ofNanos(elapsedNanos()) + " in";
    }
}
