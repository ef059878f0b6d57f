// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import java.time.Duration;
import java.util.Optional;

/** What is compared: each a number of one trial. Those at the end are asked of trials with the bad version. */
public enum Metric {
    /** {@link Measured#down}, in seconds. */
    DOWNTIME(false, true),
    /** {@link Measured#failed}. */
    FAILED(false, false),
    /** {@link Measured#mostPods}. */
    MOST_PODS(false, false),
    /** {@link Measured#leastReady}; the only one of which more is better. */
    LEAST_READY(false, false),
    /** {@link Measured#duration}, in seconds. */
    DURATION(false, true),
    /** {@link Measured#mixed}, in seconds. */
    MIXED(false, true),
    /** {@link Measured#met}, of the bad version. */
    MET_THE_BAD(true, false),
    /** {@link Measured#failed}, with the bad version. */
    FAILED_WITH_THE_BAD(true, false),
    /** {@link Measured#noticed}, in seconds. */
    NOTICED(true, true),
    /** {@link Measured#restored}, in seconds. */
    RESTORED(true, true);

    private final boolean ofTheBad;
    private final boolean inSeconds;

    Metric(boolean ofTheBad, boolean inSeconds) {
        this.ofTheBad = ofTheBad;
        this.inSeconds = inSeconds;
    }

    /** Whether it is asked of trials with the bad version. */
    public boolean ofTheBad() {
        return ofTheBad;
    }

    /** Whether it is a time; a number of things otherwise. */
    public boolean inSeconds() {
        return inSeconds;
    }

    boolean lessIsBetter() {
        return this != LEAST_READY;
    }

    /** Its value in one trial; infinite where something did not happen. */
    public double of(Measured trial) {
        return switch (this) {
            case DOWNTIME -> seconds(trial.down());
            case FAILED, FAILED_WITH_THE_BAD -> trial.failed();
            case MOST_PODS -> trial.mostPods();
            case LEAST_READY -> trial.leastReady();
            case DURATION -> seconds(trial.duration());
            case MIXED -> seconds(trial.mixed());
            case MET_THE_BAD -> trial.met();
            case NOTICED -> seconds(trial.noticed());
            case RESTORED -> seconds(trial.restored());
        };
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static double seconds(Optional<Duration> duration) {
        return duration.map(Metric::seconds).orElse(Double.POSITIVE_INFINITY);
    }
}
