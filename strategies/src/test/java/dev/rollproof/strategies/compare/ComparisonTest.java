// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import static dev.rollproof.strategies.compare.Scenes.BAD;
import static dev.rollproof.strategies.compare.Scenes.beds;
import static dev.rollproof.strategies.compare.Scenes.scenario;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.RollingUpdate;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** All strategies side by side, on simulated clusters. What is claimed holds with every seed. */
class ComparisonTest {
    private static final int SEEDS = 6;
    private static final ComparisonOptions OPTIONS = ComparisonOptions.defaults();

    private static Scenario withBad(int replicas) {
        return scenario(replicas).withBadImage(BAD, "bad");
    }

    private static ComparisonReport compared(Scenario scenario, TestBed.Source beds) throws InterruptedException {
        return Comparison.of(scenario).seeds(1, SEEDS).run(beds);
    }

    private static double worst(ComparisonReport all, String name, Metric metric) {
        return all.standing(name).orElseThrow().spread(metric).orElseThrow().worst();
    }

    private static double best(ComparisonReport all, String name, Metric metric) {
        return all.standing(name).orElseThrow().spread(metric).orElseThrow().best();
    }

    @Test
    void eachStrategyCostsWhatItIsKnownToCost() throws InterruptedException {
        ComparisonReport all = compared(withBad(4), beds());
        assertThat(all.standings()).hasSize(8);
        assertThat(all.rollouts()).isEqualTo(8 * 2 * SEEDS);
        all.standings().forEach(standing -> {
            assertThat(standing.trials()).hasSize(SEEDS);
            assertThat(standing.notComplete()).as(standing.name()).isEmpty();
            assertThat(standing.notStopped()).as(standing.name()).isEmpty();
        });
        // Recreate: nobody serves, and never two versions.
        assertThat(best(all, "Recreate", Metric.DOWNTIME)).isGreaterThan(1);
        assertThat(worst(all, "Recreate", Metric.LEAST_READY)).isZero();
        assertThat(worst(all, "Recreate", Metric.MIXED)).isZero();
        assertThat(worst(all, "Recreate", Metric.MOST_PODS)).isEqualTo(4);
        // RollingUpdate keeps R - U, and mixes.
        assertThat(worst(all, "RollingUpdate 1/0", Metric.LEAST_READY)).isEqualTo(4);
        assertThat(worst(all, "RollingUpdate 0/1", Metric.LEAST_READY)).isEqualTo(3);
        assertThat(best(all, "RollingUpdate 1/0", Metric.MIXED)).isPositive();
        // BlueGreen: all pods twice, and hardly a moment of two versions.
        assertThat(worst(all, "BlueGreen", Metric.MOST_PODS)).isEqualTo(8);
        assertThat(worst(all, "BlueGreen", Metric.LEAST_READY)).isEqualTo(4);
        assertThat(worst(all, "BlueGreen", Metric.MIXED)).isLessThan(0.1);
        assertThat(worst(all, "BlueGreen", Metric.DOWNTIME)).isZero();
        // A canary watches twice, so it takes longest and mixes longest.
        assertThat(best(all, "Canary 25,50", Metric.DURATION)).isGreaterThan(10);
        assertThat(best(all, "Canary 25,50", Metric.MIXED)).isGreaterThan(10);
    }

    @Test
    void aBadVersionMeetsFewestUsersInACanary() throws InterruptedException {
        ComparisonReport all = compared(withBad(4), beds());
        for (String canary : List.of("Canary 25,50", "Canary 25,50 within one", "Canary 25,50 by route")) {
            assertThat(worst(all, canary, Metric.MET_THE_BAD))
                    .isLessThan(best(all, "BlueGreen", Metric.MET_THE_BAD))
                    .isPositive();
        }
        assertThat(worst(all, "BlueGreen", Metric.MET_THE_BAD))
                .isLessThan(best(all, "RollingUpdate 1/0", Metric.MET_THE_BAD));
        assertThat(worst(all, "BlueGreen", Metric.RESTORED))
                .as("one patch, and the proxies follow")
                .isLessThan(1.5);
        for (Standing standing : all.standings()) {
            for (Measured trial : standing.badTrials()) {
                assertThat(trial.outcome()).isEqualTo("failed");
                assertThat(trial.failed()).as("about half of what it answered").isGreaterThan(trial.met() / 4);
                assertThat(trial.noticed().orElseThrow()).isGreaterThan(ofSeconds(5));
                assertThat(trial.duration()).isEmpty();
            }
        }
    }

