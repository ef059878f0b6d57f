// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TrafficRecordingTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Outcome OK = new Outcome.Answered(200, "1.1", "clock-1");
    private final Load load = Load.of("shop", "clock")
            .withPerSecond(10)
            .withLanes(Lane.FRESH)
            .withBaseline(Duration.ofSeconds(1))
            .withWarmUp(Duration.ofSeconds(2));
    private final TrafficRecording recording = new TrafficRecording(load, START);

    private static Duration tenths(int tenths) {
        return Duration.ofMillis(100L * tenths);
    }

    private void send(int fromTenth, int toTenth, Outcome outcome) {
        for (int i = fromTenth; i < toTenth; i++) {
            recording.ended(recording.due(tenths(i), Lane.FRESH), outcome, Duration.ofMillis(2));
        }
    }

    @Test
    void theMeasurementBeginsWhenTheBaselineIsOver() {
        send(0, 10, OK);
        assertThat(recording.baselineOver(tenths(9))).isFalse();
        assertThat(recording.baselineOver(tenths(10))).isTrue();
        send(10, 12, OK);
        TrafficReport report = recording.report();
        assertThat(report.isVoid()).isFalse();
        assertThat(report.begin()).isEqualTo(START.plusSeconds(1));
        assertThat(report.baseline()).hasSize(10);
        assertThat(report.baseline().get(0).due()).isEqualTo(Duration.ofSeconds(-1));
        assertThat(report.requests()).extracting(Request::due).containsExactly(tenths(0), tenths(1));
    }

    @Test
    void theBaselineIsNotOverBeforeItsLastRequestHasEnded() {
        send(0, 9, OK);
        int last = recording.due(tenths(9), Lane.FRESH);
        int next = recording.due(tenths(10), Lane.FRESH);
        assertThat(recording.baselineOver(tenths(15))).isFalse();
        recording.ended(last, OK, tenths(6));
        assertThat(recording.baselineOver(tenths(15))).isTrue();
        assertThat(recording.unanswered()).isEqualTo(1);
        assertThat(recording.report().unanswered()).isEqualTo(1);
        recording.ended(next, OK, tenths(6));
        assertThat(recording.report().unanswered()).isZero();
        assertThat(recording.report().requests()).hasSize(1);
    }

    @Test
    void theBaselineIsNotOverWhileASlowMachineHasNotSentItsRequests() {
        send(0, 3, OK);
        assertThat(recording.baselineOver(tenths(15))).isFalse();
        send(3, 10, OK);
        assertThat(recording.baselineOver(tenths(15))).isTrue();
    }

    @Test
    void aFailureInTheWarmUpBeginsTheBaselineAnew() {
        send(0, 5, OK);
        send(5, 6, new Outcome.Refused());
        send(6, 16, OK);
        assertThat(recording.baselineOver(tenths(15))).isFalse();
        assertThat(recording.baselineOver(tenths(16))).isTrue();
        TrafficReport report = recording.report();
        assertThat(report.isVoid()).isFalse();
        assertThat(report.begin()).isEqualTo(START.plusMillis(1600));
        assertThat(report.baseline()).hasSize(10);
    }

    @Test
    void aServiceThatKeepsFailingMakesTheReportVoid() {
        send(0, 35, new Outcome.Answered(404, "", ""));
        assertThat(recording.baselineOver(tenths(29))).isFalse();
        assertThat(recording.baselineOver(tenths(30))).isTrue();
        assertThat(recording.report().whyVoid())
                .contains(
                        "10 of 10 requests to Service/clock in shop failed in the baseline, before anything was changed"
                                + " (10 with status 404)");
    }

    @Test
    void aFailureAfterTheBaselineSpoilsNothing() {
        send(0, 10, OK);
        assertThat(recording.baselineOver(tenths(10))).isTrue();
        send(10, 12, new Outcome.Refused());
        assertThat(recording.report().isVoid()).isFalse();
        assertThat(recording.report().failed()).isEqualTo(2);
        assertThat(recording.report().begin()).isEqualTo(START.plusSeconds(1));
    }

    @Test
    void aRequestEndsOnce() {
        send(0, 1, OK);
        assertThatThrownBy(() -> recording.ended(0, OK, Duration.ZERO))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("request 0 ended already");
    }
}
