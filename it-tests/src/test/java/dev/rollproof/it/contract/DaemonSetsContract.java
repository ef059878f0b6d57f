// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the API and the controller of DaemonSets promise; the clusters of the contract have one node. */
abstract class DaemonSetsContract extends Contract {
    private static final String GENERATION = "deprecated.daemonset.template.generation";

    private DaemonSet set(String spec) {
        return Yaml.read(DaemonSet.class, """
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: agent, namespace: %s}
                spec: {%s}
                """.formatted(namespace, spec));
    }

    private DaemonSet agent(String more) {
        return set(template("agent", "page:1.0") + more);
    }

    private DaemonSet stored() {
        return stored(DaemonSet.class, "agent");
    }

    private void eventuallyComplete() {
        eventually(
                "one updated pod to be available",
                () -> {
                    DaemonSet set = stored();
                    DaemonSetStatus status = set.getStatus();
                    return Objects.equals(
                                    status.getObservedGeneration(),
                                    set.getMetadata().getGeneration())
                            && zero(status.getDesiredNumberScheduled()) == 1
                            && zero(status.getUpdatedNumberScheduled()) == 1
                            && zero(status.getNumberAvailable()) == 1
                            && pods().size() == 1;
                },
                () -> stored().getStatus());
    }

    private List<Pod> pods() {
        return cluster.list(Query.of(Pod.class).inNamespace(namespace));
    }

    private String node() {
        return cluster.list(Query.of(Node.class)).get(0).getMetadata().getName();
    }

    private List<ControllerRevision> revisions() {
        return cluster.list(Query.of(ControllerRevision.class).inNamespace(namespace)).stream()
                .sorted(Comparator.comparing(ControllerRevision::getRevision))
                .toList();
    }

    private void setImage(String image) {
        cluster.patch(
                DaemonSet.class,
                namespace,
                "agent",
                Patch.strategicMerge("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\""
                        + image + "\"}]}}}}"),
                DEFAULTS);
    }

    private void patch(String spec) {
        cluster.patch(DaemonSet.class, namespace, "agent", Patch.merge("{\"spec\":" + spec + "}"), DEFAULTS);
    }

    @Test
    void everyNodeGetsOnePodThatOnlyItTakes() {
        DaemonSet created = create(agent(""));
        assertThat(created.getMetadata().getAnnotations()).containsEntry(GENERATION, "1");
        assertThat(Models.toTree(created.getSpec()).get("updateStrategy"))
                .isEqualTo(
                        Map.of("type", "RollingUpdate", "rollingUpdate", Map.of("maxSurge", 0, "maxUnavailable", 1)));
        assertThat(created.getSpec().getRevisionHistoryLimit()).isEqualTo(10);
        eventuallyComplete();

        Pod pod = pods().get(0);
        ControllerRevision revision = revisions().get(0);
        String hash = revision.getMetadata().getLabels().get("controller-revision-hash");
        assertThat(revision.getMetadata().getName()).isEqualTo("agent-" + hash);
        assertThat(revision.getMetadata().getAnnotations()).containsEntry(GENERATION, "1");
        assertThat(pod.getMetadata().getName()).matches("agent-[a-z0-9]{5}");
        assertThat(pod.getMetadata().getLabels())
                .isEqualTo(Map.of("app", "agent", "controller-revision-hash", hash, "pod-template-generation", "1"));
        assertThat(pod.getSpec().getNodeName()).isEqualTo(node());
        assertThat(Models.toTree(pod.getSpec().getAffinity())).isEqualTo(Yaml.tree("""
                        {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
                          {matchFields: [{key: metadata.name, operator: In, values: [%s]}]}]}}}
                        """.formatted(node())));
        assertThat(pod.getSpec().getTolerations())
                .extracting(Toleration::getKey)
                .containsExactly(
                        "node.kubernetes.io/not-ready",
                        "node.kubernetes.io/unreachable",
                        "node.kubernetes.io/disk-pressure",
                        "node.kubernetes.io/memory-pressure",
                        "node.kubernetes.io/pid-pressure",
                        "node.kubernetes.io/unschedulable");
        assertThat(pod.getSpec().getTolerations()).allSatisfy(toleration -> {
            assertThat(toleration.getOperator()).isEqualTo("Exists");
            assertThat(toleration.getTolerationSeconds()).isNull();
        });
        DaemonSetStatus status = stored().getStatus();
        assertThat(status.getCurrentNumberScheduled()).isEqualTo(1);
        assertThat(status.getNumberReady()).isEqualTo(1);
        assertThat(status.getNumberMisscheduled()).isZero();
        assertThat(status.getNumberUnavailable()).isNull();
        Event event = eventuallyHasEvent("SuccessfulCreate", "agent");
        assertThat(event.getMessage())
                .isEqualTo("Created pod: " + pod.getMetadata().getName());
        assertThat(event.getSource().getComponent()).isEqualTo("daemonset-controller");
    }

