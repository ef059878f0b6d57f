// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
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
}
