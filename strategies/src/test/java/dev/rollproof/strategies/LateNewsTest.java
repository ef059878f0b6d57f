// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static dev.rollproof.strategies.Workloads.CLOCK;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a driver sees may be older than what is there: watches are late, or say nothing. */
class LateNewsTest {
    private static InterceptedCluster counted(SimulatedCluster cluster) {
        return InterceptedCluster.killing(cluster, Integer.MAX_VALUE, false);
    }

    @Test
    void whoHearsLateThatSomebodyScaledAndDeletedTheCanaryWaitsForNewsAndMakesAnother() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Rollout.of(Workloads.stable(4, "clock:1.0")).run(cluster).orElseThrow();
            InterceptedCluster reading = counted(cluster);
            AtomicInteger looks = new AtomicInteger();
            Verdict verdict = Rollout.of(Workloads.stable(4, "clock:1.1"))
                    .by(Canary.steps(50))
                    .onProgress(progress -> {
                        if (reading.writes().contains("create clock-canary") && looks.incrementAndGet() == 3) {
                            cluster.scale(Deployment.class, "default", "clock-canary", 1, WriteOptions.defaults());
                        }
                        if (looks.get() == 5) {
                            cluster.faults().delayWatches(ofSeconds(2));
                            cluster.delete(Deployment.class, "default", "clock-canary", DeleteOptions.defaults());
                            looks.incrementAndGet();
                        }
                    })
                    .run(reading);
            assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
            assertThat(reading.writes().stream().filter("create clock-canary"::equals))
                    .as("made, deleted, and made again")
                    .hasSize(2);
            assertThat(reading.reads())
                    .as("the server is not asked again and again")
                    .hasSizeLessThan(300);
        }
    }

    @Test
    void usersAreNotSwitchedToPodsThatWereReadyAMomentAgo() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            cluster.create(Models.fromYaml("""
                            apiVersion: v1
                            kind: Service
                            metadata: {name: clock, namespace: default}
                            spec: {selector: {app: clock, color: blue}, ports: [{port: 80, targetPort: 8080}]}
                            """, Service.class), WriteOptions.defaults());
            String blue = "app: clock, color: blue";
            Rollout.of(Workloads.labelled(3, "clock:1.0", blue)).run(cluster).orElseThrow();
            AtomicInteger scaled = new AtomicInteger();
            Verdict verdict = Rollout.of(Workloads.labelled(3, "clock:1.1", blue))
                    .by(BlueGreen.behind("clock").keepOldFor(ofSeconds(1)))
                    .within(ofMinutes(1))
                    .onProgress(progress -> {
                        if (progress.status().line().startsWith("switching") && scaled.getAndIncrement() == 0) {
                            cluster.faults().delayWatches(ofMillis(1500));
                            cluster.scale(Deployment.class, "default", "clock-green", 0, WriteOptions.defaults());
                            // The controllers are quicker than the watches.
                            cluster.advance(ofMillis(500));
                        }
                    })
                    .run(cluster);
            assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.TimedOut.class);
            Map<String, String> selector = cluster.get(Service.class, "default", "clock")
                    .orElseThrow()
                    .getSpec()
                    .getSelector();
            assertThat(selector).as("who is served by whom").containsEntry("color", "blue");
            assertThat(cluster.get(Deployment.class, "default", CLOCK.name())
                            .orElseThrow()
                            .getStatus()
                            .getReadyReplicas())
                    .isEqualTo(3);
        }
    }
}