    @Test
    void anUpdateReplacesThePodAndGoingBackRenumbersItsRevision() {
        create(agent(""));
        eventuallyComplete();
        String before = pods().get(0).getMetadata().getName();
        setImage("page:1.1");
        eventuallyComplete();
        assertThat(pods().get(0).getMetadata().getName()).isNotEqualTo(before);
        assertThat(pods().get(0).getSpec().getContainers().get(0).getImage()).isEqualTo("page:1.1");
        assertThat(pods().get(0).getMetadata().getLabels()).containsEntry("pod-template-generation", "2");
        assertThat(stored().getMetadata().getAnnotations()).containsEntry(GENERATION, "2");
        assertThat(eventuallyHasEvent("SuccessfulDelete", "agent").getMessage()).isEqualTo("Deleted pod: " + before);
        String second = revisions().get(1).getMetadata().getName();
        setImage("page:1.0");
        eventuallyComplete();
        assertThat(revisions()).extracting(ControllerRevision::getRevision).containsExactly(2L, 3L);
        assertThat(revisions().get(0).getMetadata().getName()).isEqualTo(second);
        cluster.delete(DaemonSet.class, namespace, "agent", DELETE);
        eventually("all to go", () -> pods().isEmpty() && revisions().isEmpty());
    }

    @Test
    void aSurgeHasTheNewPodReadyBeforeTheOldOneGoes() {
        create(agent(", updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"));
        eventuallyComplete();
        setImage("page:nothing");
        eventually("a second pod", () -> pods().size() == 2);
        pass(Duration.ofSeconds(2));
        assertThat(pods()).hasSize(2);
        assertThat(zero(stored().getStatus().getNumberAvailable())).isEqualTo(1);
        setImage("page:1.1");
        eventuallyComplete();
        assertThat(pods().get(0).getSpec().getContainers().get(0).getImage()).isEqualTo("page:1.1");
    }

    @Test
    void withOnDeleteThePodIsReplacedWhenSomebodyDeletesIt() {
        create(agent(", updateStrategy: {type: OnDelete}"));
        eventuallyComplete();
        String before = pods().get(0).getMetadata().getName();
        setImage("page:1.1");
        eventually(
                "the update to be seen",
                () -> Objects.equals(
                                stored().getStatus().getObservedGeneration(),
                                stored().getMetadata().getGeneration())
                        && zero(stored().getStatus().getUpdatedNumberScheduled()) == 0);
        assertThat(pods()).extracting(pod -> pod.getMetadata().getName()).containsExactly(before);
        cluster.delete(Pod.class, namespace, before, DELETE);
        eventuallyComplete();
    }

    @Test
    void aNodeThatIsNotWantedKeepsNoPod() {
        create(agent(""));
        eventuallyComplete();
        patch("{\"template\":{\"spec\":{\"nodeSelector\":{\"no-such\":\"node\"}}}}");
        eventually("the pod to go", () -> pods().isEmpty());
        eventually("no node to be counted", () -> {
            DaemonSetStatus status = stored().getStatus();
            return zero(status.getDesiredNumberScheduled()) == 0 && zero(status.getCurrentNumberScheduled()) == 0;
        });
        patch("{\"template\":{\"spec\":{\"nodeSelector\":null}}}");
        eventuallyComplete();
    }

    private void refused(String spec, String... errors) {
        String all = errors.length == 1 ? errors[0] : "[" + String.join(", ", errors) + "]";
        assertThat(refusal(Reason.INVALID, () -> create(set(spec))))
                .hasMessage("DaemonSet.apps \"agent\" is invalid: " + all);
    }

    @Test
    void aSetIsRefusedForWhatIsWrongInIt() {
        String valid = template("agent", "page:1.0");
        String selector = "selector: {matchLabels: {app: agent}}";
        String mismatch =
                "spec.template.metadata.labels: Invalid value: %s: `selector` does not match template `labels`";
        refused("minReadySeconds: 1", mismatch.formatted("null"), "spec.template.spec.containers: Required value");
        refused(
                valid.replace(selector, "selector: {matchLabels: {app: other}}"),
                mismatch.formatted("{\"app\":\"agent\"}"));
        refused(
                valid.replace(selector, "selector: {}"),
                "spec.selector: Invalid value: {}: empty selector is invalid for daemonset");
        refused(
                valid + ", updateStrategy: {type: Foo}",
                "spec.updateStrategy: Unsupported value: {\"Type\":\"Foo\",\"RollingUpdate\":null}: supported values:"
                        + " \"RollingUpdate\", \"OnDelete\"");
        refused(
                valid + ", updateStrategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}",
                "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is"
                        + " non-zero");
        refused(
                valid + ", updateStrategy: {rollingUpdate: {maxUnavailable: 0}}",
                "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0");
        refused(
                valid + ", updateStrategy: {rollingUpdate: {maxUnavailable: 120%}}",
                "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: \"120%\": must not be greater than 100%");
        refused(
                valid + ", minReadySeconds: -1, revisionHistoryLimit: -1",
                "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
                "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0");
        refused(
                valid.replace("spec: {term", "spec: {activeDeadlineSeconds: 5, restartPolicy: Never, term"),
                "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported");
    }

    @Test
    void theSelectorCannotBeChanged() {
        create(agent(""));
        assertThat(refusal(
                        Reason.INVALID,
                        () -> patch(
                                "{\"selector\":{\"matchLabels\":{\"app\":\"x\"}},\"template\":{\"metadata\":{\"labels\":"
                                        + "{\"app\":\"x\"}}}}")))
                .hasMessage(
                        "DaemonSet.apps \"agent\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x\"}}:"
                                + " field is immutable");
    }
}
