// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** StatefulSets and DaemonSets on the command line: alone, beside Deployments, recorded and replayed. */
class SetsOnTheCommandLineTest {
    @TempDir
    Path folder;

    private static String web(String image) {
        return """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web}
                spec:
                  serviceName: web
                  replicas: 2
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: web, image: "%s", readinessProbe: {periodSeconds: 1, httpGet: {path: /, port: 80}}}]}
                """.formatted(image);
    }

    private static String agent(String image) {
        return web(image)
                .replace("StatefulSet", "DaemonSet")
                .replace("  serviceName: web\n  replicas: 2\n", "")
                .replace("name: web}\nspec", "name: agent}\nspec")
                .replace("app: web", "app: agent");
    }

    private String clock() throws IOException {
        return Files.readString(Path.of("..", "examples", "clock", "deployment.yaml"));
    }

    private Command verify(String manifests, String... more) throws IOException {
        Path images = Files.writeString(
                folder.resolve("images.yaml"), "images: {'clock:broken': {crashAfter: 0s, exitCode: 1}}");
        Path file = Files.writeString(folder.resolve("all.yaml"), manifests);
        List<String> args = new ArrayList<>(
                List.of("verify", "-f", file.toString(), "--cluster", "sim", "--images", images.toString()));
        args.addAll(List.of(more));
        return Command.run(args.toArray(new String[0]));
    }

    @ParameterizedTest
    @CsvSource({"StatefulSet/web, 2 of 2", "DaemonSet/agent, 1 of 1"})
    void oneAloneRollsOut(String workload, String ready) throws IOException {
        Command command = verify(workload.startsWith("S") ? web("clock:1.0") : agent("clock:1.0"));
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.err()).isEmpty();
        assertThat(command.verdict())
                .startsWith(workload + " in default is complete after ")
                .endsWith(": " + ready + " new pods ready");
    }

    @Test
    void ofSeveralKindsEachHasItsVerdictAndTheWorstIsTheExitCode() throws IOException {
        Command command = verify(clock() + "---\n" + web("clock:broken") + "---\n" + agent("clock:1.0"));
        assertThat(command.exitCode()).as(command.err()).isEqualTo(1);
        assertThat(command.out())
                .contains("Deployment/clock in default is complete after ")
                .contains("DaemonSet/agent in default is complete after ")
                .contains("StatefulSet/web in default failed after ")
                .contains(
                        "; CrashLoopBackOff: container \"web\" crashed 2 times with exit 1; with OrderedReady it stays when the"
                                + " template is mended: delete it then (pod web-0)");
        assertThat(command.verdict()).isEqualTo("2 of 3 rolled out, not StatefulSet/web in default");
    }

    @Test
    @SuppressWarnings("unchecked")
    void jsonNamesTheKindAndKnowsOfNoPromisesOfThese() throws IOException {
        Command command = verify(web("clock:1.0") + "---\n" + agent("clock:broken") + "---\n" + clock(), "-o", "json");
        assertThat(command.exitCode()).as(command.err()).isEqualTo(1);
        assertThat(command.json()).containsEntry("workload", "daemonset/agent").containsEntry("outcome", "failed");
        List<Map<String, Object>> all = (List<Map<String, Object>>)
                Objects.requireNonNull(command.json().get("workloads"));
        assertThat(all)
                .extracting(
                        each -> each.get("workload") + " " + each.get("outcome") + " " + each.containsKey("promises"))
                .containsExactly(
                        "statefulset/web complete false",
                        "daemonset/agent failed false",
                        "deployment/clock complete true");
    }

    @Test
    void whatWasRecordedIsJudgedAgainWithTheSameVerdicts() throws IOException {
        String recording = folder.resolve("watch.jsonl").toString();
        Command live = verify(
                web("clock:broken") + "---\n" + agent("clock:1.0") + "---\n" + clock(),
                "--record",
                recording,
                "-o",
                "json");
        assertThat(live.exitCode()).as(live.err()).isEqualTo(1);
        Command unnamed = Command.run("replay", recording);
        assertThat(unnamed.exitCode()).isEqualTo(2);
        assertThat(unnamed.sentence())
                .isEqualTo(
                        "rollproof: the recording has several workloads (daemonset/agent, deployment/clock, statefulset/web);"
                                + " say which one, such as --workload daemonset/agent");
        Command broken = Command.run("replay", recording, "--workload", "sts/web", "-o", "json");
        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.json())
                .containsEntry("workload", "statefulset/web")
                .containsEntry("causes", live.json().get("causes"));
        assertThat(broken.seconds()).isCloseTo(live.seconds(), offset(0.01));
        Command well = Command.run("replay", recording, "--workload", "daemonset/agent");
        assertThat(well.exitCode()).isZero();
        assertThat(well.out())
                .contains("DaemonSet/agent in default is complete")
                .doesNotContain("promises");
        assertThat(Command.run("replay", recording, "--workload", "deploy/clock")
                        .exitCode())
                .isZero();
        assertThat(Command.run("replay", recording, "--workload", "deploy/nothere")
                        .sentence())
                .isEqualTo(
                        "rollproof: the recording has no deployment/nothere; it has daemonset/agent, deployment/clock,"
                                + " statefulset/web");
    }

    @Test
    void withOnDeleteItIsAPersonsTurn() throws IOException {
        String onDelete = web("clock:1.0").replace("replicas: 2", "replicas: 2\n  updateStrategy: {type: OnDelete}");
        assertThat(verify(onDelete).exitCode()).as("nothing is to be replaced").isZero();
    }

    @Test
    void aTerminalShowsPodsByRevision() throws IOException {
        Path file = Files.writeString(folder.resolve("web.yaml"), web("clock:1.0"));
        Command command =
                Command.runIn(Map.of("TERM", "xterm"), true, "verify", "-f", file.toString(), "--cluster", "sim");
        assertThat(command.exitCode()).isZero();
        assertThat(command.out())
                .contains("statefulset/web  generation 1  2 of 2 new pods ready")
                .containsPattern("new  revision web-[a-z0-9]+ +2 there   ●●  clock:1.0");
    }
}
