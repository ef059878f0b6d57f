// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Bounds;
import dev.rollproof.strategies.plan.Plan;
import dev.rollproof.strategies.plan.Range;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was planned, beside what then happens on the simulated cluster. A failing seed is in the message. */
class PlannedRolloutsTest {
    private static final String NAMESPACE = "default";
    private static final int SEEDS = Integer.getInteger("rollproof.seeds", 40);

    /** Pods of the simulation run within 0.2 to 0.9 s and are ready up to three more later; with a probe each second. */
    private static final Assumptions ASSUMPTIONS = Assumptions.defaults()
            .withStart(Range.of(ofMillis(200), ofSeconds(1)))
            .withReady(Range.of(ofMillis(0), ofMillis(4500)))
            .withStop(Range.of(ofMillis(50), ofSeconds(2)))
            .withReaction(Range.of(ofMillis(0), ofSeconds(2)));

    private static Deployment clock(String image, int replicas, String strategy) {
        return Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: default}
                spec:
                  replicas: %d
                  strategy: %s
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                        - name: clock
                          image: "%s"
                          readinessProbe: {periodSeconds: 1, httpGet: {path: /, port: 8080}}
                """.formatted(replicas, strategy, image));
    }

    private static String rolling(int surge, int unavailable) {
        return "{type: RollingUpdate, rollingUpdate: {maxSurge: %d, maxUnavailable: %d}}".formatted(surge, unavailable);
    }

    /** What is seen of a rollout. */
    private static final class Seen {
        final Map<String, ObservedReplicaSet> sets = new HashMap<>();
        final Map<String, ObservedPod> pods = new HashMap<>();
        final List<String> way = new ArrayList<>();
        String oldSet = "";
        boolean watching;
        int mostAskedFor;
        int mostLive;
        int mostPods;
        int leastReady = Integer.MAX_VALUE;

        void watch(SimulatedCluster cluster) {
            cluster.observe(Query.of(ReplicaSet.class).inNamespace(NAMESPACE), change -> {
                ObservedReplicaSet set = (ObservedReplicaSet) change.object();
                sets.put(set.metadata().name(), set);
                lookAtSets();
            });
            cluster.observe(Query.of(Pod.class).inNamespace(NAMESPACE), change -> {
                ObservedPod pod = (ObservedPod) change.object();
                pods.put(pod.metadata().uid(), pod);
                if (change.type() == Change.Type.DELETED) {
                    pods.remove(pod.metadata().uid());
                }
                lookAtPods();
            });
        }

        void begin() {
            oldSet = sets.keySet().iterator().next();
            watching = true;
            lookAtSets();
            lookAtPods();
        }

        private void lookAtSets() {
            if (!watching) {
                return;
            }
            mostAskedFor = Math.max(
                    mostAskedFor,
                    sets.values().stream()
                            .mapToInt(ObservedReplicaSet::replicas)
                            .sum());
            StringBuilder sizes = new StringBuilder();
            ObservedReplicaSet old = sets.get(oldSet);
            sizes.append(old == null ? 0 : old.replicas());
            sets.forEach((name, set) -> {
                if (!name.equals(oldSet)) {
                    sizes.append('/').append(set.replicas());
                }
            });
            if (way.isEmpty() || !way.get(way.size() - 1).equals(sizes.toString())) {
                way.add(sizes.toString());
            }
        }

        private void lookAtPods() {
            if (watching) {
                int live =
                        (int) pods.values().stream().filter(ObservedPod::live).count();
                int ready = (int) pods.values().stream()
                        .filter(pod -> pod.live() && pod.ready())
                        .count();
                mostLive = Math.max(mostLive, live);
                mostPods = Math.max(mostPods, pods.size());
                leastReady = Math.min(leastReady, ready);
            }
        }
    }

    private record Played(Plan plan, Seen seen, Verdict verdict) {}

    private static Played play(long seed, int replicas, String strategy) {
        try (SimulatedCluster cluster = SimulatedCluster.builder().seed(seed).build()) {
            cluster.images().declare("clock:1.1", ImageBehavior.wellBehaved().readyAfter(ofMillis(0), ofSeconds(3)));
            Seen seen = new Seen();
            Deployment current = clock("clock:1.0", replicas, strategy);
            Deployment next = clock("clock:1.1", replicas, strategy);
            seen.watch(cluster);
            cluster.create(current, WriteOptions.defaults());
            cluster.advance(ofMinutes(1));
            seen.begin();
            Plan plan = Plan.of(Optional.of(current), next, ASSUMPTIONS);
            Verdict verdict = RolloutVerifier.on(cluster)
                    .with(VerifierOptions.defaults().withTimeout(ofMinutes(5)))
                    .verify(cluster.apply(next, WriteOptions.defaults()));
            cluster.advance(ofMinutes(1));
            return new Played(plan, seen, verdict);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** One pod at a time leaves no choice: the way is the planned one, whatever the seed. Rows 4, 5 and 6 of the recordings. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3|{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}|3 3/1 2/1 2/2 1/2 1/3 0/3",
                "3|{type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}|3 3/0 2/0 2/1 1/1 1/2 0/2 0/3",
                "4|{type: Recreate}|4 0 0/4",
            })
    void whereThereIsNoChoiceTheWayIsThePlannedOne(int replicas, String strategy, String recorded) {
        for (long seed = 1; seed <= SEEDS / 4; seed++) {
            Played played = play(seed, replicas, strategy);
            assertThat(played.plan().way()).isEqualTo(recorded);
            assertThat(String.join(" ", played.seen().way)).as("seed %d", seed).isEqualTo(recorded);
        }
    }

    @Test
    void tenPodsBeginAsPlannedAndThenDependOnWhichAreReadyTogether() {
        int asPlanned = 0;
        for (long seed = 1; seed <= SEEDS / 4; seed++) {
            Played played = play(seed, 10, rolling(3, 2));
            String way = String.join(" ", played.seen().way);
            assertThat(played.plan().way()).startsWith("10 10/3 8/3 8/5 7/5 7/6 6/6 6/7");
            assertThat(way).as("seed %d", seed).startsWith("10 10/3 8/3 8/5").endsWith("0/10");
            asPlanned += way.startsWith("10 10/3 8/3 8/5 7/5 7/6 6/6 6/7") ? 1 : 0;
        }
        assertThat(asPlanned)
                .as("as recorded, with pods that become ready one by one")
                .isPositive();
    }

    @Test
    void theBoundsHoldWhateverTheSeed() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            int surge = random.nextInt(4);
            int unavailable = surge == 0 ? 1 + random.nextInt(3) : random.nextInt(4);
            String strategy = random.nextInt(6) == 0 ? "{type: Recreate}" : rolling(surge, unavailable);
            Played played = play(seed, 1 + random.nextInt(8), strategy);
            Bounds bounds = played.plan().bounds();
            Seen seen = played.seen();
            String story = "seed " + seed + ", " + played.plan().title() + ", " + seen.way;
            assertThat(played.verdict().isComplete()).as(story).isTrue();
            assertThat(seen.mostAskedFor).as(story).isLessThanOrEqualTo(bounds.mostAskedFor());
            assertThat(seen.mostLive).as(story).isLessThanOrEqualTo(bounds.mostLive());
            assertThat(seen.mostPods).as(story).isLessThanOrEqualTo(bounds.mostPods());
            assertThat(seen.leastReady).as(story).isGreaterThanOrEqualTo(bounds.leastReady());
            assertThat(played.verdict().evidence().elapsed())
                    .as(story)
                    .isBetween(bounds.duration().least(), bounds.duration().most());
        }
    }
}
