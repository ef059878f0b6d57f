// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every version that cannot work has in common: the verdict comes with its cause long before the minute is over; the old
 * version serves, for a rolling update takes no more old pods away than new ones get ready; an undo restores it; and if nobody
 * undoes, Kubernetes says at the progress deadline that it is late, and goes on trying.
 */
abstract class FailureLesson extends Lesson {
    /** The version that cannot work. */
    abstract Clock failing();

    /** What the verdict must have told. */
    abstract void tellsTheCause(Evidence evidence);

    @Test
    void theCauseIsToldLongBeforeTheTimeoutTheOldVersionServesAndUndoRestoresIt() throws InterruptedException {
        // given version 1.0 with users
        serve(clock().version("1.0"));
        try (RunningTraffic users = users()) {
            // when the failing version is applied, and both of us wait for a minute at most
            Deployment applied = actions().apply(failing().deployment());
            Optional<Kubectl> kubectl = Kubectl.rolloutStatus(k3s, failing().ref(), A_MINUTE);
            Verdict verdict = verify(applied);

            // then the verdict comes in good time, with its cause
            Evidence evidence = verdict.evidence();
            assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
            assertThat(evidence.elapsed()).isLessThan(ofSeconds(30));
            tellsTheCause(evidence);
            figure("%s", verdict.summary());

            // and kubectl comes later, and knows no cause
            if (kubectl.isPresent()) {
                Kubectl.Status status = kubectl.get().await();
                figure("%s", status);
                assertThat(status.exit()).isEqualTo(1);
                assertThat(status.took()).isGreaterThan(evidence.elapsed().minusSeconds(1));
                assertThat(status.output())
                        .containsAnyOf("timed out waiting for the condition", "exceeded its progress deadline");
            }

            // and the undo is a rollout too: verified
            verify(actions().undo(failing().ref())).orElseThrow();
            assertThat(ready("1.0")).isEqualTo(3);

            // and all the time the old version has answered every request
            TrafficReport report = measured(users);
            nobodyLostARequest(report);
            assertThat(report.versions()).containsExactly("1.0");
            figure("and its users, from the change to the end of the undo: %s", report);
        }
    }

    @Test
    void whenNobodyUndoesTheProgressDeadlinePassesAndNothingElseHappens() throws InterruptedException {
        serve(clock().version("1.0"));

        // when the failing version has five seconds for each step of progress, and nobody looks
        Duration deadline = ofSeconds(5);
        Clock failing = failing().progressDeadline((int) deadline.toSeconds());
        actions().apply(failing.deployment());

        // then the condition says, about the new ReplicaSet, that it is late
        waiting()
                .until(
                        "the progress deadline has passed",
                        () -> progressing(failing)
                                .filter(ObservedCondition::isFalse)
                                .isPresent());
        ObservedCondition late = progressing(failing).orElseThrow();
        assertThat(late.reason()).isEqualTo("ProgressDeadlineExceeded");
        assertThat(late.message()).matches("ReplicaSet \"clock-[a-z0-9]+\" has timed out progressing.");

        // and the old version serves on, for nobody rolls back by himself
        pass(ofMillis(500));
        assertThat(ready("1.0")).isEqualTo(3);
        assertThat(stored(failing).getSpec().getTemplate().getSpec().getContainers())
                .extracting(container -> container.getImage())
                .containsExactly(failing.image());

        // and whoever asks later is told at once
        Verdict verdict = verify(stored(failing));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(isThroughTheDoor() ? 30 : 5));
    }

    private Optional<ObservedCondition> progressing(Clock clock) {
        return Observed.from(stored(clock)).condition("Progressing");
    }
}
