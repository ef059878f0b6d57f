// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static dev.rollproof.harness.Reasons.CRASH_LOOP;
import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static java.time.Duration.ofSeconds;

import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.strategies.BlueGreen;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Recreate;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.Rollouts;
import dev.rollproof.strategies.Strategy;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.Verdict;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rollback: whatever the strategy, and however far it has come, back to the last revision that was <em>seen complete</em>.
 *
 * <p>That is not always the one before: versions that were tried and never worked are skipped. It is not done in one write
 * either, since soon after a change the controller counts pods that are already going; and it leaves nothing behind that stands in
 * the way of whoever applies next. How long it took is part of the verdict.
 */
class RollbackLesson extends Lesson {
    static Stream<Arguments> deploymentStrategies() {
        return Stream.of(
                Arguments.of(
                        Named.of("RollingUpdate", RollingUpdate.of().maxSurge(1).maxUnavailable(1))),
                Arguments.of(Named.of("Recreate", Recreate.of())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("deploymentStrategies")
    void halfWayItGoesBackToWhatWasSeenCompleteAndSkipsWhatNeverWorked(Strategy strategy) throws InterruptedException {
        // given a version that was seen complete, and one after it that can never be
        Clock clock = clock().drainsFor(ofSeconds(1));
        Rollout.of(clock.deployment())
                .by(strategy)
                .within(A_MINUTE)
                .orElse(Rollback.rollBack())
                .run(cluster)
                .orElseThrow();
        assertThat(verify(actions().apply(clock.image("localhost/clock:missing").deployment())))
                .failed();

        // when the next one crashes half-way
        Verdict verdict = Rollout.of(clock.version("broken").deployment())
                .by(strategy)
                .within(A_MINUTE)
                .orElse(Rollback.rollBack())
                .run(cluster);

        // then it failed, and the first one is back
        assertThat(verdict).failed().because(CRASH_LOOP);
        isBack(verdict);
        nothingFightsTheNextApply(clock.version("1.1"));
    }

    static Stream<Arguments> drivenStrategies() {
        return Stream.of(
                Arguments.of(Named.of("Canary", Canary.steps(25)), "track", "stable", "promoting: [12] of .*"),
                Arguments.of(
                        Named.of("held Canary", Canary.steps(25).withinOneDeployment()),
                        "a",
                        "b",
                        "promoting: [23] of .*"),
                Arguments.of(
                        Named.of("BlueGreen", BlueGreen.behind("clock").keepOldFor(ofSeconds(30))),
                        "color",
                        "blue",
                        "switched; keeping.*"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("drivenStrategies")
    void afterThePointAtWhichAllSeemedWellItGoesBackToo(Strategy strategy, String label, String value, String when)
            throws InterruptedException {
        // given a version that was seen complete
        Clock clock = served(label, value);

        // when somebody has seen enough of the next one, while it is promoted or switched already
        AtomicBoolean told = new AtomicBoolean();
        Clock next = clock.version("1.1").readyAfter(ofSeconds(3));
        Verdict verdict = Rollout.of(next.deployment())
                .by(strategy)
                .within(A_MINUTE)
                .orElse(Rollback.rollBack())
                .onProgress(progress -> {
                    if (progress.status().line().matches(when) && told.compareAndSet(false, true)) {
                        noPodIsAboutToStart();
                        Rollouts.on(cluster).abort(clock.ref());
                    }
                })
                .run(cluster);

        // then the first one is back, the Service leads to it, and nothing of the next one is left
        assertThat(told)
                .as("it came as far as \"%s\": %s", when, verdict.summary())
                .isTrue();
        assertThat(verdict).failed();
        isBack(verdict);
        onlyPodsAreLeftOf("1.0");
        theServiceLeadsTo(label, value);
        nothingFightsTheNextApply(clock.version("1.2"));
    }

    /**
     * A process that gets its SIGTERM before it has set a handler ignores it, as a container's first process, and is killed when
     * its grace period ends: a quarter of a minute that is not to be learned here.
     */
    private void noPodIsAboutToStart() {
        try {
            // By then the controller has made the next one, if there is one to make.
            pass(ofSeconds(1));
            waiting()
                    .until(
                            "all containers run",
                            () -> pods().stream()
                                    .filter(ObservedPod::live)
                                    .allMatch(pod -> !pod.containers().isEmpty()
                                            && pod.containers().get(0).state()
                                                    instanceof ObservedContainer.State.Running));
            pass(ofSeconds(1));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void isBack(Verdict verdict) {
        RollbackResult.Restored back =
                (RollbackResult.Restored) verdict.evidence().rollback().orElseThrow();
        assertThat(back.verdict()).isComplete();
        assertThat(back.images()).containsExactly("clock:1.0");
        assertThat(ready("1.0")).isEqualTo(3);
        figure(
                "\"%s\"; restored in %s",
                verdict.summary(), seconds(back.timeToRestore().orElseThrow()));
    }
}
