// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.check;

import dev.rollproof.strategies.check.Measurement.Result;
import java.time.Instant;
import java.util.Objects;

/**
 * A check under way: what was measured so far, and what follows from it, as Argo Rollouts decides it (analysis controller,
 * assessMetricStatus). Immutable and pure: measurements and times come in, the time of the next measurement goes out.
 *
 * <pre>
 * running      → failed        when more than failureLimit measurements failed
 * running      → inconclusive  when more than inconclusiveLimit were inconclusive
 * running      → error         when more than consecutiveErrorLimit in a row ended in error
 * running      → successful    when count measurements were made that were no errors
 * running      → running       otherwise; measures again after the interval, after an error in ten seconds
 * The others are final: measuring then is illegal.
 * </pre>
 *
 * @param last the last measurement's words; {@code ""} before the first
 * @param nextAt when to measure next, while running
 */
public record CheckRun(
        CheckLimits limits,
        Phase phase,
        int successful,
        int failed,
        int inconclusive,
        int errors,
        int consecutiveErrors,
        String last,
        Instant nextAt) {
    /** Argo Rollouts' words. */
    public enum Phase {
        /** There is more to measure. */
        RUNNING,
        /** All that were to be made were made, and no limit was passed. */
        SUCCESSFUL,
        /** More failed than may. */
        FAILED,
        /** More were inconclusive than may. */
        INCONCLUSIVE,
        ERROR
    }

    public CheckRun {
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(phase, "phase");
        Objects.requireNonNull(last, "last");
        Objects.requireNonNull(nextAt, "nextAt");
    }

    /** Before the first measurement, which is due when the initial delay has passed. */
    public static CheckRun begin(CheckLimits limits, Instant at) {
        return new CheckRun(limits, Phase.RUNNING, 0, 0, 0, 0, 0, "", at.plus(limits.initialDelay()));
    }

    /** Whether there is nothing more to measure. */
    public boolean isOver() {
        return phase != Phase.RUNNING;
    }

    /** After one more measurement, which ended at this time. */
    public CheckRun measured(Measurement measurement, Instant at) {
        if (isOver()) {
            throw new IllegalStateException("a check that is " + phase + " cannot take the measurement " + measurement);
        }
        Result result = measurement.result();
        CheckRun counted = new CheckRun(
                limits,
                phase,
                successful + (result == Result.SUCCESSFUL ? 1 : 0),
                failed + (result == Result.FAILED ? 1 : 0),
                inconclusive + (result == Result.INCONCLUSIVE ? 1 : 0),
                errors + (result == Result.ERROR ? 1 : 0),
                result == Result.ERROR ? consecutiveErrors + 1 : 0,
                measurement.found(),
                at.plus(result == Result.ERROR ? CheckLimits.AFTER_ERROR : limits.interval()));
        return counted.in(counted.assessed());
    }

    private Phase assessed() {
        if (failed > limits.failureLimit()) {
            return Phase.FAILED;
        }
        if (inconclusive > limits.inconclusiveLimit()) {
            return Phase.INCONCLUSIVE;
        }
        if (consecutiveErrors > limits.consecutiveErrorLimit()) {
            return Phase.ERROR;
        }
        return successful + failed + inconclusive >= limits.count() ? Phase.SUCCESSFUL : Phase.RUNNING;
    }

    private CheckRun in(Phase value) {
        return new CheckRun(limits, value, successful, failed, inconclusive, errors, consecutiveErrors, last, nextAt);
    }

    /** Such as {@code 2 of 3 measured, 1 failed (limit 0), last: 3 of 50 requests failed}. */
    public String line() {
        StringBuilder line = new StringBuilder();
        line.append(successful + failed + inconclusive)
                .append(" of ")
                .append(limits.count())
                .append(" measured");
        append(line, failed, "failed", limits.failureLimit());
        append(line, inconclusive, "inconclusive", limits.inconclusiveLimit());
        append(line, consecutiveErrors, "errors in a row", limits.consecutiveErrorLimit());
        if (!last.isEmpty()) {
            line.append(", last: ").append(last);
        }
        return line.toString();
    }

    private static void append(StringBuilder line, int number, String what, int limit) {
        if (number > 0) {
            line.append(", ")
                    .append(number)
                    .append(' ')
                    .append(what)
                    .append(" (limit ")
                    .append(limit)
                    .append(')');
        }
    }
}
