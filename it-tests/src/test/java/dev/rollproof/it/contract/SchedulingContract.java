// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedCondition;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where pods may go beside others on the only node: whose ports they take, whom they keep away, how they are spread; and which wait at a gate. */
abstract class SchedulingContract extends Contract {
    private static final String NONE = "0/1 nodes are available: 1 ";
    private static final String NO_VICTIMS =
            ". preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
    private static final String NOT_HELPFUL =
            ". preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";

    private static final String NEAR = "podAffinity";
    private static final String FAR = "podAntiAffinity";

    /** Creates a pod whose labels are {@code app: clock} and, unless told otherwise, nothing else. */
    private Pod create(String name, String spec) {
        return create(name, "clock", spec);
    }

    private Pod create(String name, String app, String spec) {
        Pod pod = pod(name);
        pod.getMetadata().getLabels().put("app", app);
        PodSpec said = Yaml.read(PodSpec.class, spec);
        said.setTerminationGracePeriodSeconds(1L);
        if (said.getContainers().isEmpty()) {
            said.setContainers(pod.getSpec().getContainers());
        }
        pod.setSpec(said);
        return create(pod);
    }

    private void goes(String name) {
        eventually(
                "a node for " + name,
                () -> !Observed.from(stored(Pod.class, name)).nodeName().isEmpty(),
                () -> Observed.from(stored(Pod.class, name)));
    }

    private void waits(String name, String message) {
        eventually(
                name + " to wait",
                () -> scheduled(name).filter(ObservedCondition::isFalse).isPresent(),
                () -> Observed.from(stored(Pod.class, name)));
        assertThat(scheduled(name).orElseThrow().reason()).isEqualTo("Unschedulable");
        assertThat(scheduled(name).orElseThrow().message())
                .isEqualTo(
                        minor() >= 35
                                ? message
                                : message.replace(". preemption", ". no new claims to deallocate, preemption"));
    }

    private Optional<ObservedCondition> scheduled(String name) {
        return Observed.from(stored(Pod.class, name)).condition("PodScheduled");
    }

    /** A port that is free on a node that all tests share. */
    private int port() {
        return 20_000 + Math.floorMod(namespace.hashCode(), 8_000);
    }

    private String takes(String port) {
        return "containers: [{name: web, image: \"page:1.0\", ports: [{containerPort: 8080, hostPort: %d, %s}]}]"
                .formatted(port(), port);
    }

    @Test
    void aPortOfTheNodeIsOnePodsAtATime() {
        create("one", takes("protocol: TCP"));
        goes("one");
        create("two", takes("protocol: TCP"));
        waits("two", NONE + "node(s) didn't have free ports for the requested pod ports" + NO_VICTIMS);

        cluster.delete(Pod.class, namespace, "one", DELETE);
        goes("two");
    }

    @Test
    void aPortIsAnotherWithAnotherProtocolOrAddress() {
        create("one", takes("hostIP: 127.0.0.2"));
        create("two", takes("hostIP: 127.0.0.3"));
        create("three", takes("protocol: UDP"));
        List.of("one", "two", "three").forEach(this::goes);

        create("all", takes("hostIP: 0.0.0.0"));
        waits("all", NONE + "node(s) didn't have free ports for the requested pod ports" + NO_VICTIMS);
    }

    @Test
    void aSidecarsPortCountsAndAnInitContainersDoesNot() {
        create("one", """
                initContainers: [{name: first, image: "page:1.0", command: ["true"], ports: [{containerPort: 80, hostPort: %d}]}]
                """.formatted(port()));
        goes("one");
        String beside = """
                initContainers: [{name: beside, restartPolicy: Always, image: "page:1.0", command: [sleep, "1000"],
                  ports: [{containerPort: 80, hostPort: %d}]}]
                """.formatted(port());
        create("two", beside);
        goes("two");
        create("three", beside);
        waits("three", NONE + "node(s) didn't have free ports for the requested pod ports" + NO_VICTIMS);
    }

    private static String required(String affinity, String term) {
        return "affinity: {%s: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, %s}]}}"
                .formatted(affinity, term);
    }

    @Test
    void whoKeepsOthersAwayIsKeptAwayByThem() {
        String alone = required(FAR, "labelSelector: {matchLabels: {app: clock}}");
        create("one", alone);
        goes("one");
        create("two", alone);
        waits("two", NONE + "node(s) didn't match pod anti-affinity rules" + NO_VICTIMS);
        create("three", "{}");
        waits("three", NONE + "node(s) didn't satisfy existing pods anti-affinity rules" + NO_VICTIMS);
        create("other", "other", "{}");
        goes("other");

        cluster.delete(Pod.class, namespace, "two", DELETE);
        cluster.delete(Pod.class, namespace, "one", DELETE);
        if (minor() >= 35) {
            // That of 1.34 asks only what the waiting pod itself says of others, and tries it again after five minutes.
            goes("three");
        }
    }

