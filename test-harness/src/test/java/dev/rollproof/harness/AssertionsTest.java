// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import static dev.rollproof.harness.Reasons.CRASH_LOOP;
import static dev.rollproof.harness.Reasons.IMAGE_PULL;
import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static dev.rollproof.harness.RollproofAssertions.assertThatCode;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.Timeline;
import dev.rollproof.verifier.Timeline.Entry;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.promises.Finding;
import dev.rollproof.verifier.promises.Finding.Sighting;
import dev.rollproof.verifier.promises.Promise;
import dev.rollproof.verifier.promises.PromiseReport;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Assertions hold when they should and, when they do not, say what a tired person needs to know. */
class AssertionsTest {
    private static final Timeline TIMELINE = new Timeline(List.of(
            new Entry(ofMillis(100), "deployment/clock", "generation 2"),
            new Entry(ofMillis(900), "pod/clock-1", "Error, exit 1"),
            new Entry(ofMillis(2400), "pod/clock-1", "CrashLoopBackOff after 1 restarts")));

    private static final Evidence EVIDENCE = new Evidence(
            new ObjectRef("Deployment", "lab", "clock"),
            2,
            ofMillis(2500),
            "0 of 3 new pods ready",
            List.of(new Cause(CRASH_LOOP, "container \"clock\" crashed 2 times with exit 1", "clock-1", "clock", 1)),
            TIMELINE,
            List.of());

    private static final Verdict FAILED = new Verdict.Failed(EVIDENCE);

    private static String messageOf(ThrowingCallable assertion) {
        AssertionError failure = catchThrowableOfType(AssertionError.class, assertion);
        assertThat(failure).as("the assertion does not hold").isNotNull();
        return String.valueOf(failure.getMessage()).strip();
    }

    @Test
    void aSentenceThatIsTrueHolds() {
        assertThat(FAILED).failed().because(CRASH_LOOP).saying("exit 1").within(ofMillis(2500));
        assertThat(FAILED)
                .timeline()
                .showsInOrder("generation 2", "Error", "CrashLoopBackOff")
                .showsNo("ready");
    }

    private static Verdict with(Finding... findings) {
        return new Verdict.Complete(new Evidence(
                EVIDENCE.workload(),
                2,
                ofMillis(2500),
                "3 of 3 new pods ready",
                List.of(),
                TIMELINE,
                List.of(),
                Optional.empty(),
                Optional.of(new PromiseReport(EVIDENCE.workload(), List.of(findings), 4, 2, 17))));
    }

    private static final Finding KEPT = new Finding.Kept(Promise.SIZES_WITHIN_SURGE, 4, 4, 9);
    private static final Finding OF_ANOTHER_STRATEGY = new Finding.NotApplicable(
            Promise.ONE_VERSION_AT_A_TIME, "a rolling update runs both versions", false, Optional.empty());

    @Test
    void promisesAreKeptWhereAllThatTheStrategyGivesWere() {
        assertThat(with(KEPT, OF_ANOTHER_STRATEGY)).isComplete().keptItsPromises();
    }

    @Test
    void whereAPromiseWasBrokenTheMessageNamesTheEvent() {
        Finding broken = new Finding.Broken(
                Promise.READY_PODS_KEPT,
                3,
                new Sighting(
                        new ObjectRef("Pod", "lab", "clock-1"), "4711", ofMillis(1250), 2, "2 pods ready, 3 live"));
        assertThat(messageOf(() -> assertThat(with(KEPT, broken)).keptItsPromises()))
                .contains("wanted promises that were kept, but a promise was broken, at least 3 pods ready (R-U), not"
                        + " counting those that lost it by themselves, by Pod/clock-1 in lab at version 4711 after"
                        + " 1.250 s: 2 pods ready, 3 live")
                .contains("CrashLoopBackOff after 1 restarts");
    }

    @Test
    void whatWasNotPromisedOrNotSeenWasNotKeptEither() {
        Finding none = new Finding.NotApplicable(
                Promise.READY_PODS_KEPT, "the pods could not be observed", true, Optional.empty());
        assertThat(messageOf(() -> assertThat(FAILED).keptItsPromises()))
                .contains("but nobody kept account of them; run it by Rollout, or verify it by RolloutVerifier.watch");
        assertThat(messageOf(() -> assertThat(with(none)).keptItsPromises()))
                .contains("but nothing was promised: the pods could not be observed");
        assertThat(messageOf(() -> assertThat(with(KEPT, none)).keptItsPromises()))
                .contains("but ready pods kept: not promised, the pods could not be observed");
    }

    @Test
    void eachOutcomeHasItsWord() {
        assertThat(new Verdict.Complete(EVIDENCE)).isComplete();
        assertThat(new Verdict.TimedOut(EVIDENCE)).timedOut();
        assertThat(new Verdict.Superseded(EVIDENCE)).superseded();
        assertThat(new Verdict.Paused(EVIDENCE)).isPaused();
        assertThat(new Verdict.Deleted(EVIDENCE)).isDeleted();
        assertThat(new Verdict.Unreachable(EVIDENCE)).isUnreachable();
        assertThat(new Verdict.Undecided(EVIDENCE)).isUndecided();
    }

