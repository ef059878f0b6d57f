// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

/**
 * A kubelet's back-off for one container or one image: none the first time, then 10 s, 20 s, 40 s up to 300 s, and from the
 * start again after ten minutes in which nothing failed.
 */
final class RestartBackOff {
    private static final long FIRST_SECONDS = 10;
    private static final long LAST_SECONDS = 300;
    private static final long FORGET_NANOS = 2 * LAST_SECONDS * 1_000_000_000L;

    private long seconds;
    private long lastNanos;

    /**
     * How many seconds something has to wait since it failed.
     *
     * @return 0 where it may be tried again
     */
    long secondsSince(long failedNanos, long now) {
        if (seconds == 0 || failedNanos - lastNanos > FORGET_NANOS) {
            return 0;
        }
        return now - failedNanos < seconds * 1_000_000_000L ? seconds : 0;
    }

    /** It is tried again. */
    void next(long now) {
        boolean forgotten = now - lastNanos > FORGET_NANOS;
        seconds = seconds == 0 || forgotten ? FIRST_SECONDS : Math.min(seconds * 2, LAST_SECONDS);
        lastNanos = now;
    }

    long seconds() {
        return seconds;
    }
}
