// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.Timeline;
import dev.rollproof.verifier.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rollproof verify}: what it prints, and its exit codes, each with one meaning. */
class VerifyCommandTest {
    private static final Path CLOCK = Path.of("..", "examples", "clock");

    @TempDir
    Path folder;

    private String clock(String... replacements) throws IOException {
        String text = Files.readString(CLOCK.resolve("deployment.yaml"));
        for (int i = 0; i < replacements.length; i += 2) {
            assertThat(text).contains(replacements[i]);
            text = text.replace(replacements[i], replacements[i + 1]);
        }
        return file("clock.yaml", text);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static Command verify(String file, String... more) {
        String[] args = new String[5 + more.length];
        System.arraycopy(new String[] {"verify", "-f", file, "--cluster", "sim"}, 0, args, 0, 5);
        System.arraycopy(more, 0, args, 5, more.length);
        return Command.run(args);
    }

    @Test
    void rolledOutIsZero() throws IOException {
        Command command = verify(clock());
        assertThat(command.exitCode()).isZero();
        assertThat(command.verdict())
                .matches("Deployment/clock in default is complete after \\d\\.\\d s: 4 of 4 new pods ready");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void theWayIsTold() throws IOException {
        assertThat(verify(clock()).out().lines())
                .anyMatch(line ->
                        line.matches(" +0\\.\\d s  waiting for the Deployment controller to observe generation 1"))
                .anyMatch(line -> line.matches(" +\\d\\.\\d s  4 of 4 new pods ready"));
    }

    @Test
    void failedIsOneWithTheCauseInSeconds() {
        Command command = verify(CLOCK.resolve("broken.yaml").toString());
        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.verdict())
                .matches("Deployment/clock in default failed after \\d\\.\\d s: .*CrashLoopBackOff: container \"clock\""
                        + " crashed 2 times with exit 1, command \"false\" \\(pod clock-.*\\)");
    }

    @Test
    void anImageThatWasNeverPushedIsAFailure() throws IOException {
        Command command = verify(clock("clock:1.0", "clock:9.9"), "--unknown-images", "not-found");
        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.verdict())
                .contains("ErrImagePull")
                .contains("\"clock:9.9\" cannot be pulled")
                .contains("not found");
    }

