// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static dev.rollproof.strategies.Workloads.CLOCK;
import static dev.rollproof.strategies.Workloads.stable;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.sim.Faults;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.RolloutActionException;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
    void aDeploymentThatOnlyHasTheNameOfTheCanaryStaysAsItIs() throws InterruptedException {
        Rollout.of(stable(3, "clock:1.0")).run(cluster).orElseThrow();
        Deployment other = Workloads.labelled(1, "other:7", "app: other");
        other.getMetadata().setName("clock-canary");
        Rollout.of(other).run(cluster).orElseThrow();
        assertThatThrownBy(() -> roll("clock:1.1", Canary.steps(10)))
                .isInstanceOf(RolloutActionException.class)
                .hasMessage("Deployment/clock-canary in default is there already, and is no canary that a rollout of "
                        + CLOCK + " left behind; rename it, or delete it");
        assertThat(deployments()).containsExactly("clock 3 clock:1.0", "clock-canary 1 other:7");
    }

    @Test
    void aPausedDeploymentIsRefusedBeforeAnythingIsWritten() throws InterruptedException {
        Rollout.of(stable(3, "clock:1.0")).run(cluster).orElseThrow();
        RolloutActions.on(cluster).pause(new ObjectRef("Deployment", "default", "clock"));
        assertThatThrownBy(() -> roll("clock:1.1", Canary.steps(10)))
                .isInstanceOf(RolloutActionException.class)
                .hasMessage(CLOCK + " is paused, so no new version of it would come; resume it before");
        assertThat(deployments()).containsExactly("clock 3 clock:1.0");
    }

    @Test
    void annotationsThatSomebodyEditedAreSaidToBeSo() throws InterruptedException {
        Rollout.of(stable(3, "clock:1.0")).run(cluster).orElseThrow();
        annotate("{\"rollproof.dev/state\": \"{\\\"driver\\\": \\\"me\\\"}\"}");
        ObjectRef clock = new ObjectRef("Deployment", "default", "clock");
        assertThatThrownBy(() -> Rollouts.on(cluster).recover(clock))
                .isInstanceOf(RolloutActionException.class)
                .hasMessage(
                        CLOCK + " has the annotation rollproof.dev/state, so a rollout is under way, but not"
                                + " rollproof.dev/rollout, which says which; remove the former, after looking at what it left behind");
        annotate("{\"rollproof.dev/rollout\": \"{}\"}");
        assertThatThrownBy(() -> Rollouts.on(cluster).recover(clock))
                .hasMessageStartingWith(
                        "the rollout that is kept in the Deployment's annotation rollproof.dev/rollout is not"
                                + " one that this version can read: ")
                .hasMessageEndingWith("; remove it and rollproof.dev/state, after looking at what it left behind");
    }

    private void annotate(String annotations) {
        cluster.patch(
                Deployment.class,
                "default",
                "clock",
                Patch.merge("{\"metadata\": {\"annotations\": " + annotations + "}}"),
                WriteOptions.defaults());
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

    private static <T extends io.fabric8.kubernetes.api.model.HasMetadata> List<String> names(List<T> objects) {
        return objects.stream().map(object -> object.getMetadata().getName()).toList();
    }

    /** Watches pods and Deployments while something runs; returns the least ready pods and the most wanted ones. */
    private int[] extremes(Steps steps) throws InterruptedException {
        Map<String, ObservedPod> pods = new HashMap<>();
        Map<String, Integer> sizes = new HashMap<>();
        int[] extremes = {Integer.MAX_VALUE, 0};
        try (Observation one = cluster.observe(Query.of(Pod.class).inNamespace("default"), change -> {
                    ObservedPod pod = (ObservedPod) change.object();
                    pods.put(pod.metadata().uid(), pod);
                    if (change.type() == Change.Type.DELETED) {
                        pods.remove(pod.metadata().uid());
                    }
                    int ready = (int) pods.values().stream()
                            .filter(p -> p.live() && p.ready())
                            .count();
                    extremes[0] = pods.size() < 10 ? extremes[0] : Math.min(extremes[0], ready);
                });
                Observation other = cluster.observe(Query.of(ReplicaSet.class).inNamespace("default"), change -> {
                    ObservedReplicaSet set = (ObservedReplicaSet) change.object();
                    sizes.put(set.metadata().uid(), change.type() == Change.Type.DELETED ? 0 : set.replicas());
                    extremes[1] = Math.max(
                            extremes[1],
                            sizes.values().stream().mapToInt(size -> size).sum());
                })) {
            cluster.advance(ofSeconds(1));
            extremes[0] = Integer.MAX_VALUE;
            steps.run();
            assertThat(one.synced() && other.synced()).isTrue();
        }
        return extremes;
    }

    private interface Steps {
        void run() throws InterruptedException;
    }

    private Verdict limited(String image, Canary canary) throws InterruptedException {
        Deployment manifest = stable(10, image);
        manifest.getSpec()
                .setStrategy(
                        RollingUpdate.of(IntOrPercent.of(2), IntOrPercent.of(1)).toModel());
        return Rollout.of(manifest).by(canary).within(ofMinutes(2)).run(cluster);
    }

    @Test
    void allTheWayThereAreNeverFewerReadyPodsThanPromisedNorMoreWanted() throws InterruptedException {
        limited("clock:1.0", Canary.of()).orElseThrow();
        for (Canary canary :
                List.of(Canary.of(), Canary.steps(10, 25, 50), Canary.steps(34, 100), Canary.steps(10, 20, 50, 25))) {
            String image = "clock:1." + (1 + canary.steps().size());
            int[] extremes = extremes(() -> limited(image, canary).orElseThrow());
            assertThat(extremes[0]).as("ready pods, " + canary).isGreaterThanOrEqualTo(9);
            assertThat(extremes[1]).as("wanted pods, " + canary).isLessThanOrEqualTo(12);
        }
    }

    @Test
    void turningBackStepByStepKeepsThePromiseToo() throws InterruptedException {
        limited("clock:1.0", Canary.of()).orElseThrow();
        int[] extremes = extremes(() -> {
            Verdict verdict = limited(
                    "clock:1.1",
                    Canary.steps(20, 60)
                            .check(Check.of("good", context -> false))
                            .abortStepByStep());
            assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        });
        assertThat(extremes[0]).isGreaterThanOrEqualTo(9);
        assertThat(extremes[1]).isLessThanOrEqualTo(12);
        assertThat(deployments()).containsExactly("clock 10 clock:1.0");
    }

    @Test
    void pausesUntilSomebodyPromotesItHoweverLongThatTakes() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        List<String> asked = new ArrayList<>();
        Verdict verdict = Rollout.of(stable(10, "clock:1.1"))
                .by(Canary.of().weight(10).pauseUntilPromoted().weight(50))
                .within(ofMinutes(2))
                .onProgress(progress -> {
                    if (asked.isEmpty()
                            && progress.status().line().contains("waiting to be promoted past step 1")
                            && progress.elapsed().compareTo(ofMinutes(30)) > 0) {
                        asked.add("once");
                        Rollouts.on(cluster).promote(CLOCK);
                    }
                })
                .run(cluster);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(verdict.evidence().elapsed()).isGreaterThan(ofMinutes(30));
        assertThat(deployments()).containsExactly("clock 10 clock:1.1");
    }

    @Test
    void somebodyCanTellItToTurnBack() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        Verdict verdict = Rollout.of(stable(10, "clock:1.1"))
                .by(Canary.of().weight(10).pauseUntilPromoted())
                .onProgress(progress -> {
                    if (progress.status().line().contains("waiting to be promoted")) {
                        Rollouts.on(cluster).abort(CLOCK);
                    }
                })
                .run(cluster);
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.summary()).contains("somebody told it to turn back");
        assertThat(deployments()).containsExactly("clock 10 clock:1.0");
        assertThatThrownBy(() -> Rollouts.on(cluster).abort(CLOCK))
                .hasMessage("no rollout of Deployment/clock in default is under way that somebody drives");
    }

    @Test
    void somebodyElsesTemplateStaysAndTheCanaryGoes() throws InterruptedException {
        for (Canary canary : List.of(
                Canary.of().weight(10).pauseUntilPromoted(),
                Canary.of().weight(10).pauseUntilPromoted().withinOneDeployment())) {
            roll("clock:1.0", Canary.of()).orElseThrow();
            Verdict verdict = Rollout.of(stable(10, "clock:1.1"))
                    .by(canary)
                    .onProgress(progress -> {
                        if (progress.status().line().contains("waiting to be promoted")) {
                            RolloutActions.on(cluster).setImage(CLOCK, "web", "clock:2.0");
                        }
                    })
                    .run(cluster);
            assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Superseded.class);
            RolloutVerifier.on(cluster).verify(CLOCK).orElseThrow();
            assertThat(deployments()).containsExactly("clock 10 clock:2.0");
            assertThat(clock().getSpec().getProgressDeadlineSeconds()).isEqualTo(600);
        }
    }

    /** Whether by its Deployment or by its pods alone: nothing is learnt from a version that is not there. */
    @Test
    void aPauseOrACheckWithoutACanaryIsBegunAgainWithOne() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        List<String> seen = new ArrayList<>();
        AtomicInteger checks = new AtomicInteger();
        AtomicInteger deleted = new AtomicInteger();
        Check check = Check.of("there", context -> {
                    checks.incrementAndGet();
                    return true;
                })
                .count(2)
                .interval(ofSeconds(20));
        Verdict verdict = Rollout.of(stable(10, "clock:1.1"))
                .by(Canary.of().weight(10).check(check))
                .onProgress(progress -> {
                    seen.add(progress.status().line());
                    if (checks.get() == 1 && deleted.getAndIncrement() == 0) {
                        cluster.delete(Deployment.class, "default", "clock-canary", DeleteOptions.defaults());
                    }
                })
                .run(cluster);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(seen).contains("no pod of the canary is ready: back to weight 10");
        assertThat(checks).hasValue(3);
        assertThat(deployments()).containsExactly("clock 10 clock:1.1");
    }

    @Test
    void whatIsHeldWithinOneDeploymentTurnsBackAtOnceWhereSomebodyScalesIt() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        AtomicInteger scaled = new AtomicInteger();
        Verdict verdict = Rollout.of(stable(10, "clock:1.1"))
                .by(Canary.of().weight(20).pause(ofSeconds(30)).weight(50).withinOneDeployment())
                .onProgress(progress -> {
                    if (progress.status().line().contains("pause of 30 s") && scaled.getAndIncrement() == 0) {
                        cluster.scale(Deployment.class, "default", "clock", 12, WriteOptions.defaults());
                    }
                })
                .run(cluster);
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.summary())
                .contains("somebody scaled Deployment/clock in default from 10 to 12")
                .contains("back on the old version: 12 of 12 pods ready");
        assertThat(verdict.evidence().elapsed()).isLessThan(ofMinutes(1));
        assertThat(deployments()).containsExactly("clock 12 clock:1.0");
    }

    @Test
    void aCanaryDoesNotOutliveItsDeployment() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        Verdict verdict = Rollout.of(stable(10, "clock:1.1"))
                .by(Canary.of().weight(10).pauseUntilPromoted())
                .onProgress(progress -> {
                    if (progress.status().line().contains("waiting to be promoted")
                            && cluster.get(Deployment.class, "default", "clock").isPresent()) {
                        cluster.delete(Deployment.class, "default", "clock", DeleteOptions.defaults());
                    }
                })
                .run(cluster);
        assertThat(verdict).isInstanceOf(Verdict.Deleted.class);
        cluster.advance(ofMinutes(1));
        assertThat(names(cluster.list(Query.of(Deployment.class)))).isEmpty();
        assertThat(names(cluster.list(Query.of(Pod.class)))).isEmpty();
    }

    @Test
    void whatTheClusterRefusesHalfWayTurnsItBack() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        cluster.faults().failNext(Faults.Call.to(Faults.Verb.CREATE).on(Deployment.class), Reason.FORBIDDEN);
        Verdict verdict = roll("clock:1.1", Canary.steps(10));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.summary()).contains("the cluster refused");
        assertThat(deployments()).containsExactly("clock 10 clock:1.0");
    }

    @Test
    void aClusterInTroubleIsWaitedFor() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        List<String> once = new ArrayList<>();
        Verdict verdict = Rollout.of(stable(10, "clock:1.1"))
                .by(Canary.steps(10, 50))
                .onProgress(progress -> {
                    if (once.isEmpty() && progress.status().line().contains("weight 50")) {
                        once.add("once");
                        cluster.faults().unreachable(ofSeconds(40));
                    }
                })
                .run(cluster);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(verdict.evidence().elapsed()).isGreaterThan(ofSeconds(40));
    }

    @Test
    void aClusterThatStaysAwayIsAVerdictAndTheRolloutCanBeRecovered() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        List<String> once = new ArrayList<>();
        Verdict verdict = Rollout.of(stable(10, "clock:1.1"))
                .by(Canary.steps(10, 50))
                .onProgress(progress -> {
                    if (once.isEmpty() && progress.status().line().contains("weight 50")) {
                        once.add("once");
                        cluster.faults().unreachable(ofMinutes(10));
                    }
                })
                .run(cluster);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Unreachable.class);
        cluster.advance(ofMinutes(10));
        Rollouts.on(cluster).recover(CLOCK).orElseThrow();
        assertThat(deployments()).containsExactly("clock 10 clock:1.1");
    }

    @Test
    void measuredTrafficDecides() throws InterruptedException {
        cluster.create(Models.fromYaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: clock, namespace: default}
                spec:
                  selector: {app: clock}
                  ports: [{port: 80, targetPort: 8080}]
                """, Service.class), WriteOptions.defaults());
        roll("clock:1.0", Canary.of()).orElseThrow();
        try (RunningTraffic traffic = cluster.traffic().start(Load.of("default", "clock"))) {
            List<Double> shares = new ArrayList<>();
            Check share = Check.ofTraffic("share of the canary", traffic, report -> {
                        shares.add(report.share("1.1"));
                        return report.share("1.1") < 0.3;
                    })
                    .initialDelay(ofSeconds(20));
            Verdict verdict =
                    roll("clock:1.1", Canary.of().weight(10).check(share).weight(50));
            assertThat(verdict.isComplete())
                    .as(verdict.summary() + story(verdict))
                    .isTrue();
            assertThat(shares)
                    .singleElement()
                    .satisfies(measured -> assertThat(measured).isBetween(0.05, 0.15));
        }
    }

    @Test
    void aCheckWithoutItsCodeIsNotPassed() throws InterruptedException {
        roll("clock:1.0", Canary.of()).orElseThrow();
        Check check = Check.of("smoke", context -> true);
        Canary canary = Canary.of().weight(10).pause(ofMinutes(1)).check(check);
        InterceptedCluster deadly = InterceptedCluster.killing(cluster, 4, true);
        assertThatThrownBy(() -> Rollout.of(stable(10, "clock:1.1")).by(canary).run(deadly))
                .isInstanceOf(InterceptedCluster.KilledException.class);
        Verdict verdict = Rollouts.on(cluster).recover(CLOCK);
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.summary()).contains("the code of the check \"smoke\" is not here");
        assertThat(deployments()).containsExactly("clock 10 clock:1.0");
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> Canary.steps(0)).hasMessage("weight must be from 1 to 100 percent, was 0");
        assertThatThrownBy(() -> Canary.of().pause(ofSeconds(0))).hasMessage("pause must be positive, was PT0S");
        assertThatThrownBy(() -> Canary.steps(50, 20).withinOneDeployment())
                .hasMessage("within one Deployment weights grow and stay below 100, was 20 after 50");
        assertThatThrownBy(() -> Canary.of().pauseUntilPromoted().withinOneDeployment())
                .hasMessageStartingWith("within one Deployment the first step is a weight");
        Check check = Check.of("good", context -> true);
        assertThatThrownBy(() -> Canary.of().check(check).check(check))
                .hasMessage("two checks are named \"good\"; give each its own name");
        assertThat(Canary.steps(10, 25, 50).explain(10))
                .isEqualTo("weight 10: 1 new and 9 old pods, then weight 25: 3 new and 8 old pods,"
                        + " then weight 50: 5 new and 5 old pods, then all 10");
    }

    @Test
    void whatCannotBeHeldIsRefused() throws InterruptedException {
        Rollout.of(Workloads.clock(1, "clock:1.0")).run(cluster).orElseThrow();
        Canary held = Canary.steps(10).withinOneDeployment();
        assertThatThrownBy(() ->
                        Rollout.of(Workloads.clock(1, "clock:1.1")).by(held).run(cluster))
                .hasMessageContaining("has 1 replicas: to hold two versions within one Deployment it needs 2 or more");
        Rollout.of(Workloads.clock(3, "clock:1.0")).run(cluster).orElseThrow();
        assertThatThrownBy(() ->
                        Rollout.of(Workloads.clock(4, "clock:1.1")).by(held).run(cluster))
                .hasMessageContaining("would go from 3 to 4 replicas");
    }
}
