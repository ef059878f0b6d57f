// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.manifest.Manifests;
import dev.rollproof.sim.Faults;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Plan;
import dev.rollproof.strategies.plan.Warning;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans on the command line. */
class PlanCommandTest {
    private static final String CLOCK = "../examples/clock/";

    @TempDir
    Path folder;

    private static void isRefused(String sentence, String... args) {
        Command command = Command.run(args);
        assertThat(command.exitCode()).as(command.out()).isEqualTo(2);
        assertThat(command.sentence()).isEqualTo("rollproof: " + sentence);
        assertThat(command.out()).isEmpty();
    }

    @Test
    void itSaysTheWayTheBoundsAndTheWarnings() {
        Command command = Command.run("plan", "-f", CLOCK + "rolling.yaml");
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out())
                .startsWith("Deployment/clock: RollingUpdate, maxSurge 2, maxUnavailable 2, 3 replicas\n")
                .containsPattern("0\\.0 +3  what is there now")
                .containsPattern("3/2  the new ReplicaSet: 3 \\+ maxSurge 2 = 5 pods may be asked for, and 3 are")
                .containsPattern("fewest pods ready +1")
                .contains("maxSurge 40% of 3 rounds up to 2");
    }

    @Test
    void withoutACurrentOneTheImagesAreTakenToDiffer() {
        assertThat(Command.run("plan", "-f", CLOCK + "deployment.yaml").out()).doesNotContain("unchanged");
    }

    @Test
    void theCurrentOneMayComeFromAFile() {
        Command same = Command.run("plan", "-f", CLOCK + "update.yaml", "--current", CLOCK + "update.yaml");
        assertThat(same.out())
                .startsWith("Deployment/clock: the pods stay, 3 before and 3 after")
                .contains("the template is unchanged");
        Command scaled = Command.run("plan", "-f", CLOCK + "update.yaml", "--current", CLOCK + "deployment.yaml");
        assertThat(scaled.out()).contains("the replicas change too, and that comes first");
        Command first = Command.run("plan", "-f", CLOCK + "update.yaml", "--current", CLOCK + "service.yaml");
        assertThat(first.out()).startsWith("Deployment/clock: a first rollout, 3 replicas");
    }

    @Test
    void againstAClusterTheQuotaAndTheOthersCount() {
        Deployment clock = (Deployment)
                Manifests.read(List.of(Path.of(CLOCK, "update.yaml"))).get(0).object();
        clock.getMetadata().setNamespace("default");
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            cluster.create(
                    new ResourceQuotaBuilder()
                            .withNewMetadata()
                            .withName("few")
                            .withNamespace("default")
                            .endMetadata()
                            .withNewSpec()
                            .addToHard("pods", new Quantity("3"))
                            .endSpec()
                            .build(),
                    WriteOptions.defaults());
            cluster.create(clock, WriteOptions.defaults());
            cluster.advance(Duration.ofMinutes(1));
            clock.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:1.2");
            Plan plan = PlanCommand.against(cluster, "default", clock, Assumptions.defaults());
            assertThat(plan.way()).isEqualTo("3 3/1 2/1 2/2 1/2 1/3 0/3");
            assertThat(plan.warnings())
                    .extracting(Warning::kind)
                    .contains(Warning.Kind.QUOTA)
                    .doesNotContain(Warning.Kind.UNSEEN);
        }
    }

    private static Deployment clock(String image) {
        Deployment clock = (Deployment)
                Manifests.read(List.of(Path.of(CLOCK, "update.yaml"))).get(0).object();
        clock.getMetadata().setNamespace("default");
        clock.getSpec().getTemplate().getSpec().getContainers().get(0).setImage(image);
        return clock;
    }

    @Test
    void againstAClusterTheNodesHaveToHoldTheSurge() {
        try (SimulatedCluster cluster =
                SimulatedCluster.builder().node("small", "4", "8Gi", 3).build()) {
            cluster.create(clock("clock:1.1"), WriteOptions.defaults());
            cluster.advance(Duration.ofMinutes(1));
            Plan plan = PlanCommand.against(cluster, "default", clock("clock:1.2"), Assumptions.defaults());
            assertThat(plan.warnings())
                    .extracting(Warning::text)
                    .contains("the nodes are too small: the rollout needs 4 pods, where there is room for 3");
        }
    }

    @Test
    void whoMayNotSeeNodesOrQuotasGetsThePlanWithoutThem() {
        try (SimulatedCluster cluster =
                SimulatedCluster.builder().node("small", "4", "8Gi", 3).build()) {
            cluster.create(clock("clock:1.1"), WriteOptions.defaults());
            cluster.advance(Duration.ofMinutes(1));
            Faults.Call lists = Faults.Call.to(Faults.Verb.LIST);
            cluster.faults().failNext(lists.on(ResourceQuota.class), Reason.FORBIDDEN);
            cluster.faults().failNext(lists.on(Node.class), Reason.FORBIDDEN);
            Plan plan = PlanCommand.against(cluster, "default", clock("clock:1.2"), Assumptions.defaults());
            assertThat(plan.way()).isEqualTo("3 3/1 2/1 2/2 1/2 1/3 0/3");
            assertThat(plan.warnings()).extracting(Warning::kind).doesNotContain(Warning.Kind.NODES);
            assertThat(plan.warnings())
                    .extracting(Warning::text)
                    .contains("not looked at, as there is no right to list them: nodes, resourcequotas");
        }
    }

    @Test
    void aQuantityThatIsNoneIsRefusedWithItsPlace() throws IOException {
        String clock = Files.readString(Path.of(CLOCK, "deployment.yaml"));
        Command much = Command.runWith(
                clock.replace("image: clock:1.0", "image: clock:1.0\n          resources: {limits: {cpu: much}}"),
                "plan",
                "-f",
                "-");
        assertThat(much.exitCode()).isEqualTo(2);
        assertThat(much.sentence())
                .isEqualTo(
                        "rollproof: standard input, line 22: spec.template.spec.containers[0].resources.limits.cpu must be a"
                                + " quantity, such as 2, 500m or 64Mi, but is the text \"much\"");
    }

    @Test
    void timesMayBeGiven() {
        assertThat(Command.run("plan", "-f", CLOCK + "recreate.yaml", "--start", "10s..10s", "--stop", "2s..3s")
                        .out())
                .containsPattern("complete after +12\\.0 to 19\\.0 s");
    }

    @Test
    void badInputEndsInOneSentence() throws IOException {
        String file = CLOCK + "update.yaml";
        isRefused(
                "--current and --against both say what is there now; give one of them",
                "plan",
                "-f",
                file,
                "--current",
                file,
                "--against",
                file);
        isRefused(
                "--context is for --against; leave it out, or say which kubeconfig it is in",
                "plan",
                "-f",
                file,
                "--context",
                "x");
        isRefused(
                "--start soon: give a duration, or the least and the most, such as 1s..5s",
                "plan",
                "-f",
                file,
                "--start",
                "soon");
        isRefused(
                "--stop 5s..1s: give a duration, or the least and the most, such as 1s..5s",
                "plan",
                "-f",
                file,
                "--stop",
                "5s..1s");
        isRefused(
                "there is no Deployment in " + Path.of(CLOCK + "service.yaml") + ", so there is nothing to plan",
                "plan",
                "-f",
                CLOCK + "service.yaml");
        Path broken = Files.writeString(
                folder.resolve("d.yaml"), Files.readString(Path.of(file)).replace("containers:", "container:"));
        Command command = Command.run("plan", "-f", broken.toString());
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence()).startsWith("rollproof: " + broken + ", line ");
    }

    @Test
    void morePodsThanAnyClusterHasAreNotPlanned() throws IOException {
        String clock = Files.readString(Path.of(CLOCK, "deployment.yaml"));
        Command many = Command.runWith(clock.replace("replicas: 4", "replicas: 2147483647"), "plan", "-f", "-");
        assertThat(many.exitCode()).isEqualTo(2);
        assertThat(many.sentence())
                .isEqualTo(
                        "rollproof: standard input, line 9: replicas must be at most 200000 for a plan, and comes to 2147483647");
        Command surge = Command.runWith(
                clock.replace("replicas: 4", "replicas: 4\n  strategy: {rollingUpdate: {maxSurge: 2000000000}}"),
                "plan",
                "-f",
                "-");
        assertThat(surge.sentence())
                .isEqualTo("rollproof: standard input, line 9: maxSurge must be at most 200000 for a plan, and comes to"
                        + " 2000000000");
    }

    @Test
    void aLongWayIsShownFromItsStartAndItsEnd() throws IOException {
        String clock = Files.readString(Path.of(CLOCK, "deployment.yaml"));
        Command plan = Command.runWith(
                clock.replace(
                        "replicas: 4", "replicas: 500\n  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"),
                "plan",
                "-f",
                "-");
        assertThat(plan.exitCode()).as(plan.err()).isZero();
        assertThat(plan.out().lines()).hasSizeLessThan(80).anyMatch(line -> line.endsWith("951 steps more"));
        assertThat(plan.out()).contains("    0/500  a new pod is available; 501 pods are available");
    }

    @Test
    void whatAServerWouldRefuseHasNoPlan() throws IOException {
        String text = Files.readString(Path.of(CLOCK + "rolling.yaml"));
        Path negative = Files.writeString(folder.resolve("negative.yaml"), text.replace("replicas: 3", "replicas: -1"));
        isRefused(
                negative + ", line 9: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "plan",
                "-f",
                negative.toString());
        isRefused(
                negative + ", line 9: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "plan",
                "-f",
                CLOCK + "rolling.yaml",
                "--current",
                negative.toString());
        Path stuck = Files.writeString(
                folder.resolve("stuck.yaml"),
                text.replace("maxSurge: 40%", "maxSurge: 0").replace("maxUnavailable: 2", "maxUnavailable: 0"));
        Command command = Command.run("plan", "-f", stuck.toString());
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence())
                .startsWith("rollproof: " + stuck + ", line 13: spec.strategy.rollingUpdate.maxUnavailable: ");
        Path elsewhere = Files.writeString(
                folder.resolve("elsewhere.yaml"),
                text.replaceFirst("  name: clock\n", "  name: clock\n  namespace: shop\n"));
        assertThat(Command.run("plan", "-f", elsewhere.toString()).exitCode()).isZero();
    }

    @Test
    void aClusterThatCannotBeReachedHasAnExitCodeOfItsOwn() throws IOException {
        Path kubeconfig = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: gone
                contexts: [{name: gone, context: {cluster: gone, user: me}}]
                clusters: [{name: gone, cluster: {server: "http://127.0.0.1:9"}}]
                users: [{name: me, user: {}}]
                """);
        Command command = Command.run("plan", "-f", CLOCK + "update.yaml", "--against", kubeconfig.toString());
        assertThat(command.exitCode()).as(command.err()).isEqualTo(5);
    }
}
