// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static java.time.Duration.ofSeconds;

import dev.rollproof.k8s.Query;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.junit.jupiter.api.Test;

/**
 * A canary within one Deployment: a rolling update that is held half-way.
 *
 * <p>The Deployment controller takes an old pod away when a new one counts as available. With a {@code minReadySeconds} that never
 * passes, a new pod is ready, and serves, and never counts. So the rolling update stops where maxSurge and maxUnavailable end,
 * and these are moved in two steps: new pods on top first, and when they are ready, old ones away. Nobody is missed, and no
 * second Deployment is needed; but the selector can be any, and nobody who looks at the Deployment sees a canary.
 */
class HeldCanaryLesson extends Lesson {
    @Test
    void aRollingUpdateIsHeldHalfWayAndThenGoesOnAsIfNothingHadBeen() throws InterruptedException {
        Clock clock = clock().replicas(4).drainsFor(ofSeconds(1));
        rollOut(clock.version("1.0")).orElseThrow();
        Deployment before = stored(clock);
        Deployment next = clock.version("1.1").deployment();

        // given a canary of one pod of four, which is looked at while it is held
        Check held = Check.of("held", context -> {
                    Deployment half = stored(clock);
                    figure(
                            "held at %d new of %d pods; %d ready, %d available",
                            ready("1.1"),
                            ready("1.0") + ready("1.1"),
                            half.getStatus().getReadyReplicas(),
                            half.getStatus().getAvailableReplicas());
                    return ready("1.0") == 3
                            && ready("1.1") == 1
                            && half.getStatus().getAvailableReplicas() == 3;
                })
                // A status lags behind its pods.
                .initialDelay(NEWS_TRAVEL);
        Canary strategy = Canary.of().weight(25).check(held).withinOneDeployment();

        try (PlanBeside beside =
                PlanBeside.ofReplicaSets(cluster, namespace.name(), strategy.plan(before, next, assumptions()))) {
            // when it is rolled out
            Verdict verdict = Rollout.of(next).by(strategy).within(A_MINUTE).run(cluster);

            // then it was promoted, by the same rolling update
            assertThat(verdict).isComplete();
            assertThat(ready("1.1")).isEqualTo(4);
            assertThat(cluster.list(Query.of(Deployment.class).inNamespace(namespace.name())))
                    .hasSize(1);
            show(beside);
            beside.itWentThroughEveryStepOfThePlan();
        }

        // and no field tells of it any more
        Deployment after = stored(clock);
        before.getSpec().setTemplate(after.getSpec().getTemplate());
        assertThat(after.getSpec()).isEqualTo(before.getSpec());
        nothingFightsTheNextApply(clock.version("1.2"));
    }
}
