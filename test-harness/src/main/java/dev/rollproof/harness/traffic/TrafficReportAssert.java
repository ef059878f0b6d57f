// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import dev.rollproof.k8s.traffic.FailureCause;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Outage;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.Request;
import dev.rollproof.k8s.traffic.TrafficReport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.AbstractDurationAssert;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * Says what has to come of traffic. A report that is void passes no assertion but {@link #isVoid()}: it says nothing, not
 * even that nothing was lost.
 *
 * <pre>{@code
 * assertThat(report).hasNoFailures().wasAnsweredBy("1.1", "1.2");
 * assertThat(report).lost(REFUSED, TIMED_OUT).longestOutage().isLessThan(Duration.ofMillis(200));
 * assertThat(report).share("1.2").isThatOf(0.1);
 * }</pre>
 */
public final class TrafficReportAssert extends AbstractAssert<TrafficReportAssert, TrafficReport> {
    private TrafficReportAssert(@Nullable TrafficReport actual) {
        super(actual, TrafficReportAssert.class);
    }

    /** On what users met. */
    public static TrafficReportAssert assertThat(@Nullable TrafficReport actual) {
        return new TrafficReportAssert(actual);
    }

    private TrafficReport report() {
        isNotNull();
        if (actual.isVoid()) {
            throw wrong("Expecting traffic that was measured, but the report is void.%n%s", actual.summary());
        }
        return actual;
    }

    /** The baseline was not clean. */
    public TrafficReportAssert isVoid() {
        isNotNull();
        if (!actual.isVoid()) {
            throw wrong("Expecting a void report, but its baseline was clean.%n%s", actual.summary());
        }
        return this;
    }

    /** The baseline was clean, so that the report counts. */
    public TrafficReportAssert isNotVoid() {
        report();
        return this;
    }

    /** Requests were sent, and every one was answered. */
    public TrafficReportAssert hasNoFailures() {
        if (report().failed() > 0) {
            Request first = report().requests().stream()
                    .filter(Request::failed)
                    .findFirst()
                    .orElseThrow();
            throw wrong(
                    "Expecting no failed request, but %d of %d failed; the first was due at %.2f s: %s.%n%s",
                    report().failed(),
                    report().total(),
                    seconds(first.due()),
                    words(first.outcome()),
                    report().summary());
        }
        if (report().total() == 0) {
            throw wrong("Expecting requests without failures, but none was sent after the baseline.");
        }
        return this;
    }

    /** Requests failed of each of these causes; of others perhaps, too. */
    public TrafficReportAssert lost(FailureCause... causes) {
        for (FailureCause cause : causes) {
            if (report().failed(cause) == 0) {
                throw wrong("Expecting requests that failed as \"%s\", but none did.%n%s", cause, report().summary());
            }
        }
        return this;
    }

    /** Requests failed of these causes, and of no others. */
    public TrafficReportAssert lostOnly(FailureCause... causes) {
        Set<FailureCause> others = new TreeSet<>(report().failuresByCause().keySet());
        others.removeAll(List.of(causes));
        if (!others.isEmpty()) {
            throw wrong(
                    "Expecting requests to fail as %s only, but they failed as %s, too.%n%s",
                    List.of(causes), others, report().summary());
        }
        return lost(causes);
    }

    /** Less than this part of all requests failed, such as 0.05 for 5 %. */
    public TrafficReportAssert lostLessThan(double part) {
        double lost = (double) report().failed() / Math.max(1, report().total());
        if (lost >= part) {
            throw wrong(
                    "Expecting less than %.1f %% of the requests to fail, but %.1f %% did.%n%s",
                    100 * part, 100 * lost, report().summary());
        }
        return this;
    }

    /** These versions answered, and no others. */
    public TrafficReportAssert wasAnsweredBy(String... versions) {
        Set<String> expected = new TreeSet<>(List.of(versions));
        Set<String> seen = new TreeSet<>(report().versions());
        if (!seen.equals(expected)) {
            throw wrong(
                    "Expecting answers of the versions %s, but they came from %s.%n%s",
                    expected, seen, report().summary());
        }
        return this;
    }

    /** Goes on with the longest time without an answer; zero where no request failed. */
    public AbstractDurationAssert<?> longestOutage() {
        Optional<Outage> longest = report().longestOutage();
        return Assertions.assertThat(longest.map(Outage::length).orElse(Duration.ZERO))
                .as(
                        "longest outage, %s; it is seen to %d ms%n%s",
                        longest.map(Outage::toString).orElse("of which there was none"),
                        report().resolution().toMillis(),
                        report().summary());
    }

    /** Goes on with when the first request that a version answered was due, counted from the end of the baseline. */
    public AbstractDurationAssert<?> firstAnswerOf(String version) {
        return Assertions.assertThat(answer(version, report().firstAnswer(version)))
                .as("first answer of version %s%n%s", version, report().summary());
    }

    /** Goes on with when the last request that a version answered was due, counted from the end of the baseline. */
    public AbstractDurationAssert<?> lastAnswerOf(String version) {
        return Assertions.assertThat(answer(version, report().lastAnswer(version)))
                .as("last answer of version %s%n%s", version, report().summary());
    }

    private Duration answer(String version, Optional<Duration> due) {
        return due.orElseThrow(
                () -> wrong("Expecting answers of version %s, but there was none.%n%s", version, report().summary()));
    }

    /** Goes on with a version's share of the answers. */
    public ShareAssert share(String version) {
        return new ShareAssert(report(), version);
    }

    /** Goes on with the requests of one lane. */
    public TrafficReportAssert on(Lane lane) {
        return new TrafficReportAssert(report().lane(lane));
    }

    /** Goes on with the requests that were due from a time on, and before another, counted from the end of the baseline. */
    public TrafficReportAssert between(Duration from, Duration to) {
        return new TrafficReportAssert(report().between(from, to));
    }

    private static String words(Outcome outcome) {
        if (outcome instanceof Outcome.Answered answer) {
            return "answered with " + answer.status() + (answer.pod().isEmpty() ? "" : " by pod " + answer.pod());
        }
        return outcome instanceof Outcome.Broken broken
                ? broken.message()
                : outcome.failure().map(FailureCause::toString).orElse("answered");
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** With Java's own format, in English everywhere. */
    private AssertionError wrong(String format, Object... arguments) {
        return failure("%s", String.format(Locale.ROOT, format, arguments));
    }
}
