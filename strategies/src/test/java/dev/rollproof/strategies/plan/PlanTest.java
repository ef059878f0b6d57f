// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.strategies.Recreate;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.explore.Claim;
import dev.rollproof.strategies.explore.Exploration;
import dev.rollproof.strategies.explore.Explorer;
import dev.rollproof.strategies.explore.Setting;
import dev.rollproof.strategies.plan.Warning.Kind;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans, beside what was recorded on real clusters. */
class PlanTest {
    private static Deployment clock(int replicas, String image) {
        Deployment d = Models.fromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: default}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                        - name: clock
                          image: %s
                          resources: {requests: {cpu: 250m, memory: 64Mi}}
                          readinessProbe: {periodSeconds: 1, httpGet: {path: /, port: 8080}}
                """.formatted(replicas, image), Deployment.class);
        d.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .setLifecycle(new LifecycleBuilder()
                        .withPreStop(new LifecycleHandler())
                        .build());
        return d;
    }

    private static Plan rolling(int replicas, int surge, int unavailable) {
        return RollingUpdate.of()
                .maxSurge(surge + 1)
                .maxUnavailable(unavailable)
                .maxSurge(surge)
                .plan(clock(replicas, "clock:1.0"), clock(replicas, "clock:1.1"), Assumptions.defaults());
    }

    private static List<Kind> warnings(Deployment current, Deployment next, Assumptions assumptions) {
        return Plan.of(Optional.of(current), next, assumptions).warnings().stream()
                .map(Warning::kind)
                .toList();
    }

    private static List<Kind> warnings(Deployment next) {
        return warnings(clock(3, "clock:1.0"), next, Assumptions.defaults());
    }

    private static Deployment withSurgeOne(Deployment d) {
        d.getSpec().setStrategy(RollingUpdate.of().maxSurge(1).maxUnavailable(0).toModel());
        return d;
    }

    /** The sizes that were recorded on Kubernetes 1.34 and 1.37; of the first and the second only the beginning is always the same. */
    @ParameterizedTest
    @CsvSource({
        "10, 3, 2, 10 10/3 8/3 8/5 7/5 7/6 6/6 6/7",
        "10, 4, 2, 10 10/4 8/4 8/6 7/6 7/7 6/7 6/8",
        "3, 1, 0, 3 3/1 2/1 2/2 1/2 1/3 0/3",
        "3, 0, 1, 3 3/0 2/0 2/1 1/1 1/2 0/2 0/3",
        "4, 1, 1, 4 4/1 3/1 3/2",
    })
    void theLikelyWayIsTheOneThatWasRecorded(int replicas, int surge, int unavailable, String recorded) {
        Plan plan = rolling(replicas, surge, unavailable);
        assertThat(plan.way() + " ").startsWith(recorded + " ");
        assertThat(plan.way()).endsWith(" 0/" + replicas);
    }

    @Test
    void aQuarterOfTenIsThreeAndTwo() {
        Plan plan = RollingUpdate.of().plan(clock(10, "clock:1.0"), clock(10, "clock:1.1"), Assumptions.defaults());
        assertThat(plan.way()).startsWith("10 10/3 8/3 8/5 7/5 7/6 6/6 6/7 ");
        assertThat(plan.bounds().mostAskedFor()).isEqualTo(13);
        assertThat(plan.bounds().mostLive()).isEqualTo(18);
        assertThat(plan.bounds().mostPods()).isEqualTo(20);
        assertThat(plan.bounds().leastReady()).isEqualTo(8);
        assertThat(plan.bounds().mostRequested())
                .isEqualTo(new Resources(new BigDecimal("5.000"), BigDecimal.valueOf(20L * 64 << 20)));
    }

    @Test
    void recreateTakesAllAwayFirst() {
        Plan plan = Recreate.of().plan(clock(4, "clock:1.0"), clock(4, "clock:1.1"), Assumptions.defaults());
        assertThat(plan.way()).isEqualTo("4 0 0/4");
        assertThat(plan.bounds().leastReady()).isZero();
        assertThat(plan.bounds().mixed()).isEmpty();
        assertThat(plan.bounds().mostLive()).isEqualTo(4);
    }

    @Test
    void everyStepSaysItsRule() {
        assertThat(rolling(3, 1, 0).steps())
                .extracting(Plan.Step::rule)
                .startsWith(
                        "what is there now",
                        "the new ReplicaSet: 3 + maxSurge 1 = 4 pods may be asked for, and 3 are",
                        "a new pod is available; 4 pods are available and 3 - maxUnavailable 0 = 3 must be: 1 may go");
    }

    /** Whatever order things happen in: the bounds are those that the explorer finds over all of them. */
    @Test
    void theBoundsAreThoseOfEveryOrder() {
        for (int replicas = 1; replicas <= 4; replicas++) {
            for (int surge = 0; surge <= 2; surge++) {
                for (int unavailable = surge == 0 ? 1 : 0; unavailable <= Math.min(2, replicas); unavailable++) {
                    Exploration all = Explorer.explore(Setting.of(replicas, surge, unavailable));
                    Bounds bounds = rolling(replicas, surge, unavailable).bounds();
                    assertThat(bounds.leastReady())
                            .isEqualTo(all.of(Claim.READY).seen());
                    assertThat(bounds.mostPods()).isEqualTo(all.of(Claim.ALL).seen());
                    assertThat(bounds.mostLive())
                            .isGreaterThanOrEqualTo(all.of(Claim.LIVE).seen());
                    assertThat(bounds.mostAskedFor())
                            .isGreaterThanOrEqualTo(all.of(Claim.SIZES).seen());
                }
            }
        }
    }

    @Test
    void theTimesFollowFromTheWaves() {
        Assumptions assumptions = Assumptions.defaults()
                .withStart(Range.of(ofSeconds(1), ofSeconds(2)))
                .withReady(Range.NOTHING)
                .withReaction(Range.NOTHING)
                .withStop(Range.of(ofSeconds(1), ofSeconds(3)));
        Plan three = RollingUpdate.of()
                .maxSurge(1)
                .maxUnavailable(0)
                .plan(clock(3, "clock:1.0"), clock(3, "clock:1.1"), assumptions);
        assertThat(three.bounds().duration()).isEqualTo(Range.of(ofSeconds(3), ofSeconds(6)));
        assertThat(three.bounds().oldPodsGone()).isEqualTo(Range.of(ofSeconds(4), ofSeconds(9)));
        assertThat(three.bounds().mixed()).contains(Range.of(ofSeconds(2), ofSeconds(9)));
        Plan recreate = Recreate.of().plan(clock(3, "clock:1.0"), clock(3, "clock:1.1"), assumptions);
        assertThat(recreate.bounds().duration()).isEqualTo(Range.of(ofSeconds(2), ofSeconds(5)));
        Deployment slow = clock(3, "clock:1.1");
        slow.getSpec().setMinReadySeconds(10);
        Plan patient = RollingUpdate.of().maxSurge(1).maxUnavailable(2).plan(clock(3, "clock:1.0"), slow, assumptions);
        assertThat(patient.bounds().duration()).isEqualTo(Range.of(ofSeconds(10), ofSeconds(13)));
    }

    @Test
    void theProbeTellsHowLongAPodTakes() {
        Deployment next = clock(1, "clock:1.1");
        next.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getReadinessProbe()
                .setInitialDelaySeconds(20);
        Assumptions assumptions =
                Assumptions.defaults().withStart(Range.NOTHING).withReaction(Range.NOTHING);
        assertThat(Recreate.of()
                        .plan(clock(1, "clock:1.0"), next, assumptions.withStop(Range.NOTHING))
                        .bounds()
                        .duration())
                .isEqualTo(Range.of(ofSeconds(20), ofSeconds(22)));
    }

    @Test
    void aFirstRolloutCreatesAllAtOnce() {
        Plan plan = Plan.of(Optional.empty(), clock(3, "clock:1.0"), Assumptions.defaults());
        assertThat(plan.way()).isEqualTo("0 0/3");
        assertThat(plan.bounds().leastReady()).isZero();
    }

    @Test
    void aChangeOfTheReplicasIsOneStepAndComesFirst() {
        assertThat(Plan.of(Optional.of(clock(4, "clock:1.0")), clock(10, "clock:1.0"), Assumptions.defaults())
                        .way())
                .isEqualTo("4 10");
        Plan both = RollingUpdate.of()
                .maxSurge(1)
                .maxUnavailable(0)
                .plan(clock(1, "clock:1.0"), clock(2, "clock:1.1"), Assumptions.defaults());
        assertThat(both.way()).isEqualTo("1 2 2/1 1/1 1/2 0/2");
        assertThat(both.bounds().leastReady()).isEqualTo(1);
    }

    @Test
    void aSoundChangeNeedsNoWarning() {
        assertThat(warnings(withSurgeOne(clock(3, "clock:1.1")))).isEmpty();
    }

    @Test
    void percentagesThatDoNotComeOutEvenAreWarnedOf() {
        assertThat(warnings(clock(3, "clock:1.1"))).containsExactly(Kind.ROUNDING, Kind.ROUNDING);
        Plan plan = RollingUpdate.of()
                .maxSurge(0)
                .maxUnavailable("25%")
                .plan(clock(3, "clock:1.0"), clock(3, "clock:1.1"), Assumptions.defaults());
        assertThat(plan.warnings())
                .extracting(Warning::text)
                .singleElement()
                .asString()
                .contains("maxUnavailable 25% of 3 rounds down to 0; as maxSurge is 0 too");
        assertThat(warnings(clock(4, "clock:1.0"), clock(4, "clock:1.1"), Assumptions.defaults()))
                .isEmpty();
    }

    @Test
    void oneReplicaThatMayBeMissingIsWarnedOf() {
        Deployment next = clock(1, "clock:1.1");
        next.getSpec()
                .setStrategy(RollingUpdate.of().maxUnavailable(1).maxSurge(0).toModel());
        assertThat(warnings(clock(1, "clock:1.0"), next, Assumptions.defaults()))
                .containsExactly(Kind.SINGLE_REPLICA);
    }

    @Test
    void aDeadlineThatPassesBeforeAPodIsAvailableIsWarnedOf() {
        Deployment next = withSurgeOne(clock(3, "clock:1.1"));
        next.getSpec().setMinReadySeconds(25);
        next.getSpec().setProgressDeadlineSeconds(30);
        assertThat(warnings(next)).containsExactly(Kind.PROGRESS_DEADLINE);
        next.getSpec().setProgressDeadlineSeconds(60);
        assertThat(warnings(next)).isEmpty();
    }

    @Test
    void whatIsMissingInTheContainersIsWarnedOf() {
        Deployment next = withSurgeOne(clock(3, "clock:1.1"));
        var container = next.getSpec().getTemplate().getSpec().getContainers().get(0);
        container.setReadinessProbe(null);
        container.setLifecycle(null);
        assertThat(warnings(next)).containsExactly(Kind.NO_READINESS_PROBE, Kind.NO_DRAIN);
        next.getSpec().getTemplate().getSpec().setTerminationGracePeriodSeconds(0L);
        assertThat(warnings(next)).containsExactly(Kind.NO_READINESS_PROBE, Kind.NO_DRAIN);
    }

    @Test
    void tagsThatMoveAndImagesThatStayAreWarnedOf() {
        assertThat(warnings(withSurgeOne(clock(3, "clock:latest")))).containsExactly(Kind.IMAGE_TAG);
        assertThat(warnings(withSurgeOne(clock(3, "registry:5000/clock")))).containsExactly(Kind.IMAGE_TAG);
        assertThat(warnings(withSurgeOne(clock(3, "clock@sha256:0123")))).isEmpty();
        assertThat(warnings(withSurgeOne(clock(3, "clock:1.0")))).containsExactly(Kind.UNCHANGED);
        Deployment labelled = withSurgeOne(clock(3, "clock:1.0"));
        labelled.getSpec().getTemplate().getMetadata().getLabels().put("tier", "web");
        assertThat(warnings(labelled)).containsExactly(Kind.IMAGE_TAG);
    }

    @Test
    void roomThatIsTooSmallForTheSurgeIsWarnedOf() {
        Deployment next = withSurgeOne(clock(3, "clock:1.1"));
        Room memory = new Room(Optional.empty(), Optional.empty(), Optional.of(BigDecimal.valueOf(200L << 20)));
        assertThat(Plan.of(
                                Optional.of(clock(3, "clock:1.0")),
                                next,
                                Assumptions.defaults().withNodes(memory))
                        .warnings())
                .extracting(Warning::text)
                .containsExactly("the nodes are too small: the rollout needs 256 MiB, where there are 200 MiB");
        assertThat(warnings(clock(3, "clock:1.0"), next, Assumptions.defaults().withNodes(Room.ofPods(4))))
                .isEmpty();
    }

    private static Node node(String name, String cpu, String memory, String pods) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .addToAllocatable("cpu", new Quantity(cpu))
                .addToAllocatable("memory", new Quantity(memory))
                .addToAllocatable("pods", new Quantity(pods))
                .endStatus()
                .build();
    }

    private static Pod pod(String node, String cpu, String phase) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .addToLabels("app", "clock")
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withNewResources()
                .addToRequests("cpu", new Quantity(cpu))
                .endResources()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    @Test
    void nodesHaveRoomForWholePodsOnly() {
        Pod half = pod("", "500m", "");
        List<Node> nodes = List.of(node("a", "1900m", "8Gi", "110"), node("b", "1900m", "8Gi", "110"));

        assertThat(Room.ofNodes(nodes, List.of(), half))
                .as("3.8 CPU are seven halves, but three and three on two nodes")
                .isEqualTo(Room.ofPods(6));
        assertThat(Room.ofNodes(nodes, List.of(pod("a", "1", "Running"), pod("b", "1", "Succeeded")), half))
                .as("less what others request who have not ended")
                .isEqualTo(Room.ofPods(1 + 3));
        assertThat(Room.ofNodes(List.of(node("a", "64", "8Gi", "5")), List.of(pod("a", "1", "Running")), half))
                .as("a node takes so many pods at most")
                .isEqualTo(Room.ofPods(4));
        assertThat(Room.ofNodes(List.of(node("a", "100m", "8Gi", "5")), List.of(pod("a", "1", "Running")), half))
                .as("more is used than there is")
                .isEqualTo(Room.ofPods(0));
    }

    @Test
    void nodesThatMayNotBeUsedHaveNoRoom() {
        Pod half = pod("", "500m", "");
        Node cordoned = new NodeBuilder(node("a", "4", "8Gi", "110"))
                .withNewSpec()
                .withUnschedulable(true)
                .endSpec()
                .build();
        Node lost = new NodeBuilder(node("b", "4", "8Gi", "110"))
                .editStatus()
                .editFirstCondition()
                .withStatus("Unknown")
                .endCondition()
                .endStatus()
                .build();
        assertThat(Room.ofNodes(List.of(cordoned, lost, node("c", "1", "8Gi", "110")), List.of(), half))
                .isEqualTo(Room.ofPods(2));
    }

    @Test
    void tooFewNodesForPodsThatCannotShareOneAreWarnedOfWithTheReason() {
        Deployment before = clock(3, "clock:1.0");
        Assumptions threeNodes = Assumptions.defaults().withNodes(Room.ofPods(3));

        Deployment withPort = clock(3, "clock:1.1");
        withPort.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .setPorts(List.of(new ContainerPortBuilder()
                        .withContainerPort(8080)
                        .withHostPort(80)
                        .build()));
        assertThat(Plan.of(Optional.of(before), withSurgeOne(withPort), threeNodes)
                        .warnings())
                .extracting(Warning::text)
                .containsExactly(
                        "there are too few nodes: the rollout needs 4 pods, where there is room for 3; a node takes one of"
                                + " them: each wants port 80 of its node");

        Deployment alone = clock(3, "clock:1.1");
        alone.getSpec().getTemplate().getSpec().setAffinity(awayFromEachOther());
        assertThat(Plan.of(Optional.of(before), withSurgeOne(alone), threeNodes).warnings())
                .extracting(Warning::text)
                .containsExactly(
                        "there are too few nodes: the rollout needs 4 pods, where there is room for 3; a node takes one of"
                                + " them: they keep each other away by podAntiAffinity");
    }

    private static Affinity awayFromEachOther() {
        return new AffinityBuilder()
                .withNewPodAntiAffinity()
                .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withTopologyKey("kubernetes.io/hostname")
                .withNewLabelSelector()
                .addToMatchLabels("app", "clock")
                .endLabelSelector()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endPodAntiAffinity()
                .build();
    }

    @Test
    void whereTwoPodsCannotBeOnOneNodeEachNodeTakesOne() {
        List<Node> nodes = List.of(node("a", "4", "8Gi", "110"), node("b", "4", "8Gi", "110"));
        Pod withPort = new PodBuilder(pod("", "500m", ""))
                .editSpec()
                .editFirstContainer()
                .addNewPort()
                .withContainerPort(8080)
                .withHostPort(80)
                .endPort()
                .endContainer()
                .endSpec()
                .build();
        Pod alone = new PodBuilder(pod("", "500m", ""))
                .editSpec()
                .withAffinity(awayFromEachOther())
                .endSpec()
                .build();
        nodes.forEach(node -> node.getMetadata()
                .setLabels(Map.of("kubernetes.io/hostname", node.getMetadata().getName())));

        for (Pod pod : List.of(withPort, alone)) {
            assertThat(Room.ofNodes(nodes, List.of(), pod)).isEqualTo(Room.ofPods(2));
            Pod there = new PodBuilder(pod)
                    .editSpec()
                    .withNodeName("a")
                    .endSpec()
                    .withNewStatus()
                    .withPhase("Running")
                    .endStatus()
                    .build();
            assertThat(Room.ofNodes(nodes, List.of(there), pod))
                    .as("the other is taken")
                    .isEqualTo(Room.ofPods(1));
        }
    }

    @Test
    void selectorsThatMatchOtherPodsAreWarnedOf() {
        Deployment canary = clock(1, "clock:1.2");
        canary.getMetadata().setName("clock-canary");
        assertThat(warnings(
                        clock(3, "clock:1.0"),
                        withSurgeOne(clock(3, "clock:1.1")),
                        Assumptions.defaults().withOthers(List.of(canary, clock(3, "clock:1.0")))))
                .containsExactly(Kind.OVERLAPPING_SELECTORS, Kind.OVERLAPPING_SELECTORS);
        canary.getMetadata().setNamespace("elsewhere");
        assertThat(warnings(
                        clock(3, "clock:1.0"),
                        withSurgeOne(clock(3, "clock:1.1")),
                        Assumptions.defaults().withOthers(List.of(canary))))
                .isEmpty();
    }

    @Test
    void whatCannotBePlannedIsRefusedWithAReason() {
        assertThatThrownBy(() -> Plan.of(Optional.empty(), new Deployment(), Assumptions.defaults()))
                .hasMessageContaining("no spec.template.spec");
        assertThatThrownBy(() -> Range.of(ofSeconds(2), ofMillis(10))).hasMessageContaining("from PT2S to PT0.01S");
    }
}
