// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.warning;

import dev.rollproof.sim.api.validation.Names;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Labels of nodes that one should ask for no more. Source: pkg/api/node/util.go. */
final class NodeLabels {
    private static final Map<String, String> DEPRECATED = Map.of(
            "beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
            "beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "failure-domain.beta.kubernetes.io/region",
                    "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
            "failure-domain.beta.kubernetes.io/zone",
                    "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
            "beta.kubernetes.io/instance-type",
                    "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
            "app.kubernetes.io/created-by", "deprecated since v1.9",
            "scheduler.alpha.kubernetes.io/preferAvoidPods",
                    "deprecated since v1.22; use Taints and Tolerations instead",
            "node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead");

    private NodeLabels() {}

    /** What is said of a label; null where nothing is. */
    static @Nullable String deprecated(@Nullable String label) {
        return label == null ? null : DEPRECATED.get(label);
    }

    /** @param preferred whether it is but a wish, whose values may be no labels' */
    static void term(@Nullable NodeSelectorTerm term, String path, boolean preferred, List<String> found) {
        List<NodeSelectorRequirement> expressions =
                term == null ? List.of() : Objects.requireNonNullElse(term.getMatchExpressions(), List.of());
        for (int i = 0; i < expressions.size(); i++) {
            NodeSelectorRequirement expression = expressions.get(i);
            String at = path + ".matchExpressions[" + i + "]";
            String deprecated = deprecated(expression.getKey());
            if (deprecated != null) {
                found.add(at + ".key: " + expression.getKey() + " is " + deprecated);
            }
            List<String> values = Objects.requireNonNullElse(expression.getValues(), List.of());
            for (int j = 0; preferred && j < values.size(); j++) {
                String value = values.get(j);
                String where = at + ".values[" + j + "]: " + value + " is invalid, ";
                Names.labelValue(value).forEach(wrong -> found.add(where + wrong));
            }
        }
    }
}
