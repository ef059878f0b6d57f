// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** To go on, or back: told to the rollout, and the step, that somebody meant, and to no other. */
class CommandsTest {
    private static final ObjectRef CLOCK = new ObjectRef("Deployment", "default", "clock");

    private static Deployment stored(Cluster cluster) {
        return cluster.get(Deployment.class, "default", "clock").orElseThrow();
    }

    /** What is told to nobody would be told to the next rollout, which would turn back, or not wait to be promoted. */
    @Test
    void whatSomebodyTellsARolloutAsItEndsIsNotKeptForTheNextOne() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Deployment clock = Workloads.clock(3, "clock:1.0");
            Rollout.of(clock).run(cluster).orElseThrow();
            for (String command : List.of("abort", "promote step 1")) {
                annotate(cluster, "\"rollproof.dev/state\":\"{\\\"driver\\\":\\\"x\\\",\\\"step\\\":1}\"");
                Cluster racing = InterceptedCluster.interrupting(
                        cluster, 1, () -> annotate(cluster, "\"rollproof.dev/state\":null"));
                Rollouts rollouts = Rollouts.on(racing);
                assertThatThrownBy(() -> {
                            if (command.equals("abort")) {
                                rollouts.abort(CLOCK);
                            } else {
                                rollouts.promote(CLOCK);
                            }
                        })
                        .hasMessage("no rollout of Deployment/clock in default is under way that somebody drives");
                assertThat(stored(cluster).getMetadata().getAnnotations()).doesNotContainKey("rollproof.dev/command");
            }
        }
    }

    @Test
    void aPromotionThatComesLatePassesNoOtherStep() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Rollout.of(Workloads.clock(3, "clock:1.0")).run(cluster).orElseThrow();
            String state = "\"rollproof.dev/state\":\"{\\\"driver\\\":\\\"x\\\",\\\"step\\\":%d}\"";
            annotate(cluster, state.formatted(1));
            Cluster racing = InterceptedCluster.interrupting(cluster, 1, () -> annotate(cluster, state.formatted(2)));
            Rollouts.on(racing).promote(CLOCK);
            assertThat(stored(cluster).getMetadata().getAnnotations()).doesNotContainKey("rollproof.dev/command");
            Rollouts.on(InterceptedCluster.interrupting(cluster, 1, () -> annotate(cluster, state.formatted(3))))
                    .abort(CLOCK);
            assertThat(stored(cluster).getMetadata().getAnnotations()).containsEntry("rollproof.dev/command", "abort");
        }
    }

    @Test
    void aCommandThatIsLeftFromBeforeIsNotTakenForOneToThisRollout() throws InterruptedException {
        for (String command : List.of("abort", "promote step 1")) {
            try (SimulatedCluster cluster = SimulatedCluster.create()) {
                Rollout.of(Workloads.clock(3, "clock:1.0")).run(cluster).orElseThrow();
                annotate(cluster, "\"rollproof.dev/command\":\"" + command + "\"");
                List<String> lines = new ArrayList<>();
                Verdict verdict = Rollout.of(Workloads.clock(3, "clock:1.1"))
                        .by(Canary.of().weight(50).pauseUntilPromoted().withinOneDeployment())
                        .onProgress(progress -> {
                            lines.add(progress.status().line());
                            if (progress.status().line().contains("waiting to be promoted")) {
                                Rollouts.on(cluster).promote(CLOCK);
                            }
                        })
                        .run(cluster);
                assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
                assertThat(lines).as(command).anyMatch(line -> line.contains("waiting to be promoted"));
                assertThat(stored(cluster).getMetadata().getAnnotations()).doesNotContainKey("rollproof.dev/command");
            }
        }
    }

    private static void annotate(Cluster cluster, String annotation) {
        cluster.patch(
                Deployment.class,
                "default",
                "clock",
                Patch.merge("{\"metadata\":{\"annotations\":{" + annotation + "}}}"),
                WriteOptions.defaults());
    }
}
