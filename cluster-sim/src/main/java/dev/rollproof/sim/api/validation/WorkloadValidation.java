// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.LabelSelectors;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for Deployments and ReplicaSets. */
final class WorkloadValidation {
    private WorkloadValidation() {}

    static void deployment(DeploymentSpec spec, int minor, FieldErrors errors) {
        nonNegative("spec.replicas", spec.getReplicas(), errors);
        selectorAndTemplate(spec.getSelector(), spec.getTemplate(), minor, errors);
        strategy(spec.getStrategy(), errors);
        nonNegative("spec.minReadySeconds", spec.getMinReadySeconds(), errors);
        nonNegative("spec.revisionHistoryLimit", spec.getRevisionHistoryLimit(), errors);
        Integer deadline = spec.getProgressDeadlineSeconds();
        if (deadline != null) {
            nonNegative("spec.progressDeadlineSeconds", deadline, errors);
            if (deadline <= Objects.requireNonNullElse(spec.getMinReadySeconds(), 0)) {
                errors.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
            }
        }
    }

    static void replicaSet(ReplicaSetSpec spec, int minor, FieldErrors errors) {
        nonNegative("spec.replicas", spec.getReplicas(), errors);
        nonNegative("spec.minReadySeconds", spec.getMinReadySeconds(), errors);
        selectorAndTemplate(spec.getSelector(), spec.getTemplate(), minor, errors);
    }

    /** Of both kinds alike: the server names a ReplicaSet's selector after the Deployment, and a Deployment's template after the ReplicaSet. */
    private static void selectorAndTemplate(
            @Nullable LabelSelector selector, @Nullable PodTemplateSpec template, int minor, FieldErrors errors) {
        boolean selects = selector(selector, errors);
        template(template, selects ? selector : null, selector, "ReplicaSet", minor, errors);
    }

    static void nonNegative(String path, @Nullable Integer value, FieldErrors errors) {
        if (value != null && value < 0) {
            errors.invalid(path, value, Names.NON_NEGATIVE);
        }
    }

    /** Whether the selector can be compared with labels. */
    private static boolean selector(@Nullable LabelSelector selector, FieldErrors errors) {
        if (selector == null) {
            errors.required("spec.selector");
            return true;
        }
        boolean valid = SelectorValidation.validate(selector, "spec.selector", errors);
        if (SelectorValidation.isEmpty(selector)) {
            errors.invalid("spec.selector", Map.of(), "empty selector is invalid for deployment");
        }
        if (!valid) {
            errors.invalid("spec.selector", SelectorValidation.shown(selector), "invalid label selector");
        }
        return valid;
    }

    /**
     * The rules for a pod template.
     *
     * @param comparable the selector, if it can be compared with labels; else null
     * @param of the kind that has the template
     * @param minor the minor version of Kubernetes whose rules are played
     */
    static void template(
            @Nullable PodTemplateSpec template,
            @Nullable LabelSelector comparable,
            @Nullable LabelSelector selector,
            String of,
            int minor,
            FieldErrors errors) {
        ObjectMeta metadata = template == null ? null : template.getMetadata();
        Map<String, String> labels = metadata == null || metadata.getLabels() == null ? Map.of() : metadata.getLabels();
        boolean empty = selector == null;
        boolean matches = !empty && comparable != null && LabelSelectors.matches(comparable, labels);
        if ((empty || comparable != null) && !matches) {
            errors.invalid(
                    "spec.template.metadata.labels",
                    labels.isEmpty() ? null : labels,
                    "`selector` does not match template `labels`");
        }
        if (metadata != null) {
            // Without "metadata", as the server says it here.
            MetadataValidation.labelsAndAnnotations(metadata, "spec.template", errors);
        }
        PodSpec spec = template == null || template.getSpec() == null ? new PodSpec() : template.getSpec();
        PodSpecValidation.template(spec, "spec.template.spec", minor, errors);
        if (spec.getRestartPolicy() != null && !"Always".equals(spec.getRestartPolicy())) {
            errors.notSupported("spec.template.spec.restartPolicy", spec.getRestartPolicy(), List.of("Always"));
        }
        if (spec.getActiveDeadlineSeconds() != null) {
            errors.forbidden(
                    "spec.template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in " + of + " is not Supported");
        }
    }

    private static void strategy(@Nullable DeploymentStrategy strategy, FieldErrors errors) {
        if (strategy == null || strategy.getType() == null) {
            return;
        }
        var rolling = strategy.getRollingUpdate();
        if (strategy.getType().equals("Recreate")) {
            if (rolling != null) {
                errors.forbidden(
                        "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
            }
        } else if (strategy.getType().equals("RollingUpdate")) {
            if (rolling == null) {
                errors.required("spec.strategy.rollingUpdate", "this should be defaulted and never be nil");
                return;
            }
            String unavailablePath = "spec.strategy.rollingUpdate.maxUnavailable";
            IntOrString unavailable = rolling.getMaxUnavailable();
            IntOrString surge = rolling.getMaxSurge();
            IntOrPercent.validate(unavailablePath, unavailable, errors);
            IntOrPercent.validate("spec.strategy.rollingUpdate.maxSurge", surge, errors);
            if (IntOrPercent.isZero(unavailable) && IntOrPercent.isZero(surge)) {
                errors.invalid(unavailablePath, IntOrPercent.shown(unavailable), "may not be 0 when `maxSurge` is 0");
            }
            IntOrPercent.notMoreThanAll(unavailablePath, unavailable, errors);
        } else {
            Map<String, @Nullable Object> shown = new LinkedHashMap<>();
            shown.put("Type", strategy.getType());
            shown.put("RollingUpdate", rolling == null ? null : shown(rolling));
            errors.notSupported("spec.strategy", shown, List.of("Recreate", "RollingUpdate"));
        }
    }

    private static Map<String, @Nullable Object> shown(RollingUpdateDeployment rolling) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("MaxUnavailable", IntOrPercent.shown(rolling.getMaxUnavailable()));
        shown.put("MaxSurge", IntOrPercent.shown(rolling.getMaxSurge()));
        return shown;
    }
}
