// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.EvictionRefused;
import dev.rollproof.sim.api.Evictions;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** PodDisruptionBudgets in virtual time: they hold whoever evicts, and forget evictions that came to nothing. */
class BudgetTest {
    private static PodDisruptionBudget budget(String spec) {
        return Models.fromYaml("""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: clock, namespace: shop}
                spec: {selector: {matchLabels: {app: clock}}, %s}
                """.formatted(spec), PodDisruptionBudget.class);
    }

    private static PodDisruptionBudgetStatus status(World world) {
        return world.api
                .get(ResourceType.POD_DISRUPTION_BUDGETS, World.NAMESPACE, "clock")
                .getStatus();
    }

    private static World guarded(long seed, int replicas, String spec) {
        World world = new World(seed, 37, true);
        world.settled(World.clock(replicas, 1, 1));
        world.api.create(ResourceType.POD_DISRUPTION_BUDGETS, budget(spec));
        world.run(Duration.ofSeconds(1));
        return world;
    }

    /** Whether it was allowed. */
    private static boolean evict(World world, Pod pod) {
        try {
            Evictions.evict(world.api, World.NAMESPACE, pod.getMetadata().getName(), DeleteOptions.defaults(), false);
            return true;
        } catch (EvictionRefused | ClusterException refused) {
            return false;
        }
    }

    /** However wildly everybody evicts, and however late the controller hears of it: enough pods stay healthy. */
    @Test
    void evictionsNeverTakeMoreThanTheBudgetSpares() {
        int allowed = 0;
        int refused = 0;
        for (long seed = 1; seed <= 40; seed++) {
            Random random = new Random(seed);
            int replicas = 2 + random.nextInt(5);
            int least = 1 + random.nextInt(replicas);
            String spec = random.nextBoolean() ? "minAvailable: " + least : "maxUnavailable: " + (replicas - least);
            World world = guarded(seed, replicas, spec);
            world.startNoting();
            for (int step = 0; step < 60; step++) {
                List<Pod> pods = world.pods();
                if (!pods.isEmpty()) {
                    boolean went = evict(world, pods.get(random.nextInt(pods.size())));
                    allowed += went ? 1 : 0;
                    refused += went ? 0 : 1;
                }
                world.run(Duration.ofMillis(random.nextInt(400)));
            }
            assertThat(world.leastReady)
                    .as("seed %d: %d replicas, %s", seed, replicas, spec)
                    .isGreaterThanOrEqualTo(least);
        }
        System.out.println("Budgets: 40 seeds, " + allowed + " evictions allowed, " + refused + " refused");
        assertThat(allowed).isPositive();
        assertThat(refused).isPositive();
    }

    @Test
    void anEvictionThatDeletesNobodyIsForgottenAfterTwoMinutes() {
        World world = guarded(1, 3, "minAvailable: 2");
        PodDisruptionBudget budget =
                Models.copy(world.api.get(ResourceType.POD_DISRUPTION_BUDGETS, World.NAMESPACE, "clock"));
        String pod = world.pods().get(0).getMetadata().getName();
        budget.getStatus()
                .setDisruptedPods(java.util.Map.of(pod, world.loop.now().toString()));
        world.api.updateStatus(ResourceType.POD_DISRUPTION_BUDGETS, budget);
        world.run(Duration.ofSeconds(1));
        assertThat(status(world).getCurrentHealthy()).isEqualTo(2);
        assertThat(status(world).getDisruptionsAllowed()).isZero();
        world.run(Duration.ofMinutes(3));
        assertThat(status(world).getDisruptionsAllowed()).isEqualTo(1);
        assertThat(world.events("NotDeleted"))
                .containsExactly("Pod was expected by PDB shop/shop to be deleted but it wasn't");
    }

    @Test
    void aRollingUpdateDoesNotAskTheBudget() {
        World world = guarded(1, 3, "minAvailable: 3");
        world.setImage("clock:2");
        assertThat(world.runUntil(Duration.ofMinutes(5), world::complete)).isTrue();
        assertThat(world.pods())
                .filteredOn(pod -> Pods.isActive(pod) && !Metadata.terminating(pod))
                .hasSize(3);
    }

    @Test
    void scalingChangesWhatAShareComesTo() {
        World world = guarded(1, 4, "minAvailable: 50%");
        assertThat(status(world).getDesiredHealthy()).isEqualTo(2);
        world.scale(7);
        assertThat(world.runUntil(Duration.ofMinutes(5), world::complete)).isTrue();
        world.run(Duration.ofSeconds(5));
        assertThat(status(world).getExpectedPods()).isEqualTo(7);
        assertThat(status(world).getDesiredHealthy()).isEqualTo(4);
        assertThat(status(world).getDisruptionsAllowed()).isEqualTo(3);
    }
}
