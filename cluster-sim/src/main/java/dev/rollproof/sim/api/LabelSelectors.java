// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether labels match a selector. An absent selector selects nothing, an empty one everything. */
public final class LabelSelectors {
    private LabelSelectors() {}

    public static boolean isEmpty(@Nullable LabelSelector selector) {
        return selector == null
                || ((selector.getMatchLabels() == null
                                || selector.getMatchLabels().isEmpty())
                        && (selector.getMatchExpressions() == null
                                || selector.getMatchExpressions().isEmpty()));
    }

    public static boolean matches(@Nullable LabelSelector selector, @Nullable Map<String, String> labels) {
        Map<String, String> present = labels == null ? Map.of() : labels;
        if (selector == null) {
            return false;
        }
        if (selector.getMatchLabels() != null && !containsAll(present, selector.getMatchLabels())) {
            return false;
        }
        if (selector.getMatchExpressions() != null) {
            for (LabelSelectorRequirement requirement : selector.getMatchExpressions()) {
                if (!matches(requirement, present.get(requirement.getKey()))) {
                    return false;
                }
            }
        }
        return true;
    }

    public static boolean containsAll(Map<String, String> labels, Map<String, String> wanted) {
        for (Map.Entry<String, String> entry : wanted.entrySet()) {
            if (!entry.getValue().equals(labels.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    /** The selector in Kubernetes' text form, such as {@code app=clock,track in (a,b)}; by the labels' names. */
    public static String text(@Nullable LabelSelector selector) {
        List<String> terms = new ArrayList<>();
        if (selector != null && selector.getMatchLabels() != null) {
            selector.getMatchLabels().forEach((key, value) -> terms.add(key + "=" + value));
        }
        if (selector != null && selector.getMatchExpressions() != null) {
            selector.getMatchExpressions().forEach(requirement -> terms.add(text(requirement)));
        }
        Collections.sort(terms);
        return String.join(",", terms);
    }

    private static String text(LabelSelectorRequirement requirement) {
        List<String> values = new ArrayList<>(Objects.requireNonNullElse(requirement.getValues(), List.of()));
        Collections.sort(values);
        String all = "(" + String.join(",", values) + ")";
        return switch (String.valueOf(requirement.getOperator())) {
            case "In" -> requirement.getKey() + " in " + all;
            case "NotIn" -> requirement.getKey() + " notin " + all;
            case "DoesNotExist" -> "!" + requirement.getKey();
            default -> requirement.getKey();
        };
    }

    private static boolean matches(LabelSelectorRequirement requirement, @Nullable String value) {
        List<String> values = Objects.requireNonNullElse(requirement.getValues(), List.of());
        return switch (String.valueOf(requirement.getOperator())) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
        };
    }
}