    @Test
    void aVersionThatNeverGetsReadyMeetsNobodyAndIsStoppedByAll() throws InterruptedException {
        ComparisonReport all =
                compared(withBad(3), beds(ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0))));
        all.standings().forEach(standing -> {
            String name = standing.name();
            assertThat(standing.notStopped()).as(name).isEmpty();
            assertThat(worst(all, name, Metric.MET_THE_BAD)).as(name).isZero();
        });
        assertThat(best(all, "Recreate", Metric.FAILED_WITH_THE_BAD))
                .as("nobody serves until it has gone back")
                .isGreaterThan(100);
        assertThat(worst(all, "BlueGreen", Metric.FAILED_WITH_THE_BAD)).isZero();
        assertThat(worst(all, "BlueGreen", Metric.RESTORED))
                .as("the old version was there all the time")
                .isZero();
    }

    @Test
    void aVersionThatCrashesWhileItIsWatchedIsStopped() throws InterruptedException {
        ComparisonReport all = Comparison.of(withBad(3))
                .with(OPTIONS.withWatch(ofSeconds(10)))
                .seeds(1, SEEDS)
                .run(beds(ImageBehavior.wellBehaved().crashesAfter(ofSeconds(3))));
        all.standings().forEach(standing -> {
            String name = standing.name();
            assertThat(standing.notStopped()).as(name).isEmpty();
            assertThat(worst(all, name, Metric.MET_THE_BAD)).as(name).isPositive();
        });
    }

    @Test
    void aVersionThatIsBadOnlyLaterIsNotStoppedAndTheReportSaysSo() throws InterruptedException {
        ComparisonReport all =
                compared(withBad(3), beds(ImageBehavior.wellBehaved().crashesAfter(ofMinutes(10))));
        assertThat(all.standing("RollingUpdate 25%/25%").orElseThrow().notStopped())
                .hasSize(SEEDS);
        assertThat(worst(all, "RollingUpdate 25%/25%", Metric.RESTORED)).isInfinite();
        assertThat(worst(all, "RollingUpdate 25%/25%", Metric.NOTICED)).isInfinite();
    }

    @Test
    void aNewVersionThatIsBadItselfIsNotRolledOut() throws InterruptedException {
        TestBed.Source beds = seed -> {
            Images images = new Images()
                    .declare("clock:1.2", ImageBehavior.wellBehaved().neverReady());
            SimulatedCluster cluster =
                    SimulatedCluster.builder().seed(seed).images(images).build();
            return new TestBed(cluster, cluster.traffic());
        };
        ComparisonReport report = Comparison.of(scenario(3))
                .with(OPTIONS.withTimeout(ofSeconds(20)))
                .among(List.of(Contender.rolling(RollingUpdate.of())))
                .seeds(1, 2)
                .run(beds);
        Standing rolling = report.standings().get(0);
        assertThat(rolling.notComplete()).hasSize(2);
        assertThat(rolling.spread(Metric.DURATION).orElseThrow().median()).isInfinite();
        assertThat(ComparisonTable.of(report))
                .contains(
                        "- RollingUpdate 25%/25%: the new version was not rolled out in 2 trials, the first with the seed 1"
                                + " (verdict: timedOut)");
    }

    @Test
    void theReportDependsNeitherOnTheThreadsNorOnWhatElseIsTried() throws InterruptedException {
        Comparison comparison = Comparison.of(withBad(3)).seeds(5, 4);
        ComparisonReport alone = comparison.with(OPTIONS.withThreads(1)).run(beds());
        ComparisonReport together = comparison.with(OPTIONS.withThreads(3)).run(beds());
        assertThat(together.standings()).isEqualTo(alone.standings());
        List<Measured> replayed = Comparison.of(withBad(3))
                .with(OPTIONS)
                .among(List.of(Contender.canary(25, 50)))
                .seeds(7, 1)
                .run(beds())
                .standings()
                .get(0)
                .badTrials();
        assertThat(alone.standing("Canary 25,50").orElseThrow().badTrials()).containsAll(replayed);
    }

    @Test
    void whatPodsNeedIsThereFirst() throws InterruptedException {
        Deployment clock = Scenes.clock(2, "app: clock");
        clock.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .setEnvFrom(List.of(new EnvFromSourceBuilder()
                        .withNewConfigMapRef()
                        .withName("settings")
                        .endConfigMapRef()
                        .build()));
        Scenario without = Scenario.of(clock, Optional.empty(), "clock:1.2");
        List<Contender> rolling = List.of(Contender.rolling(RollingUpdate.of()));
        assertThatThrownBy(
                        () -> Comparison.of(without).among(rolling).seeds(1, 1).run(beds()))
                .isInstanceOf(ComparisonException.class)
                .hasMessageStartingWith("Deployment/clock in default does not get its 2 pods ready within 60 s");
        Scenario with = without.with(List.of(new ConfigMapBuilder()
                .withNewMetadata()
                .withName("settings")
                .withNamespace("default")
                .endMetadata()
                .build()));
        assertThat(Comparison.of(with)
                        .among(rolling)
                        .seeds(1, 1)
                        .run(beds())
                        .standings()
                        .get(0)
                        .notComplete())
                .isEmpty();
    }

    @Test
    void anOldVersionThatLosesRequestsByItselfIsRefused() {
        TestBed.Source beds = seed -> {
            Images images = new Images()
                    .declare("clock:1.1", ImageBehavior.wellBehaved().failsRequests(0.5));
            SimulatedCluster cluster =
                    SimulatedCluster.builder().seed(seed).images(images).build();
            return new TestBed(cluster, cluster.traffic());
        };
        assertThatThrownBy(() -> Comparison.of(scenario(3)).seeds(1, 1).run(beds))
                .isInstanceOf(ComparisonException.class)
                .hasMessageContaining("failed in the baseline, before anything was changed")
                .hasMessageContaining("(seed 1), so nothing that is lost later could be put down to a strategy");
    }

    @Test
    void ifNoStrategyCanBeRunTheReasonsAreSaid() {
        Scenario alone = Scenario.of(Scenes.clock(1, "app: clock"), Optional.empty(), "clock:1.2");
        assertThatThrownBy(() -> Comparison.of(alone)
                        .among(List.of(Contender.heldCanary(25), Contender.blueGreen(alone, OPTIONS)))
                        .run(beds()))
                .isInstanceOf(ComparisonException.class)
                .hasMessageStartingWith("none of the strategies can be run: Canary 25 within one: two versions")
                .hasMessageContaining("; BlueGreen: there is no Service to switch");
    }

    @Test
    void aThreadThatIsInterruptedStopsAllTrials() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Comparison.of(scenario(3)).seeds(1, 1000).run(beds()))
                .isInstanceOf(InterruptedException.class);
    }
}
