// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.Request;
import dev.rollproof.k8s.traffic.TrafficReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests are drawn as letters, one every 50 ms: o and n answered by the old and the new version, N with 500, x refused. */
class AnswersTest {
    private static final Duration STEP = Duration.ofMillis(50);
    private static final Load LOAD = Load.of("default", "clock").withPerSecond(20);

    private static Outcome outcome(char letter) {
        return switch (letter) {
            case 'o' -> new Outcome.Answered(200, "1.0", "old-1");
            case 'n' -> new Outcome.Answered(200, "1.1", "new-1");
            case 'N' -> new Outcome.Answered(500, "1.1", "new-1");
            default -> new Outcome.Refused();
        };
    }

    private static List<Request> drawn(String letters, Lane lane) {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < letters.length(); i++) {
            requests.add(new Request(STEP.multipliedBy(i), lane, outcome(letters.charAt(i)), Duration.ofMillis(5)));
        }
        return requests;
    }

    private static Answers of(String fresh, String kept, Duration from) {
        List<Request> all = new ArrayList<>(drawn(fresh, Lane.FRESH));
        all.addAll(drawn(kept, Lane.KEPT_ALIVE));
        all.sort(java.util.Comparator.comparing(Request::due));
        return Answers.of(
                new TrafficReport(LOAD, Instant.EPOCH, List.of(), all, 0), from, pod -> pod.startsWith("new"));
    }

    private static Answers of(String fresh) {
        return of(fresh, "", Duration.ZERO);
    }

    @Test
    void aQuarterOfASecondWithoutAnAnswerIsDowntimeAndLessIsNot() {
        assertThat(of("ooxxxxnn").down()).isEqualTo(STEP.multipliedBy(5));
        assertThat(of("ooxxxnn").down()).isZero();
        assertThat(of("oxxxxxno").down()).as("from an answer to the next").isEqualTo(STEP.multipliedBy(6));
    }

    @Test
    void downtimesAddUpAlsoThoseThatDoNotEnd() {
        assertThat(of("oxxxxnoxxxxn").down()).isEqualTo(STEP.multipliedBy(10));
        assertThat(of("oooxxxxx").down()).isEqualTo(STEP.multipliedBy(5));
        assertThat(of("xxxxxxo").down()).as("nothing was answered before").isEqualTo(STEP.multipliedBy(6));
    }

    @Test
    void atALowRateItTakesFiveRequestsToTellAnOutageFromBadLuck() {
        assertThat(Answers.shortestOutage(Duration.ofMillis(50))).isEqualTo(Duration.ofMillis(250));
        assertThat(Answers.shortestOutage(Duration.ofMillis(5))).isEqualTo(Duration.ofMillis(250));
        assertThat(Answers.shortestOutage(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void keptConnectionsCountAsRequestsAndNotAsDowntime() {
        Answers answers = of("ooooooooo", "oxxxxxxxo", Duration.ZERO);
        assertThat(answers.failed()).isEqualTo(7);
        assertThat(answers.down()).isZero();
    }

    @Test
    void versionsAreMixedFromTheFirstNewAnswerToTheLastOldOne() {
        assertThat(of("oonoonn").mixed()).isEqualTo(STEP.multipliedBy(2));
        assertThat(of("ooxxnn").mixed()).isZero();
        assertThat(of("oooo").mixed()).isZero();
        assertThat(of("nnnn").mixed()).isZero();
        assertThat(of("nn", "oooooo", Duration.ZERO).mixed())
                .as("a kept connection stays with its pod")
                .isZero();
    }

    @Test
    void whatTheNewVersionAnsweredIsMetWhateverItSaid() {
        Answers answers = of("onNox", "nN", Duration.ZERO);
        assertThat(answers.met()).isEqualTo(4);
        assertThat(answers.errors()).isEqualTo(2);
        assertThat(answers.failed()).isEqualTo(3);
        assertThat(answers.lastMet()).contains(STEP.multipliedBy(2));
        assertThat(of("oo").lastMet()).isEmpty();
    }

    @Test
    void whatWasDueBeforeIsLeftOut() {
        Answers answers = of("NNNNxnn", "", STEP.multipliedBy(4));
        assertThat(answers.met()).isEqualTo(2);
        assertThat(answers.errors()).isZero();
        assertThat(answers.failed()).isEqualTo(1);
    }
}
