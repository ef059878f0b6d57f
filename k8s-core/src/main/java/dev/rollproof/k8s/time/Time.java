// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.time;

import java.time.Instant;
import java.util.function.BooleanSupplier;

/**
 * Tells the time and waits. The system's time sleeps; a simulated cluster's time runs the events that lie ahead instead,
 * so that a minute passes in a millisecond.
 *
 * <p>Implementations are safe to use from several threads.
 */
public interface Time {
    /** The current time. It never goes back, and it is not the time of any API server: never compare the two. */
    Instant now();

    /**
     * Waits until a condition holds or a time has come, whichever is first. The condition is looked at once at the start,
     * after each {@link #wakeUp()}, and at the end.
     *
     * @return whether the condition holds
     * @throws InterruptedException if the waiting thread is interrupted
     */
    boolean awaitUntil(Instant deadline, BooleanSupplier condition) throws InterruptedException;

    /** Has every waiting thread look at its condition again. Call it after making one true. */
    void wakeUp();

    /** The system's time with wake-ups of its own: {@link #wakeUp()} on it wakes nobody who waits on another. */
    static Time ownSystem() {
        return new SystemTime(1);
    }

    /**
     * The system's time, run faster: for a cluster whose own time is, such as a simulated one that is served at a speed. It starts
     * at the present moment, and has wake-ups of its own.
     *
     * @param speed how many of its seconds pass in one
     * @throws IllegalArgumentException if the speed is not a positive number
     */
    static Time atSpeed(double speed) {
        return new SystemTime(speed);
    }

    /** The system's time: a wall clock that follows the monotonic one, so that it never goes back. */
    static Time system() {
        return SystemTime.INSTANCE;
    }
}
