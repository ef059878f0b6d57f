// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final PodSpec ANY = new PodSpecBuilder().build();

    private static Node node() {
        return new NodeBuilder()
                .withNewMetadata()
                .withName("one")
                .addToLabels("disk", "ssd")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build();
    }

    private static Node tainted(String key, String value, String effect) {
        return new NodeBuilder(node())
                .editSpec()
                .addNewTaint()
                .withKey(key)
                .withValue(value)
                .withEffect(effect)
                .endTaint()
                .endSpec()
                .build();
    }

    private static PodSpec tolerating(
            @Nullable String key, @Nullable String operator, @Nullable String value, @Nullable String effect) {
        return new PodSpecBuilder()
                .addNewToleration()
                .withKey(key)
                .withOperator(operator)
                .withValue(value)
                .withEffect(effect)
                .endToleration()
                .build();
    }

    @Test
    void anyPodMayGoToANodeWithoutRules() {
        assertThat(Placement.refusal(node(), ANY)).isEmpty();
        assertThat(Placement.refusal(
                        new NodeBuilder()
                                .withNewMetadata()
                                .withName("bare")
                                .endMetadata()
                                .build(),
                        ANY))
                .isEmpty();
    }

    @Test
    void aCordonedNodeTakesNone() {
        Node cordoned = new NodeBuilder(node())
                .editSpec()
                .withUnschedulable(true)
                .endSpec()
                .build();
        assertThat(Placement.refusal(cordoned, ANY)).contains("node(s) were unschedulable");
    }

    @Test
    void theNodeHasToHaveEveryLabelThatIsSelected() {
        assertThat(Placement.refusal(
                        node(),
                        new PodSpecBuilder()
                                .withNodeSelector(Map.of("disk", "ssd"))
                                .build()))
                .isEmpty();
        assertThat(Placement.refusal(
                        node(),
                        new PodSpecBuilder()
                                .withNodeSelector(Map.of("disk", "hdd"))
                                .build()))
                .contains("node(s) didn't match Pod's node affinity/selector");
    }

    @Test
    void aTaintHasToBeToleratedUnlessItIsAPreference() {
        Node tainted = tainted("gpu", "yes", "NoSchedule");
        assertThat(Placement.refusal(tainted, ANY)).contains("node(s) had untolerated taint(s)");
        assertThat(Placement.refusal(tainted("gpu", "yes", "PreferNoSchedule"), ANY))
                .isEmpty();
        assertThat(Placement.refusal(tainted, tolerating("gpu", "Equal", "yes", "NoSchedule")))
                .isEmpty();
        assertThat(Placement.refusal(tainted, tolerating("gpu", "Equal", "no", "NoSchedule")))
                .isNotEmpty();
        assertThat(Placement.refusal(tainted, tolerating("gpu", "Exists", null, "NoExecute")))
                .isNotEmpty();
        assertThat(Placement.refusal(tainted, tolerating(null, "Exists", null, null)))
                .isEmpty();
        assertThat(Placement.refusal(tainted, tolerating("", "Exists", null, "")))
                .isEmpty();
    }

    private static PodSpec wanting(String key, String operator, boolean field, String... values) {
        NodeSelectorRequirement one = new NodeSelectorRequirement(key, operator, List.of(values));
        return new PodSpecBuilder()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addToNodeSelectorTerms(
                        new NodeSelectorTerm(field ? List.of() : List.of(one), field ? List.of(one) : List.of()))
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .build();
    }

    @Test
    void requiredNodeAffinityNamesNodesByLabelOrName() {
        String not = "node(s) didn't match Pod's node affinity/selector";
        assertThat(Placement.refusal(node(), wanting("metadata.name", "In", true, "one")))
                .isEmpty();
        assertThat(Placement.refusal(node(), wanting("metadata.name", "In", true, "two")))
                .contains(not);
        assertThat(Placement.refusal(node(), wanting("metadata.uid", "In", true, "one")))
                .contains(not);
        assertThat(Placement.refusal(node(), wanting("disk", "In", false, "ssd", "nvme")))
                .isEmpty();
        assertThat(Placement.refusal(node(), wanting("disk", "NotIn", false, "ssd")))
                .contains(not);
        assertThat(Placement.refusal(node(), wanting("gpu", "NotIn", false, "yes")))
                .isEmpty();
        assertThat(Placement.refusal(node(), wanting("disk", "Exists", false))).isEmpty();
        assertThat(Placement.refusal(node(), wanting("gpu", "DoesNotExist", false)))
                .isEmpty();
        assertThat(Placement.refusal(node(), wanting("disk", "Gt", false, "3"))).contains(not);
        assertThat(Placement.refusal(node(), wanting("disk", "Like", false, "s")))
                .contains(not);
    }

    @Test
    void aTermWithoutRequirementsMatchesNoNode() {
        PodSpec nothing = new PodSpecBuilder()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addToNodeSelectorTerms(new NodeSelectorTerm())
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .build();
        assertThat(Placement.isWanted(node(), nothing)).isFalse();
    }

    @Test
    void aCordonedNodeTakesPodsThatTolerateThat() {
        Node cordoned = new NodeBuilder(node())
                .editSpec()
                .withUnschedulable(true)
                .endSpec()
                .build();
        assertThat(Placement.refusal(
                        cordoned, tolerating("node.kubernetes.io/unschedulable", "Exists", null, "NoSchedule")))
                .isEmpty();
    }
}
