// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static dev.rollproof.strategies.Workloads.CLOCK;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.InterceptedCluster.KilledException;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The process that drives a rollout may die before and after every single write, and a second one may be started by
 * mistake at any of them. Whoever recovers comes to the same end as if nothing had happened.
 *
 * <p>CI does so at every write. Other builds take every fifth one, each story other ones: stories have most writes in common.
 */
class CrashSafetyTest {
    private static final int REPLICAS = 4;
    private static final int EACH = Boolean.getBoolean("rollproof.every.write") ? 1 : 5;
    private static final Map<String, End> ENDS = new ConcurrentHashMap<>();
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofMinutes(2));

    /**
     * A rollout that is driven.
     *
     * @param labels the workload's
     * @param rollback whether it goes back to what was seen complete
     * @param onBroken whether what is there when it begins is a version that never was complete, after one that was
     */
    record Story(
            String name,
            String labels,
            String image,
            Driven strategy,
            boolean rollback,
            boolean onBroken,
            List<Check> checks) {
        Story(String name, String labels, String image, Driven strategy, Check... checks) {
            this(name, labels, image, strategy, false, false, List.of(checks));
        }

        Story withRollback() {
            return new Story(name + ", with a rollback", labels, image, strategy, true, false, checks);
        }

        Story begunOnBroken() {
            return new Story(name + ", on a broken version", labels, image, strategy, true, true, checks);
        }

        boolean isRouted() {
            return strategy instanceof Canary canary && canary.shift() instanceof Canary.Shift.ThroughRoute;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Story> stories() {
        Check good = Check.of("good", context -> true);
        Check bad = Check.of("bad", context -> false);
        String stable = "app: clock, track: stable";
        String blue = "app: clock, color: blue";
        BlueGreen blueGreen = BlueGreen.behind("clock").preview("preview").keepOldFor(ofSeconds(20));
        Canary canary = Canary.of().weight(25).pause(ofSeconds(20)).check(good).weight(50);
        Canary.Shift.ThroughRoute route = Canary.Shift.ThroughRoute.of("clock", "clock-stable", "clock-canary");
        Canary routed = canary.through(route);
        Canary dynamic = Canary.steps(50, 25).through(route.withDynamicStableScale());
        return Stream.of(
                new Story("canary, promoted", stable, "clock:1.1", canary, good),
                new Story("canary, broken", stable, "clock:broken", canary, good),
                new Story("canary, bad", stable, "clock:1.1", canary.check(bad), good, bad),
                new Story(
                        "canary, bad, step by step",
                        stable,
                        "clock:1.1",
                        canary.check(bad).abortStepByStep(),
                        good,
                        bad),
                new Story("held canary, promoted", "app: clock", "clock:1.1", canary.withinOneDeployment(), good),
                new Story("held canary, broken", "app: clock", "clock:broken", canary.withinOneDeployment(), good),
                new Story(
                        "held canary, bad",
                        "app: clock",
                        "clock:1.1",
                        canary.check(bad).withinOneDeployment(),
                        good,
                        bad),
                new Story("routed canary, promoted", stable, "clock:1.1", routed, good),
                new Story("routed canary, broken", stable, "clock:broken", routed, good),
                new Story("routed canary, bad", stable, "clock:1.1", routed.check(bad), good, bad),
                new Story("routed canary, dynamic, promoted", stable, "clock:1.1", dynamic),
                new Story(
                        "routed canary, dynamic, bad, step by step",
                        stable,
                        "clock:1.1",
                        dynamic.check(bad).abortStepByStep(),
                        bad),
                new Story("blue-green, switched", blue, "clock:1.1", blueGreen.check(good), good),
                new Story("blue-green, broken", blue, "clock:broken", blueGreen.check(good), good),
                new Story("blue-green, switched back", blue, "clock:1.1", blueGreen.checkAfter(bad), bad),
                new Story("canary, promoted", stable, "clock:1.1", canary, good).withRollback(),
                new Story("canary, bad", stable, "clock:1.1", canary.check(bad), good, bad).begunOnBroken(),
                new Story("canary, promoted and not ready", stable, "clock:never", Canary.of()).withRollback(),
                new Story(
                                "held canary, promoted and not ready",
                                "app: clock",
                                "clock:never",
                                Canary.of().withinOneDeployment())
                        .begunOnBroken(),
                new Story("routed canary, bad", stable, "clock:1.1", routed.check(bad), good, bad).begunOnBroken(),
                new Story(
                                "routed canary, promoted and not ready",
                                stable,
                                "clock:never",
                                Canary.of().through(route))
                        .withRollback(),
                new Story("blue-green, switched", blue, "clock:1.1", blueGreen.check(good), good).withRollback(),
                new Story("blue-green, switched back", blue, "clock:1.1", blueGreen.checkAfter(bad), bad)
                        .begunOnBroken());
    }

    private static SimulatedCluster clusterBefore(Story story) throws InterruptedException {
        SimulatedCluster cluster = SimulatedCluster.create();
        cluster.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0)));
        cluster.images().declare("clock:never", ImageBehavior.wellBehaved().neverReady());
        cluster.images().declare("clock:worse", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0)));
        for (String service : List.of("clock", "preview")) {
            cluster.create(
                    Models.fromYaml(
                            """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %s, namespace: default}
                    spec:
                      selector: {%s}
                      ports: [{port: 80, targetPort: 8080}]
                    """.formatted(service, story.labels().replace(", track: stable", "")), Service.class),
                    WriteOptions.defaults());
        }
        if (story.isRouted()) {
            Routes.create(cluster, Routes.RULES);
        }
        rollout(story, "clock:1.0").run(cluster).orElseThrow();
        cluster.advance(ofSeconds(30));
        if (story.onBroken()) {
            cluster.apply(Workloads.labelled(REPLICAS, "clock:worse", story.labels()), WriteOptions.defaults());
            cluster.advance(ofSeconds(30));
        }
        return cluster;
    }

    private static Rollout rollout(Story story, String image) {
        Rollout rollout = Rollout.of(Workloads.labelled(REPLICAS, image, story.labels()));
        return story.rollback() ? rollout.orElse(Rollback.rollBack()) : rollout;
    }

    private static Verdict roll(Story story, Cluster cluster) throws InterruptedException {
        return rollout(story, story.image()).by(story.strategy()).with(OPTIONS).run(cluster);
    }

    private static Rollouts rollouts(Story story, Cluster cluster) {
        return Rollouts.on(cluster).with(OPTIONS).withChecks(story.checks().toArray(Check[]::new));
    }

    private static List<String> stateOf(SimulatedCluster cluster) {
        cluster.advance(ofMinutes(1));
        return Remains.in(cluster, "default");
    }

    private static List<String> weights(Cluster cluster) {
        return cluster.list(Query.of(HTTPRoute.class)).stream()
                .map(Routes::weights)
                .toList();
    }

    private record End(Verdict verdict, List<String> state, List<String> writes) {
        int lastOfState() {
            return Remains.lastOfState(writes, "clock");
        }
    }

    /** Those of a story that are tried, by their numbers. */
    private static int[] writes(Story story, int first, int last) {
        int each = Math.min(EACH, last - first + 1);
        int offset = Math.floorMod(story.name().hashCode(), each);
        int[] tried = IntStream.rangeClosed(first, last)
                .filter(write -> (write + offset) % each == 0)
                .toArray();
        assertThat(tried).as("writes that are tried").isNotEmpty();
        return tried;
    }

    /** The same for all tests of a story, so it is played once, or seldom twice. */
    private static End undisturbed(Story story) throws InterruptedException {
        End known = ENDS.get(story.name());
        if (known != null) {
            return known;
        }
        try (SimulatedCluster cluster = clusterBefore(story)) {
            InterceptedCluster counted = InterceptedCluster.killing(cluster, Integer.MAX_VALUE, false);
            Verdict verdict = roll(story, counted);
            End end = new End(verdict, stateOf(cluster), List.copyOf(counted.writes()));
            ENDS.put(story.name(), end);
            return end;
        }
    }

    private static List<String> stateBefore(Story story) throws InterruptedException {
        try (SimulatedCluster cluster = clusterBefore(story)) {
            return stateOf(cluster);
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void killedBeforeAndAfterEveryWriteItRecoversToTheSameEnd(Story story) throws InterruptedException {
        End expected = undisturbed(story);
        List<String> before = stateBefore(story);
        assertThat(expected.state()).noneMatch(line -> line.contains("rollproof.dev/"));
        assertThat(expected.writes()).hasSizeGreaterThan(4);
        for (int write : writes(story, 1, expected.writes().size())) {
            for (boolean afterIt : new boolean[] {false, true}) {
                String when = story + ", killed " + (afterIt ? "after" : "before") + " write " + write + ": "
                        + expected.writes().get(write - 1);
                try (SimulatedCluster cluster = clusterBefore(story)) {
                    InterceptedCluster deadly = InterceptedCluster.killing(cluster, write, afterIt);
                    assertThatThrownBy(() -> roll(story, deadly)).as(when).isInstanceOf(KilledException.class);
                    Verdict verdict = rollouts(story, cluster).recover(CLOCK);
                    boolean nothingBegun = write == 1 && !afterIt;
                    assertThat(stateOf(cluster))
                            .as(when + ": " + verdict.summary())
                            .isEqualTo(nothingBegun ? before : expected.state());
                }
            }
        }
    }

    /** A connection breaks, a server restarts: the write is stored, and its driver does not know. */
    @ParameterizedTest
    @MethodSource("stories")
    void whereTheAnswerToAWriteGetsLostItGoesOnToTheSameEnd(Story story) throws InterruptedException {
        End expected = undisturbed(story);
        for (int write : writes(story, 1, expected.writes().size())) {
            for (Duration away : List.of(ofSeconds(0), ofSeconds(7))) {
                String when = story + ", no answer to write " + write + " and the server away for " + away.toSeconds()
                        + " s: " + expected.writes().get(write - 1);
                try (SimulatedCluster cluster = clusterBefore(story)) {
                    Cluster lossy = InterceptedCluster.losingTheAnswer(cluster, write, () -> {
                        if (!away.isZero()) {
                            cluster.faults().unreachable(away);
                        }
                    });
                    Verdict verdict = roll(story, lossy);
                    assertThat(verdict).as(when + ": " + verdict.summary()).hasSameClassAs(expected.verdict());
                    assertThat(stateOf(cluster)).as(when).isEqualTo(expected.state());
                }
            }
        }
    }

    /** What fabric8's client does unless it is told otherwise: a stored write is then refused as out of date, or as there already. */
    @ParameterizedTest
    @MethodSource("stories")
    void whereItsClientSendsAWriteAgainItGoesOnToTheSameEnd(Story story) throws InterruptedException {
        End expected = undisturbed(story);
        for (int write : writes(story, 1, expected.writes().size())) {
            String when = story + ", write " + write + " is sent again: "
                    + expected.writes().get(write - 1);
            try (SimulatedCluster cluster = clusterBefore(story)) {
                Verdict verdict = roll(story, InterceptedCluster.sendingAgain(cluster, write));
                assertThat(verdict).as(when + ": " + verdict.summary()).hasSameClassAs(expected.verdict());
                assertThat(stateOf(cluster)).as(when).isEqualTo(expected.state());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void killedAfterEveryWriteItCanBeRolledBackInstead(Story story) throws InterruptedException {
        End expected = undisturbed(story);
        for (int write : writes(story, 1, expected.lastOfState() - 1)) {
            String when = story + ", killed after write " + write + ": "
                    + expected.writes().get(write - 1);
            try (SimulatedCluster cluster = clusterBefore(story)) {
                InterceptedCluster deadly = InterceptedCluster.killing(cluster, write, true);
                assertThatThrownBy(() -> roll(story, deadly)).as(when).isInstanceOf(KilledException.class);
                Verdict verdict = rollouts(story, cluster).rollBack(CLOCK);
                List<String> pods = stateOf(cluster).stream()
                        .filter(line -> line.endsWith("Running"))
                        .toList();
                boolean retired = verdict.isComplete();
                assertThat(pods).as(when + ": " + verdict.summary()).hasSize(REPLICAS);
                assertThat(pods)
                        .as(when + ": " + verdict.summary())
                        .allMatch(pod -> pod.startsWith(retired ? story.image() : "clock:1.0"));
                assertThat(weights(cluster)).as(when).isEqualTo(story.isRouted() ? List.of("1/0") : List.of());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void aSecondDriverThatTakesOverStopsTheFirstWhereverThatIs(Story story) throws InterruptedException {
        End expected = undisturbed(story);
        for (int write : writes(story, 2, expected.lastOfState())) {
            String when = story + ", taken over before write " + write + ": "
                    + expected.writes().get(write - 1);
            try (SimulatedCluster cluster = clusterBefore(story)) {
                List<Verdict> second = new ArrayList<>();
                Cluster disturbed = InterceptedCluster.interrupting(
                        cluster,
                        write,
                        () -> second.add(rollouts(story, cluster).recover(CLOCK)));
                Verdict first = roll(story, disturbed);
                String ends =
                        when + ": " + first.summary() + "; " + second.get(0).summary();
                assertThat(first).as(ends).isInstanceOf(Verdict.Superseded.class);
                assertThat(first.evidence().status()).as(ends).contains("nothing");
                assertThat(second.get(0)).as(ends).hasSameClassAs(expected.verdict());
                assertThat(stateOf(cluster)).as(ends).isEqualTo(expected.state());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void aSecondDriverThatRollsBackIsNotUndoneByTheFirst(Story story) throws InterruptedException {
        End expected = undisturbed(story);
        for (int write : writes(story, 2, expected.lastOfState())) {
            String when = story + ", rolled back before write " + write + ": "
                    + expected.writes().get(write - 1);
            try (SimulatedCluster cluster = clusterBefore(story)) {
                List<Verdict> second = new ArrayList<>();
                Cluster disturbed = InterceptedCluster.interrupting(
                        cluster,
                        write,
                        () -> second.add(rollouts(story, cluster).rollBack(CLOCK)));
                Verdict first = roll(story, disturbed);
                assertThat(first).as(when + ": " + first.summary()).isInstanceOf(Verdict.Superseded.class);
                boolean retired = second.get(0).isComplete();
                List<String> pods = stateOf(cluster).stream()
                        .filter(line -> line.endsWith("Running"))
                        .toList();
                assertThat(pods).as(when).hasSize(REPLICAS);
                assertThat(pods).as(when).allMatch(pod -> pod.startsWith(retired ? story.image() : "clock:1.0"));
                assertThat(weights(cluster)).as(when).isEqualTo(story.isRouted() ? List.of("1/0") : List.of());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void aSecondRolloutThatIsStartedByMistakeWritesNothing(Story story) throws InterruptedException {
        End expected = undisturbed(story);
        for (int write : writes(story, 2, expected.lastOfState())) {
            try (SimulatedCluster cluster = clusterBefore(story)) {
                List<Verdict> second = new ArrayList<>();
                InterceptedCluster counted = InterceptedCluster.killing(cluster, Integer.MAX_VALUE, false);
                Cluster disturbed =
                        InterceptedCluster.interrupting(cluster, write, () -> second.add(roll(story, counted)));
                Verdict first = roll(story, disturbed);
                assertThat(first).hasSameClassAs(expected.verdict());
                assertThat(counted.writes()).isEmpty();
                assertThat(second).singleElement().isInstanceOf(Verdict.Superseded.class);
                assertThat(second.get(0).summary())
                        .contains("another driver, rollproof-")
                        .contains("recover");
                assertThat(stateOf(cluster)).isEqualTo(expected.state());
            }
        }
    }
}
