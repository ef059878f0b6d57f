// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for the nodes and the other pods that a pod wants to be with. Source: pkg/apis/core/validation. */
final class AffinityValidation {
    private static final String REQUIRED = ".requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = ".preferredDuringSchedulingIgnoredDuringExecution";
    private static final int MOST_WEIGHT = 100;

    private final FieldErrors errors;

    AffinityValidation(FieldErrors errors) {
        this.errors = errors;
    }

    void validate(@Nullable Affinity affinity, String path) {
        if (affinity == null) {
            return;
        }
        if (affinity.getNodeAffinity() != null) {
            nodes(affinity.getNodeAffinity(), path + ".nodeAffinity");
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

    private void nodes(NodeAffinity affinity, String path) {
        NodeSelector required = affinity.getRequiredDuringSchedulingIgnoredDuringExecution();
        if (required != null) {
            nodeSelector(required, path + REQUIRED);
        }
        List<PreferredSchedulingTerm> preferred =
                Lists.orEmpty(affinity.getPreferredDuringSchedulingIgnoredDuringExecution());
        for (int i = 0; i < preferred.size(); i++) {
            PreferredSchedulingTerm term = preferred.get(i);
            String at = path + PREFERRED + "[" + i + "]";
            weight(term.getWeight(), at);
            if (term.getPreference() != null) {
                nodeTerm(term.getPreference(), at + ".preference", false);
            }
        }
    }

    /** Which nodes will do. */
    void nodeSelector(NodeSelector selector, String path) {
        String at = path + ".nodeSelectorTerms";
        List<NodeSelectorTerm> terms = Lists.orEmpty(selector.getNodeSelectorTerms());
        if (terms.isEmpty()) {
            errors.required(at, "must have at least one node selector term");
        }
        for (int i = 0; i < terms.size(); i++) {
            nodeTerm(terms.get(i), at + "[" + i + "]", true);
        }
    }

    private void weight(@Nullable Integer said, String path) {
        int weight = Objects.requireNonNullElse(said, 0);
        if (weight < 1 || weight > MOST_WEIGHT) {
            errors.invalid(path + ".weight", weight, "must be in the range 1-100");
        }
    }

    /** @param withValues whether the values must be such as a label can have */
    private void nodeTerm(NodeSelectorTerm term, String path, boolean withValues) {
        List<NodeSelectorRequirement> expressions = Lists.orEmpty(term.getMatchExpressions());
        for (int i = 0; i < expressions.size(); i++) {
            expression(expressions.get(i), path + ".matchExpressions[" + i + "]", withValues);
        }
        List<NodeSelectorRequirement> fields = Lists.orEmpty(term.getMatchFields());
        for (int i = 0; i < fields.size(); i++) {
            field(fields.get(i), path + ".matchFields[" + i + "]");
        }
    }

    private void expression(NodeSelectorRequirement requirement, String path, boolean withValues) {
        List<String> values = Lists.orEmpty(requirement.getValues());
        String at = path + ".values";
        switch (Texts.orEmpty(requirement.getOperator())) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    errors.required(at, "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    errors.forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            case "Gt", "Lt" -> {
                if (values.size() != 1) {
                    errors.required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'");
                }
            }
            default ->
                errors.invalid(
                        path + ".operator", Texts.orEmpty(requirement.getOperator()), "not a valid selector operator");
        }
        key(path + ".key", Texts.orEmpty(requirement.getKey()));
        for (int i = 0; withValues && i < values.size(); i++) {
            String value = values.get(i);
            String of = at + "[" + i + "]";
            Names.labelValue(value).forEach(wrong -> errors.invalid(of, value, wrong));
        }
    }

    private void field(NodeSelectorRequirement requirement, String path) {
        List<String> values = Lists.orEmpty(requirement.getValues());
        String operator = Texts.orEmpty(requirement.getOperator());
        if (!operator.equals("In") && !operator.equals("NotIn")) {
            errors.invalid(path + ".operator", operator, "not a valid selector operator");
        } else if (values.size() != 1) {
            errors.required(
                    path + ".values",
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        }
        if (!"metadata.name".equals(requirement.getKey())) {
            errors.invalid(path + ".key", Texts.orEmpty(requirement.getKey()), "not a valid field selector key");
            return;
        }
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            String of = path + ".values[" + i + "]";
            Names.subdomain(value).forEach(wrong -> errors.invalid(of, value, wrong));
        }
    }

    private void key(String path, String key) {
        Names.qualifiedName(key).forEach(wrong -> errors.invalid(path, key, wrong));
    }

    private void required(@Nullable List<PodAffinityTerm> terms, String path) {
        for (int i = 0; terms != null && i < terms.size(); i++) {
            term(terms.get(i), path + REQUIRED + "[" + i + "]");
        }
    }

    private void preferred(@Nullable List<WeightedPodAffinityTerm> terms, String path) {
        for (int i = 0; terms != null && i < terms.size(); i++) {
            WeightedPodAffinityTerm term = terms.get(i);
            String at = path + PREFERRED + "[" + i + "]";
            weight(term.getWeight(), at);
            term(
                    Objects.requireNonNullElseGet(term.getPodAffinityTerm(), PodAffinityTerm::new),
                    at + ".podAffinityTerm");
        }
    }

    private void term(PodAffinityTerm term, String path) {
        selector(term.getLabelSelector(), path + ".labelSelector");
        selector(term.getNamespaceSelector(), path + ".namespaceSelector");
        for (String name : Lists.orEmpty(term.getNamespaces())) {
            Names.label(name).forEach(wrong -> errors.invalid(path + ".namespace", name, wrong));
        }
        List<String> same = Lists.orEmpty(term.getMatchLabelKeys());
        List<String> other = Lists.orEmpty(term.getMismatchLabelKeys());
        keys(same, term.getLabelSelector(), path + ".matchLabelKeys");
        keys(other, term.getLabelSelector(), path + ".mismatchLabelKeys");
        for (int i = 0; i < same.size(); i++) {
            if (other.contains(same.get(i))) {
                errors.invalid(
                        path + ".matchLabelKeys[" + i + "]",
                        same.get(i),
                        "exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
        String key = Texts.orEmpty(term.getTopologyKey());
        if (key.isEmpty()) {
            errors.required(path + ".topologyKey", "can not be empty");
        }
        key(path + ".topologyKey", key);
    }

    /** Keys whose values are those of the pod itself. */
    void keys(@Nullable List<String> keys, @Nullable LabelSelector selector, String path) {
        if (keys == null || keys.isEmpty()) {
            return;
        }
        if (selector == null) {
            errors.forbidden(path, "must not be specified when labelSelector is not set");
            return;
        }
        for (int i = 0; i < keys.size(); i++) {
            key(path + "[" + i + "]", keys.get(i));
        }
    }

    private void selector(@Nullable LabelSelector selector, String path) {
        if (selector != null) {
            boolean ignored = SelectorValidation.validate(selector, path, errors);
        }
    }
}
