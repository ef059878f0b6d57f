// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rollproof.it.contract.PageImages;
import dev.rollproof.it.kubectl.KubectlStories.Step;
import dev.rollproof.it.kubectl.RealKubectl.Outcome;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** kubectl, unmodified, works on the simulated cluster: every command ends as it should. */
class KubectlTest {
    @TempDir
    Path folder;

    /** The kubectl that is here; without one, the test is skipped and says why. */
    static String kubectl() {
        Optional<String> binary = RealKubectl.binary();
        if (binary.isEmpty()) {
            System.out.println("No tests of kubectl: ROLLPROOF_KUBECTL names none");
        }
        assumeTrue(binary.isPresent(), "ROLLPROOF_KUBECTL names no kubectl");
        return binary.get();
    }

    static SimulatedCluster cluster() {
        return SimulatedCluster.builder()
                .images(PageImages.declared())
                .startAt(Time.system().now())
                .build();
    }

    static String namespace(KubectlStories story) {
        return "kubectl-" + story.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Step newNamespace(String name) {
        return new Step(
                List.of("create", "-f", "-"),
                "{apiVersion: v1, kind: Namespace, metadata: {name: " + name + "}}",
                "",
                0,
                KubectlStories.Compared.EXIT);
    }

    /** kubectl says nothing of the answer to its autoscale, but shows warnings. */
    @Test
    void whoeverAsksForAnAutoscalerIsToldThatThereIsNone() throws Exception {
        String binary = kubectl();
        try (SimulatedCluster cluster = cluster();
                SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
            RealKubectl kubectl = new RealKubectl(binary, server.kubeconfig(), folder);
            assertThat(kubectl.run("default", Commands.apply("page:1.0")).exit())
                    .isZero();
            Outcome refused = kubectl.run("default", Commands.command("autoscale", "deployment", "clock", "--max=3"));
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.errors())
                    .startsWith("Warning: the simulated cluster has no horizontalpodautoscalers and creates none\n");
        }
    }

    @Test
    void whoeverAsksAsSomebodyElseIsToldThatRolesRefuseNobodyHere() throws Exception {
        String binary = kubectl();
        try (SimulatedCluster cluster = cluster();
                SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
            RealKubectl kubectl = new RealKubectl(binary, server.kubeconfig(), folder);
            for (Step step : List.of(
                    Commands.command("get", "pods", "--as=jane"),
                    Commands.command("auth", "can-i", "get", "pods", "--as=system:serviceaccount:default:robot"))) {
                Outcome refused = kubectl.run("default", step);
                assertThat(refused.exit()).as(step + "\n" + refused.said()).isEqualTo(1);
                assertThat(refused.said()).contains("Roles are stored here and refuse nobody");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCommandEndsAsItShould(KubectlStories story) throws Exception {
        String binary = kubectl();
        String namespace = namespace(story);
        try (SimulatedCluster cluster = cluster();
                SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
            RealKubectl kubectl = new RealKubectl(binary, server.kubeconfig(), folder);
            assertThat(kubectl.run("default", newNamespace(namespace)).exit()).isZero();
            SoftAssertions all = new SoftAssertions();
            for (Step step : story.steps()) {
                Outcome outcome = kubectl.run(namespace, step.in(namespace));
                all.assertThat(outcome.exit()).as(step + ":\n" + outcome.said()).isEqualTo(step.exit());
            }
            all.assertAll();
        }
    }
}
