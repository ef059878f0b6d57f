// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The system's time, or a multiple of it. */
final class SystemTime implements Time {
    static final Time INSTANCE = new SystemTime(1);

    /** Conditions may become true without a wake-up, such as a thread's end: look at them this often at the least. */
    private static final Duration LONGEST_NAP = Duration.ofSeconds(1);

    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private final double speed;
    private long wakeUps;

    /** @param speed how many seconds pass in one */
    SystemTime(double speed) {
        if (!(speed > 0) || Double.isInfinite(speed)) {
            throw new IllegalArgumentException("speed is " + speed + "; give a positive number, such as 10");
        }
        this.speed = speed;
    }

    @Override
    public Instant now() {
        return startedAt.plusNanos((long) ((double) (System.nanoTime() - startedNanos) * speed));
    }

    @Override
    public boolean awaitUntil(Instant deadline, BooleanSupplier condition) throws InterruptedException {
        while (true) {
            long seen = wakeUps();
            // Outside the lock: a condition may take locks of its own.
            if (condition.getAsBoolean()) {
                return true;
            }
            Duration left = Duration.between(now(), deadline);
            if (left.isNegative() || left.isZero()) {
                return false;
            }
            nap(seen, (long) Math.min((double) left.toNanos() / speed, (double) LONGEST_NAP.toNanos()));
        }
    }

    private long wakeUps() {
        lock.lock();
        try {
            return wakeUps;
        } finally {
            lock.unlock();
        }
    }

    private void nap(long seen, long atMostNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = Math.max(1, atMostNanos);
            while (wakeUps == seen && nanos > 0) {
                nanos = woken.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void wakeUp() {
        lock.lock();
        try {
            wakeUps++;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "system time" + (speed == 1 ? "" : " at speed " + speed) + ", in use for "
                + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos) + " s";
    }
}
