// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node and the pods that are on it, those about to be deleted as well, and none that has ended.
 */
public record NodePods(Node node, List<Pod> pods) {
    public NodePods {
        pods = List.copyOf(pods);
    }

    Map<String, String> labels() {
        return labelsOf(node.getMetadata().getLabels());
    }

    static Map<String, String> labelsOf(@Nullable Map<String, String> labels) {
        return Objects.requireNonNullElse(labels, Map.of());
    }
}
