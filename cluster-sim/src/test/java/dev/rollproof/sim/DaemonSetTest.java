// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.defaulting.DaemonSetDefaults;
import dev.rollproof.sim.api.defaulting.Defaults;
import dev.rollproof.sim.controllers.Pods;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** DaemonSets on several nodes, in virtual time: which nodes have a pod, how many miss one, and nodes that come and go. */
class DaemonSetTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final World world = new World(1, 37, false, "64", 5);

    private static DaemonSet agent() {
        DaemonSet set = Models.fromYaml("""
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: agent, namespace: shop}
                spec:
                  selector: {matchLabels: {app: agent}}
                  template:
                    metadata: {labels: {app: agent}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers: [{name: web, image: "clock:1"}]
                """, DaemonSet.class);
        Defaults.setOn(set, 37);
        DaemonSetDefaults.countTemplates(set, null);
        return set;
    }

    private DaemonSet stored() {
        return world.api.get(ResourceType.DAEMON_SETS, World.NAMESPACE, "agent");
    }

    private void edit(Consumer<DaemonSet> change) {
        DaemonSet before = stored();
        DaemonSet copy = Models.copy(before);
        change.accept(copy);
        DaemonSetDefaults.countTemplates(copy, before);
        copy.getMetadata().setResourceVersion(null);
        world.api.update(ResourceType.DAEMON_SETS, copy);
    }

    private void setImage(String image) {
        edit(set -> set.getSpec().getTemplate().getSpec().getContainers().get(0).setImage(image));
    }

    private void editNode(String name, Consumer<NodeSpec> change) {
        Node node = Models.copy(world.api.get(ResourceType.NODES, "", name));
        if (node.getSpec() == null) {
            node.setSpec(new NodeSpec());
        }
        change.accept(node.getSpec());
        node.getMetadata().setResourceVersion(null);
        world.api.update(ResourceType.NODES, node);
    }

    private boolean complete(int nodes) {
        DaemonSetStatus status = stored().getStatus();
        return status != null
                && status.getObservedGeneration() != null
                && status.getObservedGeneration() == Metadata.generation(stored())
                && World.orZero(status.getDesiredNumberScheduled()) == nodes
                && World.orZero(status.getUpdatedNumberScheduled()) == nodes
                && World.orZero(status.getNumberAvailable()) == nodes
                && world.pods().size() == nodes;
    }

    private void settle(DaemonSet set, int nodes) {
        world.api.create(ResourceType.DAEMON_SETS, set);
        eventuallyComplete(nodes);
    }

    private void eventuallyComplete(int nodes) {
        assertThat(world.runUntil(LONG, () -> complete(nodes)))
                .as(() -> String.valueOf(stored().getStatus()))
                .isTrue();
    }

    private List<String> nodes() {
        return world.pods().stream()
                .map(pod -> pod.getSpec().getNodeName())
                .sorted()
                .toList();
    }

    /** How many nodes have no ready pod at the worst moment of a change, and how many pods there are at most. */
    private int[] during(Runnable change, int nodes) {
        int[] worst = {0, 0};
        world.watchers.add(event -> {
            if (event.object() instanceof Pod) {
                long served = world.pods().stream()
                        .filter(pod -> Pods.isReady(pod) && !Metadata.terminating(pod))
                        .map(pod -> pod.getSpec().getNodeName())
                        .distinct()
                        .count();
                worst[0] = Math.max(worst[0], nodes - (int) served);
                worst[1] = Math.max(worst[1], world.pods().size());
            }
        });
        change.run();
        eventuallyComplete(nodes);
        world.watchers.clear();
        return worst;
    }

    @Test
    void everyNodeHasOnePod() {
        settle(agent(), 5);
        assertThat(nodes()).containsExactly("node-0", "node-1", "node-2", "node-3", "node-4");
    }

    @Test
    void anUpdateLeavesOneNodeWithoutUnlessMoreMayBe() {
        settle(agent(), 5);
        // A pod that has ended does not hold up its successor, though it is still there.
        assertThat(during(() -> setImage("clock:2"), 5)).containsExactly(1, 6);
        edit(set -> set.getSpec().getUpdateStrategy().getRollingUpdate().setMaxUnavailable(new IntOrString("40%")));
        eventuallyComplete(5);
        assertThat(during(() -> setImage("clock:3"), 5)[0]).isEqualTo(2);
        assertThat(world.pods())
                .allSatisfy(
                        pod -> assertThat(pod.getSpec().getContainers().get(0).getImage())
                                .isEqualTo("clock:3"));
    }

    @Test
    void aSurgeLeavesNoNodeWithout() {
        DaemonSet set = agent();
        set.getSpec().getUpdateStrategy().getRollingUpdate().setMaxUnavailable(new IntOrString(0));
        set.getSpec().getUpdateStrategy().getRollingUpdate().setMaxSurge(new IntOrString(2));
        settle(set, 5);
        int[] worst = during(() -> setImage("clock:2"), 5);
        assertThat(worst[0]).isZero();
        assertThat(worst[1]).isGreaterThan(5).isLessThanOrEqualTo(5 + 2 + 2);
    }

    @Test
    void aBrokenImageStopsTheUpdateAtTheFirstNode() {
        world.images.declare("clock:nothing", ImageBehavior.wellBehaved().notFound());
        settle(agent(), 5);
        setImage("clock:nothing");
        world.run(Duration.ofMinutes(5));
        DaemonSetStatus status = stored().getStatus();
        assertThat(status.getNumberAvailable()).isEqualTo(4);
        assertThat(status.getNumberUnavailable()).isEqualTo(1);
        assertThat(status.getUpdatedNumberScheduled()).isEqualTo(1);
        setImage("clock:2");
        eventuallyComplete(5);
    }

    @Test
    void aNewNodeGetsItsPod() {
        settle(agent(), 5);
        world.api.create(ResourceType.NODES, Bootstrap.node("node-new", "4", "8Gi", 110));
        eventuallyComplete(6);
        assertThat(nodes()).contains("node-new");
    }

    @Test
    void aNodeThatIsDeletedTakesItsPodWithItAfterAWhile() {
        settle(agent(), 5);
        world.api.delete(ResourceType.NODES, "", "node-3", dev.rollproof.k8s.DeleteOptions.defaults());
        world.run(Duration.ofSeconds(30));
        assertThat(nodes()).contains("node-3");
        eventuallyComplete(4);
        assertThat(nodes()).doesNotContain("node-3");
    }

    @Test
    void aCordonedNodeKeepsItsDaemonAndGetsOneBack() {
        settle(agent(), 5);
        editNode("node-2", spec -> spec.setUnschedulable(true));
        world.run(Duration.ofSeconds(10));
        assertThat(complete(5)).isTrue();
        assertThat(during(() -> setImage("clock:2"), 5)[0]).isEqualTo(1);
    }

    @Test
    void aTaintKeepsNewDaemonsAwayOrDrivesThemOut() {
        settle(agent(), 5);
        editNode("node-1", spec -> spec.setTaints(List.of(new Taint("NoSchedule", "gpu", null, "yes"))));
        assertThat(world.runUntil(LONG, () -> World.orZero(stored().getStatus().getNumberMisscheduled()) == 1))
                .as("the pod stays, but is not wanted")
                .isTrue();
        assertThat(nodes()).contains("node-1");
        assertThat(stored().getStatus().getDesiredNumberScheduled()).isEqualTo(4);
        editNode("node-1", spec -> spec.setTaints(List.of(new Taint("NoExecute", "gpu", null, "yes"))));
        eventuallyComplete(4);
        assertThat(nodes()).doesNotContain("node-1");
        editNode("node-1", spec -> spec.setTaints(List.of()));
        eventuallyComplete(5);
    }

    @Test
    void aLostNodeKeepsItsDaemon() {
        settle(agent(), 5);
        String pod = world.pods().get(0).getMetadata().getName();
        String node = world.pods().get(0).getSpec().getNodeName();
        world.kubelets.lose(node);
        world.run(Duration.ofMinutes(10));
        assertThat(world.pods()).extracting(one -> one.getMetadata().getName()).contains(pod);
        // A lost node has a taint against new pods, too, which daemons do not tolerate: theirs stay, and count as
        // misplaced.
        assertThat(stored().getStatus().getNumberAvailable()).isEqualTo(4);
        assertThat(stored().getStatus().getDesiredNumberScheduled()).isEqualTo(4);
        assertThat(stored().getStatus().getNumberMisscheduled()).isEqualTo(1);
        world.kubelets.recover(node);
        eventuallyComplete(5);
    }

    @Test
    void aFailedDaemonIsReplacedAndItsSetSaysSo() {
        settle(agent(), 5);
        Pod pod = Models.copy(world.pods().get(0));
        pod.getStatus().setPhase("Failed");
        world.api.updateStatus(ResourceType.PODS, pod);
        world.run(Duration.ofSeconds(1));
        eventuallyComplete(5);
        assertThat(world.events("FailedDaemonPod"))
                .containsExactly(
                        "Found failed daemon pod shop/" + pod.getMetadata().getName() + " on node "
                                + pod.getSpec().getNodeName() + ", will try to kill it");
    }

    @Test
    void theHistoryIsCutToItsLimit() {
        DaemonSet set = agent();
        set.getSpec().setRevisionHistoryLimit(1);
        settle(set, 5);
        for (String image : List.of("clock:2", "clock:3", "clock:4")) {
            setImage(image);
            eventuallyComplete(5);
        }
        world.run(Duration.ofSeconds(10));
        assertThat(world.api.all(ResourceType.CONTROLLER_REVISIONS, World.NAMESPACE).stream()
                        .map(ControllerRevision::getRevision)
                        .sorted(Comparator.naturalOrder()))
                .containsExactly(3L, 4L);
    }
}