    @Test
    void noSelectorIsAboutNobodyAndAnEmptyOneAboutEverybody() {
        create("one", "{}");
        goes("one");
        create("two", required(FAR, "namespaces: []"));
        goes("two");
        create("three", required(FAR, "labelSelector: {}"));
        waits("three", NONE + "node(s) didn't match pod anti-affinity rules" + NO_VICTIMS);
    }

    @Test
    void whoWantsToBeNearOthersWaitsForThem() {
        create("near", required(NEAR, "labelSelector: {matchLabels: {app: database}}"));
        waits("near", NONE + "node(s) didn't match pod affinity rules" + NOT_HELPFUL);

        create("database", "database", "{}");
        goes("near");
    }

    @Test
    void theFirstOfThoseWhoWantToBeTogetherGoesAnywhere() {
        String together = required(NEAR, "labelSelector: {matchLabels: {app: clock}}");
        create("one", together);
        create("two", together);
        goes("one");
        goes("two");
        create("three", together.replace("kubernetes.io/hostname", "no-such/label"));
        waits("three", NONE + "node(s) didn't match pod affinity rules" + NOT_HELPFUL);
    }

    private static String spread(String more) {
        return ("topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule,"
                        + " labelSelector: {matchLabels: {app: clock}}, %s}]")
                .formatted(more);
    }

    @Test
    void whereThereShouldBeTwoNodesTheOnlyOneTakesOnePodOfThoseThatAreSpread() {
        create("any", spread("minDomains: 1"));
        goes("any");
        create("one", spread("minDomains: 1"));
        goes("one");
        create("two", spread("minDomains: 2"));
        waits("two", NONE + "node(s) didn't match pod topology spread constraints" + NO_VICTIMS);

        cluster.delete(Pod.class, namespace, "any", DELETE);
        cluster.delete(Pod.class, namespace, "one", DELETE);
        goes("two");
    }

    @Test
    void aNodeWithoutTheLabelIsInNoDomain() {
        create("one", spread("minDomains: 1").replace("kubernetes.io/hostname", "no-such/label"));
        waits(
                "one",
                NONE + "node(s) didn't match pod topology spread constraints (missing required label)" + NOT_HELPFUL);
    }

    @Test
    void labelKeysAreWrittenIntoTheSelectorsOfAPod() {
        String spec = spread("minDomains: 1, matchLabelKeys: [app, none]") + """

                nodeSelector: {no-such: node}
                affinity:
                  podAntiAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                    - {topologyKey: zone, labelSelector: {}, mismatchLabelKeys: [app]}
                """;
        ClusterException twice = refusal(Reason.INVALID, () -> create("one", spec));
        assertThat(twice)
                .hasMessage("Pod \"one\" is invalid: spec.topologySpreadConstraints[0][0]: Invalid value: \"app\":"
                        + " exists in both matchLabelKeys and labelSelector");

        Pod created = create("one", spec.replace("matchLabels: {app: clock}", "matchLabels: {made: here}"));
        assertThat(created.getSpec()
                        .getTopologySpreadConstraints()
                        .get(0)
                        .getLabelSelector()
                        .getMatchExpressions())
                .containsExactly(new LabelSelectorRequirement("app", "In", List.of("clock")));
        PodAffinityTerm far = created.getSpec()
                .getAffinity()
                .getPodAntiAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .get(0);
        assertThat(far.getLabelSelector().getMatchExpressions())
                .containsExactly(new LabelSelectorRequirement("app", "NotIn", List.of("clock")));
    }

    @Test
    void aTemplateMaySayTwiceWhatItsPodsMayNot() {
        Deployment clock = clock("clock", 1);
        clock.getSpec()
                .getTemplate()
                .getSpec()
                .setTopologySpreadConstraints(Yaml.read(PodSpec.class, spread("matchLabelKeys: [app]"))
                        .getTopologySpreadConstraints());
        create(clock);
        assertThat(whyThereAreNoPods())
                .matches("Pod \"clock-[a-z0-9]+-[a-z0-9]+\" is invalid: spec.topologySpreadConstraints\\[0\\]\\[0\\]:"
                        + " Invalid value: \"app\": exists in both matchLabelKeys and labelSelector");
    }

