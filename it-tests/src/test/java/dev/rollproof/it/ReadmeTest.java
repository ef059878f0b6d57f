// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.manifest.Manifest;
import dev.rollproof.k8s.manifest.Manifests;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The README is true: its Java is a part of this file that runs, and its commands are run as they are written. */
@Order(1) // its commands take longest
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    /** Where the tests of clock-image have left theirs: the command finds that they are what it would build, which takes seconds. */
    private static final Path IMAGES = ROOT.resolve("clock-image/target/images");

    private static final Path SELF = Path.of("src", "test", "java", "dev", "rollproof", "it", "ReadmeTest.java");

    @TempDir
    static Path scratch;

    private static Deployment clock(String file) {
        return (Deployment)
                Manifests.read(List.of(ROOT.resolve("examples/clock").resolve(file)))
                        .get(0)
                        .object();
    }

    @Test
    void theRollout() throws InterruptedException {
        try (Cluster cluster = SimulatedCluster.create()) {
            Deployment deployment = clock("deployment.yaml");
            // readme: rollout
            Verdict verdict = Rollout.of(deployment)
                    .by(RollingUpdate.of().maxSurge("40%").maxUnavailable(2))
                    .within(Duration.ofSeconds(60))
                    .orElse(Rollback.rollBack())
                    .run(cluster);
            verdict.orElseThrow();
            // end
            assertThat(verdict.isComplete()).isTrue();
        }
    }

    @Test
    void theSimulationAndTheUndo() throws InterruptedException {
        // readme: simulation
        SimulatedCluster cluster = SimulatedCluster.create();
        cluster.images().declare("clock:1.2", ImageBehavior.wellBehaved().readyAfter(Duration.ofSeconds(2)));
        cluster.images()
                .declare(
                        "clock:broken",
                        ImageBehavior.wellBehaved().crashesAfter(Duration.ZERO).withExitCode(1));
        // end
        Rollout.of(clock("next.yaml")).run(cluster).orElseThrow();
        Deployment broken = clock("next.yaml");
        broken.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:broken");
        assertThat(Rollout.of(broken).run(cluster)).isInstanceOf(Verdict.Failed.class);
        undo(cluster);
        cluster.close();
    }

    private static void undo(SimulatedCluster cluster) throws InterruptedException {
        // readme: undo
        Deployment undone = RolloutActions.on(cluster).undo(new ObjectRef("Deployment", "default", "clock"));
        Verdict verdict = RolloutVerifier.on(cluster).verify(undone);
        // end
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
    }

    @Test
    void theExampleOfACanaryThroughARouteIsOne() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Deployment next = new Deployment();
            for (Manifest manifest : Manifests.read(List.of(ROOT.resolve("examples/canary")))) {
                manifest.object().getMetadata().setNamespace("default");
                if (manifest.object() instanceof Deployment clock) {
                    Rollout.of(clock).run(cluster).orElseThrow();
                    next = clock;
                } else {
                    cluster.create(manifest.object(), WriteOptions.defaults());
                }
            }
            next.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:1.1");
            Verdict verdict = Rollout.of(next)
                    .by(Canary.of()
                            .weight(5)
                            .pause(Duration.ofMinutes(10))
                            .weight(50)
                            .throughRoute("clock", "clock-stable", "clock-canary"))
                    .run(cluster);
            assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
            assertThat(verdict.evidence().elapsed()).isGreaterThan(Duration.ofMinutes(10));
        }
    }

    @Test
    void theMessageIsOneThatIsSaid() throws IOException, InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Rollout.of(clock("next.yaml")).run(cluster).orElseThrow();
            String said = Rollout.of(clock("broken.yaml")).run(cluster).summary();
            String written = block(readme(), "text");
            assertThat(withoutNumbers(written)).isEqualTo(withoutNumbers(said));
        }
    }

    private static String withoutNumbers(String message) {
        return message.strip().replaceAll("[0-9]+\\.[0-9] s", "S").replaceAll("clock-[0-9a-z]+-[0-9a-z]+", "POD");
    }

    @Test
    void itsJavaIsTheJavaOfThisTest() throws IOException {
        Map<String, String> written = new LinkedHashMap<>();
        Matcher marked = Pattern.compile("<!-- ReadmeTest: (\\w+) -->\n```java\n(.*?)```", Pattern.DOTALL)
                .matcher(readme());
        while (marked.find()) {
            written.put(marked.group(1), marked.group(2));
        }
        assertThat(readme().split("```java", -1))
                .as("every Java block is marked")
                .hasSize(written.size() + 2); // and the test class, which ReadmeTestClassTest runs
        assertThat(written).isNotEmpty();
        String self = Files.readString(SELF);
        written.forEach((name, code) -> assertThat(withoutLayout(code))
                .as("README's \"%s\"", name)
                .isEqualTo(withoutLayout(region(self, name))));
    }

    private static String region(String source, String name) {
        int start = source.indexOf("// readme: " + name + "\n");
        assertThat(start).as("a region \"%s\" in ReadmeTest", name).isPositive();
        return source.substring(source.indexOf('\n', start), source.indexOf("// end", start));
    }

    /** The README breaks lines where people read, the formatter where it wants to. */
    private static String withoutLayout(String code) {
        return code.replaceAll("\\s+", "");
    }

    /** Each block's commands in their order, since one may use what another wrote; blocks side by side, as their readers take them. */
    @TestFactory
    List<DynamicContainer> itsCommandsDoWhatTheySay() throws IOException {
        List<DynamicContainer> all = new ArrayList<>();
        int commands = 0;
        for (String block : blocks(readme(), "sh")) {
            List<DynamicTest> tests = block.lines()
                    .map(line -> line.replaceFirst("\\s+#.*", "").strip())
                    .filter(command -> !command.isEmpty())
                    .map(command -> DynamicTest.dynamicTest(command, () -> doesWhatItSays(command)))
                    .toList();
            commands += tests.size();
            all.add(DynamicContainer.dynamicContainer(one -> one.displayName("block " + (all.size() + 1))
                    .childExecutionMode(ExecutionMode.SAME_THREAD)
                    .children(tests)));
        }
        assertThat(commands).isGreaterThanOrEqualTo(4);
        return all;
    }

    private static void doesWhatItSays(String command) throws Exception {
        if (command.equals("./mvnw verify")) {
            theTestCommandIsTheOneOfCi();
        } else if (command.equals("mvn test -Dtest=" + ReadmeTestClassTest.NAME)) {
            ReadmeTestClassTest.itsTestRuns();
        } else if (command.startsWith("./rollproof ")) {
            runs(command);
        } else {
            throw new AssertionError("the README has a command that no test runs: " + command);
        }
    }

    private static void theTestCommandIsTheOneOfCi() throws IOException {
        assertThat(Files.readString(ROOT.resolve(".ci/run"))).contains("./mvnw").contains("maven verify");
    }

    private static void runs(String command) throws IOException, InterruptedException {
        boolean packaged;
        try (var files = Files.list(ROOT.resolve("cli"))) {
            packaged = files.anyMatch(file -> file.endsWith("target"))
                    && Files.isDirectory(ROOT.resolve("cli/target/lib"));
        }
        Assumptions.assumeTrue(packaged, "the command is not packaged in this build; ./mvnw verify packages it");
        Path output = Files.createTempFile(scratch, "output", ".txt");
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        command.replace(
                                        "watch.jsonl",
                                        scratch.resolve("watch.jsonl").toString())
                                .replace("--output images", "--output " + IMAGES))
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ends: %s", command).isTrue();
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(printed).isZero();
        assertThat(printed)
                .containsAnyOf(
                        "Every step ended as expected.",
                        "is complete after",
                        "\"outcome\":\"complete\"",
                        "On every way:",
                        "nothing rests before it is complete",
                        "from noticing until nobody meets it and the whole old version serves",
                        "load:  docker load -i ");
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    /** All blocks of a language, one after the other. */
    private static String block(String text, String language) {
        return String.join("", blocks(text, language));
    }

    private static List<String> blocks(String text, String language) {
        List<String> blocks = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(text)
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(blocks).as("blocks of %s in the README", language).isNotEmpty();
        return blocks;
    }

    @Test
    void itIsShort() throws IOException {
        assertThat(readme().lines().count()).isLessThanOrEqualTo(170);
    }
}
