// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.sim.controllers.PodDeletionOrder.Candidate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class PodDeletionOrderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");

    /** Ready within the same few seconds, as many pods of one rollout are. */
    private static List<Candidate> pods(Random random) {
        List<Candidate> pods = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Instant ready = NOW.minusSeconds(1 + random.nextInt(6));
            pods.add(new Candidate(
                    String.format("%08x", random.nextInt()),
                    true,
                    "Running",
                    true,
                    0,
                    200,
                    ready,
                    0,
                    ready.minusSeconds(1 + random.nextInt(2))));
        }
        return pods;
    }

    @Test
    void manyPodsAreSortedThoughTheirOrderIsNoneInTheStrictSense() {
        PodDeletionOrder order = new PodDeletionOrder(NOW, true);
        int thrown = 0;
        for (int seed = 0; seed < 20; seed++) {
            List<Candidate> pods = pods(new Random(seed));
            List<Candidate> sorted = order.sorted(pods, Function.identity());
            assertThat(sorted).as("seed " + seed).containsExactlyInAnyOrderElementsOf(pods);
            try {
                pods.sort(order);
            } catch (IllegalArgumentException asFeared) {
                thrown++;
            }
        }
        assertThat(thrown).as("so many of these lists Java's own sort refuses").isPositive();
    }
}
