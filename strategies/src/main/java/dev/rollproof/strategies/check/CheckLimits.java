// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.check;

import java.time.Duration;

/**
 * How often a check measures and what it forgives, with the meaning and the defaults of Argo Rollouts' metrics.
 *
 * @param count how many measurements make it successful; errors do not count. Default 1
 * @param interval from the end of a measurement to the next; needed where count is above 1. After an error it is always
 *     {@link #AFTER_ERROR}
 * @param failureLimit how many may fail; one more fails the check. Default 0
 * @param inconclusiveLimit how many may be inconclusive; one more makes the check inconclusive. Default 0
 * @param consecutiveErrorLimit how many may end in error one after the other; one more is an error of the check. Default 4
 * @param initialDelay before the first measurement; default zero
 * @param dryRun whether it measures and tells, and decides nothing. Default false
 */
public record CheckLimits(
        int count,
        Duration interval,
        int failureLimit,
        int inconclusiveLimit,
        int consecutiveErrorLimit,
        Duration initialDelay,
        boolean dryRun) {
    /** How long to wait after a measurement that ended in error. */
    public static final Duration AFTER_ERROR = Duration.ofSeconds(10);

    private static final CheckLimits DEFAULTS = new CheckLimits(1, Duration.ZERO, 0, 0, 4, Duration.ZERO, false);

    /**
     * @throws IllegalArgumentException if a number or a time is negative, count is below 1, or above 1 without an interval, or a limit is
     *     not below it
     */
    public CheckLimits {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, was " + count);
        }
        if (interval.isNegative() || initialDelay.isNegative()) {
            throw new IllegalArgumentException(
                    "interval and initialDelay must not be negative, were " + interval + " and " + initialDelay);
        }
        if (count > 1 && interval.isZero()) {
            throw new IllegalArgumentException("interval must be given where count is above 1, count was " + count);
        }
        notNegative("failureLimit", failureLimit);
        notNegative("inconclusiveLimit", inconclusiveLimit);
        notNegative("consecutiveErrorLimit", consecutiveErrorLimit);
        belowCount("failureLimit", failureLimit, count);
        belowCount("inconclusiveLimit", inconclusiveLimit, count);
    }

    private static void notNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must not be negative, was " + value);
        }
    }

    private static void belowCount(String name, int value, int count) {
        if (value >= count) {
            throw new IllegalArgumentException(name + " must be below count, which is " + count + ", was " + value
                    + ": nothing could exceed it; give count first");
        }
    }

    /** Measures once, and forgives nothing but four errors in a row. */
    public static CheckLimits defaults() {
        return DEFAULTS;
    }
}