    @Test
    void noWordHoldsForAnotherOutcome() {
        List<ThrowingCallable> wrong = List.of(
                () -> assertThat(FAILED).isComplete(),
                () -> assertThat(FAILED).timedOut(),
                () -> assertThat(FAILED).superseded(),
                () -> assertThat(FAILED).isPaused(),
                () -> assertThat(FAILED).isDeleted(),
                () -> assertThat(FAILED).isUnreachable(),
                () -> assertThat(FAILED).isUndecided(),
                () -> assertThat(new Verdict.Complete(EVIDENCE)).failed());
        wrong.forEach(assertion ->
                assertThatCode(assertion).isInstanceOf(AssertionError.class).hasMessageContaining("wanted a verdict"));
    }

    @Test
    void aWrongOutcomeIsToldWithTheSummaryAndTheTimeline() {
        assertThat(messageOf(() -> assertThat(FAILED).isComplete())).isEqualTo("""
                Deployment/clock in lab failed after 2.5 s: 0 of 3 new pods ready; CrashLoopBackOff: container "clock" crashed 2 times with exit 1 (pod clock-1)
                wanted a verdict that says complete
                The end of its timeline:
                  0.1 s  deployment/clock: generation 2
                  0.9 s  pod/clock-1: Error, exit 1
                  2.4 s  pod/clock-1: CrashLoopBackOff after 1 restarts""");
    }

    @Test
    void aWrongCauseIsToldWithTheRightOnes() {
        assertThat(messageOf(() -> assertThat(FAILED).because(IMAGE_PULL)))
                .contains("wanted the cause ErrImagePull, but it names CrashLoopBackOff");
        assertThat(messageOf(() -> assertThat(FAILED).saying("exit 3")))
                .contains("wanted a cause that says \"exit 3\", but none does");
    }

    @Test
    void aVerdictWithoutCausesSaysSo() {
        Verdict silent = new Verdict.Failed(new Evidence(
                EVIDENCE.workload(), 2, ofMillis(1), "unknown", List.of(), new Timeline(List.of()), List.of()));
        assertThat(messageOf(() -> assertThat(silent).because(IMAGE_PULL)))
                .contains("but it names no cause")
                .contains("(nothing was observed)");
        assertThat(messageOf(() -> assertThat(silent).saying("x"))).contains("but it names none");
    }

    @Test
    void latenessIsToldInSeconds() {
        assertThat(messageOf(() -> assertThat(FAILED).failed().within(ofSeconds(2))))
                .contains("wanted that within 2.0 s, but it took 2.5 s");
    }

    @Test
    void whatTheTimelineLacksIsNamedWithWhatItShouldFollow() {
        String message =
                messageOf(() -> assertThat(TIMELINE).showsInOrder("generation 2", "CrashLoopBackOff", "Error"));
        assertThat(message)
                .startsWith(
                        "wanted \"Error\" after \"CrashLoopBackOff\" in the timeline, but it is not there, only before.")
                .contains("0.9 s  pod/clock-1: Error, exit 1");
        assertThat(messageOf(() -> assertThat(TIMELINE).shows("OOMKilled")))
                .startsWith("wanted \"OOMKilled\" in the timeline, but it is not there. The end of it:");
    }

    @Test
    void oneLineDoesNotCountTwice() {
        assertThat(messageOf(() -> assertThat(TIMELINE).showsInOrder("Error", "exit 1")))
                .contains("wanted \"exit 1\" after \"Error\"");
    }

    @Test
    void whatShouldNotBeThereIsToldWithItsTime() {
        assertThat(messageOf(() -> assertThat(TIMELINE).showsNo("exit 1")))
                .contains("wanted no \"exit 1\" in the timeline, but at   0.9 s it shows")
                .endsWith("pod/clock-1: Error, exit 1");
    }

    @Test
    void aTimelineOfAVerdictIsToldWithTheVerdict() {
        assertThat(messageOf(() -> assertThat(FAILED).timeline().shows("OOMKilled")))
                .startsWith("[Deployment/clock in lab failed after 2.5 s");
    }

    @Test
    void aLongTimelineIsCutAtItsBeginning() {
        Timeline wordy = new Timeline(IntStream.range(0, 100)
                .mapToObj(i -> new Entry(ofSeconds(i), "pod/a", "line " + i))
                .toList());
        assertThat(messageOf(() -> assertThat(wordy).shows("nothing such")))
                .contains("… 70 more")
                .doesNotContain("line 69")
                .contains("line 70")
                .contains("line 99");
    }

    @Test
    void aPercentSignInAMessageStaysOne() {
        Timeline percent = new Timeline(List.of(new Entry(ofSeconds(1), "pod/a", "100%s full")));
        assertThat(messageOf(() -> assertThat(percent).shows("50%d")))
                .contains("50%d")
                .contains("100%s full");
    }

    @Test
    void noVerdictIsNoVerdict() {
        @Nullable Verdict none = null;
        assertThat(messageOf(() -> assertThat(none).failed())).contains("not to be null");
    }

    @Test
    void theAssertionsOfAssertJAreThereToo() {
        assertThat("text").startsWith("t");
        assertThat(List.of(1)).hasSize(1);
    }
}
