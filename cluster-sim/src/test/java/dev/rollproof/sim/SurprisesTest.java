// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static dev.rollproof.sim.World.clock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.StoredEvent;
import dev.rollproof.sim.api.WatchListener;
import dev.rollproof.sim.controllers.Pods;
import dev.rollproof.sim.engine.Randomness;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What surprised in recordings of real clusters is within reach: each test searches seeds for it, and prints them. */
@Execution(ExecutionMode.SAME_THREAD)
class SurprisesTest {
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    private static List<Long> seedsWith(int seeds, LongPredicate surprise) {
        List<Long> found =
                LongStream.rangeClosed(1, seeds).filter(surprise).boxed().toList();
        System.out.println("seeds: " + found.size() + " of " + seeds + ", " + found);
        return found;
    }

    /** One above, none below; undone a moment after the first new pod turned ready. */
    private static boolean undoDipsBelowTheMinimum(long seed) {
        World world = new World(seed, 37, true);
        world.images.declare(
                "clock:*", ImageBehavior.wellBehaved().stopsIn(Duration.ofMillis(500), Duration.ofSeconds(2)));
        world.settled(clock(1, 1, 0));
        world.setImage("clock:2");
        world.runUntil(A_MINUTE, () -> world.ready() == 2);
        world.run(Duration.ofMillis(new Randomness(seed).between(0, 120)));
        world.leastReady = Integer.MAX_VALUE;
        world.setImage("clock:1");
        world.run(Duration.ofSeconds(20));
        return world.leastReady < 1;
    }

    @Test
    void aFastUndoCanBreakTheGuarantee() {
        assertThat(seedsWith(200, SurprisesTest::undoDipsBelowTheMinimum))
                .isNotEmpty()
                .hasSizeLessThan(100);
    }

    @Test
    void withoutAnEditTheGuaranteeHolds() {
        for (long seed = 1; seed <= 60; seed++) {
            World world = new World(seed, 37, true).settled(clock(3, 1, 0));
            world.setImage("clock:2");
            assertThat(world.runUntil(A_MINUTE, world::complete)).isTrue();
            assertThat(world.leastReady).as("seed %d", seed).isGreaterThanOrEqualTo(3);
            assertThat(world.mostLive).as("seed %d", seed).isLessThanOrEqualTo(5);
        }
    }

    private static boolean livePodsExceedReplicasAndSurge(long seed) {
        World world = new World(seed, 37, true).settled(clock(10, 3, 2));
        world.setImage("clock:2");
        world.runUntil(A_MINUTE, world::complete);
        assertThat(world.mostLive).as("seed %d", seed).isLessThanOrEqualTo(18);
        return world.mostLive > 13;
    }

    @Test
    void livePodsCanExceedReplicasAndSurge() {
        assertThat(seedsWith(60, SurprisesTest::livePodsExceedReplicasAndSurge)).isNotEmpty();
    }

    @Test
    void aNewConditionIsWrittenBesideTheOldObservedGeneration() {
        World world = new World(1, 37, true).settled(clock(3, 1, 0));
        List<String> seen = new ArrayList<>();
        world.watchers.add(event -> {
            if (event.object() instanceof Deployment clock) {
                boolean behind = clock.getStatus().getObservedGeneration() < Metadata.generation(clock);
                seen.add((behind ? "behind " : "observed ")
                        + world.condition("Progressing").getReason());
            }
        });
        world.setImage("clock:2");
        world.runUntil(A_MINUTE, world::complete);
        assertThat(seen)
                .startsWith(
                        "behind NewReplicaSetAvailable",
                        "behind NewReplicaSetCreated",
                        "observed NewReplicaSetCreated",
                        "observed ReplicaSetUpdated")
                .endsWith("observed NewReplicaSetAvailable");
    }

