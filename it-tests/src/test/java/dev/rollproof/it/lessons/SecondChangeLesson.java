// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.SharedMachine.Quiet;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A second change half-way: somebody changes the Deployment while its rollout is under way. The first rollout will never be
 * complete, and that is no failure of its version: it was superseded.
 *
 * <p>Who waits for "the Deployment to be complete" is told of somebody else's success. The verifier waits for its own template.
 */
@Quiet
class SecondChangeLesson extends Lesson {
    @Test
    void theFirstRolloutIsSupersededAndTheSecondCompletesWithoutALostRequest() throws InterruptedException {
        // given a rollout that is half-way
        Clock clock = clock().replicas(4).sleepsBeforeItStops(NEWS_TRAVEL);
        serve(clock.version("1.0"));
        try (RunningTraffic users = users()) {
            Clock first = clock.version("1.1").readyAfter(ofSeconds(2));
            Deployment applied = actions().apply(first.deployment());
            waiting().until("the first of the new pods is ready", () -> ready("1.1") > 0);

            // when another version is applied
            Deployment second = actions().apply(clock.version("1.2").deployment());

            // then the first rollout was superseded, and the verdict says by what
            Verdict verdict = verify(applied);
            assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Superseded.class);
            assertThat(verdict.summary()).contains("clock:1.2");

            // and the second completes, and takes both older versions away
            verify(second).orElseThrow();
            assertThat(ready("1.2")).isEqualTo(4);
            TrafficReport report = measured(users);
            nobodyLostARequest(report);
            figure("second change half-way: %s; \"%s\"", report, verdict.summary());
        }
    }

    @Test
    void somebodyElsesUndoIsASupersededRolloutAndNoSuccess() throws InterruptedException {
        // given a rollout that cannot complete, for which kubectl waits, too
        rollOut(clock().version("1.0")).orElseThrow();
        Clock never = clock().version("1.1").neverReady();
        Deployment applied = actions().apply(never.deployment());
        waiting()
                .until(
                        "the new version runs",
                        () -> pods().stream()
                                .anyMatch(pod -> isOf("1.1", pod) && pod.phase().equals("Running")));
        Optional<Kubectl> kubectl = Kubectl.rolloutStatus(k3s, never.ref(), A_MINUTE);
        pass(ofSeconds(2));

        // when somebody else undoes it
        actions().undo(never.ref());

        // then it was superseded, and what runs now is complete
        Verdict verdict = verify(applied);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Superseded.class);
        verify(stored(never)).orElseThrow();
        assertThat(ready("1.0")).isEqualTo(3);
        waiting().until("the other version is gone", () -> pods().size() == 3);

        // while kubectl calls it a success, though the old version runs
        if (kubectl.isPresent()) {
            Kubectl.Status status = kubectl.get().await();
            figure("undone by somebody else: \"%s\"; %s", verdict.summary(), status);
            assertThat(status.exit()).isZero();
            assertThat(status.output()).isEqualTo("deployment \"clock\" successfully rolled out");
        }
    }

    @Test
    void aDeletedDeploymentIsSaidToBeDeleted() throws InterruptedException {
        Deployment applied = actions().apply(clock().deployment());
        cluster.delete(Deployment.class, namespace.name(), "clock", DeleteOptions.defaults());
        Verdict verdict = verify(applied);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Deleted.class);
    }
}
