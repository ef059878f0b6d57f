// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rules for label selectors, wherever one stands. */
final class SelectorValidation {
    private SelectorValidation() {}

    /** Whether the selector can be compared with labels. */
    static boolean validate(LabelSelector selector, String path, FieldErrors errors) {
        Map<String, String> labels = selector.getMatchLabels() == null ? Map.of() : selector.getMatchLabels();
        FieldErrors ofLabels = new FieldErrors();
        Names.labels(path + ".matchLabels", labels, ofLabels);
        Names.labels(path + ".matchLabels", labels, errors);
        boolean valid = ofLabels.isEmpty();
        List<LabelSelectorRequirement> expressions = expressions(selector);
        for (int i = 0; i < expressions.size(); i++) {
            valid &= requirement(expressions.get(i), path + ".matchExpressions[" + i + "]", errors);
        }
        return valid;
    }

    /** As Go writes one: with a key and an operator, whatever is said. */
    static Map<String, Object> shown(LabelSelector selector) {
        Map<String, Object> shown = new LinkedHashMap<>();
        if (selector.getMatchLabels() != null && !selector.getMatchLabels().isEmpty()) {
            shown.put("matchLabels", new TreeMap<>(selector.getMatchLabels()));
        }
        List<Map<String, Object>> expressions = new ArrayList<>();
        for (LabelSelectorRequirement requirement : expressions(selector)) {
            Map<String, Object> expression = new LinkedHashMap<>();
            expression.put("key", Texts.orEmpty(requirement.getKey()));
            expression.put("operator", Texts.orEmpty(requirement.getOperator()));
            if (requirement.getValues() != null && !requirement.getValues().isEmpty()) {
                expression.put("values", requirement.getValues());
            }
            expressions.add(expression);
        }
        if (!expressions.isEmpty()) {
            shown.put("matchExpressions", expressions);
        }
        return shown;
    }

    static boolean isEmpty(LabelSelector selector) {
        return (selector.getMatchLabels() == null || selector.getMatchLabels().isEmpty())
                && expressions(selector).isEmpty();
    }

    private static List<LabelSelectorRequirement> expressions(LabelSelector selector) {
        return selector.getMatchExpressions() == null ? List.of() : selector.getMatchExpressions();
    }

    private static boolean requirement(LabelSelectorRequirement requirement, String path, FieldErrors errors) {
        String operator = requirement.getOperator() == null ? "" : requirement.getOperator();
        List<String> values = requirement.getValues() == null ? List.of() : requirement.getValues();
        boolean valid = true;
        switch (operator) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    errors.required(path + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                    valid = false;
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    errors.forbidden(
                            path + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    valid = false;
                }
            }
            default -> {
                errors.invalid(path + ".operator", operator, "not a valid selector operator");
                valid = false;
            }
        }
        String key = requirement.getKey() == null ? "" : requirement.getKey();
        for (String wrong : Names.qualifiedName(key)) {
            errors.invalid(path + ".key", key, wrong);
            valid = false;
        }
        for (int i = 0; i < values.size(); i++) {
            for (String wrong : Names.labelValue(values.get(i))) {
                errors.invalid(path + ".values[" + i + "]", values.get(i), wrong);
                valid = false;
            }
        }
        return valid;
    }
}