    /** A Deployment's status that counts an available pod which is terminating already. */
    private static boolean statusCountsATerminatingPod(long seed) {
        World world = new World(seed, 37, true).settled(clock(3, 1, 0));
        boolean[] stale = {false};
        world.watchers.add(event -> {
            if (event.object() instanceof ReplicaSet set && event.type() == Change.Type.MODIFIED) {
                long available = world.pods().stream()
                        .filter(pod -> Metadata.isControlledBy(pod, set) && Pods.isActive(pod) && Pods.isReady(pod))
                        .count();
                Integer told = set.getStatus().getAvailableReplicas();
                stale[0] |= told != null
                        && told > available
                        && set.getStatus()
                                .getObservedGeneration()
                                .equals(set.getMetadata().getGeneration());
            }
        });
        world.setImage("clock:2");
        world.runUntil(A_MINUTE, world::complete);
        return stale[0];
    }

    @Test
    void statusLagsBehindPods() {
        assertThat(seedsWith(20, SurprisesTest::statusCountsATerminatingPod)).isNotEmpty();
    }

    /** Two watches of different kinds: the ReplicaSet at its new size arrives before the scaled Deployment. */
    private static boolean watchesRunAhead(long seed) {
        World world = new World(seed, 37, true).settled(clock(3, 1, 0));
        List<Long> versions = new ArrayList<>();
        Randomness random = new Randomness(seed).fork("client");
        watch(world, ResourceType.DEPLOYMENTS, random.fork("d"), versions);
        watch(world, ResourceType.REPLICA_SETS, random.fork("r"), versions);
        world.scale(5);
        world.run(Duration.ofSeconds(5));
        for (int i = 1; i < versions.size(); i++) {
            if (versions.get(i) < versions.get(i - 1)) {
                return true;
            }
        }
        return false;
    }

    private static <T extends HasMetadata> void watch(
            World world, ResourceType<T> type, Randomness random, List<Long> versions) {
        world.api.watch(
                type,
                "",
                null,
                world.api.version(),
                () -> random.between(1_000_000, 60_000_000),
                new WatchListener<>() {
                    @Override
                    public void onEvent(StoredEvent<T> event) {
                        versions.add(event.version());
                    }

                    @Override
                    public void onClosed(ClusterException why) {
                        throw new AssertionError(why);
                    }
                });
    }

    @Test
    void watchesOfDifferentKindsAreOutOfOrder() {
        assertThat(seedsWith(20, SurprisesTest::watchesRunAhead)).isNotEmpty();
    }

    @Test
    void theSameSeedGivesTheSameStory() {
        assertThat(story(7, true)).isEqualTo(story(7, true)).isNotEqualTo(story(8, true));
        assertThat(story(7, false)).isEqualTo(story(7, false));
    }

    private static List<String> story(long seed, boolean jitter) {
        World world = new World(seed, 37, jitter);
        List<String> lines = new ArrayList<>();
        world.watchers.add(event -> lines.add(world.loop.elapsedNanos() + " " + event.type() + " "
                + event.object().getKind() + " " + event.object().getMetadata().getName() + " "
                + event.object().getMetadata().getUid() + " " + event.version()));
        world.settled(clock(4, "25%", "25%"));
        world.setImage("clock:2");
        world.run(A_MINUTE);
        return lines;
    }

    /** A pod is never handled by two workers, and none is left over. */
    @Test
    void nothingIsLeftAtTheEnd() {
        World world = new World(3, 37, true).settled(clock(5, 2, 0));
        world.setImage("clock:2");
        world.run(A_MINUTE);
        assertThat(world.pods()).hasSize(5).allMatch(Pods::isReady).noneMatch(Metadata::terminating);
        long before = world.api.version();
        long executed = world.loop.executed();
        world.run(Duration.ofHours(10));
        assertThat(world.api.version()).isEqualTo(before);
        assertThat(world.loop.executed() - executed).isLessThan(50);
        List<Pod> pods = world.pods();
        assertThat(pods.get(0).getStatus().getPodIP()).startsWith("10.42.");
    }
}
