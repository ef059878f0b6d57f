// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.sim.api.validation.FieldErrors;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinity;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAntiAffinity;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes into a new pod's selectors what {@code matchLabelKeys} and {@code mismatchLabelKeys} mean for its labels. Source: pkg/registry/core/pod,
 * strategy.go. Pure.
 */
final class LabelKeys {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

    private LabelKeys() {}

    /**
     * Refuses a pod that is told by a label key what its selector says already. Of a template nobody minds: such a Deployment is taken, and
     * its pods are not.
     */
    static void check(Pod pod) {
        PodSpec spec = pod.getSpec();
        Map<String, String> labels = pod.getMetadata().getLabels();
        FieldErrors errors = new FieldErrors();
        List<TopologySpreadConstraint> constraints = Lists.orEmpty(spec.getTopologySpreadConstraints());
        for (int i = 0; i < constraints.size(); i++) {
            check(
                    "spec.topologySpreadConstraints[" + i + "]",
                    constraints.get(i).getMatchLabelKeys(),
                    constraints.get(i).getLabelSelector(),
                    labels,
                    errors);
        }
        Affinity affinity = spec.getAffinity();
        if (affinity != null && affinity.getPodAffinity() != null) {
            PodAffinity near = affinity.getPodAffinity();
            checkTerms(
                    "podAffinity." + REQUIRED,
                    near.getRequiredDuringSchedulingIgnoredDuringExecution(),
                    labels,
                    errors);
        }
        if (affinity != null && affinity.getPodAntiAffinity() != null) {
            PodAntiAffinity far = affinity.getPodAntiAffinity();
            checkTerms(
                    "podAntiAffinity." + REQUIRED,
                    far.getRequiredDuringSchedulingIgnoredDuringExecution(),
                    labels,
                    errors);
        }
        errors.throwIfAny("Pod", "", pod.getMetadata().getName());
    }

    private static void checkTerms(
            String path,
            @Nullable List<PodAffinityTerm> terms,
            @Nullable Map<String, String> labels,
            FieldErrors errors) {
        List<PodAffinityTerm> all = Lists.orEmpty(terms);
        for (int i = 0; i < all.size(); i++) {
            check(
                    "spec.affinity." + path + "[" + i + "]",
                    all.get(i).getMatchLabelKeys(),
                    all.get(i).getLabelSelector(),
                    labels,
                    errors);
        }
    }

    private static void check(
            String path,
            @Nullable List<String> keys,
            @Nullable LabelSelector selector,
            @Nullable Map<String, String> labels,
            FieldErrors errors) {
        List<String> all = Lists.orEmpty(keys);
        for (int i = 0; i < all.size(); i++) {
            String key = all.get(i);
            if (selector != null && labels != null && labels.containsKey(key) && says(selector, key)) {
                errors.invalid(path + "[" + i + "]", key, "exists in both matchLabelKeys and labelSelector");
            }
        }
    }

    private static boolean says(LabelSelector selector, String key) {
        return selector.getMatchLabels() != null && selector.getMatchLabels().containsKey(key)
                || Lists.orEmpty(selector.getMatchExpressions()).stream()
                        .anyMatch(requirement -> key.equals(requirement.getKey()));
    }

    /** The spec, or a copy of what changes in it: it may be shared with other pods. */
    static PodSpec merged(PodSpec spec, @Nullable Map<String, String> labels) {
        Map<String, String> own = labels == null ? Map.of() : labels;
        boolean spreads = Lists.orEmpty(spec.getTopologySpreadConstraints()).stream()
                .anyMatch(constraint ->
                        !Lists.orEmpty(constraint.getMatchLabelKeys()).isEmpty());
        Affinity affinity = spec.getAffinity();
        if (!spreads && (affinity == null || !matters(affinity))) {
            return spec;
        }
        PodSpec copy = Frozen.copy(spec, PodSpec::new);
        copy.setTopologySpreadConstraints(each(spec.getTopologySpreadConstraints(), one -> merged(one, own)));
        if (affinity != null) {
            copy.setAffinity(merged(affinity, own));
        }
        return copy;
    }

