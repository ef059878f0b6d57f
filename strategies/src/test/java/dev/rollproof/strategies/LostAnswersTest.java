// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A write is stored, and its answer never comes: a connection broke, or a server was restarted. What was done is found out, not taken
 * for somebody else's. Of driven strategies {@link CrashSafetyTest} says so at every write.
 */
class LostAnswersTest {
    private static final ObjectRef CLOCK = new ObjectRef("Deployment", "default", "clock");

    private static SimulatedCluster withTheFirstVersion(Strategy strategy) throws InterruptedException {
        SimulatedCluster cluster = SimulatedCluster.create();
        cluster.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0)));
        rollout("clock:1.0", strategy).run(cluster).orElseThrow();
        cluster.advance(ofSeconds(30));
        return cluster;
    }

    private static Rollout rollout(String image, Strategy strategy) {
        return Rollout.of(Workloads.clock(3, image))
                .by(strategy)
                .within(ofMinutes(2))
                .orElse(Rollback.rollBack());
    }

    private static Deployment stored(Cluster cluster) {
        return cluster.get(Deployment.class, "default", "clock").orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 45})
    void aRollbackGoesOnWhicheverAnswerGetsLost(int secondsAway) throws InterruptedException {
        goesBack((cluster, write) -> InterceptedCluster.losingTheAnswer(
                cluster, write, () -> cluster.faults().unreachable(Duration.ofSeconds(secondsAway))));
    }

    @Test
    void aRollbackGoesOnWhicheverWriteItsClientSendsAgain() throws InterruptedException {
        goesBack(InterceptedCluster::sendingAgain);
    }

    private interface Trouble {
        InterceptedCluster with(SimulatedCluster cluster, int write);
    }

    private static void goesBack(Trouble trouble) throws InterruptedException {
        List<String> tried = new ArrayList<>();
        for (Strategy strategy : List.of(RollingUpdate.of(), Recreate.of())) {
            // The first applies the broken version: its caller is told that nobody answered.
            for (int write = 2; ; write++) {
                try (SimulatedCluster cluster = withTheFirstVersion(strategy)) {
                    InterceptedCluster lossy = trouble.with(cluster, write);
                    Verdict verdict = rollout("clock:broken", strategy).run(lossy);
                    if (lossy.writes().size() < write) {
                        break;
                    }
                    String when =
                            strategy + ", trouble with " + lossy.writes().get(write - 1) + ": " + verdict.summary();
                    tried.add(when);
                    assertThat(verdict).as(when).isInstanceOf(Verdict.Failed.class);
                    assertThat(verdict.evidence().rollback().orElseThrow())
                            .as(when)
                            .isInstanceOfSatisfying(RollbackResult.Restored.class, restored -> {
                                assertThat(restored.revision()).isEqualTo(1);
                                assertThat(restored.notes()).as(when).isEmpty();
                            });
                    cluster.advance(ofSeconds(60));
                    assertThat(stored(cluster).getMetadata().getManagedFields())
                            .as(when)
                            .extracting(ManagedFieldsEntry::getManager)
                            .doesNotContain("rollproof-rollback");
                    cluster.apply(
                            Workloads.clock(3, "clock:1.1"),
                            WriteOptions.defaults().withoutForce());
                }
            }
        }
        assertThat(tried).hasSizeGreaterThanOrEqualTo(6);
    }

    /** By the time that somebody hears of it, the old pods are on their way out. */
    @Test
    void aRolloutThatBecomesRecreateIsNotPlayedAsARollingUpdateWhereItsAnswerGetsLost() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Rollout.of(Workloads.clock(3, "clock:1.0")).run(cluster).orElseThrow();
            Rollout recreate = Rollout.of(Workloads.clock(3, "clock:1.1")).by(Recreate.of());
            // Refused for the strategy that the server filled in; that is taken out; applied.
            InterceptedCluster lossy = InterceptedCluster.losingTheAnswer(cluster, 3, () -> {});
            assertThatThrownBy(() -> recreate.run(lossy)).isInstanceOf(ClusterException.class);
            assertThat(stored(cluster).getSpec().getStrategy().getType()).isEqualTo("Recreate");
            assertThat(imageOf(stored(cluster))).isEqualTo("clock:1.1");
            assertThat(recreate.run(cluster).isComplete()).isTrue();
        }
    }

    /** An undo that is done twice undoes itself; a restart restarts twice; what is paused cannot be paused. */
    @Test
    void whatPeopleDoIsDoneOnceAlsoWhereTheirClientSendsItTwice() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            for (String image : List.of("clock:1.0", "clock:1.1")) {
                Rollout.of(Workloads.clock(3, image)).run(cluster).orElseThrow();
            }
            assertThat(sentAgain(cluster).undo(CLOCK))
                    .satisfies(undone -> assertThat(imageOf(undone)).isEqualTo("clock:1.0"));
            cluster.advance(ofSeconds(60));
            assertThat(imageOf(stored(cluster))).isEqualTo("clock:1.0");
            long generation = stored(cluster).getMetadata().getGeneration();
            sentAgain(cluster).restart(CLOCK);
            sentAgain(cluster).pause(CLOCK);
            sentAgain(cluster).resume(CLOCK);
            sentAgain(cluster).setImage(CLOCK, "web", "clock:1.2");
            assertThat(imageOf(stored(cluster))).isEqualTo("clock:1.2");
            assertThat(stored(cluster).getMetadata().getGeneration()).isEqualTo(generation + 4);
        }
    }

    private static RolloutActions sentAgain(Cluster cluster) {
        return RolloutActions.on(InterceptedCluster.sendingAgain(cluster, 1));
    }

    private static String imageOf(Deployment deployment) {
        return String.join(",", Observed.from(deployment).template().images());
    }

    @Test
    void whoAppliesIsToldThatNobodyAnswered() throws InterruptedException {
        try (SimulatedCluster cluster = withTheFirstVersion(RollingUpdate.of())) {
            Cluster lossy = InterceptedCluster.losingTheAnswer(cluster, 1, () -> {});
            assertThatThrownBy(() -> rollout("clock:1.1", RollingUpdate.of()).run(lossy))
                    .isInstanceOfSatisfying(
                            ClusterException.class,
                            failed -> assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE));
        }
    }
}
