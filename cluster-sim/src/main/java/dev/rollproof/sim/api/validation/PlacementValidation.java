// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for where a pod may be, and when it counts. Source: pkg/apis/core/validation. */
final class PlacementValidation {
    private static final String NO_KEY = "can not be empty";
    private static final int MOST_WEIGHT = 100;

    private final FieldErrors errors;

    private PlacementValidation(FieldErrors errors) {
        this.errors = errors;
    }

    /** Other pods and topologies. */
    static void surroundings(PodSpec spec, String path, FieldErrors errors) {
        PlacementValidation validation = new PlacementValidation(errors);
        validation.affinity(spec.getAffinity(), path + ".affinity");
        validation.gates(spec.getReadinessGates(), path + ".readinessGates");
        validation.spread(spec.getTopologySpreadConstraints(), path + ".topologySpreadConstraints");
    }

    static void tolerations(@Nullable List<Toleration> tolerations, String path, FieldErrors errors) {
        PlacementValidation validation = new PlacementValidation(errors);
        for (int i = 0; tolerations != null && i < tolerations.size(); i++) {
            validation.toleration(tolerations.get(i), path + "[" + i + "]");
        }
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }

    private void key(String path, String key) {
        Names.qualifiedName(key).forEach(wrong -> errors.invalid(path, key, wrong));
    }

    private void affinity(@Nullable Affinity affinity, String path) {
        if (affinity == null) {
            return;
        }
        if (affinity.getPodAffinity() != null) {
            String at = path + ".podAffinity";
            required(affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(), at);
            preferred(affinity.getPodAffinity().getPreferredDuringSchedulingIgnoredDuringExecution(), at);
        }
        if (affinity.getPodAntiAffinity() != null) {
            String at = path + ".podAntiAffinity";
            required(affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(), at);
            preferred(affinity.getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution(), at);
        }
    }

    private void required(@Nullable List<PodAffinityTerm> terms, String path) {
        for (int i = 0; terms != null && i < terms.size(); i++) {
            term(terms.get(i), path + ".requiredDuringSchedulingIgnoredDuringExecution[" + i + "]");
        }
    }

    private void preferred(@Nullable List<WeightedPodAffinityTerm> terms, String path) {
        for (int i = 0; terms != null && i < terms.size(); i++) {
            WeightedPodAffinityTerm term = terms.get(i);
            String at = path + ".preferredDuringSchedulingIgnoredDuringExecution[" + i + "]";
            int weight = Objects.requireNonNullElse(term.getWeight(), 0);
            if (weight < 1 || weight > MOST_WEIGHT) {
                errors.invalid(at + ".weight", weight, "must be in the range 1-100");
            }
            term(
                    Objects.requireNonNullElseGet(term.getPodAffinityTerm(), PodAffinityTerm::new),
                    at + ".podAffinityTerm");
        }
    }

    private void term(PodAffinityTerm term, String path) {
        selector(term.getLabelSelector(), path + ".labelSelector");
        selector(term.getNamespaceSelector(), path + ".namespaceSelector");
        String key = text(term.getTopologyKey());
        if (key.isEmpty()) {
            errors.required(path + ".topologyKey", NO_KEY);
        }
        key(path + ".topologyKey", key);
    }

    private void selector(@Nullable LabelSelector selector, String path) {
        if (selector != null) {
            SelectorValidation.validate(selector, path, errors);
        }
    }

    private void gates(@Nullable List<PodReadinessGate> gates, String path) {
        for (int i = 0; gates != null && i < gates.size(); i++) {
            key(path + "[" + i + "].conditionType", text(gates.get(i).getConditionType()));
        }
    }

    private void spread(@Nullable List<TopologySpreadConstraint> constraints, String path) {
        for (int i = 0; constraints != null && i < constraints.size(); i++) {
            TopologySpreadConstraint constraint = constraints.get(i);
            String at = path + "[" + i + "]";
            int skew = Objects.requireNonNullElse(constraint.getMaxSkew(), 0);
            if (skew <= 0) {
                errors.invalid(at + ".maxSkew", skew, "must be greater than zero");
            }
            if (text(constraint.getTopologyKey()).isEmpty()) {
                errors.required(at + ".topologyKey", NO_KEY);
            }
            List<String> actions = List.of("DoNotSchedule", "ScheduleAnyway");
            if (!actions.contains(text(constraint.getWhenUnsatisfiable()))) {
                errors.notSupported(at + ".whenUnsatisfiable", text(constraint.getWhenUnsatisfiable()), actions);
            }
            for (TopologySpreadConstraint later : constraints.subList(i + 1, constraints.size())) {
                if (pair(later).equals(pair(constraint))) {
                    errors.duplicate(at + ".{topologyKey, whenUnsatisfiable}", pair(constraint));
                }
            }
            selector(constraint.getLabelSelector(), at + ".labelSelector");
        }
    }

    private static String pair(TopologySpreadConstraint constraint) {
        return "{" + text(constraint.getTopologyKey()) + ", " + text(constraint.getWhenUnsatisfiable()) + "}";
    }

    private void toleration(Toleration toleration, String path) {
        String key = text(toleration.getKey());
        String operator = text(toleration.getOperator());
        String value = text(toleration.getValue());
        if (!key.isEmpty()) {
            key(path + ".key", key);
        } else if (!operator.equals("Exists")) {
            errors.invalid(
                    path + ".operator",
                    operator,
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        if (toleration.getTolerationSeconds() != null && !"NoExecute".equals(toleration.getEffect())) {
            errors.invalid(
                    path + ".effect",
                    text(toleration.getEffect()),
                    "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        if (operator.isEmpty() || operator.equals("Equal")) {
            List<String> wrong = Names.labelValue(value);
            if (!wrong.isEmpty()) {
                errors.invalid(path + ".operator", value, String.join(";", wrong));
            }
        } else if (!operator.equals("Exists")) {
            errors.notSupported(path + ".operator", operator, List.of("Equal", "Exists"));
        }
        PodSpecValidation.oneOf(
                path + ".effect",
                toleration.getEffect(),
                List.of("NoSchedule", "PreferNoSchedule", "NoExecute"),
                errors);
    }
}