    @Test
    void allThatANodeHasTooLittleOfIsNamed() {
        create("big", """
                containers: [{name: web, image: "page:1.0", resources: {requests: {cpu: "1000", memory: 1000Gi}}}]
                """);
        waits("big", NONE + "Insufficient cpu, 1 Insufficient memory" + NOT_HELPFUL);
    }

    @Test
    void aPodAtAGateIsNotLookedAtUntilTheGateIsGone() {
        Pod gated = create("gated", "schedulingGates: [{name: example.com/wait}, {name: example.com/more}]");
        assertThat(gated.getStatus().getConditions())
                .singleElement()
                .returns(gated.getMetadata().getCreationTimestamp(), PodCondition::getLastTransitionTime);
        ObservedCondition scheduled = scheduled("gated").orElseThrow();
        assertThat(scheduled.isFalse()).isTrue();
        assertThat(scheduled.reason()).isEqualTo("SchedulingGated");
        assertThat(scheduled.message()).isEqualTo("Scheduling is blocked due to non-empty scheduling gates");

        ClusterException refused = refusal(Reason.INVALID, () -> patch("""
                [{"op": "add", "path": "/spec/schedulingGates/-", "value": {"name": "example.com/third"}}]"""));
        assertThat(refused)
                .hasMessageContaining(
                        "spec.schedulingGates[2].name: Forbidden: only deletion is allowed, but found new scheduling gate 'example.com/third'");
        patch("[{\"op\": \"remove\", \"path\": \"/spec/schedulingGates/0\"}]");
        pass(Duration.ofMillis(500));
        assertThat(scheduled("gated").orElseThrow().reason()).isEqualTo("SchedulingGated");
        patch("[{\"op\": \"remove\", \"path\": \"/spec/schedulingGates/0\"}]");
        goes("gated");
        assertThat(scheduled("gated").orElseThrow().isTrue()).isTrue();
    }

    @Test
    void whereAPodMayGoCanBeNarrowedAtAGateAndNotAfterIt() {
        create("gated", "schedulingGates: [{name: example.com/wait}]\nnodeSelector: {no-such: node}");
        patch("[{\"op\": \"add\", \"path\": \"/spec/nodeSelector/nor-such\", \"value\": \"node\"}]");
        patch("[{\"op\": \"add\", \"path\": \"/spec/affinity\", \"value\": " + nodes("In") + "}]");
        ClusterException widened = refusal(
                Reason.INVALID, () -> patch("[{\"op\": \"remove\", \"path\": \"/spec/nodeSelector/no-such\"}]"));
        assertThat(widened)
                .hasMessageContaining("only additions to spec.nodeSelector are allowed (no mutations or deletions)");
        ClusterException changed = refusal(
                Reason.INVALID,
                () -> patch(
                        "[{\"op\": \"replace\", \"path\": \"/spec/affinity\", \"value\": " + nodes("NotIn") + "}]"));
        assertThat(changed).hasMessageContaining("only additions are allowed (no mutations or deletions)");

        patch("[{\"op\": \"remove\", \"path\": \"/spec/schedulingGates/0\"}]");
        ClusterException late = refusal(
                Reason.INVALID,
                () -> patch("[{\"op\": \"add\", \"path\": \"/spec/nodeSelector/third\", \"value\": \"node\"}]"));
        assertThat(late).hasMessageContaining("spec: Forbidden: pod updates may not change fields other than");
    }

    private static String nodes(String operator) {
        return """
                {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                  {"matchExpressions": [{"key": "size", "operator": "%s", "values": ["big"]}]}]}}}""".formatted(operator);
    }

    private void patch(String operations) {
        cluster.patch(Pod.class, namespace, "gated", Patch.json(operations), DEFAULTS);
    }

    @Test
    void aPodThatMayNotBeCreatedHasNoNameYet() {
        Deployment clock = clock("clock", 1);
        clock.getSpec().getTemplate().getSpec().setPriorityClassName("none");
        create(clock);
        assertThat(whyThereAreNoPods())
                .isEqualTo("pods \"" + sets().get(0).getMetadata().getName()
                        + "-\" is forbidden: no PriorityClass with name none was found");
    }

    private String whyThereAreNoPods() {
        eventually(
                "the ReplicaSet to say so",
                () -> sets().stream()
                        .anyMatch(set -> set.getStatus().getConditions() != null
                                && !set.getStatus().getConditions().isEmpty()));
        return sets().get(0).getStatus().getConditions().get(0).getMessage();
    }

    private List<ReplicaSet> sets() {
        return cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace));
    }
}
