// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
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
    @ValueSource(ints = {0, 7})
    void aRollbackGoesOnWhicheverAnswerGetsLost(int secondsAway) throws InterruptedException {
        List<String> tried = new ArrayList<>();
        for (Strategy strategy : List.of(RollingUpdate.of(), Recreate.of())) {
            // The first applies the broken version: its caller is told that nobody answered.
            for (int write = 2; ; write++) {
                try (SimulatedCluster cluster = withTheFirstVersion(strategy)) {
                    InterceptedCluster lossy = InterceptedCluster.losingTheAnswer(
                            cluster, write, () -> cluster.faults().unreachable(Duration.ofSeconds(secondsAway)));
                    Verdict verdict = rollout("clock:broken", strategy).run(lossy);
                    if (lossy.writes().size() < write) {
                        break;
                    }
                    String when =
                            strategy + ", no answer to " + lossy.writes().get(write - 1) + ": " + verdict.summary();
                    tried.add(when);
                    assertThat(verdict).as(when).isInstanceOf(Verdict.Failed.class);
                    assertThat(verdict.evidence().rollback().orElseThrow())
                            .as(when)
                            .isInstanceOfSatisfying(RollbackResult.Restored.class, restored -> {
                                assertThat(restored.revision()).isEqualTo(1);
                                assertThat(restored.notes()).as(when).isEmpty();
                            });
                    cluster.advance(ofSeconds(10));
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
