// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static java.time.Duration.ofSeconds;

import dev.rollproof.it.SharedMachine.Quiet;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.ObservedService;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.strategies.BlueGreen;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.strategies.check.Measurement;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/**
 * Blue-green: the new version beside the old one, whole; then the Service is switched, in one patch.
 *
 * <p>Two Deployments of two colours take turns, and the Service's selector says which one is live. Before the switch only the
 * preview Service leads to the new version; so it can be tried, and no user is in it. After the switch the old version stays for a
 * while, with all its pods: the way back is one patch, too, and nobody waits for pods to start. The price is twice the pods.
 */
@Quiet
class BlueGreenLesson extends Lesson {
    private Clock blue() {
        return clock().replicas(2)
                .named("clock", "color", "blue")
                .drainsFor(ofSeconds(1))
                .sleepsBeforeItStops(ofSeconds(1));
    }

    /** The users' Service and the preview; both lead to blue. */
    private void serveBlue() throws InterruptedException {
        cluster.create(blue().service("clock", "color", "blue"), WriteOptions.defaults());
        cluster.create(blue().service("preview", "color", "blue"), WriteOptions.defaults());
        rollOut(blue()).orElseThrow();
    }

    /** Asks through the preview Service, as testers do before any user can. */
    private Check thePreviewIsTheNewVersion() {
        return Check.measuring("preview", context -> {
            RunningTraffic testers = traffic.start(Load.of(namespace.name(), "preview"));
            pass(ofSeconds(1));
            TrafficReport report = testers.stop();
            return Measurement.of(report.versions().equals(List.of("1.1")), report.toString());
        });
    }

    @Test
    void theNewVersionIsTriedInThePreviewAndThenEverybodyIsSwitchedAtOnce() throws InterruptedException {
        serveBlue();
        Deployment next = blue().version("1.1").deployment();
        // The testers wait, too, until the news is around that the preview leads to green.
        BlueGreen strategy = BlueGreen.behind("clock")
                .preview("preview")
                .pause(ofSeconds(2))
                .check(thePreviewIsTheNewVersion())
                .keepOldFor(NEWS_TRAVEL);

        try (PlanBeside beside = PlanBeside.ofDeployments(
                        cluster,
                        namespace.name(),
                        strategy.plan(stored(blue()), next, assumptions()),
                        "clock",
                        "clock-green");
                Switches switches = new Switches();
                RunningTraffic users = users()) {
            // when it is rolled out
            Verdict verdict = Rollout.of(next).by(strategy).within(A_MINUTE).run(cluster);

            // then green is live, and blue has no pods any more
            assertThat(verdict).isComplete();
            assertThat(verdict)
                    .timeline()
                    .showsInOrder("preparing green", "check preview", "switching", "retiring blue");
            assertThat(switches.colors()).containsExactly("blue", "green");
            show(beside);
            beside.itWentThroughEveryStepOfThePlan();

            // and nobody met the new version before the switch; who connects anew meets only that one soon after;
            // who keeps his connection stays with blue until its pods go
            waiting().until("only green pods are left", () -> pods().size() == 2);
            Instant gone = cluster.time().now();
            pass(ofSeconds(1));
            TrafficReport report = measured(users);
            nobodyLostARequest(report);
            Instant switched = switches.at("green");
            assertThat(report.between(report.begin(), switched).versions()).containsExactly("1.0");
            assertThat(report.lane(Lane.FRESH)
                            .between(switched.plus(NEWS_TRAVEL), Instant.MAX.minusSeconds(1))
                            .versions())
                    .containsExactly("1.1");
            assertThat(report.between(gone, Instant.MAX.minusSeconds(1)).versions())
                    .containsExactly("1.1");
            figure(
                    "blue-green: complete after %s; %s",
                    seconds(verdict.evidence().elapsed()), report);
        }
    }

    @Test
    void whatIsBadAfterTheSwitchIsSwitchedBackInOnePatch() throws InterruptedException {
        serveBlue();
        List<String> before = podNames();
        try (Switches switches = new Switches();
                RunningTraffic users = users()) {
            // given a check that the users' own requests have to pass after the switch, and that they do not
            Check disliked = Check.ofTraffic("nobody meets it", users, report -> report.answers("1.1") == 0)
                    .initialDelay(ofSeconds(2));

            // when it is rolled out, to be rolled back if it fails
            Verdict verdict = Rollout.of(blue().version("1.1").deployment())
                    .by(BlueGreen.behind("clock").checkAfter(disliked).keepOldFor(ofSeconds(20)))
                    .within(A_MINUTE)
                    .orElse(Rollback.rollBack())
                    .run(cluster);

            // then the Service was switched, and switched back: one patch each, and not one of blue's pods was replaced
            assertThat(verdict).failed().because("CheckFailed");
            assertThat(switches.colors()).containsExactly("blue", "green", "blue");
            assertThat(podNames()).containsAll(before);
            assertThat(verdict.evidence().rollback().orElseThrow().timeToRestore())
                    .isPresent();

            // and users are with the old version again within seconds, and nobody lost a request
            TrafficReport report = measured(users);
            nobodyLostARequest(report);
            assertThat(report.lane(Lane.FRESH)
                            .between(switches.at("blue").plus(NEWS_TRAVEL), Instant.MAX.minusSeconds(1))
                            .versions())
                    .containsExactly("1.0");
            figure(
                    "blue-green, switched back: %s with the new version; \"%s\"; %s",
                    seconds(Duration.between(switches.at("green"), switches.at("blue"))), verdict.summary(), report);
        }
    }

    /** To which colour the users' Service led, and from when on. */
    private final class Switches implements AutoCloseable {
        private record Switch(Instant at, String color) {}

        private final List<Switch> seen = new CopyOnWriteArrayList<>();
        private final Observation services;

        Switches() {
            services = watched()
                    .observe(
                            Query.of(Service.class)
                                    .inNamespace(namespace.name())
                                    .named("clock"),
                            change -> {
                                String color = ((ObservedService) change.object())
                                        .selector()
                                        .getOrDefault("color", "");
                                if (seen.isEmpty()
                                        || !seen.get(seen.size() - 1).color().equals(color)) {
                                    seen.add(new Switch(cluster.time().now(), color));
                                }
                            });
        }

        List<String> colors() {
            return seen.stream().map(Switch::color).toList();
        }

        /** When it led there last. */
        Instant at(String color) {
            Optional<Switch> last =
                    seen.stream().filter(one -> one.color().equals(color)).reduce((one, other) -> other);
            return last.orElseThrow().at();
        }

        @Override
        public void close() {
            services.close();
        }
    }
}
