// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strategies side by side on the command line. */
class CompareCommandTest {
    private static final String CLOCK = "../examples/clock/";
    private static final String DEPLOYMENT = CLOCK + "deployment.yaml";

    @TempDir
    Path folder;

    /** What {@link #compare} says without options, asked once for all tests that look at it. */
    private static final Command COMPARED = compare();

    private static Command compare(String... more) {
        return compareOn("3", more);
    }

    private static Command compareOn(String seeds, String... more) {
        List<String> args = new ArrayList<>(
                List.of("compare", "-f", DEPLOYMENT, CLOCK + "service.yaml", "--image", "clock:1.2", "--seeds", seeds));
        args.addAll(List.of(more));
        return Command.run(args.toArray(String[]::new));
    }

    private static void isRefused(String sentence, String... args) {
        Command command = Command.run(args);
        assertThat(command.exitCode()).as(command.out() + command.err()).isEqualTo(2);
        assertThat(command.err().lines().findFirst().orElse("")).isEqualTo("rollproof: " + sentence);
        assertThat(command.out()).isEmpty();
    }

    private static String row(Command command, String strategy) {
        return command.out()
                .lines()
                .filter(line -> line.startsWith(strategy + " "))
                .findFirst()
                .orElseThrow();
    }

    /** What is quicker must not tell anything else. */
    @Test
    void theSameSeedsGiveTheTableThatWasRecorded() throws IOException {
        Path recorded = Path.of("src/test/resources/compared.txt");
        assertThat(COMPARED.out())
                .as("where the simulation is meant to do something else now, put this into %s", recorded)
                .isEqualTo(Files.readString(recorded));
    }

