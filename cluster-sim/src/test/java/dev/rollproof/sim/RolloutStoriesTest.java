// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static dev.rollproof.sim.World.clock;
import static dev.rollproof.sim.World.recreate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sizes through which rollouts go, as recorded on Kubernetes 1.37 and 1.34. */
class RolloutStoriesTest {
    private static final Duration TWO_MINUTES = Duration.ofMinutes(2);
    private static final ImageBehavior DRAINS = ImageBehavior.wellBehaved().drainsFor(Duration.ofSeconds(3));

    private static World world() {
        return new World(1, 37, true);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void tenReplicasAtAQuarterBeginAsRecorded(long seed) {
        World world = new World(seed, 37, true).settled(clock(10, "25%", "25%"));
        world.setImage("clock:2");
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.sizes).startsWith("10", "10/3", "8/3", "8/5").endsWith("0/10");
        assertThat(world.leastReady).isGreaterThanOrEqualTo(8);
        assertThat(world.mostLive).isLessThanOrEqualTo(18);
    }

    @Test
    void fortyPercentAndTwo() {
        World world = world().settled(clock(10, "40%", 2));
        world.setImage("clock:2");
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.sizes).startsWith("10", "10/4", "8/4", "8/6").endsWith("0/10");
        assertThat(world.leastReady).isGreaterThanOrEqualTo(8);
    }

    @Test
    void oneAboveNoneBelow() {
        World world = world().settled(clock(3, 1, 0));
        world.setImage("clock:2");
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.sizes).containsExactly("3", "3/1", "2/1", "2/2", "1/2", "1/3", "0/3");
        assertThat(world.leastReady).isEqualTo(3);
    }

    @Test
    void withoutSurgeTheNewSetIsCreatedEmpty() {
        World world = world().settled(clock(3, 0, 1));
        world.setImage("clock:2");
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.sizes).containsExactly("3", "3/0", "2/0", "2/1", "1/1", "1/2", "0/2", "0/3");
        assertThat(world.leastReady).isEqualTo(2);
    }

    @Test
    void scalingTakesOneStepEach() {
        World world = world().settled(clock(4, "25%", "25%"));
        for (int replicas : new int[] {10, 1, 0, 3}) {
            world.scale(replicas);
            assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
            world.run(Duration.ofSeconds(10));
        }
        assertThat(world.sizes).containsExactly("4", "10", "1", "0", "3");
        assertThat(world.pods()).hasSize(3);
    }

    @Test
    void recreateOn137StartsWhenAllOldPodsHaveEnded() {
        World world = new World(1, 37, true);
        world.images.declare("clock:1", DRAINS);
        world.settled(recreate(4));
        List<Long> livePlusTerminating = new ArrayList<>();
        world.watchers.add(event -> livePlusTerminating.add((long) world.pods().size()));
        world.setImage("clock:2");
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.sizes).containsExactly("4", "0", "0/4");
        assertThat(livePlusTerminating).anyMatch(pods -> pods > 4);
        assertThat(world.leastReady).isZero();
    }

    @Test
    void recreateOn134StartsWhenAllOldPodsAreDeleted() {
        World world = new World(1, 34, true);
        world.images.declare("clock:1", DRAINS);
        world.settled(recreate(4));
        List<Long> pods = new ArrayList<>();
        world.watchers.add(event -> pods.add((long) world.pods().size()));
        world.setImage("clock:2");
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.sizes).containsExactly("4", "0", "0/4");
        assertThat(pods).allMatch(count -> count <= 4);
    }

    @Test
    void terminatingPodsAreCountedSince135Only() {
        assertThat(new World(1, 37, true)
                        .settled(clock(2, 1, 0))
                        .clock()
                        .getStatus()
                        .getTerminatingReplicas())
                .isZero();
        assertThat(new World(1, 34, true)
                        .settled(clock(2, 1, 0))
                        .clock()
                        .getStatus()
                        .getTerminatingReplicas())
                .isNull();
    }

    @Test
    void aRolloverDrainsTheOldestFirst() {
        World world = world().settled(clock(10, "25%", "25%"));
        world.setImage("clock:2");
        world.runUntil(TWO_MINUTES, () -> world.sizes.contains("8/5"));
        world.setImage("clock:3");
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.sizes.get(world.sizes.size() - 1)).isEqualTo("0/0/10");
        assertThat(world.leastReady).isGreaterThanOrEqualTo(7);
    }

    @Test
    void anUndoUsesTheOldSetAgainUnderANewRevision() {
        World world = world().settled(clock(3, 1, 0));
        world.setImage("clock:2");
        world.runUntil(TWO_MINUTES, world::complete);
        world.run(Duration.ofSeconds(10));
        world.setImage("clock:1");
        world.runUntil(TWO_MINUTES, world::complete);
        assertThat(world.sets()).hasSize(2);
        assertThat(world.sets().stream().map(rs -> Metadata.annotation(rs, "deployment.kubernetes.io/revision")))
                .containsExactly("3", "2");
        assertThat(Metadata.annotation(world.sets().get(0), "deployment.kubernetes.io/revision-history"))
                .isEqualTo("1");
        world.run(Duration.ofSeconds(5));
        assertThat(Metadata.annotation(world.clock(), "deployment.kubernetes.io/revision"))
                .isEqualTo("3");
    }

    @Test
    void aPausedDeploymentScalesAndDoesNotRoll() {
        World world = world().settled(clock(4, "25%", "25%"));
        world.edit(d -> d.getSpec().setPaused(true));
        world.setImage("clock:2");
        world.run(Duration.ofSeconds(5));
        assertThat(world.condition("Progressing").getReason()).isEqualTo("DeploymentPaused");
        assertThat(world.condition("Progressing").getMessage()).isEqualTo("Deployment is paused");
        world.scale(6);
        world.run(Duration.ofSeconds(10));
        assertThat(world.sizes).containsExactly("4", "6");
        world.edit(d -> d.getSpec().setPaused(false));
        world.runUntil(TWO_MINUTES, world::complete);
        assertThat(world.sizes).startsWith("4", "6", "6/2", "5/2").endsWith("0/6");
    }

    @Test
    void scalingUpWhileStuckSplitsInProportion() {
        World world = stuckAtTen();
        world.startNoting();
        world.scale(15);
        world.run(Duration.ofSeconds(20));
        assertThat(world.sizes.get(world.sizes.size() - 1)).isEqualTo("11/7");
        assertThat(world.mostLive).isEqualTo(18);
    }

    @Test
    void scalingDownWhileStuckSplitsInProportion() {
        World world = stuckAtTen();
        world.startNoting();
        world.scale(5);
        world.run(Duration.ofSeconds(20));
        assertThat(world.sizes).contains("5/3").endsWith("3/5");
        assertThat(world.leastReady).isGreaterThanOrEqualTo(3);
    }

    @Test
    void scalingUpMidWaySplitsInProportion() {
        World world = world().settled(clock(10, "25%", "25%"));
        world.setImage("clock:2");
        world.runUntil(TWO_MINUTES, () -> world.sizes.contains("6/6") || world.sizes.contains("6/7"));
        world.scale(20);
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.sizes).endsWith("0/20");
    }

    private static World stuckAtTen() {
        World world = world();
        world.images.declare("clock:never", ImageBehavior.wellBehaved().neverReady());
        world.settled(clock(10, 3, 2));
        world.setImage("clock:never");
        world.run(Duration.ofSeconds(20));
        assertThat(world.sizes).containsExactly("10", "10/3", "8/3", "8/5");
        return world;
    }

    @Test
    void fifteenReplicasFirstTerminateThreeAndCreateSeven() {
        World world = world();
        world.images.declare("clock:never", ImageBehavior.wellBehaved().neverReady());
        world.settled(clock(15, "25%", "25%"));
        world.setImage("clock:never");
        world.run(Duration.ofSeconds(30));
        assertThat(world.sizes.get(world.sizes.size() - 1)).isEqualTo("12/7");
    }

    @Test
    void theDeadlineIsSeenJustAfterItHasPassedSinceTheLastProgress() {
        World world = world();
        world.images.declare("clock:never", ImageBehavior.wellBehaved().neverReady());
        var clock = clock(3, 1, 0);
        clock.getSpec().setProgressDeadlineSeconds(20);
        world.settled(clock);
        world.setImage("clock:never");
        world.runUntil(
                TWO_MINUTES,
                () -> "ReplicaSetUpdated".equals(world.condition("Progressing").getReason()));
        Instant progress = world.loop.now();
        assertThat(world.runUntil(
                        TWO_MINUTES,
                        () -> "ProgressDeadlineExceeded"
                                .equals(world.condition("Progressing").getReason())))
                .isTrue();
        String name = world.sets().get(1).getMetadata().getName();
        assertThat(world.condition("Progressing").getMessage())
                .isEqualTo("ReplicaSet \"" + name + "\" has timed out progressing.");
        assertThat(Duration.between(progress, world.loop.now()))
                .isBetween(Duration.ofSeconds(20), Duration.ofMillis(21_100));
    }

    @Test
    void oldRevisionsBeyondTheLimitAreForgotten() {
        World world = world();
        var clock = clock(1, 1, 0);
        clock.getSpec().setRevisionHistoryLimit(2);
        world.settled(clock);
        for (int version = 2; version <= 5; version++) {
            world.setImage("clock:" + version);
            assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
            world.run(Duration.ofSeconds(10));
        }
        assertThat(world.sets().stream().map(rs -> Metadata.annotation(rs, "deployment.kubernetes.io/revision")))
                .containsExactly("3", "4", "5");
    }

    @Test
    void aStrangerWithTheNameOfTheNewSetCountsAsACollision() {
        World world = world().settled(clock(1, 1, 0));
        world.setImage("clock:2");
        world.runUntil(TWO_MINUTES, world::complete);
        world.run(Duration.ofSeconds(10));
        var taken = world.sets().get(0);
        // The template of a set is immutable for clients; here it stands for another template of the same hash.
        var changed = Models.copy(taken);
        changed.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:other");
        world.api.update(ResourceType.REPLICA_SETS, changed);
        world.run(Duration.ofSeconds(1));
        world.setImage("clock:1");
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(world.clock().getStatus().getCollisionCount()).isEqualTo(1);
        assertThat(world.sets()).hasSize(3);
    }

    @Test
    void minReadySecondsHoldsBackWhatIsAvailable() {
        World world = world();
        var clock = clock(3, 0, 1);
        clock.getSpec().setMinReadySeconds(2);
        world.create(clock);
        world.runUntil(TWO_MINUTES, () -> world.ready() == 3);
        Instant ready = world.loop.now();
        assertThat(world.runUntil(TWO_MINUTES, world::complete)).isTrue();
        assertThat(Duration.between(ready, world.loop.now()))
                .isBetween(Duration.ofMillis(1000), Duration.ofMillis(2600));
    }

    @Test
    void eventsTellEachStep() {
        World world = world().settled(clock(1, 1, 0));
        world.setImage("clock:2");
        world.runUntil(TWO_MINUTES, world::complete);
        world.run(Duration.ofSeconds(5));
        String old = world.sets().get(0).getMetadata().getName();
        String fresh = world.sets().get(1).getMetadata().getName();
        assertThat(world.events("ScalingReplicaSet"))
                .containsExactlyInAnyOrder(
                        "Scaled up replica set " + old + " from 0 to 1",
                        "Scaled up replica set " + fresh + " from 0 to 1",
                        "Scaled down replica set " + old + " from 1 to 0");
        assertThat(world.events("Killing")).containsExactly("Stopping container web");
        assertThat(world.events("Started")).containsExactly("Container started", "Container started");
        Pod pod = world.newestPod();
        assertThat(world.events("Scheduled"))
                .contains("Successfully assigned shop/" + pod.getMetadata().getName() + " to node-0");
        assertThat(Pods.isReady(pod)).isTrue();
    }
}
