// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.quota.LimitRanges;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.NamespaceRules;
import dev.rollproof.strategies.plan.Plan;
import dev.rollproof.strategies.plan.PlanTable;
import dev.rollproof.strategies.plan.Warning;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What driven strategies are planned to come to, and what they then come to. */
class DrivenPlansTest {
    private static Deployment clock(String image, String labels) {
        Deployment d = Workloads.labelled(10, image, labels);
        d.getSpec().setStrategy(RollingUpdate.of().maxSurge(2).maxUnavailable(1).toModel());
        return d;
    }

    private static Plan plan(Strategy strategy, String labels) {
        return strategy.plan(clock("clock:1.0", labels), clock("clock:1.1", labels), Assumptions.defaults());
    }

    @Test
    void aCanaryGoesThroughItsWeightsAndThenTheStableOneGrows() {
        Plan plan = plan(Canary.steps(10, 25, 50), "app: clock, track: stable");
        assertThat(plan.way()).startsWith("10 9/1 8/3 ").contains(" 5/5 ").endsWith(" 10/0");
        assertThat(plan.bounds().mostAskedFor()).isEqualTo(12);
        assertThat(plan.bounds().leastReady()).isEqualTo(9);
        assertThat(plan.bounds().mixed()).isPresent();
        assertThat(PlanTable.of(plan)).anyMatch(line -> line.contains("weight 10, weight 25, weight 50"));
    }

    @Test
    void aHeldCanarySurgesAndLetsGoAtEachWeight() {
        Plan plan = plan(Canary.steps(10, 50).withinOneDeployment(), "app: clock");
        assertThat(plan.way()).isEqualTo("10 10/1 9/1 9/5 5/5 0/10");
    }

    @Test
    void aCanaryThroughARouteNeedsItsPodsBesideTheOldOnes() {
        Canary canary = Canary.steps(5, 50).throughRoute("clock", "clock-stable", "clock-canary");
        Plan plan = plan(canary, "app: clock, track: stable");
        assertThat(plan.title())
                .isEqualTo("Deployment/clock: canary through HTTPRoute/clock, weight 5, weight 50, 10 replicas");
        assertThat(plan.way()).isEqualTo("10/0 10/1 10/1 10/5 10/5 10/5 10/5 10/0");
        assertThat(plan.bounds().mostAskedFor()).isEqualTo(17);
        assertThat(plan.bounds().leastReady()).isEqualTo(9);
        assertThat(plan.steps())
                .anyMatch(
                        step -> step.rule()
                                .equals(
                                        "weight 5: HTTPRoute/clock sends 5 % of the requests to the canary, whatever the pods"));
        assertThat(plan.warnings())
                .extracting(Warning::text)
                .contains(
                        "weight 5 on one canary pod: when it is not ready, 5 % of the requests get 503, until the weight is"
                                + " taken away");
        Plan dynamic = plan(
                Canary.steps(5, 50)
                        .through(Canary.Shift.ThroughRoute.of("clock", "a", "b").withDynamicStableScale()),
                "app: clock, track: stable");
        assertThat(dynamic.way()).isEqualTo("10/0 10/1 10/1 10/5 10/5 5/5 5/5 10/5 10/5 10/0");
    }

    @Test
    void weightsThatFewPodsCannotBearAreWarnedOfAndSoIsTheRoomForThePods() {
        Canary canary = Canary.steps(50)
                .through(Canary.Shift.ThroughRoute.of("clock", "a", "b").withCanaryPods(1));
        ResourceQuota twelve = Models.fromYaml(
                "{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {pods: 12}}, status: {used: {pods:"
                        + " 10}}}",
                ResourceQuota.class);
        Plan plan = canary.plan(
                clock("clock:1.0", "app: clock, track: stable"),
                clock("clock:1.1", "app: clock, track: stable"),
                Assumptions.defaults().withRules(NamespaceRules.of(List.of(twelve), LimitRanges.NONE)));
        assertThat(plan.warnings())
                .extracting(Warning::kind)
                .contains(Warning.Kind.CANARY_LOAD, Warning.Kind.CANARY_SINGLE_POD, Warning.Kind.QUOTA);
        assertThat(plan.warnings())
                .extracting(Warning::text)
                .contains(
                        "weight 50 on 1 canary pod: each gets 5.0 times as many requests as a pod does now",
                        "ResourceQuota/few is too small: the rollout needs 13 pods, where there is room for 12; pods that terminate"
                                + " count as well");
    }

    @Test
    void aBlueGreenNeedsTwiceThePodsAndMissesNone() {
        Plan plan = plan(BlueGreen.behind("clock").keepOldFor(ofMinutes(10)), "app: clock, color: blue");
        assertThat(plan.bounds().mostAskedFor()).isEqualTo(20);
        assertThat(plan.bounds().leastReady()).isEqualTo(10);
        assertThat(plan.bounds().duration().least()).isGreaterThanOrEqualTo(ofMinutes(10));
        assertThat(plan.way()).startsWith("10 10/10").endsWith("0/10");
    }

    @Test
    void whatIsPlannedIsWhatHappensWithinTheBounds() throws InterruptedException {
        for (Strategy strategy : List.of(
                Canary.of().weight(10).pause(ofSeconds(30)).weight(50),
                Canary.steps(10, 50).withinOneDeployment(),
                Canary.steps(10, 50).throughRoute("clock", "clock-stable", "clock-canary"),
                Canary.of()
                        .weight(50)
                        .pause(ofSeconds(30))
                        .weight(10)
                        .through(Canary.Shift.ThroughRoute.of("clock", "clock-stable", "clock-canary")
                                .withDynamicStableScale()),
                BlueGreen.behind("clock").keepOldFor(ofSeconds(30)))) {
            String labels = strategy instanceof BlueGreen ? "app: clock, color: blue" : "app: clock, track: stable";
            try (SimulatedCluster cluster = SimulatedCluster.create()) {
                cluster.create(Models.fromYaml("""
                        apiVersion: v1
                        kind: Service
                        metadata: {name: clock, namespace: default}
                        spec:
                          selector: {app: clock, color: blue}
                          ports: [{port: 80, targetPort: 8080}]
                        """, Service.class), WriteOptions.defaults());
                Routes.create(cluster, Routes.RULES);
                Rollout.of(clock("clock:1.0", labels)).run(cluster).orElseThrow();
                Verdict verdict =
                        Rollout.of(clock("clock:1.1", labels)).by(strategy).run(cluster);
                assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
                assertThat(verdict.evidence().elapsed())
                        .as(strategy.toString())
                        .isBetween(
                                plan(strategy, labels).bounds().duration().least(),
                                plan(strategy, labels).bounds().duration().most());
            }
        }
    }
}
