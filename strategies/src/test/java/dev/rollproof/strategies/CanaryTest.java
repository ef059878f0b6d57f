// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static dev.rollproof.strategies.Workloads.CLOCK;
import static dev.rollproof.strategies.Workloads.stable;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Query;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A canary beside the stable Deployment, on the simulated cluster. */
class CanaryTest {
    private final SimulatedCluster cluster = SimulatedCluster.create();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Verdict roll(String image, Canary canary) throws InterruptedException {
        return Rollout.of(stable(10, image)).by(canary).within(ofMinutes(2)).run(cluster);
    }

    private Deployment clock() {
        return cluster.get(Deployment.class, "default", "clock").orElseThrow();
    }

    private List<String> deployments() {
        return cluster.list(Query.of(Deployment.class)).stream()
                .map(d -> d.getMetadata().getName() + " " + d.getSpec().getReplicas() + " "
                        + d.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .get(0)
                                .getImage())
                .toList();
    }

    private static List<String> story(Verdict verdict) {
        return verdict.evidence().timeline().entries().stream()
                .filter(entry -> entry.subject().equals("rollout"))
                .map(entry -> entry.what())
                .toList();
    }

    @Test
    void goesThroughItsWeightsAndIsPromoted() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        Verdict verdict = roll("clock:1.1", Canary.steps(10, 50));
        assertThat(verdict.isComplete()).as(verdict.summary() + story(verdict)).isTrue();
        assertThat(deployments()).containsExactly("clock 10 clock:1.1");
        assertThat(story(verdict))
                .contains(
                        "weight 10: 1 of 1 canary pods ready, 9 of 9 stable",
                        "weight 50: 5 of 5 canary pods ready, 5 of 5 stable");
        assertThat(clock().getMetadata().getAnnotations())
                .noneSatisfy((name, value) -> assertThat(name).startsWith("rollproof.dev/"));
    }

    @Test
    void aBrokenCanaryIsAbortedAndTheOldVersionIsBack() throws InterruptedException {
        cluster.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0)));
        roll("clock:1.0", Canary.of()).orElseThrow();
        Verdict verdict = roll("clock:broken", Canary.steps(10, 50));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).contains("CrashLoopBackOff");
        assertThat(deployments()).containsExactly("clock 10 clock:1.0");
    }

    @Test
    void aFailedCheckAbortsIt() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        Verdict verdict = roll(
                "clock:1.1",
                Canary.of()
                        .weight(10)
                        .pause(ofMinutes(1))
                        .check(Check.of("good", context -> false))
                        .weight(50));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("CheckFailed");
        assertThat(verdict.evidence().elapsed()).isGreaterThan(ofMinutes(1));
        assertThat(deployments()).containsExactly("clock 10 clock:1.0");
    }

    @Test
    void aSelectorThatMatchesTheCanaryIsRefusedBeforeAnythingIsWritten() throws InterruptedException {
        Deployment old = Workloads.clock(3, "clock:1.0");
        Rollout.of(old).run(cluster).orElseThrow();
        String before = clock().getMetadata().getResourceVersion();
        assertThatThrownBy(() -> Rollout.of(Workloads.clock(3, "clock:1.1"))
                        .by(Canary.steps(10))
                        .run(cluster))
                .hasMessageContaining(CLOCK + " selects app=clock, which also matches the canary's pods"
                        + " (app=clock, track=canary, version=1.1)")
                .hasMessageContaining("track: stable")
                .hasMessageContaining("withinOneDeployment");
        assertThat(clock().getMetadata().getResourceVersion()).isEqualTo(before);
    }

    @Test
    void withinOneDeploymentGoesThroughItsWeightsToo() throws InterruptedException {
        Rollout.of(Workloads.clock(10, "clock:1.0")).run(cluster).orElseThrow();
        Deployment before = clock();
        Verdict verdict = Rollout.of(Workloads.clock(10, "clock:1.1"))
                .by(Canary.steps(10, 50).withinOneDeployment())
                .run(cluster);
        assertThat(verdict.isComplete()).as(verdict.summary() + story(verdict)).isTrue();
        assertThat(story(verdict))
                .contains("weight 10: 1 of 1 new pods ready, 9 old", "weight 50: 5 of 5 new pods ready, 5 old");
        assertThat(clock().getSpec().getMinReadySeconds())
                .isEqualTo(before.getSpec().getMinReadySeconds());
        assertThat(clock().getSpec().getStrategy()).isEqualTo(before.getSpec().getStrategy());
        assertThat(clock().getSpec().getProgressDeadlineSeconds())
                .isEqualTo(before.getSpec().getProgressDeadlineSeconds());
    }
}