    private static boolean matters(Affinity affinity) {
        PodAffinity near = affinity.getPodAffinity();
        PodAntiAffinity far = affinity.getPodAntiAffinity();
        return near != null
                        && (required(near.getRequiredDuringSchedulingIgnoredDuringExecution())
                                || preferred(near.getPreferredDuringSchedulingIgnoredDuringExecution()))
                || far != null
                        && (required(far.getRequiredDuringSchedulingIgnoredDuringExecution())
                                || preferred(far.getPreferredDuringSchedulingIgnoredDuringExecution()));
    }

    private static boolean required(@Nullable List<PodAffinityTerm> terms) {
        return Lists.orEmpty(terms).stream()
                .anyMatch(term -> !Lists.orEmpty(term.getMatchLabelKeys()).isEmpty()
                        || !Lists.orEmpty(term.getMismatchLabelKeys()).isEmpty());
    }

    private static boolean preferred(@Nullable List<WeightedPodAffinityTerm> terms) {
        return required(Lists.orEmpty(terms).stream()
                .map(WeightedPodAffinityTerm::getPodAffinityTerm)
                .toList());
    }

    private static TopologySpreadConstraint merged(TopologySpreadConstraint constraint, Map<String, String> labels) {
        TopologySpreadConstraint copy = Frozen.copy(constraint, TopologySpreadConstraint::new);
        copy.setLabelSelector(merged(constraint.getLabelSelector(), constraint.getMatchLabelKeys(), "In", labels));
        return copy;
    }

    private static Affinity merged(Affinity affinity, Map<String, String> labels) {
        Affinity copy = Frozen.copy(affinity, Affinity::new);
        if (affinity.getPodAffinity() != null) {
            PodAffinity near = Frozen.copy(affinity.getPodAffinity(), PodAffinity::new);
            near.setRequiredDuringSchedulingIgnoredDuringExecution(
                    each(near.getRequiredDuringSchedulingIgnoredDuringExecution(), term -> merged(term, labels)));
            near.setPreferredDuringSchedulingIgnoredDuringExecution(
                    each(near.getPreferredDuringSchedulingIgnoredDuringExecution(), term -> merged(term, labels)));
            copy.setPodAffinity(near);
        }
        if (affinity.getPodAntiAffinity() != null) {
            PodAntiAffinity far = Frozen.copy(affinity.getPodAntiAffinity(), PodAntiAffinity::new);
            far.setRequiredDuringSchedulingIgnoredDuringExecution(
                    each(far.getRequiredDuringSchedulingIgnoredDuringExecution(), term -> merged(term, labels)));
            far.setPreferredDuringSchedulingIgnoredDuringExecution(
                    each(far.getPreferredDuringSchedulingIgnoredDuringExecution(), term -> merged(term, labels)));
            copy.setPodAntiAffinity(far);
        }
        return copy;
    }

    private static WeightedPodAffinityTerm merged(WeightedPodAffinityTerm weighted, Map<String, String> labels) {
        WeightedPodAffinityTerm copy = Frozen.copy(weighted, WeightedPodAffinityTerm::new);
        copy.setPodAffinityTerm(merged(weighted.getPodAffinityTerm(), labels));
        return copy;
    }

    private static PodAffinityTerm merged(PodAffinityTerm term, Map<String, String> labels) {
        PodAffinityTerm copy = Frozen.copy(term, PodAffinityTerm::new);
        LabelSelector same = merged(term.getLabelSelector(), term.getMatchLabelKeys(), "In", labels);
        copy.setLabelSelector(merged(same, term.getMismatchLabelKeys(), "NotIn", labels));
        return copy;
    }

    /** No selector matches nobody, whatever is added. A label that the pod has not got adds nothing. */
    private static @Nullable LabelSelector merged(
            @Nullable LabelSelector selector,
            @Nullable List<String> keys,
            String operator,
            Map<String, String> labels) {
        if (selector == null) {
            return null;
        }
        List<LabelSelectorRequirement> wanted = new ArrayList<>(Lists.orEmpty(selector.getMatchExpressions()));
        for (String key : Lists.orEmpty(keys)) {
            String value = labels.get(key);
            if (value != null) {
                wanted.add(new LabelSelectorRequirement(key, operator, List.of(value)));
            }
        }
        LabelSelector copy = Frozen.copy(selector, LabelSelector::new);
        copy.setMatchExpressions(wanted);
        return copy;
    }

    private static <T> @Nullable List<T> each(@Nullable List<T> list, UnaryOperator<T> change) {
        return list == null ? null : list.stream().map(change).toList();
    }
}
