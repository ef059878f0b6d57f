// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedWorkload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cases of kubectl's own tests and those on which rollout trackers differ; the resource names the sources. They show a
 * workload and nothing else, so it is judged by its status alone. Where kubectl is wrong, the truth is asserted.
 */
class RolloutStatusFactsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    @SuppressWarnings("unchecked")
    private static Stream<Named<Map<String, Object>>> rows(String group, String... kinds) {
        try (InputStream in = RolloutStatusFactsTest.class.getResourceAsStream("rollout-status-cases.json")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            List<Map<String, Object>> all = (List<Map<String, Object>>)
                    Objects.requireNonNull(Models.parseJson(text).get(group));
            return all.stream()
                    .filter(row -> List.of(kinds).contains(String.valueOf(row.getOrDefault("kind", "Deployment"))))
                    .map(row -> Named.of(String.valueOf(row.get("name")), row));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Named<Map<String, Object>>> kubectl() {
        return Stream.concat(rows("kubectl", "Deployment"), rows("kubectl_derived", "Deployment"))
                // Pinned by number there, by template here: JudgeTest has it as a superseded rollout.
                .filter(row -> !row.getName().contains("--revision"));
    }

    static Stream<Named<Map<String, Object>>> crossTool() {
        return rows("cross_tool_deployments", "Deployment");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kubectl")
    @SuppressWarnings("unchecked")
    void asKubectlSays(Map<String, Object> row) {
        Map<String, Object> expect = (Map<String, Object>) Objects.requireNonNull(row.get("expect"));
        Status status = judged(row);
        if (expect.get("error") != null) {
            assertThat(status).isInstanceOf(Status.Failed.class);
        } else if (Boolean.TRUE.equals(expect.get("done"))) {
            assertThat(status).isInstanceOf(Status.Complete.class);
        } else {
            assertThat(status).isInstanceOf(Status.Progressing.class);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("crossTool")
    void asItIsInTruth(Map<String, Object> row) {
        String truth = (String) Objects.requireNonNull(row.get("ground_truth"));
        Status status = judged(row);
        if (truth.startsWith("succeeded")) {
            assertThat(status).isInstanceOf(Status.Complete.class);
        } else if (truth.startsWith("transient")) {
            // Not to be told from a real one by the status alone; with ReplicaSets in sight it is, as JudgeTest shows.
            assertThat(status).isInstanceOf(Status.Failed.class);
        } else {
            assertThat(status).isInstanceOf(Status.Progressing.class);
        }
    }

    static Stream<Named<Map<String, Object>>> kubectlOnSets() {
        return Stream.of("kubectl", "kubectl_derived").flatMap(group -> rows(group, "StatefulSet", "DaemonSet"));
    }

    /** kubectl looks at neither minReadySeconds nor a scale-down, and takes OnDelete for an error; else the same is said. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("kubectlOnSets")
    @SuppressWarnings("unchecked")
    void asKubectlSaysOfSetsUnlessItIsWrong(Map<String, Object> row) {
        String name = String.valueOf(row.get("name"));
        Map<String, Object> expect = (Map<String, Object>) Objects.requireNonNull(row.get("expect"));
        boolean wrong = name.contains("scale-down") || name.contains("minReadySeconds") || expect.get("error") != null;
        assertThat(judged(row))
                .isInstanceOf(
                        Boolean.TRUE.equals(expect.get("done")) && !wrong
                                ? Status.Complete.class
                                : Status.Progressing.class);
    }

    private static Status judged(Map<String, Object> row) {
        ObservedWorkload workload = workload(row);
        Judge judge = new Judge(Expectation.of(workload), Patience.defaults(), Duration.ZERO, false);
        Snapshot seen = new Snapshot(Optional.of(workload), List.of(), List.of(), List.of(), false, false);
        return judge.next(Memory.empty(), seen, NOW).status();
    }

    private static ObservedWorkload workload(Map<String, Object> row) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("apiVersion", "apps/v1");
        tree.put("kind", row.getOrDefault("kind", "Deployment"));
        tree.put(
                "metadata",
                Map.of(
                        "name",
                        "foo",
                        "namespace",
                        "bar",
                        "uid",
                        "8764ae47-9092-11e4-8393-42010af018ff",
                        "generation",
                        Objects.requireNonNull(row.get("generation"))));
        tree.put("spec", Objects.requireNonNull(row.get("spec")));
        tree.put("status", Objects.requireNonNull(row.get("status")));
        return (ObservedWorkload) Observed.from(Models.fromTree(tree));
    }
}
