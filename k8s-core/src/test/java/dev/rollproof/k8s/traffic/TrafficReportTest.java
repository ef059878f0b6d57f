// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrafficReportTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Load LOAD = Load.of("shop", "clock").withPerSecond(10);
    private static final Outcome OLD = new Outcome.Answered(200, "1.1", "old");
    private static final Outcome NEW = new Outcome.Answered(200, "1.2", "new");
    private static final Outcome REFUSED = new Outcome.Refused();
    private static final Outcome TIMED_OUT = new Outcome.TimedOut();

    private final List<Request> baseline = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();

    TrafficReportTest() {
        baseline.add(new Request(millis(-100), Lane.FRESH, OLD, millis(3)));
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    /** One request each 100 ms. */
    private TrafficReport lane(Lane lane, Outcome... outcomes) {
        for (int i = 0; i < outcomes.length; i++) {
            requests.add(new Request(millis(100L * i), lane, outcomes[i], millis(10L * (i + 1))));
        }
        return report();
    }

    private TrafficReport fresh(Outcome... outcomes) {
        return lane(Lane.FRESH, outcomes);
    }

    private TrafficReport report() {
        return new TrafficReport(LOAD, BEGIN, baseline, requests, 0);
    }

    @Test
    void failuresAreCountedByCause() {
        TrafficReport report = fresh(
                OLD,
                REFUSED,
                new Outcome.Answered(503, "1.1", "old"),
                TIMED_OUT,
                new Outcome.Reset(),
                REFUSED,
                new Outcome.Broken("no route to host"),
                new Outcome.Answered(404, "", ""));
        assertThat(report.total()).isEqualTo(8);
        assertThat(report.failed()).isEqualTo(6);
        assertThat(report.failuresByCause())
                .isEqualTo(Map.of(
                        FailureCause.REFUSED, 2,
                        FailureCause.SERVER_ERROR, 1,
                        FailureCause.TIMED_OUT, 1,
                        FailureCause.RESET, 1,
                        FailureCause.OTHER, 1));
        assertThat(report.failed(FailureCause.REFUSED)).isEqualTo(2);
        assertThat(fresh().failed(FailureCause.RESET)).isEqualTo(1);
    }

    @Test
    void anOutageGoesFromAnswerToAnswerWithFailuresBetween() {
        TrafficReport report = fresh(OLD, REFUSED, OLD, OLD, REFUSED, TIMED_OUT, NEW);
        assertThat(report.longestOutage()).contains(new Outage(Lane.FRESH, millis(300), millis(600), true));
        assertThat(report.longestOutage().orElseThrow()).hasToString("0.30 s from 0.30 s on fresh connections");
    }

    @Test
    void withoutFailuresThereIsNoOutage() {
        assertThat(fresh(OLD, OLD, NEW).longestOutage()).isEmpty();
        requests.clear();
        assertThat(report().longestOutage()).isEmpty();
    }

    @Test
    void anOutageThatBeganOrWentOnUnseenCountsAsFarAsItWasSeen() {
        assertThat(fresh(REFUSED, REFUSED, OLD).longestOutage())
                .contains(new Outage(Lane.FRESH, millis(0), millis(200), true));
        requests.clear();
        assertThat(fresh(OLD, OLD, REFUSED, REFUSED).longestOutage().orElseThrow())
                .isEqualTo(new Outage(Lane.FRESH, millis(100), millis(300), false))
                .hasToString("at least 0.20 s from 0.10 s on fresh connections");
    }

    @Test
    void anAnswerInOneLaneDoesNotEndTheOutageOfTheOther() {
        lane(Lane.FRESH, OLD, OLD, OLD, OLD, OLD);
        TrafficReport report = lane(Lane.KEPT_ALIVE, OLD, REFUSED, REFUSED, REFUSED, NEW);
        assertThat(report.longestOutage()).contains(new Outage(Lane.KEPT_ALIVE, millis(0), millis(400), true));
        assertThat(report.lane(Lane.FRESH).longestOutage()).isEmpty();
    }

    @Test
    void versionsHaveTheirShareAndTheirFirstAndLastAnswer() {
        TrafficReport report = fresh(OLD, OLD, NEW, REFUSED, OLD, NEW);
        assertThat(report.versions()).containsExactly("1.1", "1.2");
        assertThat(report.pods()).containsExactly("new", "old");
        assertThat(report.share("1.1")).isEqualTo(0.6);
        assertThat(report.share("1.2")).isEqualTo(0.4);
        assertThat(report.share("2")).isZero();
        assertThat(report.answers("1.2")).isEqualTo(2);
        assertThat(report.firstAnswer("1.2")).contains(millis(200));
        assertThat(report.lastAnswer("1.1")).contains(millis(400));
        assertThat(report.lastAnswer("2")).isEmpty();
    }

    @Test
    void anErrorIsNoAnswerOfItsVersion() {
        TrafficReport report = fresh(OLD, new Outcome.Answered(500, "1.2", "new"));
        assertThat(report.versions()).containsExactly("1.1");
        assertThat(report.firstAnswer("1.2")).isEmpty();
        assertThat(report.share("1.1")).isEqualTo(1);
    }

    @Test
    void aShareIsThatOfFreshConnections() {
        lane(Lane.FRESH, OLD, NEW, OLD, NEW);
        TrafficReport report = lane(Lane.KEPT_ALIVE, OLD, OLD, OLD, OLD);
        assertThat(report.share("1.2")).isEqualTo(0.5);
        assertThat(report.lane(Lane.KEPT_ALIVE).share("1.1")).isEqualTo(1);
    }

    @Test
    void nobodysShareIsNothingAndMayBeAnything() {
        assertThat(report().share("1.1")).isZero();
        assertThat(report().shareInterval("1.1", 0.95)).isEqualTo(new Interval(0, 1, 0.95));
    }

    @Test
    void aPartOfTheTimeIsAReportOfItsOwn() {
        TrafficReport report = fresh(OLD, OLD, REFUSED, NEW, NEW);
        assertThat(report.between(millis(200), millis(400)).requests())
                .extracting(Request::due)
                .containsExactly(millis(200), millis(300));
        assertThat(report.between(BEGIN.plusMillis(300), BEGIN.plusSeconds(9)).versions())
                .containsExactly("1.2");
        assertThat(report.between(millis(0), millis(1)).isVoid()).isFalse();
    }

    @Test
    void latenciesAreThoseOfAnswers() {
        TrafficReport report = fresh(OLD, OLD, OLD, OLD, TIMED_OUT);
        assertThat(report.latency(0.5)).contains(millis(20));
        assertThat(report.latency(0.51)).contains(millis(30));
        assertThat(report.latency(1)).contains(millis(40));
        requests.clear();
        assertThat(fresh(TIMED_OUT).latency(0.5)).isEmpty();
        assertThatThrownBy(() -> report.latency(50)).hasMessageContaining("up to 1, such as 0.99, was 50");
    }

    @Test
    void aFailureInTheBaselineMakesTheReportVoidAndSaysSo() {
        baseline.add(new Request(millis(-50), Lane.FRESH, REFUSED, millis(1)));
        baseline.add(new Request(millis(-40), Lane.FRESH, new Outcome.Answered(404, "", ""), millis(1)));
        TrafficReport report = fresh(OLD);
        assertThat(report.isVoid()).isTrue();
        assertThat(report.whyVoid())
                .contains("2 of 3 requests to Service/clock in shop failed in the baseline, before anything was changed"
                        + " (1 refused, 1 with status 404)");
        assertThat(report.summary()).startsWith("Void, since 2 of 3 requests to Service/clock in shop failed");
        assertThat(report.lane(Lane.KEPT_ALIVE).isVoid()).isTrue();
    }

    @Test
    void withoutABaselineAReportIsVoid() {
        baseline.clear();
        assertThat(fresh(OLD).whyVoid())
                .contains("no request of the baseline has ended: the traffic was stopped too early");
    }

    @Test
    void aSummaryTellsWhatHappened() {
        assertThat(fresh(OLD, OLD, REFUSED, NEW))
                .hasToString(
                        "1 of 4 requests failed: 1 refused; longest outage 0.20 s from 0.10 s on fresh connections;"
                                + " version 1.1 answered 2, 66.7 % of the answers, from 0.00 s to 0.10 s;"
                                + " version 1.2 answered 1, 33.3 % of the answers, from 0.30 s to 0.30 s;"
                                + " latency 20 ms in the median, 40 ms at the 99th percentile (10/s in each lane, so to 100 ms)");
        requests.clear();
        assertThat(report()).hasToString("none of 0 requests failed (10/s in each lane, so to 100 ms)");
    }

    @Test
    void theResolutionIsTheTimeBetweenTwoRequests() {
        assertThat(report().resolution()).isEqualTo(millis(100));
    }
}
