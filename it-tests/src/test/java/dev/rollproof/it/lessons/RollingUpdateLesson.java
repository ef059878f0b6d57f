// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.rollproof.it.SharedMachine.Quiet;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.k8s.traffic.FailureCause;
import dev.rollproof.k8s.traffic.Request;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.strategies.IntOrPercent;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.plan.Plan;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.promises.PromiseReport;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * RollingUpdate: new pods come and old ones go little by little.
 *
 * <p>It promises, of R replicas with S more at most (maxSurge, rounded up) and U fewer at most (maxUnavailable, rounded down):
 * the sizes of the ReplicaSets add up to R+S at most, R-U pods are ready at least, min(2R, R+2S+U) live at most. Nothing is
 * promised about pods that are terminating, and nothing about requests: those an application keeps itself, by answering
 * until nobody asks any more. What it will be like a plan says before: a likely way, and bounds that hold on every way.
 */
@Quiet
class RollingUpdateLesson extends Lesson {
    @ParameterizedTest(name = "{0} replicas, maxSurge {1}, maxUnavailable {2}")
    @CsvSource({"3, 40%, 2, 2, 2", "10, 25%, 25%, 3, 2", "3, 1, 0, 1, 0", "3, 0, 1, 0, 1"})
    void thePromisesHoldOnEveryEventAndADrainingApplicationLosesNoRequest(
            int replicas, String maxSurge, String maxUnavailable, int surge, int unavailable)
            throws InterruptedException {
        // given a version that drains, and that is asked to only when the news that its pod goes has had time to travel
        RollingUpdate strategy = strategy(maxSurge, maxUnavailable);
        Clock clock = clock().replicas(replicas).sleepsBeforeItStops(NEWS_TRAVEL);
        assertThat(strategy.fenceposts(replicas)).isEqualTo(new Fenceposts(surge, unavailable));
        serve(clock.version("1.0"));
        Deployment next = clock.version("1.1").deployment();
        Plan plan = strategy.plan(stored(clock), next, assumptions());

        try (PlanBeside beside = PlanBeside.ofReplicaSets(cluster, namespace.name(), plan);
                RunningTraffic users = users()) {
            // when the next version is rolled out under traffic, until the last old pod is gone
            Verdict verdict = Rollout.of(next)
                    .by(strategy)
                    .with(VerifierOptions.defaults().withTimeout(A_MINUTE).withWaitForOldPods(true))
                    .run(cluster);
            Instant end = cluster.time().now();
            verdict.orElseThrow();
            pass(ofMillis(500));

            // then every promise was kept on every event, and so was every bound of the plan
            assertThat(verdict).keptItsPromises();
            PromiseReport promises = verdict.evidence().promises().orElseThrow();
            assertThat(promises.kept()).hasSize(4);
            assertThat(promises.events()).isGreaterThan(10);
            assertThat(ready("1.1")).isEqualTo(replicas);
            show(beside);
            if (k3s.isEmpty() && surge + unavailable == 1) {
                // One pod at a time leaves no choice. With more, it depends on which are ready together.
                assertThat(beside.observedWay()).isEqualTo(beside.plannedWay());
            }

            // and no user noticed anything; and since then nobody meets the old version
            TrafficReport report = measured(users);
            nobodyLostARequest(report);
            assertThat(report.between(end, Instant.MAX.minus(ofSeconds(1))).versions())
                    .as("who answers when the old pods are gone")
                    .containsExactly("1.1");
            figure(
                    "RollingUpdate, R %d, S %s, U %s, draining: complete after %s; ready at least %d, live at most %d,"
                            + " with those that terminate at most %d; %s",
                    replicas,
                    maxSurge,
                    maxUnavailable,
                    seconds(verdict.evidence().elapsed()),
                    promises.leastReady(),
                    promises.mostLive(),
                    beside.mostPods(),
                    report);
            if (replicas == 10) {
                // Surprise: pods that terminate are counted nowhere.
                assertThat(beside.mostPods())
                        .as("pods at once, those that terminate included, beyond R+S")
                        .isGreaterThan(replicas + surge);
            }
        }
    }

    @Test
    void withoutDrainingRequestsAreLostThoughNoPodIsEverMissing() throws InterruptedException {
        // given a version that ends at once, and a strategy that never has fewer pods ready than wanted
        Clock clock = clock().replicas(4).exitsAtOnce();
        RollingUpdate strategy = strategy("1", "0");
        serve(clock.version("1.0"));

        try (Leaving leaving = new Leaving();
                RunningTraffic users = hastyUsers()) {
            // when the next version is rolled out
            Verdict verdict = Rollout.of(clock.version("1.1").deployment())
                    .by(strategy)
                    .within(A_MINUTE)
                    .run(cluster)
                    .orElseThrow();
            pass(NEWS_TRAVEL);

            // then the strategy has kept its word, and users have lost requests all the same
            assertThat(verdict).keptItsPromises();
            TrafficReport report = measured(users);
            assertThat(report.failed()).as("%s", report).isPositive();

            // The reason: the pod is told to end, and whoever sends requests is told that it ends, at the same time.
            // The
            // process is faster, and for a moment requests go to where nobody listens.
            assertThat(report.failuresByCause().keySet())
                    .isSubsetOf(Set.of(FailureCause.REFUSED, FailureCause.RESET, FailureCause.TIMED_OUT));
            List<Request> lost =
                    report.requests().stream().filter(Request::failed).toList();
            assertThat(lost)
                    .as("each lost request was sent while the news of an old pod's end was on its way")
                    .allMatch(request -> leaving.isNews(report.begin().plus(request.due())));
            figure(
                    "RollingUpdate, R 4, S 1, U 0, exits at once: lost %.1f %% of the requests; %s",
                    100.0 * report.failed() / report.total(), report);
        }
    }

    private static RollingUpdate strategy(String maxSurge, String maxUnavailable) {
        return RollingUpdate.of(pods(maxSurge), pods(maxUnavailable));
    }

    private static IntOrPercent pods(String text) {
        return text.endsWith("%") ? IntOrPercent.from(text) : IntOrPercent.of(Integer.parseInt(text));
    }

    /** When each pod was told to go. */
    private final class Leaving implements AutoCloseable {
        private final Map<String, Instant> toldToGo = new ConcurrentHashMap<>();
        private final Observation pods =
                watched().observe(Query.of(Pod.class).inNamespace(namespace.name()), this::accept);

        private void accept(Change change) {
            String name = change.object().metadata().name();
            if (change.object().metadata().terminating()) {
                toldToGo.putIfAbsent(name, cluster.time().now());
            }
        }

        boolean isNews(Instant at) {
            // The watch has its news a moment late, too.
            return toldToGo.values().stream()
                    .anyMatch(told -> at.isAfter(told.minusSeconds(1)) && at.isBefore(told.plus(NEWS_TRAVEL)));
        }

        @Override
        public void close() {
            pods.close();
        }
    }
}
