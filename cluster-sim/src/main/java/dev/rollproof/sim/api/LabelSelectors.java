// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.selection.Selectors;
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
        return selector == null || Selectors.isEmpty(selector);
    }

    /** Whether it selects them; none selects nothing. */
    public static boolean matches(@Nullable LabelSelector selector, @Nullable Map<String, String> labels) {
        return selector != null && Selectors.matches(selector, labels == null ? Map.of() : labels);
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
}