    @Test
    void whatImagesDoIsDeclaredInAFile() throws IOException {
        String images = file("images.yaml", """
                images:
                  clock:1.0:
                    crashAfter: 300ms
                    exitCode: 42
                """);
        Command command = verify(clock(), "--images", images);
        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.verdict()).contains("crashed 2 times with exit 42");
    }

    @Test
    void timedOutIsThree() throws IOException {
        String images = file("images.yaml", "images: {'clock:1.0': {neverReady: true}}\n");
        Command command = verify(clock(), "--images", images, "--timeout", "30s");
        assertThat(command.exitCode()).isEqualTo(3);
        assertThat(command.verdict())
                .startsWith("Deployment/clock in default was not complete in time after 30.0 s: 0 of 4 new pods ready")
                .contains("statuscode: 503");
    }

    @Test
    void pausedIsFour() throws IOException {
        Command command = verify(clock("  replicas: 4", "  paused: true\n  replicas: 4"));
        assertThat(command.exitCode()).isEqualTo(4);
        assertThat(command.verdict()).contains("is paused");
    }

    @Test
    void outOfReachIsFive() throws IOException {
        String kubeconfig = file("kubeconfig", """
                apiVersion: v1
                kind: Config
                current-context: nowhere
                clusters: [{name: nowhere, cluster: {server: "http://127.0.0.1:9"}}]
                contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody, namespace: shop}}]
                users: [{name: nobody, user: {}}]
                """);
        Command command = Command.run("verify", "-f", clock(), "--kubeconfig", kubeconfig);
        assertThat(command.exitCode()).isEqualTo(5);
        assertThat(command.verdict())
                .contains("Deployment/clock in shop could not be verified")
                .contains("http://127.0.0.1:9/ cannot be reached");
        Command json = Command.run("verify", "-f", clock(), "--kubeconfig", kubeconfig, "--output", "json");
        assertThat(json.exitCode()).isEqualTo(5);
        assertThat(json.json()).containsEntry("outcome", "unreachable");
    }

    @Test
    @SuppressWarnings("unchecked")
    void jsonIsOneObjectOnStandardOutput() {
        Command command = verify(CLOCK.resolve("broken.yaml").toString(), "--output", "json");
        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.out().lines()).hasSize(1);
        Map<String, Object> json = command.json();
        assertThat(json)
                .containsEntry("outcome", "failed")
                .containsEntry("workload", "deployment/clock")
                .containsEntry("generation", 1)
                .containsKeys("seconds", "causes", "timeline", "message");
        assertThat(command.seconds()).isBetween(0.5, 15.0);
        Map<String, Object> cause = ((List<Map<String, Object>>) Objects.requireNonNull(json.get("causes"))).get(0);
        assertThat(cause)
                .containsEntry("reason", "CrashLoopBackOff")
                .containsEntry("container", "clock")
                .containsEntry("count", 1);
        assertThat((String) cause.get("pod")).startsWith("clock-");
        assertThat((String) cause.get("message")).contains("exit 1");
        List<Map<String, Object>> timeline = (List<Map<String, Object>>) Objects.requireNonNull(json.get("timeline"));
        assertThat(timeline)
                .hasSizeGreaterThan(5)
                .allSatisfy(entry -> assertThat(entry).containsOnlyKeys("seconds", "subject", "what"));
    }

    @Test
    void allDeploymentsOfTheFilesAreVerifiedAndTheWorstCounts() throws IOException {
        String second = Files.readString(CLOCK.resolve("broken.yaml"))
                .replace("clock\n", "watch\n")
                .replace("app: clock", "app: watch");
        Command command = Command.run(
                "verify", "-f", clock(), file("watch.yaml", second), "--cluster", "sim", "--output", "json");
        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.json()).containsEntry("outcome", "failed").containsEntry("workload", "deployment/watch");
        assertThat((List<?>) command.json().get("workloads")).hasSize(2);
    }

    @Test
    void severalDeploymentsAreVerifiedAtOnceAndWhoFailsIsToldOfWhileTheOthersGoOn() throws IOException {
        String slow = Files.readString(CLOCK.resolve("deployment.yaml"))
                .replaceFirst("\nspec:\n", "\nspec:\n  minReadySeconds: 30\n");
        String broken = Files.readString(CLOCK.resolve("broken.yaml"))
                .replace("clock\n", "watch\n")
                .replace("app: clock", "app: watch");
        Command both =
                Command.run("verify", "-f", file("slow.yaml", slow), file("watch.yaml", broken), "--cluster", "sim");
        assertThat(both.exitCode()).isEqualTo(1);
        assertThat(both.out())
                .contains("s  Deployment/clock in default: 0 of 4 new pods ready\n")
                .contains("s  Deployment/watch in default: 0 of ")
                .containsSubsequence(
                        "\nDeployment/watch in default failed",
                        "s  Deployment/clock in default: ",
                        "\nDeployment/clock in default is complete")
                .endsWith("\n1 of 2 rolled out, not Deployment/watch in default\n");
        assertThat(verify(clock()).out()).doesNotContain("in default:");
    }

    @Test
    void whoWaitsForAnAutoscalerOrASecretSaysHowLong() throws IOException {
        String needy = Files.readString(CLOCK.resolve("deployment.yaml"))
                .replace(
                        "          ports:\n",
                        "          envFrom: [{configMapRef: {name: settings}}]\n          ports:\n");
        String file = file("needy.yaml", needy);
        assertThat(verify(file).verdict()).startsWith("Deployment/clock in default failed after 1");
        Command patient = verify(file, "--patience", "configuration=40s,unschedulable=5m", "--patience", "quota=1m");
        assertThat(patient.verdict())
                .startsWith("Deployment/clock in default failed after 4")
                .contains("configmap \"settings\" not found");
    }

    @Test
    void namespacesMayComeWithTheManifests() throws IOException {
        String namespaced = file(
                "all.yaml",
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
                        + Files.readString(CLOCK.resolve("deployment.yaml"))
                                .replace("  name: clock\n  labels", "  name: clock\n  namespace: shop\n  labels"));
        assertThat(verify(namespaced).verdict()).startsWith("Deployment/clock in shop is complete");
    }

    @Test
    void whatWasRecordedCanBeReplayed() throws IOException {
        String recording = folder.resolve("watch.jsonl.gz").toString();
        Command live = verify(CLOCK.resolve("broken.yaml").toString(), "--record", recording, "-o", "json");
        Command replayed = Command.run("replay", recording, "-o", "json");
        assertThat(replayed.exitCode()).isEqualTo(live.exitCode());
        assertThat(replayed.json().get("outcome")).isEqualTo(live.json().get("outcome"));
        assertThat(replayed.seconds()).isCloseTo(live.seconds(), org.assertj.core.api.Assertions.within(0.01));
        assertThat(replayed.json().get("causes")).isEqualTo(live.json().get("causes"));
    }

    @Test
    void whatBecameOfPromisesIsInTheJsonAndOnlyThere() throws IOException {
        // Nothing is promised where nothing was before; a JVM's simulated cluster is empty at each command's start.
        Command json = verify(clock(), "-o", "json");
        assertThat(json.json().get("promises"))
                .asString()
                .contains("promise=SIZES_WITHIN_SURGE")
                .contains("outcome=notApplicable, why=there was no Deployment to change");
        assertThat(verify(clock()).out()).doesNotContain("promise");
    }

    @Test
    void eachPromiseIsAnObjectInJson() throws InterruptedException {
        Verdict verdict;
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Rollout.of(manifest("clock:1.0")).run(cluster).orElseThrow();
            cluster.advance(Duration.ofSeconds(30));
            verdict = Rollout.of(manifest("clock:1.1")).run(cluster);
        }
        String json = JsonVerdict.of(List.of(verdict));
        assertThat(json)
                .contains("\"promises\":{\"events\":")
                .contains("\"leastReady\":3,\"findings\":[{\"promise\":\"SIZES_WITHIN_SURGE\",\"message\":")
                .contains("\"promise\":\"READY_PODS_KEPT\"")
                .contains("\"outcome\":\"kept\",\"bound\":3,\"seen\":3,\"events\":")
                .contains("\"outcome\":\"notApplicable\",\"why\":\"a rolling update runs both versions\"");
        assertThat(verdict.summary()).doesNotContain("promise");
    }

    private static String manifest(String image) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: default}
                spec:
                  replicas: 3
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec: {containers: [{name: web, image: "%s"}]}
                """.formatted(image);
    }

    @Test
    void manyDeploymentsAreVerifiedTooWithoutPromisesBeyondTheSixteenth() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 18; i++) {
            all.append("---\n").append(manifest("clock:1.0").replace("clock", "clock" + i));
        }
        Command command = verify(file("all.yaml", all.toString()), "-o", "json");
        assertThat(command.exitCode()).isZero();
        List<?> workloads = (List<?>) Objects.requireNonNull(command.json().get("workloads"));
        assertThat(workloads).hasSize(18);
        assertThat(workloads.toString().split("promises=", -1)).hasSize(17);
    }

    @Test
    void inATerminalThePictureIsDrawnAnew() throws IOException {
        Command command = Command.runIn(
                Map.of("COLUMNS", "60", "TERM", "xterm"), true, "verify", "-f", clock(), "--cluster", "sim");
        assertThat(command.out()).contains("\u001b[2A").contains("●●●●");
        assertThat(command.out().lines())
                .allMatch(line -> line.replaceAll("\u001b\\[[0-9]*[A-Z]|\r", "").length() <= 100);
        Command dumb = Command.runIn(Map.of("TERM", "dumb"), true, "verify", "-f", clock(), "--cluster", "sim");
        assertThat(dumb.out()).doesNotContain("\u001b");
    }

    @Test
    void stableForAndWaitForOldPodsAreOptions() throws IOException {
        String images = file("images.yaml", "images: {'clock:1.0': {crashAfter: 5s}}\n");
        assertThat(verify(clock(), "--images", images).exitCode()).isZero();
        assertThat(verify(clock(), "--images", images, "--stable-for", "10s", "--wait-for-old-pods")
                        .exitCode())
                .isEqualTo(1);
    }

    @Test
    void aRollbackIsToldAndTheExitCodeStaysTheRollouts() {
        String broken = CLOCK.resolve("broken.yaml").toString();
        Command command = verify(broken, "--rollback");
        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.verdict())
                .contains("CrashLoopBackOff")
                .endsWith(
                        "; not rolled back: no earlier revision was seen complete, so there is nothing to go back to");
        Object rollback = verify(broken, "--rollback", "-o", "json").json().get("rollback");
        assertThat(rollback)
                .isInstanceOfSatisfying(
                        Map.class, fields -> assertThat(fields.get("outcome")).isEqualTo("omitted"));
        assertThat(verify(broken, "-o", "json").json()).doesNotContainKey("rollback");
    }

    @Test
    void aRollbackThatSucceedsIsAnObjectOfItsOwnInJson() {
        ObjectRef clock = new ObjectRef("Deployment", "default", "clock");
        RollbackResult.Restored restored = new RollbackResult.Restored(
                3,
                "clock-abc",
                List.of("clock:1.0"),
                new Verdict.Complete(new Evidence(
                        clock, 4, Duration.ofSeconds(2), "", List.of(), new Timeline(List.of()), List.of())),
                Duration.ofMillis(2500),
                List.of());
        Verdict failed = new Verdict.Failed(new Evidence(
                clock,
                3,
                Duration.ofSeconds(4),
                "no",
                List.of(),
                new Timeline(List.of()),
                List.of(),
                Optional.of(restored),
                Optional.empty()));
        assertThat(JsonVerdict.of(List.of(failed)))
                .contains(
                        "\"rollback\":{\"message\":\"rolled back to revision 3 (clock:1.0), complete again after 2.5 s\","
                                + "\"outcome\":\"complete\",\"seconds\":2.5,\"revision\":3,\"replicaSet\":\"clock-abc\","
                                + "\"images\":[\"clock:1.0\"],\"notes\":[]}");
    }
}
