// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import java.time.Duration;

/**
 * How to compare. Times are those of the clusters: virtual ones on simulated clusters.
 *
 * @param watch how long a strategy watches the new version before it trusts it: a canary at each weight, a blue-green after the
 *     switch, the others when all pods are there. A blue-green keeps its old version as long. Default 5 s
 * @param perSecond how many requests a second go to the Service on new connections, and as many on kept ones; default 20
 * @param errorLimit which part of the new version's answers may say 500 or more while it is watched; more is bad. Default 0.05
 * @param timeout how long a rollout, or a move of a driven one, may take; default 60 s
 * @param threads how many trials run at once; default as many as there are processors. The results do not depend on it
 */
public record ComparisonOptions(Duration watch, double perSecond, double errorLimit, Duration timeout, int threads) {
    private static final double FASTEST = 1000;

    /**
     * @throws IllegalArgumentException if a time is not positive, the rate not above 0 or beyond 1,000, the part of errors not from 0 to below
     *     1, or there is no thread
     */
    public ComparisonOptions {
        positive("watch", watch);
        if (!(perSecond > 0 && perSecond <= FASTEST)) {
            throw new IllegalArgumentException(
                    "perSecond must be more than 0 and at most " + (int) FASTEST + ", was " + perSecond);
        }
        if (!(errorLimit >= 0 && errorLimit < 1)) {
            throw new IllegalArgumentException("errorLimit must be at least 0 and less than 1, was " + errorLimit);
        }
        positive("timeout", timeout);
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, was " + threads);
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
    }

    /** 5 s to watch, 20 requests a second of each sort, 5 % of errors, 60 s, a thread for each processor. */
    public static ComparisonOptions defaults() {
        return new ComparisonOptions(
                Duration.ofSeconds(5),
                20,
                0.05,
                Duration.ofSeconds(60),
                Runtime.getRuntime().availableProcessors());
    }

    /** How long the new version is watched before it is trusted. */
    public ComparisonOptions withWatch(Duration value) {
        return new ComparisonOptions(value, perSecond, errorLimit, timeout, threads);
    }

    /** So many requests a second on new connections, and as many on kept ones. */
    public ComparisonOptions withPerSecond(double value) {
        return new ComparisonOptions(watch, value, errorLimit, timeout, threads);
    }

    /** Which part of the answers may say 500 or more, from 0 to below 1. */
    public ComparisonOptions withErrorLimit(double value) {
        return new ComparisonOptions(watch, perSecond, value, timeout, threads);
    }

    /** How long a rollout, or a move of a driven one, may take. */
    public ComparisonOptions withTimeout(Duration value) {
        return new ComparisonOptions(watch, perSecond, errorLimit, value, threads);
    }

    /** So many trials at once; the results do not depend on it. */
    public ComparisonOptions withThreads(int value) {
        return new ComparisonOptions(watch, perSecond, errorLimit, timeout, value);
    }
}
