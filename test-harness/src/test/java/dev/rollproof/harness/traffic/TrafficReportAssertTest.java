// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import static dev.rollproof.harness.traffic.TrafficReportAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.traffic.FailureCause;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.Request;
import dev.rollproof.k8s.traffic.TrafficReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TrafficReportAssertTest {
    private static final Outcome OLD = new Outcome.Answered(200, "1.1", "clock-1");
    private static final Outcome NEW = new Outcome.Answered(200, "1.2", "clock-2");
    private static final Outcome REFUSED = new Outcome.Refused();

    private static TrafficReport report(Outcome inBaseline, Outcome... outcomes) {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < outcomes.length; i++) {
            requests.add(new Request(Duration.ofMillis(20L * i), Lane.FRESH, outcomes[i], Duration.ofMillis(3)));
        }
        Request before = new Request(Duration.ofMillis(-20), Lane.FRESH, inBaseline, Duration.ofMillis(3));
        return new TrafficReport(
                Load.of("shop", "clock"), Instant.parse("2026-01-01T00:00:00Z"), List.of(before), requests, 0);
    }

    private static final TrafficReport CLEAN = report(OLD, OLD, OLD, OLD, NEW);
    private static final TrafficReport LOSSY = report(OLD, OLD, REFUSED, REFUSED, NEW);
    private static final TrafficReport VOID = report(REFUSED, OLD, OLD);

    private static void fails(ThrowingCallable assertion, String message) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessageContaining(message);
    }

    @Test
    void whatIsTruePasses() {
        assertThat(CLEAN)
                .isNotVoid()
                .hasNoFailures()
                .wasAnsweredBy("1.2", "1.1")
                .lostLessThan(0.01);
        assertThat(CLEAN).longestOutage().isZero();
        assertThat(CLEAN).share("1.2").isWithin(0.25, 0.25).isThatOf(0.3);
        assertThat(CLEAN).firstAnswerOf("1.2").isEqualTo(Duration.ofMillis(60));
        assertThat(CLEAN).lastAnswerOf("1.1").isEqualTo(Duration.ofMillis(40));
        assertThat(LOSSY)
                .lost(FailureCause.REFUSED)
                .lostOnly(FailureCause.REFUSED)
                .lostLessThan(0.6);
        assertThat(LOSSY).longestOutage().isEqualTo(Duration.ofMillis(60));
        assertThat(LOSSY).between(Duration.ZERO, Duration.ofMillis(20)).hasNoFailures();
        assertThat(LOSSY).on(Lane.FRESH).lost(FailureCause.REFUSED);
        assertThat(VOID).isVoid();
    }

    @Test
    void aFailureIsToldWithTheFirstLostRequestAndTheWholeReport() {
        fails(
                () -> assertThat(LOSSY).hasNoFailures(),
                "Expecting no failed request, but 2 of 4 failed; the first was due at 0.02 s: refused.");
        fails(() -> assertThat(LOSSY).hasNoFailures(), LOSSY.summary());
    }

    @Test
    void eachClaimFailsWhereItIsFalse() {
        fails(() -> assertThat(CLEAN).isVoid(), "Expecting a void report, but its baseline was clean.");
        fails(
                () -> assertThat(CLEAN).lost(FailureCause.RESET),
                "Expecting requests that failed as \"reset\", but none did.");
        fails(
                () -> assertThat(LOSSY).lostOnly(FailureCause.RESET),
                "Expecting requests to fail as [reset] only, but they failed as [refused], too.");
        fails(
                () -> assertThat(LOSSY).lostLessThan(0.05),
                "Expecting less than 5.0 % of the requests to fail, but 50.0 % did.");
        fails(
                () -> assertThat(CLEAN).wasAnsweredBy("1.2"),
                "Expecting answers of the versions [1.2], but they came from [1.1, 1.2].");
        fails(() -> assertThat(CLEAN).lastAnswerOf("2"), "Expecting answers of version 2, but there was none.");
        fails(
                () -> assertThat(LOSSY).longestOutage().isLessThan(Duration.ofMillis(50)),
                "longest outage, 0.06 s from 0.00 s on fresh connections; it is seen to 20 ms");
        fails(
                () -> assertThat(CLEAN).share("1.2").isWithin(0.4, 0.6),
                "Expecting version 1.2 to have 40.0 % to 60.0 % of the answers, but it had 25.0 %.");
        fails(
                () -> assertThat(CLEAN).share("1.2").isThatOf(0.99, 0.95),
                "Expecting version 1.2 to be sent 99.0 % of the requests, but by the 25.0 % that it had of the answers it"
                        + " was sent 4.6 % to 69.9 % (with a confidence of 95.0 %).");
        fails(
                () -> assertThat(report(OLD)).hasNoFailures(),
                "Expecting requests without failures, but none was sent after the baseline.");
    }

    @Test
    void aVoidReportPassesNothing() {
        String why = "the report is void.";
        fails(() -> assertThat(VOID).hasNoFailures(), why);
        fails(() -> assertThat(VOID).isNotVoid(), "1 of 1 requests to Service/clock in shop failed in the baseline");
        fails(() -> assertThat(VOID).longestOutage(), why);
        fails(() -> assertThat(VOID).share("1.1"), why);
        fails(() -> assertThat(VOID).lostLessThan(1), why);
        fails(() -> assertThat(VOID).on(Lane.KEPT_ALIVE), why);
    }
}
