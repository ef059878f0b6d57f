// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.traffic.Interval;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Canary, made by hand as students do it: a second Deployment beside the stable one, with labels {@code track} and
 * {@code version}, behind the one Service that selects {@code app: clock}.
 *
 * <p>A Service knows no versions. It gives each new connection to one of its ready pods at random, so the canary gets as many
 * of the requests as it has of the ready pods: one of four, a quarter. No tool says what it got; that can only be counted.
 */
@ResourceLock("moments")
class CanaryLesson extends Lesson {
    /** How sure to be. Of a thousand right runs one may be called wrong. */
    private static final double CONFIDENCE = 0.999;

    private Clock stable() {
        return clock().replicas(3).named("clock-stable", "track", "stable").sleepsBeforeItStops(1);
    }

    private Clock canary() {
        return clock().replicas(1)
                .named("clock-canary", "track", "canary")
                .labelled("version", "v1.2")
                .version("1.2")
                .sleepsBeforeItStops(1);
    }

    @Test
    void theCanaryGetsItsShareOfTheRequestsAndIsPromoted() throws InterruptedException {
        serve(stable());
        try (RunningTraffic users = users()) {
            // when one canary comes beside three stable pods
            rollOut(canary()).orElseThrow();
            theShareOfRequestsIsTheShareOfPods(users);

            // and it is promoted: the stable Deployment gets its version, and then the canary goes
            rollOut(stable().version("1.2")).orElseThrow();
            cluster.delete(Deployment.class, namespace.name(), "clock-canary", DeleteOptions.defaults());
            onlyOneDeploymentIsLeft();

            // then everybody gets the new version, and nobody lost a request
            endsWith("1.2", measured(users));
        }
    }

    @Test
    void anAbortedCanaryLeavesEverythingAsItWas() throws InterruptedException {
        serve(stable());
        long generation = stored(stable()).getMetadata().getGeneration();
        try (RunningTraffic users = users()) {
            rollOut(canary()).orElseThrow();
            waiting().until("users meet the canary", () -> users.soFar().answers("1.2") > 0);

            // when the canary is not liked
            cluster.delete(Deployment.class, namespace.name(), "clock-canary", DeleteOptions.defaults());
            onlyOneDeploymentIsLeft();

            // then everybody gets the old version, nobody lost a request, and the stable Deployment was never touched
            endsWith("1.0", measured(users));
            assertThat(stored(stable()).getMetadata().getGeneration()).isEqualTo(generation);
        }
    }

    private void theShareOfRequestsIsTheShareOfPods(RunningTraffic users) throws InterruptedException {
        // A ready pod is sent requests only when the news of it has come around.
        pass(ofSeconds(2));
        Instant from = cluster.time().now();
        pass(ofSeconds(10));
        double shareOfPods = (double) ready("1.2") / (ready("1.0") + ready("1.2"));
        TrafficReport window = users.soFar().between(from, cluster.time().now());
        Interval interval = window.shareInterval("1.2", CONFIDENCE);
        figure(
                "Canary, 1 of 4 ready pods: %.1f %% of %d requests on fresh connections, so its chance lies in %s",
                100 * window.share("1.2"), window.total() / 2, interval);
        assertThat(shareOfPods).isEqualTo(0.25);
        assertThat(interval.contains(shareOfPods))
                .as("the share of the ready pods, %s, lies in %s", shareOfPods, interval)
                .isTrue();
    }

    private void onlyOneDeploymentIsLeft() throws InterruptedException {
        waiting().until("only the stable pods are left", () -> pods().size() == 3);
        pass(ofSeconds(1));
    }

    private void endsWith(String version, TrafficReport report) {
        nobodyLostARequest(report);
        Instant lastSecond = cluster.time().now().minusMillis(900);
        assertThat(report.between(lastSecond, Instant.MAX.minusSeconds(1)).versions())
                .as("who answers in the end")
                .containsExactly(version);
    }
}
