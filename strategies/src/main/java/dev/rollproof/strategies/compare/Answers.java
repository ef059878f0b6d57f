// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.Request;
import dev.rollproof.k8s.traffic.TrafficReport;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the requests of one trial say, read in one pass. Times are counted from the end of the baseline. Pure.
 *
 * @param failed requests that failed, of both lanes
 * @param down how long nobody answered on fresh connections, all outages of {@link #shortestOutage} or more added up
 * @param mixed from the first answer of the new version to the last of the old one, on fresh connections; zero where these do
 *     not overlap
 * @param met requests that the new version answered, in whatever way, of both lanes
 * @param errors how many of these answers say 500 or more
 * @param lastMet when the last of these was due
 */
record Answers(int failed, Duration down, Duration mixed, int met, int errors, Optional<Duration> lastMet) {
    /** A few requests that meet pods which just went are lost requests and no outage. */
    private static final Duration SHORT = Duration.ofMillis(250);

    private static final int FEW = 5;

    /** The shortest time without an answer that counts as one in which nobody serves, at a rate. */
    static Duration shortestOutage(Duration interval) {
        Duration few = interval.multipliedBy(FEW);
        return few.compareTo(SHORT) > 0 ? few : SHORT;
    }

    /**
     * @param from requests that were due before are left out
     * @param isNew whether the pod of this name has the new version
     */
    static Answers of(TrafficReport report, Duration from, Predicate<String> isNew) {
        Duration shortest = shortestOutage(report.load().interval());
        int failed = 0;
        int met = 0;
        int errors = 0;
        Duration down = Duration.ZERO;
        @Nullable Duration lastAnswer = null;
        @Nullable Duration outSince = null;
        @Nullable Duration lastFresh = null;
        @Nullable Duration firstNew = null;
        @Nullable Duration lastOld = null;
        @Nullable Duration lastMet = null;
        for (Request request : report.requests()) {
            if (request.due().compareTo(from) < 0) {
                continue;
            }
            boolean fresh = request.lane() == Lane.FRESH;
            if (request.outcome() instanceof Outcome.Answered answer) {
                if (isNew.test(answer.pod())) {
                    met++;
                    errors += answer.status() >= 500 ? 1 : 0;
                    lastMet = request.due();
                    firstNew = fresh && firstNew == null ? request.due() : firstNew;
                } else if (fresh) {
                    lastOld = request.due();
                }
            }
            failed += request.failed() ? 1 : 0;
            if (fresh) {
                lastFresh = request.due();
                if (request.failed()) {
                    outSince = outSince != null ? outSince : lastAnswer != null ? lastAnswer : request.due();
                } else {
                    down = plusOutage(down, outSince, request.due(), shortest);
                    outSince = null;
                    lastAnswer = request.due();
                }
            }
        }
        down = plusOutage(down, outSince, lastFresh, shortest);
        return new Answers(failed, down, overlap(firstNew, lastOld), met, errors, Optional.ofNullable(lastMet));
    }

    private static Duration overlap(@Nullable Duration firstNew, @Nullable Duration lastOld) {
        return firstNew == null || lastOld == null || lastOld.compareTo(firstNew) <= 0
                ? Duration.ZERO
                : lastOld.minus(firstNew);
    }

    private static Duration plusOutage(
            Duration down, @Nullable Duration since, @Nullable Duration until, Duration shortest) {
        if (since == null || until == null || until.minus(since).compareTo(shortest) < 0) {
            return down;
        }
        return down.plus(until.minus(since));
    }
}
