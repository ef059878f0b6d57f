// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input ends in one clear sentence that names the file and line, or the flag, and in exit code 2. */
class BadInputTest {
    private static final Path CLOCK = Path.of("..", "examples", "clock");

    @TempDir
    Path folder;

    private String deployment() throws IOException {
        return Files.readString(CLOCK.resolve("deployment.yaml"));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("clock.yaml"), text);
    }

    private static void isRefused(Command command, String sentence) {
        assertThat(command.exitCode()).as(command.out() + command.err()).isEqualTo(2);
        assertThat(command.out()).isEmpty();
        assertThat(command.sentence()).isEqualTo("rollproof: " + sentence);
        assertThat(command.err()).doesNotContain("\tat ");
    }

    private void manifestIsRefused(String text, String sentence) throws IOException {
        Path file = file(text);
        isRefused(Command.run("verify", "-f", file.toString(), "--cluster", "sim"), file + sentence);
    }

    private static void usageIsRefused(String sentence, String... args) {
        Command command = Command.run(args);
        assertThat(command.exitCode()).as(command.out() + command.err()).isEqualTo(2);
        assertThat(command.err().lines().findFirst().orElse("")).isEqualTo("rollproof: " + sentence);
        assertThat(command.err()).doesNotContain("\tat ");
    }

    @Test
    void matchLabelsThatLostTheirIndentation() throws IOException {
        Path file =
                file(deployment().replace("    matchLabels:\n      app: clock", "    matchLabels:\n    app: clock"));
        Command command = Command.run("verify", "-f", file.toString(), "--cluster", "sim");
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence())
                .startsWith("rollproof: " + file + ", line 12: ")
                .contains(
                        "unknown field \"spec.selector.app\"; it belongs into spec.selector.matchLabels: indent it below matchLabels");
    }

    @Test
    void containersAtTheWrongDepth() throws IOException {
        Path file = file("""
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: clock
                spec:
                  selector:
                    matchLabels:
                      app: clock
                  template:
                    metadata:
                      labels:
                        app: clock
                  containers:
                    - name: clock
                      image: clock:1.0
                """);
        Command command = Command.run("verify", "-f", file.toString(), "--cluster", "sim");
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence())
                .startsWith("rollproof: " + file + ", line 13: ")
                .contains("spec.containers")
                .contains("spec.template.spec");
    }

    @Test
    void aSelectorThatAlsoMatchesAnotherDeploymentsPods() throws IOException {
        String other = deployment().replace("  name: clock\n  labels", "  name: watch\n  labels");
        Path file = file(deployment() + "---\n" + other);
        isRefused(
                Command.run("verify", "-f", file.toString(), "--cluster", "sim"),
                file
                        + ", line 10: spec.selector of Deployment/clock also matches the pods of Deployment/watch; give both a"
                        + " label of their own, or say --allow-overlapping-selectors");
        assertThat(Command.run("verify", "-f", file.toString(), "--cluster", "sim", "--allow-overlapping-selectors")
                        .exitCode())
                .isZero();
    }

    @Test
    void aFieldThatTheServerRefusesIsNamedWithItsLine() throws IOException {
        manifestIsRefused(
                deployment().replace("replicas: 4", "replicas: -4"),
                ", line 9: spec.replicas: Invalid value: -4: must be greater than or equal to 0");
        manifestIsRefused(
                deployment().replace("      labels:\n        app: clock", "      labels:\n        app: watch"),
                ", line 15: spec.template.metadata.labels: Invalid value: {\"app\":\"watch\"}: `selector` does not match"
                        + " template `labels`");
    }

    @Test
    void oneBadDocumentKeepsAllFromBeingApplied() throws IOException {
        String bad = deployment()
                .replace("name: clock\n  labels", "name: other\n  labels")
                .replace("app: clock", "app: other")
                .replace("replicas: 4", "replicas: -1");
        manifestIsRefused(
                deployment() + "---\n" + bad,
                ", line 39: spec.replicas: Invalid value: -1: must be greater than or equal to 0");
    }

    @Test
    void theSameObjectTwice() throws IOException {
        Path file = file(deployment() + "---\n" + deployment());
        isRefused(
                Command.run("verify", "-f", file.toString(), "--cluster", "sim"),
                file + ", line 35: Deployment/clock is there twice, first in " + file
                        + ", line 5; keep one of them, or rename one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"64Mo", "64 Mi", "1.5.5", "lots", "-", "1e"})
    void quantitiesThatCannotBeRead(String quantity) throws IOException {
        manifestIsRefused(
                deployment()
                        .replace(
                                "image: clock:1.0",
                                "image: clock:1.0\n          resources: {requests: {memory: \"" + quantity + "\"}}"),
                ", line 22: spec.template.spec.containers[0].resources.requests.memory must be a quantity, such as 2, 500m"
                        + " or 64Mi, but is the text \"" + quantity + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"64Mi", "0.5", "500m", "1e3", "2G", "+1", ".5", "100n"})
    void quantitiesThatCanBeRead(String quantity) throws IOException {
        Path file = file(deployment()
                .replace(
                        "image: clock:1.0",
                        "image: clock:1.0\n          resources: {limits: {memory: " + quantity + "}}"));
        assertThat(Command.run("verify", "-f", file.toString(), "--cluster", "sim", "--timeout", "2s")
                        .exitCode())
                .isIn(0, 1, 3);
    }

    @Test
    void annotationsWhoseBehaviourCannotBeRead() throws IOException {
        manifestIsRefused(
                deployment()
                        .replace(
                                "    metadata:\n",
                                "    metadata:\n      annotations:\n        sim.rollproof.dev/ready-after: soon\n"),
                ", line 16: spec.template.metadata.annotations[sim.rollproof.dev/ready-after]: Invalid value: \"soon\":"
                        + " \"soon\" is not a duration; write it like 500ms, 2s, 1.5m or 1h, or as a range like 1s..3s");
    }

    @Test
    void kindsAndFieldsThatDoNotExist() throws IOException {
        manifestIsRefused(
                deployment().replace("replicas: 4", "replica: 4"),
                ", line 9: unknown field \"spec.replica\"; did you mean \"replicas\"?");
        manifestIsRefused(
                deployment().replace("replicas: 4", "replicas: many"),
                ", line 9: spec.replicas must be a whole number, but is the text \"many\"");
        manifestIsRefused(
                deployment().replace("kind: Deployment", "kind: Deploymnt"),
                ", line 3: there is no kind Deploymnt in apps/v1 that is known here; check kind and apiVersion");
        manifestIsRefused(
                deployment().replace("apps/v1", "extensions/v1beta1"),
                ", line 2: Kubernetes serves no Deployment of extensions/v1beta1 any more; write apiVersion: apps/v1");
    }

    @Test
    void filesThatAreNoManifests() throws IOException {
        manifestIsRefused("# nothing\n", ": no manifest in it; it is empty or all comments");
        Path missing = folder.resolve("nothere.yaml");
        isRefused(
                Command.run("verify", "-f", missing.toString(), "--cluster", "sim"),
                missing + ": there is no such file; check the name");
        manifestIsRefused(
                Files.readString(CLOCK.resolve("service.yaml")),
                ": there is no Deployment, StatefulSet or DaemonSet in the manifests, so there is no rollout to verify; add"
                        + " one, or use kubectl apply");
    }

    private static String agent() {
        return """
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: agent}
                spec:
                  selector: {matchLabels: {app: agent}}
                  template:
                    metadata: {labels: {app: agent}}
                    spec: {containers: [{name: web, image: "clock:1.0"}]}
                """;
    }

    @Test
    void workloadsThatAreNotPlannedAreSaidToBeSo() throws IOException {
        String note = "DaemonSet/agent is not planned: Rollproof plans Deployments, no StatefulSets or DaemonSets";
        Path alone = file(agent());
        isRefused(
                Command.run("plan", "-f", alone.toString()),
                "there is no Deployment in " + alone + ", so there is nothing to plan (" + note + ")");
        Path both = file(deployment() + "---\n" + agent());
        assertThat(Command.run("plan", "-f", both.toString()).err()).contains("note: " + note);
    }

    @Test
    void goingBackWithAnotherKindThanADeploymentIsRefusedBeforeAnythingIsChanged() throws IOException {
        Path both = file(deployment() + "---\n" + agent());
        Command command = Command.run("verify", "-f", both.toString(), "--cluster", "sim", "--rollback");
        isRefused(
                command,
                "--rollback goes back with Deployments only, and DaemonSet/agent is none; leave it out, or verify"
                        + " DaemonSet/agent in a call of its own");
        assertThat(command.out()).isEmpty();
    }

    @Test
    void daemonSetsOfAnOldVersionAndThoseThatSelectEachOthersPods() throws IOException {
        manifestIsRefused(
                agent().replace("apps/v1", "extensions/v1beta1"),
                ", line 1: Kubernetes serves no DaemonSet of extensions/v1beta1 any more; write apiVersion: apps/v1");
        manifestIsRefused(
                agent() + "---\n" + agent().replace("name: agent", "name: other"),
                ", line 5: spec.selector of DaemonSet/agent also matches the pods of DaemonSet/other; give both a label of"
                        + " their own, or say --allow-overlapping-selectors");
    }

    @Test
    void whatStandardInputSaysIsRefusedAsFilesAre() {
        isRefused(
                Command.runWith("kind: Deployment\n", "plan", "-f", "-"),
                "standard input, line 1: apiVersion is missing; say which it is, such as apps/v1");
        isRefused(
                Command.runWith("", "verify", "-f", "-", "--cluster", "sim"),
                "standard input: no manifest in it; it is empty or all comments");
        isRefused(
                Command.runWith("", "plan", "-f", "-", "-f", "-"),
                "standard input (-) is named more than once; it can be read once, so name it once");
    }

    @Test
    void namespacesThatAreNotThereOrContradictEachOther() throws IOException {
        Path file = file(deployment());
        Command missing = Command.run("verify", "-f", file.toString(), "--cluster", "sim", "-n", "other");
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.sentence())
                .startsWith("rollproof: " + file)
                .endsWith("namespaces \"other\" not found; create it, or put it among the manifests");
        Path placed =
                file(deployment().replace("  name: clock\n  labels", "  name: clock\n  namespace: shop\n  labels"));
        Command contradicting = Command.run("verify", "-f", placed.toString(), "--cluster", "sim", "-n", "other");
        assertThat(contradicting.exitCode()).isEqualTo(2);
        assertThat(contradicting.sentence()).contains("is for namespace shop, but --namespace says other");
    }

    @Test
    void commandsThatThereAreNotAreAnsweredWithThoseThatThereAre() {
        String commands = "verify, replay, (\\w+, )*\\w+ or \\w+";
        assertThat(firstLine()).matches("rollproof: say what to do: " + commands);
        assertThat(firstLine("foo")).matches("rollproof: there is no command foo; say " + commands);
        assertThat(firstLine("rollout", "status")).matches("rollproof: there is no command rollout; say " + commands);
    }

    private static String firstLine(String... args) {
        Command command = Command.run(args);
        assertThat(command.exitCode()).isEqualTo(2);
        return command.err().lines().findFirst().orElse("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "verify", "replay", "demo", "plan", "explore", "compare", "images", "sim"})
    void itsHelpBreaksNoSentence(String command) {
        Command help = command.isEmpty() ? Command.run("--help") : Command.run(command, "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).doesNotContain("=<").doesNotContainPattern("[,;]\\n  \\w");
        if (!command.isEmpty()) {
            String listed = Command.run("--help").out();
            String own = listed.substring(listed.indexOf("\n  " + command + " ") + 1);
            assertThat(own.lines()
                            .takeWhile(line -> !line.strip().endsWith("."))
                            .count())
                    .as(own)
                    .isLessThan(2);
        }
    }

    @Test
    void flags() throws IOException {
        String file = file(deployment()).toString();
        usageIsRefused("Missing required option: '--filename=FILE'", "verify");
        usageIsRefused("Invalid value for option '--seed': 'x' is not a whole number", "demo", "--seed", "x");
        usageIsRefused("Unknown option: '--tiemout=3s'", "verify", "-f", file, "--tiemout=3s");
        usageIsRefused(
                "Invalid value for option '--timeout': 'abc' is no duration; write it as 60s, 1m30s or 500ms",
                "verify",
                "-f",
                file,
                "--timeout",
                "abc");
        usageIsRefused("--timeout must be longer than nothing, such as 60s", "verify", "-f", file, "--timeout", "0s");
        usageIsRefused(
                "Invalid value for option '--patience' (TROUBLE=DURATION): 'hope' is no trouble to be patient with; there are"
                        + " configuration, imageTrouble, nodeTrouble, unschedulable, quota",
                "verify",
                "-f",
                file,
                "--patience",
                "hope=5s");
        usageIsRefused(
                "Invalid value for option '--patience' (TROUBLE=DURATION): 'long' is no duration; write it as 60s, 1m30s or 500ms",
                "verify",
                "-f",
                file,
                "--patience",
                "quota=long");
        usageIsRefused(
                "Invalid value for option '--cluster': expected one of [kubeconfig, sim] (case-insensitive) but was 'moon'",
                "verify",
                "-f",
                file,
                "--cluster",
                "moon");
        usageIsRefused(
                "--images and --unknown-images are for --cluster sim; a real cluster has real images",
                "verify",
                "-f",
                file,
                "--images",
                file);
        usageIsRefused(
                "--kubeconfig and --context are for a real cluster; leave them out with --cluster sim",
                "verify",
                "-f",
                file,
                "--cluster",
                "sim",
                "--context",
                "prod");
        usageIsRefused(
                "--unknown-images must be ready or not-found, was lost",
                "verify",
                "-f",
                file,
                "--cluster",
                "sim",
                "--unknown-images",
                "lost");
    }

    @Test
    void aRecordingThatCannotBeWrittenIsSaidBeforeAnythingIsApplied() throws IOException {
        Path record = folder.resolve("nothere").resolve("watch.jsonl");
        isRefused(
                Command.run(
                        "verify",
                        "-f",
                        file(deployment()).toString(),
                        "--cluster",
                        "sim",
                        "--record",
                        record.toString()),
                record
                        + ": cannot be written (NoSuchFileException); name a file in a folder that exists and that you may"
                        + " write to");
    }

    @Test
    void kubeconfigs() throws IOException {
        String file = file(deployment()).toString();
        Path missing = folder.resolve("nothere");
        isRefused(
                Command.run("verify", "-f", file, "--kubeconfig", missing.toString()),
                "kubeconfig " + missing + " does not exist; name one that does");
        Path broken = Files.writeString(folder.resolve("broken"), "a: [\n");
        Command command = Command.run("verify", "-f", file, "--kubeconfig", broken.toString());
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence()).startsWith("rollproof: kubeconfig " + broken + " is not valid YAML");
        Path config = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: a, cluster: {server: "http://127.0.0.1:9"}}]
                contexts: [{name: a, context: {cluster: a, user: a}}]
                users: [{name: a, user: {}}]
                """);
        Command unknown = Command.run("verify", "-f", file, "--kubeconfig", config.toString(), "--context", "b");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.sentence()).isEqualTo("rollproof: " + config + " has no context \"b\"; it has a");
    }

    @Test
    void declarationsOfImages() throws IOException {
        String file = file(deployment()).toString();
        Path images = Files.writeString(folder.resolve("images.yaml"), "images:\n  clock:1.0:\n    explodes: true\n");
        Command command = Command.run("verify", "-f", file, "--cluster", "sim", "--images", images.toString());
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence())
                .startsWith("rollproof: " + images + ", line 3: ")
                .contains("explodes");
        isRefused(
                Command.run("verify", "-f", file, "--cluster", "sim", "--images", "nothere"),
                "--images nothere: there is no such file; name a YAML file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--from;x;watch.jsonl | --from must be a number of seconds from the start of the recording, was x",
                "--from;-1;watch.jsonl | --from must be a number of seconds from the start of the recording, was -1",
                "--timeout;0s;watch.jsonl | --timeout must be longer than nothing, such as 60s",
            })
    void flagsOfReplay(String args, String sentence) throws IOException {
        Files.writeString(folder.resolve("watch.jsonl"), "");
        String[] words = ("replay;" + args.replace("watch.jsonl", recording())).split(";", -1);
        Command command = Command.run(words);
        assertThat(command.exitCode()).as(command.err()).isEqualTo(2);
        assertThat(command.sentence()).isEqualTo("rollproof: " + sentence);
    }

    private static String recording() {
        return Path.of(
                        "..",
                        "rollout-verifier",
                        "src",
                        "test",
                        "resources",
                        "recordings",
                        "1.37-04-rolling-s1-u0-r3.jsonl.gz")
                .toString();
    }

    @Test
    void workloadsOfReplay() {
        Command unclear = Command.run("replay", recording(), "--workload", "clock");
        assertThat(unclear.sentence())
                .isEqualTo(
                        "rollproof: --workload must be deployment/NAME, statefulset/NAME or daemonset/NAME, was clock");
        Command unknown = Command.run("replay", recording(), "--workload", "deployment/nothere");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.sentence())
                .isEqualTo("rollproof: the recording has no deployment/nothere; it has clock-nginx");
        assertThat(Command.run("replay").exitCode()).isEqualTo(2);
    }

    @Test
    void aBugIsCalledABugAndItsTraceComesOnRequestOnly() {
        Command demo = Command.runIn(
                Map.of(),
                false,
                "demo",
                "--manifests",
                folder.resolve("nothere").toString());
        isRefused(
                demo,
                folder.resolve("nothere")
                        + ": there is no such folder; name the one with the manifests by --manifests");
    }
}
