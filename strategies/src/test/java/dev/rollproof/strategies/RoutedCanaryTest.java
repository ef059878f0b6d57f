// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static dev.rollproof.strategies.Workloads.CLOCK;
import static dev.rollproof.strategies.Workloads.stable;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.traffic.Interval;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.sim.Faults;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.Canary.Shift.ThroughRoute;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A canary whose share is a weight in an HTTPRoute, on the simulated cluster with its gateway. */
class RoutedCanaryTest {
    private static final ThroughRoute ROUTE = ThroughRoute.of("clock", "clock-stable", "clock-canary");
    /** Of a thousand right runs one may be called wrong. */
    private static final double CONFIDENCE = 0.999;

    private final SimulatedCluster cluster = SimulatedCluster.builder()
            .images(new Images()
                    .declare("clock:*", ImageBehavior.wellBehaved().drainsFor(ofSeconds(3)))
                    .declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0))))
            .build();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static Verdict roll(Cluster through, int replicas, String image, Canary canary)
            throws InterruptedException {
        return Rollout.of(stable(replicas, image))
                .by(canary)
                .within(ofMinutes(2))
                .run(through);
    }

    private void serve(int replicas) throws InterruptedException {
        Rollout.of(stable(replicas, "clock:1.0")).run(cluster).orElseThrow();
        Routes.create(cluster, Routes.RULES);
        cluster.advance(ofSeconds(10));
    }

    private String weights() {
        return Routes.weights(Routes.stored(cluster));
    }

    private List<String> deployments() {
        return cluster.list(Query.of(Deployment.class)).stream()
                .map(d -> d.getMetadata().getName() + " " + d.getSpec().getReplicas() + " "
                        + Observed.from(d).template().images().get(0))
                .toList();
    }

    private static List<String> story(Verdict verdict) {
        return verdict.evidence().timeline().entries().stream()
                .filter(entry -> entry.subject().equals("rollout"))
                .map(entry -> entry.what())
                .toList();
    }

    /** What happens to the weights while somebody does something. */
    private List<String> weightsDuring(Doing doing) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        try (Observation watching = cluster.observe(Query.of(HTTPRoute.class), change -> {
            String now = Routes.weights((HTTPRoute) change.manifest());
            if (seen.isEmpty() || !seen.get(seen.size() - 1).equals(now)) {
                seen.add(now);
            }
        })) {
            doing.run();
            cluster.advance(ofSeconds(1));
            assertThat(watching.synced()).isTrue();
        }
        return seen;
    }

    private interface Doing {
        void run() throws InterruptedException;
    }

    @Test
    void theWeightsGoThroughTheStepsAndBackAndNothingElseInTheRouteIsTouched() throws InterruptedException {
        serve(4);
        HTTPRoute before = Routes.stored(cluster);
        List<String> weights = weightsDuring(() -> {
            Verdict verdict = roll(cluster, 4, "clock:1.1", Canary.steps(5, 50).through(ROUTE));
            assertThat(verdict.isComplete())
                    .as(verdict.summary() + story(verdict))
                    .isTrue();
            assertThat(story(verdict))
                    .contains("weight 5: 1 of 1 canary pods ready, 4 of 4 stable; HTTPRoute/clock in default to 95/5")
                    .contains(
                            "weight 50: 2 of 2 canary pods ready, 4 of 4 stable; HTTPRoute/clock in default to 50/50");
        });
        assertThat(weights).containsExactly("1/0", "95/5", "50/50", "1/0");
        assertThat(deployments()).containsExactly("clock 4 clock:1.1");
        HTTPRoute after = Routes.stored(cluster);
        assertThat(after.getSpec()).isEqualTo(before.getSpec());
        assertThat(after.getMetadata().getAnnotations())
                .isEqualTo(before.getMetadata().getAnnotations());
        assertThat(after.getMetadata().getLabels())
                .isEqualTo(before.getMetadata().getLabels());
        // One patch for each change of the weights.
        assertThat(after.getMetadata().getGeneration()).isEqualTo(4);
    }

    /** The point of it: by pods alone one of two would get a half. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theShareOfTheRequestsIsTheWeightHoweverFewThePodsAre(int replicas) throws InterruptedException {
        serve(replicas);
        Map<Integer, TrafficReport> measured = new LinkedHashMap<>();
        Map<Integer, Integer> pods = new LinkedHashMap<>();
        Load load = Load.ofHost(Routes.HOST).withLanes(Lane.FRESH).withPerSecond(200);
        try (RunningTraffic users = cluster.traffic().start(load)) {
            Canary canary = Canary.of().through(ROUTE.withCanaryPods(1));
            for (int weight : new int[] {5, 20, 1}) {
                canary = canary.weight(weight)
                        .check(Check.of("share at " + weight, context -> {
                                    pods.put(weight, readyPods());
                                    measured.put(
                                            weight,
                                            users.soFar()
                                                    .between(
                                                            context.since().plusSeconds(1),
                                                            cluster.time().now()));
                                    return true;
                                })
                                .initialDelay(ofMinutes(1)));
            }
            Verdict verdict = roll(cluster, replicas, "clock:1.1", canary);
            assertThat(verdict.isComplete())
                    .as(verdict.summary() + story(verdict))
                    .isTrue();
            TrafficReport all = users.stop();
            assertThat(all.whyVoid()).isEmpty();
            assertThat(all.failuresByCause())
                    .as("nobody lost a request, promotion included")
                    .isEmpty();
        }
        assertThat(measured.keySet()).containsExactly(5, 20, 1);
        measured.forEach((weight, report) -> {
            Interval interval = report.shareInterval("1.1", CONFIDENCE);
            System.out.printf(
                    "weight %d: %.2f %% of %d requests, so its chance lies in %s, with 1 canary pod of %d%n",
                    weight, 100 * report.share("1.1"), report.total(), interval, pods.get(weight));
            assertThat(pods).containsEntry(weight, replicas + 1);
            assertThat(report.total()).isGreaterThan(11_000);
            assertThat(interval.contains(weight / 100.0))
                    .as("%d %% lies in %s", weight, interval)
                    .isTrue();
            // Precise enough to tell it from the share of the pods.
            assertThat(interval.high()).isLessThan(1.0 / (replicas + 1));
        });
    }

    private int readyPods() {
        return (int) cluster.list(Query.of(Pod.class)).stream()
                .map(Observed::from)
                .filter(pod -> pod.live() && pod.ready())
                .count();
    }

    private long readyCanaries() {
        return cluster.list(Query.of(Pod.class).withLabels("track=canary")).stream()
                .map(Observed::from)
                .filter(pod -> pod.live() && pod.ready())
                .count();
    }

    /** Counts the canary's ready pods after each write while the route gives it something. */
    private Cluster watchful(List<Long> readyThen) {
        return new InterceptedCluster(cluster, new InterceptedCluster.Interception() {
            @Override
            public void before(int write) {}

            @Override
            public void after(int write) {
                int canary = Routes.SPLIT
                        .rules(Routes.stored(cluster))
                        .get(0)
                        .weights()
                        .canary();
                if (canary > 0) {
                    readyThen.add(readyCanaries());
                }
            }
        });
    }

    @Test
    void aBrokenCanaryNeverGetsARequest() throws InterruptedException {
        serve(4);
        Load load = Load.ofHost(Routes.HOST).withLanes(Lane.FRESH);
        try (RunningTraffic users = cluster.traffic().start(load)) {
            List<String> weights = weightsDuring(() -> {
                Verdict verdict =
                        roll(cluster, 4, "clock:broken", Canary.steps(5, 50).through(ROUTE));
                assertThat(verdict).isInstanceOf(Verdict.Failed.class);
                assertThat(verdict.summary()).contains("the canary failed").contains("CrashLoopBackOff");
            });
            assertThat(weights).containsExactly("1/0");
            TrafficReport report = users.stop();
            assertThat(report.versions()).containsExactly("1.0");
            assertThat(report.failed()).isZero();
        }
        assertThat(deployments()).containsExactly("clock 4 clock:1.0");
    }

    @Test
    void theWeightComesWhenThePodsAreReadyAndNeverBefore() throws InterruptedException {
        serve(4);
        List<Long> ready = new ArrayList<>();
        Verdict verdict =
                roll(watchful(ready), 4, "clock:1.1", Canary.steps(10, 50, 80).through(ROUTE));
        assertThat(verdict.isComplete()).as(verdict.summary() + story(verdict)).isTrue();
        assertThat(ready).isNotEmpty().allMatch(pods -> pods >= 1);
    }

    @Test
    void turningBackPutsTheWeightBackFirstAndRemovesThePodsWhenTheGatewayHasFollowed() throws InterruptedException {
        serve(4);
        InterceptedCluster counted = InterceptedCluster.killing(cluster, Integer.MAX_VALUE, false);
        Load load = Load.ofHost(Routes.HOST).withPerSecond(200);
        try (RunningTraffic users = cluster.traffic().start(load)) {
            Canary canary = Canary.steps(50)
                    .pause(ofSeconds(30))
                    .check(Check.of("good", context -> false))
                    .through(ROUTE);
            Verdict verdict = roll(counted, 4, "clock:1.1", canary);
            assertThat(verdict).isInstanceOf(Verdict.Failed.class);
            assertThat(verdict.summary()).contains("check good failed").contains("back on the old version");
            TrafficReport report = users.stop();
            assertThat(report.versions()).containsExactlyInAnyOrder("1.0", "1.1");
            assertThat(report.failuresByCause()).as("nobody lost a request").isEmpty();
        }
        List<String> writes = counted.writes().stream()
                .map(write -> write.startsWith("patch HTTPRoute/") && write.contains("/weight")
                        ? "weights"
                        : write.startsWith("delete") || write.startsWith("create") ? write : "state")
                .toList();
        assertThat(writes)
                .containsSubsequence(
                        "create clock-canary", "weights", "state", "weights", "state", "delete clock-canary");
        assertThat(writes.stream().filter("weights"::equals)).hasSize(2);
        assertThat(weights()).isEqualTo("1/0");
        assertThat(deployments()).containsExactly("clock 4 clock:1.0");
        assertThat(counted.writes())
                .filteredOn(write -> write.startsWith("patch Deployment/clock "))
                .as("the stable Deployment's spec was never changed")
                .noneMatch(write -> write.contains("/spec"));
    }

    /** A gateway reports on the route again and again, and somebody edits another rule meanwhile. */
    @Test
    void weightsAreSetDespiteConflictsAndOthersChangesStay() throws InterruptedException {
        serve(4);
        int[] conflicts = new int[1];
        Cluster busy = new InterceptedCluster(cluster, new InterceptedCluster.Interception() {
            private int inARow;

            @Override
            public void before(int write) {
                // Some writes in a row meet a newer route than was read; also those to other objects, which do not
                // mind.
                if (inARow++ % 4 != 3) {
                    conflicts[0]++;
                    cluster.patch(
                            HTTPRoute.class,
                            "default",
                            "clock",
                            Patch.json("[{\"op\":\"add\",\"path\":\"/spec/rules/0/backendRefs/0/weight\",\"value\":"
                                    + (100 + conflicts[0]) + "}]"),
                            WriteOptions.defaults().withFieldManager("somebody"));
                }
            }

            @Override
            public void after(int write) {}
        });
        List<String> weights = weightsDuring(() -> {
            Verdict verdict = roll(busy, 4, "clock:1.1", Canary.steps(5, 50).through(ROUTE));
            assertThat(verdict.isComplete())
                    .as(verdict.summary() + story(verdict))
                    .isTrue();
        });
        assertThat(weights).containsExactly("1/0", "95/5", "50/50", "1/0");
        assertThat(conflicts[0]).isGreaterThan(10);
        assertThat(Routes.stored(cluster)
                        .getSpec()
                        .getRules()
                        .get(0)
                        .getBackendRefs()
                        .get(0)
                        .getWeight())
                .as("somebody's last")
                .isEqualTo(100 + conflicts[0]);
    }

    @Test
    void aRuleIsFoundAgainWhereOthersAreInsertedBeforeIt() throws InterruptedException {
        serve(4);
        List<String> once = new ArrayList<>();
        List<String> weights = weightsDuring(() -> {
            Verdict verdict = Rollout.of(stable(4, "clock:1.1"))
                    .by(Canary.of().weight(5).pause(ofMinutes(1)).weight(50).through(ROUTE))
                    .onProgress(progress -> {
                        if (once.isEmpty() && progress.status().line().contains("pause of 60 s")) {
                            once.add("once");
                            cluster.patch(
                                    HTTPRoute.class,
                                    "default",
                                    "clock",
                                    Patch.json("[{\"op\":\"add\",\"path\":\"/spec/rules/0\",\"value\":"
                                            + "{\"matches\":[{\"path\":{\"type\":\"PathPrefix\",\"value\":\"/new\"}}],"
                                            + "\"backendRefs\":[{\"name\":\"new\",\"port\":80}]}}]"),
                                    WriteOptions.defaults());
                        }
                    })
                    .run(cluster);
            assertThat(verdict.isComplete())
                    .as(verdict.summary() + story(verdict))
                    .isTrue();
        });
        assertThat(weights).containsExactly("1/0", "95/5", "50/50", "1/0");
        assertThat(Routes.stored(cluster).getSpec().getRules()).hasSize(4);
    }

    private Verdict interrupted(Canary canary, String atLine, Runnable act) throws InterruptedException {
        List<String> once = new ArrayList<>();
        return Rollout.of(stable(4, "clock:1.1"))
                .by(canary.through(ROUTE))
                .within(ofMinutes(2))
                .onProgress(progress -> {
                    if (once.isEmpty() && progress.status().line().contains(atLine)) {
                        once.add("once");
                        act.run();
                    }
                })
                .run(cluster);
    }

    @Test
    void whoPutsTheWeightBackByHandIsNotFought() throws InterruptedException {
        serve(4);
        List<String> weights = weightsDuring(() -> {
            Verdict verdict = interrupted(
                    Canary.of().weight(5).pause(ofMinutes(1)).weight(50),
                    "pause of 60 s",
                    () -> cluster.patch(
                            HTTPRoute.class,
                            "default",
                            "clock",
                            Patch.json(
                                    "[{\"op\":\"add\",\"path\":\"/spec/rules/1/backendRefs/0/weight\",\"value\":100},"
                                            + "{\"op\":\"add\",\"path\":\"/spec/rules/1/backendRefs/1/weight\",\"value\":0}]"),
                            WriteOptions.defaults()));
            assertThat(verdict).isInstanceOf(Verdict.Failed.class);
            assertThat(verdict.summary())
                    .contains(
                            "somebody else changed the weights in HTTPRoute/clock in default to 100/0, which were 95/5");
        });
        assertThat(weights).containsExactly("1/0", "95/5", "100/0");
        assertThat(deployments()).containsExactly("clock 4 clock:1.0");
    }

    @Test
    void weightsThatSomebodyGivesOtherwiseDoNotOutliveTheCanary() throws InterruptedException {
        serve(4);
        Verdict verdict = interrupted(
                Canary.of().weight(5).pause(ofMinutes(1)),
                "pause of 60 s",
                () -> cluster.patch(
                        HTTPRoute.class,
                        "default",
                        "clock",
                        Patch.json("[{\"op\":\"add\",\"path\":\"/spec/rules/1/backendRefs/1/weight\",\"value\":60}]"),
                        WriteOptions.defaults()));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(weights()).isEqualTo("1/0");
        assertThat(deployments()).containsExactly("clock 4 clock:1.0");
    }

    @Test
    void aRouteThatGoesAwayTurnsItBack() throws InterruptedException {
        serve(4);
        Verdict verdict = interrupted(
                Canary.of().weight(5).pause(ofMinutes(1)),
                "pause of 60 s",
                () -> cluster.delete(HTTPRoute.class, "default", "clock", DeleteOptions.defaults()));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.summary())
                .contains(
                        "no rule of HTTPRoute/clock in default has Service/clock-stable and Service/clock-canary any more");
        assertThat(deployments()).containsExactly("clock 4 clock:1.0");
    }

    @Test
    void somebodyElsesTemplateStaysAndTheWeightsGoBack() throws InterruptedException {
        serve(4);
        Verdict verdict = interrupted(
                Canary.of().weight(5).pause(ofMinutes(1)),
                "pause of 60 s",
                () -> RolloutActions.on(cluster).setImage(CLOCK, "web", "clock:2.0"));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Superseded.class);
        assertThat(weights()).isEqualTo("1/0");
        assertThat(deployments()).containsExactly("clock 4 clock:2.0");
    }

    /** Its pods all go at once, as when their node is drained: the gateway would answer its part with 503. */
    @Test
    void aCanaryWithoutReadyPodsLosesItsWeightUntilItHasThemAgain() throws InterruptedException {
        serve(4);
        List<String> weights = weightsDuring(() -> {
            Verdict verdict =
                    interrupted(Canary.of().weight(5).pause(ofMinutes(1)).weight(50), "pause of 60 s", () -> {
                        for (Pod pod : cluster.list(Query.of(Pod.class).withLabels("track=canary"))) {
                            cluster.delete(
                                    Pod.class, "default", pod.getMetadata().getName(), DeleteOptions.defaults());
                        }
                    });
            assertThat(verdict.isComplete())
                    .as(verdict.summary() + story(verdict))
                    .isTrue();
            assertThat(story(verdict)).anyMatch(line -> line.contains("no pod of the canary is ready"));
        });
        assertThat(weights).containsExactly("1/0", "95/5", "1/0", "95/5", "50/50", "1/0");
        assertThat(deployments()).containsExactly("clock 4 clock:1.1");
    }

    @Test
    void aRouteThatMayNotBeChangedTurnsItBack() throws InterruptedException {
        serve(4);
        cluster.faults().failNext(Faults.Call.to(Faults.Verb.PATCH).on(HTTPRoute.class), Reason.FORBIDDEN);
        Verdict verdict = roll(cluster, 4, "clock:1.1", Canary.steps(5).through(ROUTE));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.summary()).contains("the cluster refused");
        assertThat(weights()).isEqualTo("1/0");
        assertThat(deployments()).containsExactly("clock 4 clock:1.0");
    }

    /** Most wanted and fewest ready pods while somebody does something. */
    private int[] extremes(Doing doing) throws InterruptedException {
        int[] extremes = {Integer.MAX_VALUE, 0};
        Map<String, ObservedPod> pods = new LinkedHashMap<>();
        boolean[] counting = new boolean[1];
        try (Observation watching = cluster.observe(Query.of(Pod.class), change -> {
            ObservedPod pod = (ObservedPod) change.object();
            if (change.type() == Change.Type.DELETED) {
                pods.remove(pod.metadata().name());
            } else {
                pods.put(pod.metadata().name(), pod);
            }
            int ready = (int)
                    pods.values().stream().filter(p -> p.live() && p.ready()).count();
            int live = (int) pods.values().stream().filter(ObservedPod::live).count();
            if (counting[0]) {
                extremes[0] = Math.min(extremes[0], ready);
                extremes[1] = Math.max(extremes[1], live);
            }
        })) {
            cluster.advance(ofSeconds(1));
            assertThat(watching.synced()).isTrue();
            counting[0] = true;
            doing.run();
        }
        return extremes;
    }

    @Test
    void withADynamicStableScaleBothTogetherNeedLittleMoreThanOneAlone() throws InterruptedException {
        serve(10);
        Canary canary = Canary.steps(20, 50).pause(ofSeconds(20));
        int[] full = extremes(() -> {
            Verdict verdict = roll(
                    cluster,
                    10,
                    "clock:1.1",
                    canary.check(Check.of("no", c -> false)).through(ROUTE));
            assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        });
        assertThat(full).containsExactly(10, 15);
        int[] dynamic = extremes(() -> {
            Verdict verdict = roll(
                    cluster,
                    10,
                    "clock:1.1",
                    canary.check(Check.of("no", c -> false))
                            .through(ROUTE.withDynamicStableScale())
                            .abortStepByStep());
            assertThat(verdict).isInstanceOf(Verdict.Failed.class);
            assertThat(deployments()).containsExactly("clock 10 clock:1.0");
        });
        assertThat(dynamic[0]).isGreaterThanOrEqualTo(10);
        assertThat(dynamic[1]).isEqualTo(15);
        List<String> weights = weightsDuring(() -> {
            Verdict verdict = roll(cluster, 10, "clock:1.1", canary.through(ROUTE.withDynamicStableScale()));
            assertThat(verdict.isComplete())
                    .as(verdict.summary() + story(verdict))
                    .isTrue();
            assertThat(story(verdict)).anyMatch(line -> line.contains("pods go that it does not need"));
        });
        assertThat(weights).containsExactly("1/0", "80/20", "50/50", "1/0");
        assertThat(deployments()).containsExactly("clock 10 clock:1.1");
    }

    @Test
    void besideOtherBackendsTheTwoDivideTheWeightThatTheyHave() throws InterruptedException {
        Rollout.of(stable(4, "clock:1.0")).run(cluster).orElseThrow();
        Routes.create(cluster, """
                [{backendRefs: [{name: clock-stable, port: 80, weight: 300}, {name: other, port: 80, weight: 700},
                                {name: clock-canary, port: 80, weight: 0}]},
                 {matches: [{path: {value: /a}}],
                  backendRefs: [{name: clock-stable, port: 80, weight: 5}, {name: clock-canary, port: 80, weight: 0}]}]""");
        List<String> weights = weightsDuring(
                () -> roll(cluster, 4, "clock:1.1", Canary.steps(5, 50).through(ROUTE))
                        .orElseThrow());
        assertThat(weights).containsExactly("300/0, 5/0", "285/15, 95/5", "150/150, 50/50", "300/0, 5/0");
    }

    @Test
    void withoutStepsItIsPromotedAtOnceAndTheRouteIsNotTouched() throws InterruptedException {
        serve(4);
        roll(cluster, 4, "clock:1.1", Canary.of().through(ROUTE)).orElseThrow();
        assertThat(Routes.stored(cluster).getMetadata().getGeneration()).isEqualTo(1);
        assertThat(deployments()).containsExactly("clock 4 clock:1.1");
    }
}
