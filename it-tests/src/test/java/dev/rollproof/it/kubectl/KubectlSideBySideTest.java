// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.K3s;
import dev.rollproof.it.contract.PageImages;
import dev.rollproof.it.kubectl.KubectlStories.Step;
import dev.rollproof.it.kubectl.RealKubectl.Outcome;
import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same commands on the simulated cluster and on real Kubernetes say the same, and end the same. */
@Tag("k3s")
@Tag("detail")
class KubectlSideBySideTest {
    @RegisterExtension
    static final ClusterExtension KUBERNETES =
            ClusterExtension.builder().on(ClusterKind.K3S).build();

    @TempDir
    Path folder;

    private final ExecutorService aside = Executors.newSingleThreadExecutor();
    private K3s k3s;

    @BeforeEach
    void loadImages(K3s given) {
        k3s = given;
        PageImages.loadInto(k3s);
    }

    @AfterEach
    void end() {
        aside.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource
    void kubectlSaysTheSame(KubectlStories story) throws Exception {
        String binary = KubectlTest.kubectl();
        String namespace = KubectlTest.namespace(story);
        try (SimulatedCluster cluster = KubectlTest.cluster();
                SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
            RealKubectl simulated =
                    new RealKubectl(binary, server.kubeconfig(), Files.createDirectory(folder.resolve("simulated")));
            RealKubectl real = new RealKubectl(binary, k3s.kubeconfig(), Files.createDirectory(folder.resolve("real")));
            for (RealKubectl kubectl : List.of(simulated, real)) {
                assertThat(kubectl.run("default", KubectlTest.newNamespace(namespace))
                                .exit())
                        .isZero();
            }
            SoftAssertions all = new SoftAssertions();
            for (Step step : story.steps()) {
                Future<Outcome> asked = aside.submit(() -> simulated.run(namespace, step.in(namespace)));
                Outcome really = real.run(namespace, step.in(namespace));
                Outcome told = asked.get();
                all.assertThat(told.exit())
                        .as(step + " exits\n" + told.said() + "---\n" + really.said())
                        .isEqualTo(really.exit());
                if (step.compared() == KubectlStories.Compared.PART) {
                    all.assertThat(lines(really.output(), namespace))
                            .as(step + " says also on real Kubernetes")
                            .containsAll(lines(told.output(), namespace).stream()
                                    .filter(Normalized::isOnBoth)
                                    .toList());
                } else if (step.compared() == KubectlStories.Compared.LABELS) {
                    all.assertThat(labels(really.output(), namespace))
                            .as(step + " is about the same")
                            .containsSubsequence(labels(told.output(), namespace));
                }
                all.assertThat(compared(told.output(), step, namespace))
                        .as(step + " says")
                        .isEqualTo(compared(really.output(), step, namespace));
                all.assertThat(compared(told.errors(), step, namespace))
                        .as(step + " complains")
                        .isEqualTo(compared(really.errors(), step, namespace));
            }
            all.assertAll();
        } finally {
            k3s.client().namespaces().withName(namespace).delete();
        }
    }

    private static List<String> lines(String said, String namespace) {
        return Normalized.of(said, namespace).lines().toList();
    }

    private static List<String> labels(String said, String namespace) {
        return Normalized.labels(Normalized.of(said, namespace)).lines().toList();
    }

    private static String compared(String said, Step step, String namespace) {
        String text = Normalized.of(said, namespace);
        return switch (step.compared()) {
            case ALL -> text;
            case FIRST_LINE -> text.lines().findFirst().orElse("");
            case LAST_LINE -> Normalized.lastLine(text);
            case UNORDERED -> Normalized.sorted(text);
            case LABELS, PART, EXIT -> "";
        };
    }
}
