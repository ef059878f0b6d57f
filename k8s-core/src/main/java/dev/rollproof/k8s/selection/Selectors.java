// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.selection;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether labels are what a selector asks for. Source: k8s.io/apimachinery, pkg/labels/selector.go. */
public final class Selectors {
    private Selectors() {}

    /** Whether labels have all that a selector wants; one that wants nothing matches everything. */
    public static boolean matches(LabelSelector selector, Map<String, String> labels) {
        if (selector.getMatchLabels() != null && !containsAll(labels, selector.getMatchLabels())) {
            return false;
        }
        if (selector.getMatchExpressions() != null) {
            for (LabelSelectorRequirement one : selector.getMatchExpressions()) {
                if (!meets(one.getOperator(), one.getValues(), labels.get(one.getKey()))) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Whether a selector of nothing but labels wants some of them, and these have what it wants. One with expressions matches nothing here:
     * whoever writes them tells workloads apart by them.
     */
    public static boolean matchesByLabelsAlone(LabelSelector selector, Map<String, String> labels) {
        return (selector.getMatchExpressions() == null
                        || selector.getMatchExpressions().isEmpty())
                && selector.getMatchLabels() != null
                && !selector.getMatchLabels().isEmpty()
                && containsAll(labels, selector.getMatchLabels());
    }

    /** Whether a selector wants nothing, so that it matches everything. */
    public static boolean isEmpty(LabelSelector selector) {
        return (selector.getMatchLabels() == null || selector.getMatchLabels().isEmpty())
                && (selector.getMatchExpressions() == null
                        || selector.getMatchExpressions().isEmpty());
    }

    /** Whether labels have all that are wanted, with their values. */
    public static boolean containsAll(Map<String, String> labels, Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    /**
     * Whether a label's value meets one requirement, of a label selector or a node selector. An operator that Kubernetes does not
     * know is met by nothing; the server lets none in.
     *
     * @param value the label's; null where it is not there
     */
    public static boolean meets(@Nullable String operator, @Nullable List<String> values, @Nullable String value) {
        List<String> named = values == null ? List.of() : values;
        return switch (String.valueOf(operator)) {
            case "In" -> value != null && named.contains(value);
            case "NotIn" -> value == null || !named.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compare(value, named) > 0;
            case "Lt" -> compare(value, named) < 0;
            default -> false;
        };
    }

    /** As numbers; 0 where they are none. */
    private static int compare(@Nullable String value, List<String> values) {
        try {
            return value == null || values.size() != 1
                    ? 0
                    : Long.compare(Long.parseLong(value), Long.parseLong(values.get(0)));
        } catch (NumberFormatException noNumbers) {
            return 0;
        }
    }
}
