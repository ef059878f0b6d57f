// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.simulation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.Rollouts;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Going back soon after a change, from random seeds: what {@code kubectl rollout undo} may break, ready pods &gt;= replicas -
 * maxUnavailable, our rollback never does. {@code -Drollproof.seed=N -Drollproof.seeds=1} plays a failing seed again.
 */
class RollbackSeedsTest {
    private static final String NAMESPACE = "default";
    private static final ObjectRef CLOCK = new ObjectRef("Deployment", NAMESPACE, "clock");
    private static final long FIRST_SEED = Long.getLong("rollproof.seed", 1);
    private static final int SEEDS = Integer.getInteger("rollproof.seeds", 25);

    /** How somebody goes back; returns what came of it, for messages. */
    private interface WayBack {
        String go(SimulatedCluster cluster) throws InterruptedException;
    }

    private static String undo(SimulatedCluster cluster) {
        RolloutActions.on(cluster).undo(CLOCK);
        return "undone";
    }

    private static String rollBack(SimulatedCluster cluster) throws InterruptedException {
        RollbackResult result = Rollback.rollBack()
                .run(cluster, CLOCK, VerifierOptions.defaults().withTimeout(ofMinutes(5)));
        assertThat(result).as(result.inWords()).isInstanceOf(RollbackResult.Restored.class);
        assertThat(result.timeToRestore()).as(result.inWords()).isPresent();
        assertThat(((RollbackResult.Restored) result).images()).containsExactly("clock:1.0");
        assertThat(((RollbackResult.Restored) result).notes()).isEmpty();
        return result.inWords();
    }

