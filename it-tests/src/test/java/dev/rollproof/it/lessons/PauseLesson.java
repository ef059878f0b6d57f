// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import org.junit.jupiter.api.Test;

/**
 * Pause and resume: a paused Deployment takes changes of its template, and rolls none of them out. Several changes become one
 * rollout so; scaling goes on, and no deadline passes.
 */
class PauseLesson extends Lesson {
    @Test
    void aPausedDeploymentWaitsForResumeAndNoDeadlinePasses() throws InterruptedException {
        // given a paused Deployment with a deadline of four seconds
        Clock clock = clock();
        rollOut(clock).orElseThrow();
        RolloutActions actions = actions();
        actions.pause(clock.ref());
        setDeadline(4);

        // when its template is changed, twice, and it is scaled
        Verdict verdict = verify(actions.setImage(clock.ref(), "web", "clock:1.1"));
        actions.setImage(clock.ref(), "web", "clock:1.2");
        actions.scale(clock.ref(), 4);

        // then the verdict is that it is paused; only the number of old pods changes
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Paused.class);
        waiting().until("the old version has four pods", () -> ready("1.0") == 4);
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace.name())))
                .hasSize(1);

        // and time does not count
        pass(ofSeconds(6));
        assertThat(Observed.from(stored(clock)).condition("Progressing").orElseThrow())
                .satisfies(condition -> {
                    assertThat(condition.status()).isEqualTo("Unknown");
                    assertThat(condition.reason()).isEqualTo("DeploymentPaused");
                });

        setDeadline(600);

        // and when it is resumed, the last change is rolled out; the one between never was
        verify(actions.resume(clock.ref())).orElseThrow();
        assertThat(ready("1.2")).isEqualTo(4);
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace.name())))
                .hasSize(2);
    }

    private void setDeadline(int seconds) {
        cluster.patch(
                Deployment.class,
                namespace.name(),
                "clock",
                Patch.merge("{\"spec\": {\"progressDeadlineSeconds\": " + seconds + "}}"),
                WriteOptions.defaults());
    }
}
