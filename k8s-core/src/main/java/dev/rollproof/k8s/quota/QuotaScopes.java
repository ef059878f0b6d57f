// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaSpec;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a quota is about, by its {@code scopes} and its {@code scopeSelector}: it counts only what matches all of them, so without any
 * it counts everything. Sources: pkg/quota/v1/evaluator/core, and generic.Matches of apiserver.
 *
 * @param all those of {@code scopes} have the operator {@code Exists}
 */
public record QuotaScopes(List<ScopedResourceSelectorRequirement> all) {
    /** Scopes that pods may match. */
    public static final Set<String> OF_PODS = Set.of(
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity");

    /** The scope that claims may match. */
    public static final String OF_CLAIMS = "VolumeAttributesClass";

    /** How names of classes are selected. */
    public static final Set<String> OPERATORS = Set.of("In", "NotIn", "Exists", "DoesNotExist");

    public QuotaScopes {
        all = List.copyOf(all);
    }

    public static QuotaScopes of(ResourceQuota quota) {
        List<ScopedResourceSelectorRequirement> all = new ArrayList<>();
        ResourceQuotaSpec spec = quota.getSpec();
        if (spec != null && spec.getScopes() != null) {
            spec.getScopes().forEach(name -> all.add(new ScopedResourceSelectorRequirement("Exists", name, List.of())));
        }
        if (spec != null
                && spec.getScopeSelector() != null
                && spec.getScopeSelector().getMatchExpressions() != null) {
            all.addAll(spec.getScopeSelector().getMatchExpressions());
        }
        return new QuotaScopes(all);
    }

    /** Whether it is about everything, objects of all kinds. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** Whether it depends on the priority class, which a pod that names none may have by default. */
    public boolean askForPriorityClass() {
        return all.stream().anyMatch(scope -> "PriorityClass".equals(scope.getScopeName()));
    }

    /** The first scope or operator that is not known here, as newer versions of Kubernetes may have; nothing is said to match it. */
    public Optional<String> unknown() {
        return all.stream()
                .map(scope -> {
                    if (!OF_PODS.contains(scope.getScopeName()) && !OF_CLAIMS.equals(scope.getScopeName())) {
                        return "scope " + scope.getScopeName();
                    }
                    return OPERATORS.contains(scope.getOperator()) ? "" : "operator " + scope.getOperator();
                })
                .filter(unknown -> !unknown.isEmpty())
                .findFirst();
    }

    /**
     * Whether a quota with these scopes counts such a pod.
     *
     * @param pod as it is stored, with its {@linkplain LimitRanges#admitted defaults} and its priority class
     */
    public boolean match(PodSpec pod) {
        return all.stream().allMatch(scope -> matches(scope, pod));
    }

    private static boolean matches(ScopedResourceSelectorRequirement scope, PodSpec pod) {
        return switch (Objects.requireNonNullElse(scope.getScopeName(), "")) {
            case "Terminating" -> isTerminating(pod);
            case "NotTerminating" -> !isTerminating(pod);
            case "BestEffort" -> isBestEffort(pod);
            case "NotBestEffort" -> !isBestEffort(pod);
            case "PriorityClass" -> selects(scope, names(pod.getPriorityClassName()));
            case "CrossNamespacePodAffinity" -> isNearOthers(pod.getAffinity());
            default -> false;
        };
    }

    /** That is one that ends by its deadline, not one that is being deleted. */
    private static boolean isTerminating(PodSpec pod) {
        return pod.getActiveDeadlineSeconds() != null && pod.getActiveDeadlineSeconds() >= 0;
    }

    private static boolean isBestEffort(PodSpec pod) {
        return QosClass.of(pod).equals("BestEffort");
    }

    /** Whether it has terms of affinity, for or against, that look into other namespaces. */
    private static boolean isNearOthers(@Nullable Affinity affinity) {
        if (affinity == null) {
            return false;
        }
        Stream<PodAffinityTerm> near = affinity.getPodAffinity() == null
                ? Stream.of()
                : terms(
                        affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
                        affinity.getPodAffinity().getPreferredDuringSchedulingIgnoredDuringExecution());
        Stream<PodAffinityTerm> far = affinity.getPodAntiAffinity() == null
                ? Stream.of()
                : terms(
                        affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution(),
                        affinity.getPodAntiAffinity().getPreferredDuringSchedulingIgnoredDuringExecution());
        return Stream.concat(near, far)
                .anyMatch(term -> term.getNamespaceSelector() != null
                        || term.getNamespaces() != null && !term.getNamespaces().isEmpty());
    }

    private static Stream<PodAffinityTerm> terms(
            @Nullable List<PodAffinityTerm> required, @Nullable List<WeightedPodAffinityTerm> preferred) {
        return Stream.concat(
                required == null ? Stream.of() : required.stream(),
                preferred == null ? Stream.of() : preferred.stream().map(WeightedPodAffinityTerm::getPodAffinityTerm));
    }

    /** Whether a quota with these scopes counts such a claim. */
    public boolean match(PersistentVolumeClaim claim) {
        return all.stream()
                .allMatch(scope -> OF_CLAIMS.equals(scope.getScopeName()) && selects(scope, classesOf(claim)));
    }

    /** Those that it has, that it asks for, and that it is on the way to. */
    private static Set<String> classesOf(PersistentVolumeClaim claim) {
        Set<String> classes = new HashSet<>();
        if (claim.getSpec() != null) {
            classes.addAll(names(claim.getSpec().getVolumeAttributesClassName()));
        }
        PersistentVolumeClaimStatus status = claim.getStatus();
        if (status != null) {
            classes.addAll(names(status.getCurrentVolumeAttributesClassName()));
            if (status.getModifyVolumeStatus() != null) {
                classes.addAll(names(status.getModifyVolumeStatus().getTargetVolumeAttributesClassName()));
            }
        }
        return classes;
    }

    private static Set<String> names(@Nullable String name) {
        return name == null || name.isEmpty() ? Set.of() : Set.of(name);
    }

    private static boolean selects(ScopedResourceSelectorRequirement scope, Set<String> names) {
        List<String> values = scope.getValues() == null ? List.of() : scope.getValues();
        return switch (Objects.requireNonNullElse(scope.getOperator(), "")) {
            case "Exists" -> !names.isEmpty();
            case "DoesNotExist" -> names.isEmpty();
            case "In" -> names.stream().anyMatch(values::contains);
            case "NotIn" -> names.isEmpty() || names.stream().anyMatch(name -> !values.contains(name));
            default -> false;
        };
    }
}