    @Test
    void anUndoSoonAfterTheFirstNewPodIsReadyMayDropReadyPodsAndARollbackNeverDoes() throws InterruptedException {
        int broken = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            broken += soonAfterTheFirstNewPod(seed, RollbackSeedsTest::undo).isEmpty() ? 0 : 1;
            assertThat(soonAfterTheFirstNewPod(seed, RollbackSeedsTest::rollBack))
                    .as(replay(seed))
                    .isEmpty();
        }
        System.out.printf(
                Locale.ROOT,
                "fewer ready pods than R-U in %d of %d undos, in none of as many rollbacks%n",
                broken,
                SEEDS);
        if (SEEDS >= 1000) {
            assertThat(broken).as("undos that broke it").isPositive();
        }
    }

    @Test
    void aRollbackAtAnyMomentOfAnyRolloutKeepsReadyPods() throws InterruptedException {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            assertThat(atAnyMoment(seed)).as(replay(seed)).isEmpty();
        }
    }

    /** A promotion is a rolling update that somebody drives; turned back half-way, it takes no ready pod away either. */
    @Test
    void aPromotionThatTurnsBackKeepsReadyPods() throws InterruptedException {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            assertThat(promotionTurnedBack(seed)).as(replay(seed)).isEmpty();
        }
    }

    private static List<String> promotionTurnedBack(long seed) throws InterruptedException {
        Random random = new Random(seed);
        Size size = Size.draw(random);
        boolean held = size.replicas() > 1 && random.nextBoolean();
        int looks = random.nextInt(8);
        try (SimulatedCluster cluster = size.cluster(seed, random)) {
            ReadyPods watcher = settled(cluster, size);
            Deployment next = size.deployment();
            next.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:1.1");
            AtomicInteger left = new AtomicInteger(looks);
            Verdict verdict = Rollout.of(next)
                    .by(held ? Canary.of().withinOneDeployment() : Canary.of())
                    .orElse(Rollback.rollBack())
                    .onProgress(progress -> {
                        boolean begun = watcher.pods.values().stream().anyMatch(pod -> isReady(pod, "clock:1.1"));
                        if (begun && left.getAndDecrement() == 0) {
                            Rollouts.on(cluster).abort(CLOCK);
                        }
                    })
                    .run(cluster);
            // Some are promoted before anybody says so.
            return verdict.isComplete()
                    ? watcher.violations
                    : goBack(cluster, watcher, same -> {
                        assertThat(verdict.evidence().rollback().orElseThrow().timeToRestore())
                                .as(verdict.summary())
                                .isPresent();
                        return verdict.summary();
                    });
        }
    }

    private static String replay(long seed) {
        return "seed %d; play it again with -Drollproof.seed=%d -Drollproof.seeds=1".formatted(seed, seed);
    }

    private static List<String> soonAfterTheFirstNewPod(long seed, WayBack back) throws InterruptedException {
        Random random = new Random(seed);
        Size size = Size.draw(random);
        try (SimulatedCluster cluster = size.cluster(seed, random)) {
            ReadyPods watcher = settled(cluster, size);
            setImage(cluster, "clock:1.1");
            Instant latest = cluster.time().now().plusSeconds(60);
            while (watcher.pods.values().stream().noneMatch(pod -> isReady(pod, "clock:1.1"))
                    && cluster.time().now().isBefore(latest)) {
                cluster.advance(ofMillis(10));
            }
            cluster.advance(ofMillis(random.nextInt(81)));
            return goBack(cluster, watcher, back);
        }
    }

    private static List<String> atAnyMoment(long seed) throws InterruptedException {
        Random random = new Random(seed);
        Size size = Size.draw(random);
        try (SimulatedCluster cluster = size.cluster(seed, random)) {
            cluster.images().declare("clock:1.2", ImageBehavior.wellBehaved().crashesAfter(Duration.ZERO));
            cluster.images().declare("clock:1.3", ImageBehavior.wellBehaved().neverReady());
            ReadyPods watcher = settled(cluster, size);
            // Each version once: going back and forth would be an undo, which is what may drop pods.
            List<String> versions = new ArrayList<>(List.of("clock:1.1", "clock:1.2", "clock:1.3"));
            Collections.shuffle(versions, random);
            for (String version : versions.subList(0, 1 + random.nextInt(3))) {
                setImage(cluster, version);
                cluster.advance(ofMillis(random.nextInt(random.nextBoolean() ? 400 : 6000)));
            }
            return goBack(cluster, watcher, RollbackSeedsTest::rollBack);
        }
    }

    private static ReadyPods settled(SimulatedCluster cluster, Size size) {
        cluster.create(size.deployment(), WriteOptions.defaults());
        cluster.advance(ofSeconds(15));
        // Marks it as complete.
        Rollback.rollBack().before(cluster, CLOCK);
        cluster.advance(ofSeconds(1));
        return new ReadyPods(cluster, size);
    }

    private static List<String> goBack(SimulatedCluster cluster, ReadyPods watcher, WayBack back)
            throws InterruptedException {
        String words = back.go(cluster);
        cluster.advance(ofSeconds(30));
        assertThat(watcher.pods.values().stream()
                        .filter(pod -> isReady(pod, "clock:1.0"))
                        .count())
                .as(words)
                .isEqualTo(watcher.size.replicas());
        Deployment after = cluster.get(Deployment.class, NAMESPACE, "clock").orElseThrow();
        assertThat(after.getSpec().getPaused()).isNull();
        return watcher.violations;
    }

    private static boolean isReady(ObservedPod pod, String image) {
        return pod.live() && pod.ready() && pod.containers().get(0).image().equals(image);
    }

    private static void setImage(SimulatedCluster cluster, String image) {
        String patch = """
                {"spec":{"template":{"spec":{"containers":[{"name":"clock","image":"%s"}]}}}}""".formatted(image);
        cluster.patch(Deployment.class, NAMESPACE, "clock", Patch.strategicMerge(patch), WriteOptions.defaults());
    }

    /** Replicas, surge and unavailable, with at least one pod that must stay ready. */
    private record Size(String minor, int replicas, int surge, int unavailable) {
        static Size draw(Random random) {
            int replicas = 1 + random.nextInt(4);
            return new Size(
                    random.nextBoolean() ? "1.37" : "1.34", replicas, 1 + random.nextInt(2), random.nextInt(replicas));
        }

        SimulatedCluster cluster(long seed, Random random) {
            return SimulatedCluster.builder()
                    .seed(seed)
                    .kubernetes(minor)
                    .watchLatency(ofMillis(1), ofMillis(20 + random.nextInt(300)))
                    .build();
        }

        Deployment deployment() {
            return Yaml.read(Deployment.class, """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: clock, namespace: default}
                    spec:
                      replicas: %d
                      strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: %d, maxUnavailable: %d}}
                      selector: {matchLabels: {app: clock, track: stable}}
                      template:
                        metadata: {labels: {app: clock, track: stable}}
                        spec:
                          terminationGracePeriodSeconds: 5
                          containers:
                            - name: clock
                              image: clock:1.0
                              readinessProbe: {periodSeconds: 1, httpGet: {port: 8080}}
                    """.formatted(replicas, surge, unavailable));
        }
    }

    /** The pods that are there, and each moment at which fewer were ready than must be. */
    private static final class ReadyPods {
        private final Map<String, ObservedPod> pods = new TreeMap<>();
        private final List<String> violations = new ArrayList<>();
        private final Size size;

        ReadyPods(SimulatedCluster cluster, Size size) {
            this.size = size;
            for (Pod pod : cluster.list(Query.of(Pod.class).inNamespace(NAMESPACE))) {
                pods.put(pod.getMetadata().getName(), Observed.from(pod));
            }
            cluster.observe(Query.of(Pod.class).inNamespace(NAMESPACE), change -> {
                ObservedPod pod = (ObservedPod) change.object();
                if (change.type() == Change.Type.DELETED) {
                    pods.remove(pod.metadata().name());
                } else {
                    pods.put(pod.metadata().name(), pod);
                }
                long ready = pods.values().stream()
                        .filter(one -> one.live() && one.ready())
                        .count();
                if (ready < size.replicas() - size.unavailable()) {
                    violations.add(
                            cluster.time().now() + " " + ready + " ready pods of " + size + "; seen with " + change);
                }
            });
        }
    }
}
