// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.TopologySelectorLabelRequirement;
import io.fabric8.kubernetes.api.model.TopologySelectorTerm;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules for where a class may make volumes. Source: pkg/apis/storage/validation. */
final class TopologyValidation {
    private final FieldErrors errors;

    TopologyValidation(FieldErrors errors) {
        this.errors = errors;
    }

    void validate(List<TopologySelectorTerm> terms, String path) {
        Set<Map<String, Set<String>>> known = new HashSet<>();
        // Real servers compare with as many empty terms as there are terms, and so find every empty one twice.
        known.add(Map.of());
        for (int i = 0; i < terms.size(); i++) {
            String at = path + "[" + i + "].matchLabelExpressions";
            if (!known.add(term(Lists.orEmpty(terms.get(i).getMatchLabelExpressions()), at))) {
                errors.duplicate(at, "");
            }
        }
    }

    private Map<String, Set<String>> term(List<TopologySelectorLabelRequirement> expressions, String path) {
        Map<String, Set<String>> labels = new HashMap<>();
        for (int i = 0; i < expressions.size(); i++) {
            TopologySelectorLabelRequirement expression = expressions.get(i);
            String at = path + "[" + i + "]";
            String key = Texts.orEmpty(expression.getKey());
            Set<String> values = values(Lists.orEmpty(expression.getValues()), at + ".values");
            Names.qualifiedName(key).forEach(wrong -> errors.invalid(at + ".key", key, wrong));
            if (labels.containsKey(key)) {
                errors.duplicate(at + ".key", key);
            }
            labels.put(key, values);
        }
        return labels;
    }

    private Set<String> values(List<String> values, String path) {
        if (values.isEmpty()) {
            errors.required(path);
        }
        Set<String> distinct = new HashSet<>();
        for (int i = 0; i < values.size(); i++) {
            if (!distinct.add(values.get(i))) {
                errors.duplicate(path + "[" + i + "]", values.get(i));
            }
        }
        return distinct;
    }
}