    @Test
    void theTableHasARowForEachStrategy() {
        Command command = COMPARED;
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out())
                .startsWith("Deployment/clock in default, 4 replicas, from clock:1.0 to clock:1.2: 3 rollouts by each"
                        + " strategy, with the seeds 1 to 3.\n")
                .contains("the bad one        clock:1.2, but it answers half of its requests with 500, while its probes"
                        + " are well\n");
        assertThat(row(command, "Recreate")).matches("Recreate +2\\.\\d s +\\d+ +4 +0 +\\d\\.\\d s +none .*");
        assertThat(row(command, "RollingUpdate 1/0")).matches("RollingUpdate 1/0 +(none|0\\.\\d s) +\\d+ +[56] +4 .*");
        assertThat(row(command, "BlueGreen")).matches("BlueGreen +none +\\d +8 +4 .*");
        assertThat(row(command, "Canary 25,50")).contains("1");
        assertThat(command.out().lines().mapToInt(String::length).max().orElse(0))
                .isLessThanOrEqualTo(140);
    }

    @Test
    void theSameCommandPrintsTheSame() {
        assertThat(compare().out()).isEqualTo(COMPARED.out());
    }

    @Test
    void theWorstSeedCanBeLookedAtAgain() {
        Command all = compareOn("5");
        List<String> lines = all.out().lines().toList();
        String worst = lines.get(lines.indexOf(row(all, "Recreate")) + 1);
        Matcher failed = Pattern.compile("(\\d+) #(\\d+)").matcher(worst);
        assertThat(failed.find()).as(worst).isTrue();
        Command again = compareOn("1", "--seed", failed.group(2));
        assertThat(again.out()).contains("one rollout by each strategy, with the seed " + failed.group(2) + ".");
        assertThat(row(again, "Recreate")).contains(" " + failed.group(1) + " ");
    }

    @Test
    @SuppressWarnings("unchecked")
    void asJsonItHasAllNumbers() {
        Command command = compare("-o", "json");
        Map<String, Object> json = command.json();
        assertThat(json)
                .containsEntry("workload", "deployment/clock")
                .containsEntry("from", "clock:1.0")
                .containsEntry("to", "clock:1.2")
                .containsEntry("seeds", 3)
                .containsEntry("rollouts", 48);
        List<Map<String, Object>> strategies =
                (List<Map<String, Object>>) Objects.requireNonNull(json.get("strategies"));
        assertThat(strategies).hasSize(8);
        Map<String, Object> recreate = strategies.get(0);
        assertThat(recreate)
                .containsEntry("name", "Recreate")
                .containsEntry("trials", 3)
                .containsEntry("notComplete", 0)
                .containsKeys(
                        "downtimeSeconds",
                        "failed",
                        "mostPods",
                        "leastReady",
                        "durationSeconds",
                        "mixedSeconds",
                        "metTheBad",
                        "failedWithTheBad",
                        "noticedSeconds",
                        "restoredSeconds");
        Map<String, Object> down = (Map<String, Object>) Objects.requireNonNull(recreate.get("downtimeSeconds"));
        assertThat(down).containsOnlyKeys("best", "median", "worst", "worstSeed");
        assertThat(((Number) Objects.requireNonNull(down.get("median"))).doubleValue())
                .isGreaterThan(1);
    }

    @Test
    void whatNeverHappensIsNullInJson() {
        Map<String, Object> json =
                compare("-o", "json", "--bad", "crashAfter=10m").json();
        assertThat(String.valueOf(json.get("strategies")))
                .contains("notStopped=3", "restoredSeconds={best=null, median=null, worst=null, worstSeed=1}");
    }

    @Test
    void whatIsBadCanBeChosen() throws IOException {
        assertThat(compareOn("1", "--bad", "neverReady,exitCode=3", "--timeout", "10s")
                        .out())
                .contains("the bad one        clock:1.2, but neverReady: true, exitCode: 3\n");
        Path images = Files.writeString(
                folder.resolve("images.yaml"),
                "images: {\"clock:bad\": {failsRequests: 1}, \"clock:1.2\": {readyAfter: 3s}}");
        Command declared = compareOn("1", "--images", images.toString(), "--bad-image", "clock:bad");
        assertThat(declared.out()).contains("the bad one        clock:bad, as --images declares it\n");
        Command none = compareOn("1", "--bad", "none");
        assertThat(none.out()).doesNotContain("bad").contains("mixed");
    }

    @Test
    void withoutAServiceOneIsAddedAndThereIsNothingToSwitch() {
        Command command = Command.run("compare", "-f", DEPLOYMENT, "--image", "clock:1.2", "--seeds", "1");
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out())
                .contains(
                        "- left out: BlueGreen: there is no Service to switch among the manifests; add the one that selects"
                                + " the pods of Deployment/clock in default\n")
                .contains("no Service among the manifests selects the pods, so users asked one that was added\n");
        assertThat(row(command, "Recreate")).containsPattern("2\\.\\d s");
    }

    @Test
    void oneReplicaHasNoCanaryWithinOne() {
        Command command = compare("--replicas", "1");
        assertThat(command.out())
                .contains("1 replica, from")
                .contains(
                        "- left out: Canary 25,50 within one: two versions do not fit within one Deployment of 1 replica\n");
    }

    @Test
    void whatPlaysNoPartIsSaidAndNamespacesNeedNotBeThere() throws IOException {
        Path app = Files.writeString(
                folder.resolve("app.yaml"),
                Files.readString(Path.of(DEPLOYMENT))
                                .replace("metadata:\n  name: clock", "metadata:\n  name: clock\n  namespace: shop")
                        + """
                        ---
                        apiVersion: policy/v1
                        kind: PodDisruptionBudget
                        metadata: {name: clock, namespace: shop}
                        spec: {minAvailable: 1}
                        ---
                        apiVersion: v1
                        kind: Service
                        metadata: {name: clock, namespace: shop}
                        spec: {selector: {app: clock}, ports: [{port: 80, targetPort: 8080}]}
                        """);
        Command command = Command.run("compare", "-f", app.toString(), "--image", "clock:1.2", "--seeds", "1");
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out())
                .startsWith("Deployment/clock in shop, 4 replicas")
                .contains("played no part: PodDisruptionBudget/clock\n");
        assertThat(row(command, "BlueGreen")).contains("none");
    }

    @Test
    void manifestsThatCannotBeUsedAreRefused() throws IOException {
        isRefused(
                Path.of("nowhere.yaml") + ": there is no such file; check the name",
                "compare",
                "-f",
                "nowhere.yaml",
                "--image",
                "clock:1.2");
        isRefused(
                Path.of(CLOCK + "service.yaml")
                        + ": there is no Deployment in the manifests, so there is nothing to compare; name the file that has it",
                "compare",
                "-f",
                CLOCK + "service.yaml",
                "--image",
                "clock:1.2");
        isRefused(
                Path.of(DEPLOYMENT)
                        + ": there is no Deployment/cart in the manifests, so there is nothing to compare; name the file that has"
                        + " it",
                "compare",
                "-f",
                DEPLOYMENT,
                "--deployment",
                "cart",
                "--image",
                "clock:1.2");
        Path broken = Files.writeString(
                folder.resolve("d.yaml"),
                Files.readString(Path.of(DEPLOYMENT)).replace("app: clock\n    spec", "app: cluck\n    spec"));
        Command command = Command.run("compare", "-f", broken.toString(), "--image", "clock:1.2");
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence())
                .startsWith("rollproof: " + broken + ", line ")
                .contains("`selector` does not match");
        Path two = Files.writeString(
                folder.resolve("two.yaml"),
                Files.readString(Path.of(DEPLOYMENT)) + "---\n"
                        + Files.readString(Path.of(DEPLOYMENT)).replace("clock", "cart"));
        isRefused(
                "there are several Deployments in the manifests, Deployment/cart, Deployment/clock; say which one to roll out by"
                        + " --deployment",
                "compare",
                "-f",
                two.toString(),
                "--image",
                "clock:1.2");
    }

    @Test
    void changesThatAreNoneAreRefused() throws IOException {
        isRefused(
                "--image clock:1.0: Deployment/clock has the image clock:1.0 already in container \"clock\", so nothing would"
                        + " change; name another one",
                "compare",
                "-f",
                DEPLOYMENT,
                "--image",
                "clock:1.0");
        isRefused(
                "--image \"Not An Image\" names no image (invalid reference format: repository name (Not An Image) must be"
                        + " lowercase); write it like clock:1.2",
                "compare",
                "-f",
                DEPLOYMENT,
                "--image",
                "Not An Image");
        Path none = Files.writeString(
                folder.resolve("none.yaml"),
                Files.readString(Path.of(DEPLOYMENT)).replace("replicas: 4", "replicas: 0"));
        isRefused(
                "Deployment/clock has 0 replicas, so there is nothing to roll out; give it some by --replicas",
                "compare",
                "-f",
                none.toString(),
                "--image",
                "clock:1.2");
        isRefused(
                "Deployment/clock has 201 replicas, and 200 can be compared; give it fewer by --replicas",
                "compare",
                "-f",
                DEPLOYMENT,
                "--replicas",
                "201",
                "--image",
                "clock:1.2");
        isRefused(
                "--container web: Deployment/clock has no container \"web\"; it has clock",
                "compare",
                "-f",
                DEPLOYMENT,
                "--image",
                "clock:1.2",
                "--container",
                "web");
    }

    @Test
    void anOldVersionThatIsNotReadyLeavesNothingToCompare() throws IOException {
        Path images = Files.writeString(folder.resolve("images.yaml"), "images: {\"clock:1.0\": {neverReady: true}}");
        Command command = compare("--images", images.toString());
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence())
                .isEqualTo(
                        "rollproof: Deployment/clock in default does not get its 4 pods ready within 60 s with the image that"
                                + " it has now (seed 1), so there is nothing to compare; see that they fit on the nodes, and what the"
                                + " image does");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seeds 0 | --seeds must be from 1 to 100000, was 0",
                "--seeds x | Invalid value for option '--seeds': 'x' is not a whole number",
                "--replicas 0 | --replicas must be at least 1, was 0",
                "--nodes 0 | --nodes must be at least 1, was 0",
                "--traffic 0.5 | --traffic must be from 1 to 1000 requests a second, was 0.5",
                "--watch 0s | --watch must be longer than nothing, such as 5s",
                "--timeout 0s | --timeout must be longer than nothing, such as 5s",
                "--weights 0,50 | --weights must be from 1 to 99 percent, was 0",
                "--weights 50,25 | --weights must grow, was 25 after 50",
                "--bad crashAfter=soon | --bad crashAfter: \"soon\" is not a duration; write it like 500ms, 2s, 1.5m or 1h, or as"
                        + " a range like 1s..3s",
                "--bad-image clock:bad | --bad-image clock:bad: --images does not say what it does, so nothing is bad about it;"
                        + " declare it there",
                "--bad neverReady --bad-image x:1 | --bad and --bad-image both say what the bad version is; give one of them",
                "--bad-image a:b:c | --bad-image \"a:b:c\" names no image (invalid reference format); write it like clock:1.2",
                "--service cart | --service cart: there is no such Service among the manifests; name the file that has it",
                "--images nowhere.yaml | --images nowhere.yaml: there is no such file; name a YAML file"
            })
    void wrongUseEndsInOneSentence(String options, String sentence) {
        List<String> args = new ArrayList<>(List.of("compare", "-f", DEPLOYMENT, "--image", "clock:1.2"));
        args.addAll(List.of(options.split(" ", -1)));
        isRefused(sentence, args.toArray(String[]::new));
    }
}
