// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for where a pod may be, and when it counts. Source: pkg/apis/core/validation. */
final class PlacementValidation {
    private static final String NO_KEY = "can not be empty";

    private final int minor;
    private final AffinityValidation affinity;
    private final FieldErrors errors;

    /** @param minor the minor version of Kubernetes whose rules are played */
    PlacementValidation(int minor, FieldErrors errors) {
        this.minor = minor;
        this.affinity = new AffinityValidation(errors);
        this.errors = errors;
    }

    void affinity(@Nullable Affinity wished, String path) {
        affinity.validate(wished, path);
    }

    /** What a pod waits for before it counts, and before it is placed; and how it is spread. */
    void gatesAndSpread(PodSpec spec, String path) {
        gates(spec.getReadinessGates(), path + ".readinessGates");
        schedulingGates(spec.getSchedulingGates(), path + ".schedulingGates");
        spread(spec.getTopologySpreadConstraints(), path + ".topologySpreadConstraints");
    }

    void tolerations(@Nullable List<Toleration> tolerations, String path) {
        for (int i = 0; tolerations != null && i < tolerations.size(); i++) {
            toleration(tolerations.get(i), path + "[" + i + "]");
        }
    }

    private void key(String path, String key) {
        Names.qualifiedName(key).forEach(wrong -> errors.invalid(path, key, wrong));
    }

    private void selector(@Nullable LabelSelector selector, String path) {
        if (selector != null) {
            boolean ignored = SelectorValidation.validate(selector, path, errors);
        }
    }

    private void gates(@Nullable List<PodReadinessGate> gates, String path) {
        for (int i = 0; gates != null && i < gates.size(); i++) {
            key(path + "[" + i + "].conditionType", Texts.orEmpty(gates.get(i).getConditionType()));
        }
    }

    private void schedulingGates(@Nullable List<PodSchedulingGate> gates, String path) {
        Set<String> names = new HashSet<>();
        for (int i = 0; gates != null && i < gates.size(); i++) {
            String name = Texts.orEmpty(gates.get(i).getName());
            key(path + "[" + i + "]", name);
            if (!names.add(name)) {
                errors.duplicate(path + "[" + i + "]", name);
            }
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
            if (Texts.isEmpty(constraint.getTopologyKey())) {
                errors.required(at + ".topologyKey", NO_KEY);
            }
            List<String> actions = List.of("DoNotSchedule", "ScheduleAnyway");
            if (!actions.contains(Texts.orEmpty(constraint.getWhenUnsatisfiable()))) {
                errors.notSupported(
                        at + ".whenUnsatisfiable", Texts.orEmpty(constraint.getWhenUnsatisfiable()), actions);
            }
            for (TopologySpreadConstraint later : constraints.subList(i + 1, constraints.size())) {
                if (pair(later).equals(pair(constraint))) {
                    errors.duplicate(at + ".{topologyKey, whenUnsatisfiable}", pair(constraint));
                    break;
                }
            }
            domains(constraint, at + ".minDomains");
            policy(constraint.getNodeAffinityPolicy(), at + ".nodeAffinityPolicy");
            policy(constraint.getNodeTaintsPolicy(), at + ".nodeTaintsPolicy");
            affinity.keys(constraint.getMatchLabelKeys(), constraint.getLabelSelector(), at + ".matchLabelKeys");
            selector(constraint.getLabelSelector(), at + ".labelSelector");
        }
    }

    private void domains(TopologySpreadConstraint constraint, String path) {
        Integer domains = constraint.getMinDomains();
        if (domains == null) {
            return;
        }
        if (domains <= 0) {
            errors.invalid(path, domains, "must be greater than zero");
        }
        String action = Texts.orEmpty(constraint.getWhenUnsatisfiable());
        if (!action.equals("DoNotSchedule")) {
            errors.invalid(path, domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action);
        }
    }

    private void policy(@Nullable String policy, String path) {
        List<String> policies = List.of("Honor", "Ignore");
        if (policy != null && !policies.contains(policy)) {
            errors.notSupported(path, policy, policies);
        }
    }

    private static String pair(TopologySpreadConstraint constraint) {
        return "{" + Texts.orEmpty(constraint.getTopologyKey()) + ", "
                + Texts.orEmpty(constraint.getWhenUnsatisfiable()) + "}";
    }

    private void toleration(Toleration toleration, String path) {
        String key = Texts.orEmpty(toleration.getKey());
        String operator = Texts.orEmpty(toleration.getOperator());
        String value = Texts.orEmpty(toleration.getValue());
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
                    Texts.orEmpty(toleration.getEffect()),
                    "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        if (operator.isEmpty() || operator.equals("Equal")) {
            List<String> wrong = Names.labelValue(value);
            if (!wrong.isEmpty()) {
                errors.invalid(path + ".operator", value, String.join(";", wrong));
            }
        } else if (operator.equals("Exists")) {
            if (!value.isEmpty()) {
                errors.invalid(path + ".operator", value, "value must be empty when `operator` is 'Exists'");
            }
        } else {
            // Newer versions know comparisons, though they do not take them.
            boolean compares = minor >= 35 && (operator.equals("Lt") || operator.equals("Gt"));
            errors.notSupported(
                    path + ".operator",
                    operator,
                    compares ? List.of("Equal", "Exists", "Lt", "Gt") : List.of("Equal", "Exists"));
        }
        PodSpecValidation.oneOf(
                path + ".effect",
                toleration.getEffect(),
                List.of("NoSchedule", "PreferNoSchedule", "NoExecute"),
                errors);
    }
}
