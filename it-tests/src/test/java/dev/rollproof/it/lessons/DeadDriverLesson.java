// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.it.lessons.MortalProcess.DiedException;
import dev.rollproof.strategies.BlueGreen;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.Rollouts;
import dev.rollproof.strategies.Strategy;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A driver that dies: a lid is shut, a build is cancelled, a node is gone. Kubernetes drives Recreate and RollingUpdate itself; a
 * canary and blue-green are driven by a process, and that may end at any moment.
 *
 * <p>What it needs to go on is in the cluster, on the Deployment, written in the same patch as the change that it belongs to. So
 * the cluster stays as the driver left it, users are served by what is ready, and whoever takes over needs the Deployment's
 * name: it goes on from there, or back. {@code CrashSafetyTest} does it at every single write, in the simulation.
 */
class DeadDriverLesson extends Lesson {
    static Stream<Arguments> halfWay() {
        return Stream.of(
                Arguments.of(Named.of("Canary", Canary.steps(25, 50)), "track", "stable", "weight 50.*"),
                Arguments.of(
                        Named.of("held Canary", Canary.steps(25).withinOneDeployment()),
                        "a",
                        "b",
                        "promoting: [23] of .*"),
                Arguments.of(
                        Named.of("BlueGreen", BlueGreen.behind("clock").keepOldFor(ofSeconds(5))),
                        "color",
                        "blue",
                        "switched; keeping.*"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("halfWay")
    void whoeverTakesOverGoesOnFromThere(Strategy strategy, String label, String value, String when)
            throws InterruptedException {
        Clock clock = served(label, value);

        // given a driver that dies half-way
        diesDriving(clock.version("1.1"), strategy, when);

        // when somebody else takes over, who knows no more than the Deployment's name
        Verdict verdict = rollouts().recover(clock.ref());

        // then the new version is everywhere, as if nothing had happened
        assertThat(verdict).isComplete();
        onlyPodsAreLeftOf("1.1");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("halfWay")
    void orGoesBack(Strategy strategy, String label, String value, String when) throws InterruptedException {
        Clock clock = served(label, value);

        // given a driver that dies half-way
        diesDriving(clock.version("1.1"), strategy, when);

        // when somebody else takes over, and wants none of it
        Verdict verdict = rollouts().rollBack(clock.ref());

        // then the old version is back
        assertThat(verdict).failed();
        onlyPodsAreLeftOf("1.0");
        theServiceLeadsTo(label, value);
        nothingFightsTheNextApply(clock.version("1.2"));
    }

    private void diesDriving(Clock next, Strategy strategy, String when) {
        MortalProcess driver = new MortalProcess(cluster);
        assertThatThrownBy(() -> Rollout.of(next.deployment())
                        .by(strategy)
                        .within(A_MINUTE)
                        .onProgress(progress -> {
                            if (progress.status().line().matches(when)) {
                                driver.dies();
                            }
                        })
                        .run(driver.cluster()))
                .as("it came as far as \"%s\"", when)
                .isInstanceOf(DiedException.class);
    }

    private Rollouts rollouts() {
        return Rollouts.on(cluster).with(VerifierOptions.defaults().withTimeout(A_MINUTE));
    }
}
