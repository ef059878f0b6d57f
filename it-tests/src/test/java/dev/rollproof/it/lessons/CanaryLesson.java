// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static dev.rollproof.harness.RollproofAssertions.assertThat;
import static java.time.Duration.ofSeconds;

import dev.rollproof.it.SharedMachine.Quiet;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.traffic.Interval;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Canary: a few pods of the new version beside the old ones, behind the same Service; then more; and at the end all, or none.
 *
 * <p>A Service knows no versions. It gives each new connection to one of its ready pods at random, so the canary gets as many
 * of the requests as it has of the ready pods: one of four, a quarter. No tool says what it got; that can only be counted. Here
 * the count is the check that the canary has to pass.
 *
 * <p>Kubernetes has no canary. Somebody drives it: a second Deployment with the labels {@code track: canary} and
 * {@code version}, and when it is promoted, the first Deployment gets the new version while the canary still serves.
 */
@Quiet
class CanaryLesson extends Lesson {
    /** How sure to be. Of a thousand right runs one may be called wrong. */
    private static final double CONFIDENCE = 0.999;

    private Clock stable() {
        return clock().replicas(3).named("clock-stable", "track", "stable").sleepsBeforeItStops(NEWS_TRAVEL);
    }

    @Test
    void theCanaryGetsItsShareOfTheRequestsAndIsPromoted() throws InterruptedException {
        serve(stable());
        Deployment next = stable().version("1.2").deployment();
        try (RunningTraffic users = users()) {
            // given a canary of a quarter, that is to be half of all when it was seen to get a quarter of the
            // requests; a ready pod is sent requests only when the news of it has come around, so it pauses first
            Check share = Check.ofTraffic("share", users, this::theShareOfRequestsIsTheShareOfPods)
                    .initialDelay(ofSeconds(10));
            Canary strategy =
                    Canary.of().weight(25).pause(ofSeconds(2)).check(share).weight(50);

            try (PlanBeside beside = PlanBeside.ofDeployments(
                    cluster,
                    namespace.name(),
                    strategy.plan(stored(stable()), next, assumptions()),
                    "clock-stable",
                    "clock-stable-canary")) {
                // when it is rolled out
                Verdict verdict = Rollout.of(next).by(strategy).within(A_MINUTE).run(cluster);

                // then it passed its check and was promoted: the stable Deployment has its version, no canary is left
                assertThat(verdict).isComplete();
                assertThat(verdict).timeline().showsInOrder("weight 25", "check share: ", "weight 50", "promoting");
                onlyTheStablePodsAreLeft("1.2");
                show(beside);
                beside.itWentThroughEveryStepOfThePlan();
            }

            // and everybody gets the new version, and nobody lost a request
            endsWith("1.2", users);
        }
    }

    @Test
    void aCanaryThatFailsItsCheckLeavesEverythingAsItWas() throws InterruptedException {
        serve(stable());
        List<String> before = podNames();
        try (RunningTraffic users = users()) {
            // given a check that is passed only if nobody meets the canary
            Check unmet = Check.ofTraffic("nobody meets it", users, report -> report.answers("1.2") == 0)
                    .initialDelay(ofSeconds(3));

            // when it is rolled out, to be rolled back if it fails
            Verdict verdict = Rollout.of(stable().version("1.2").deployment())
                    .by(Canary.of().weight(25).check(unmet))
                    .within(A_MINUTE)
                    .orElse(Rollback.rollBack())
                    .run(cluster);

            // then it failed, and what was there is there again: not one of the stable pods was replaced
            assertThat(verdict).failed().because("CheckFailed");
            assertThat(verdict.summary()).contains("; rolled back to revision 1 (clock:1.0), complete again after ");
            onlyTheStablePodsAreLeft("1.0");
            assertThat(podNames()).isEqualTo(before);

            // and everybody gets the old version, and nobody lost a request
            endsWith("1.0", users);
            figure("canary that failed its check: \"%s\"", verdict.summary());
        }
    }

    /** The check: whether the share that the canary got lies within the interval of what its share of the pods makes likely. */
    private boolean theShareOfRequestsIsTheShareOfPods(TrafficReport window) {
        double shareOfPods = (double) ready("1.2") / (ready("1.0") + ready("1.2"));
        Interval interval = window.shareInterval("1.2", CONFIDENCE);
        figure(
                "Canary, 1 of 4 ready pods: %.1f %% of %d requests on fresh connections, so its chance lies in %s",
                100 * window.share("1.2"), window.total() / 2, interval);
        return shareOfPods == 0.25 && interval.contains(shareOfPods) && window.failed() == 0;
    }

    private void onlyTheStablePodsAreLeft(String version) {
        waiting().until("only the stable pods are left", () -> pods().size() == 3);
        assertThat(ready(version)).isEqualTo(3);
        assertThat(cluster.list(Query.of(Deployment.class).inNamespace(namespace.name())))
                .hasSize(1);
    }

    private void endsWith(String version, RunningTraffic users) throws InterruptedException {
        Instant atRest = cluster.time().now();
        pass(ofSeconds(1));
        TrafficReport report = measured(users);
        nobodyLostARequest(report);
        assertThat(report.between(atRest, Instant.MAX.minusSeconds(1)).versions())
                .as("who answers in the end")
                .containsExactly(version);
    }
}
