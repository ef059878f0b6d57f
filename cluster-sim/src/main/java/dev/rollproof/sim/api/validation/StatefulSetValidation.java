// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateStatefulSetStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSetPersistentVolumeClaimRetentionPolicy;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for StatefulSets. Source: pkg/apis/apps/validation. */
final class StatefulSetValidation {
    private StatefulSetValidation() {}

    static void validate(StatefulSetSpec spec, int minor, FieldErrors errors) {
        String policy = Objects.requireNonNullElse(spec.getPodManagementPolicy(), "OrderedReady");
        if (!List.of("OrderedReady", "Parallel").contains(policy)) {
            errors.invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
        }
        if (spec.getUpdateStrategy() != null && spec.getUpdateStrategy().getType() != null) {
            strategy(spec.getUpdateStrategy(), errors);
        }
        claims(spec, errors);
        WorkloadValidation.nonNegative("spec.replicas", spec.getReplicas(), errors);
        WorkloadValidation.nonNegative("spec.minReadySeconds", spec.getMinReadySeconds(), errors);
        if (spec.getOrdinals() != null) {
            WorkloadValidation.nonNegative(
                    "spec.ordinals.start", spec.getOrdinals().getStart(), errors);
        }
        String service = spec.getServiceName();
        if (service != null && !service.isEmpty()) {
            Names.label(service).forEach(wrong -> errors.invalid("spec.serviceName", service, wrong));
        }
        LabelSelector selector = spec.getSelector();
        boolean comparable = true;
        if (selector == null) {
            errors.required("spec.selector");
        } else {
            comparable = SelectorValidation.validate(selector, "spec.selector", errors);
            if (SelectorValidation.isEmpty(selector)) {
                errors.invalid("spec.selector", Map.of(), "empty selector is invalid for statefulset");
            }
            if (!comparable) {
                errors.invalid("spec.selector", SelectorValidation.shown(selector), "");
            }
        }
        WorkloadValidation.template(
                withClaims(spec), comparable ? selector : null, selector, "StatefulSet", minor, errors);
    }

    private static void strategy(StatefulSetUpdateStrategy strategy, FieldErrors errors) {
        RollingUpdateStatefulSetStrategy rolling = strategy.getRollingUpdate();
        switch (strategy.getType()) {
            case "OnDelete" -> {
                if (rolling != null) {
                    errors.invalid(
                            "spec.updateStrategy.rollingUpdate",
                            shown(rolling),
                            "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" -> {
                if (rolling != null) {
                    rolling(rolling, errors);
                }
            }
            default -> {
                Map<String, @Nullable Object> shown = new LinkedHashMap<>();
                shown.put("Type", strategy.getType());
                shown.put("RollingUpdate", rolling == null ? null : shown(rolling));
                errors.invalid("spec.updateStrategy", shown, "must be 'RollingUpdate' or 'OnDelete'");
            }
        }
    }

    private static Map<String, @Nullable Object> shown(RollingUpdateStatefulSetStrategy rolling) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("Partition", Objects.requireNonNullElse(rolling.getPartition(), 0));
        shown.put("MaxUnavailable", IntOrPercent.shown(rolling.getMaxUnavailable()));
        return shown;
    }

    private static void rolling(RollingUpdateStatefulSetStrategy rolling, FieldErrors errors) {
        WorkloadValidation.nonNegative("spec.updateStrategy.rollingUpdate.partition", rolling.getPartition(), errors);
        if (rolling.getMaxUnavailable() != null) {
            String path = "spec.updateStrategy.rollingUpdate.maxUnavailable";
            IntOrPercent.validate(path, rolling.getMaxUnavailable(), errors);
            if (IntOrPercent.isZero(rolling.getMaxUnavailable())) {
                errors.invalid(path, IntOrPercent.shown(rolling.getMaxUnavailable()), "cannot be 0");
            }
            IntOrPercent.notMoreThanAll(path, rolling.getMaxUnavailable(), errors);
        }
    }

    private static void claims(StatefulSetSpec spec, FieldErrors errors) {
        StatefulSetPersistentVolumeClaimRetentionPolicy policy = spec.getPersistentVolumeClaimRetentionPolicy();
        if (policy != null) {
            retention("whenDeleted", policy.getWhenDeleted(), errors);
            retention("whenScaled", policy.getWhenScaled(), errors);
        }
        List<PersistentVolumeClaim> templates = templates(spec);
        for (int i = 0; i < templates.size(); i++) {
            VolumeValidation.claim(templates.get(i).getSpec(), "spec.volumeClaimTemplates[" + i + "].spec", errors);
        }
    }

    private static List<PersistentVolumeClaim> templates(StatefulSetSpec spec) {
        return Objects.requireNonNullElse(spec.getVolumeClaimTemplates(), List.of());
    }

    /** The template of the pods with the volumes that the claims give them, which its containers may mount. */
    private static @Nullable PodTemplateSpec withClaims(StatefulSetSpec spec) {
        PodTemplateSpec template = spec.getTemplate();
        if (template == null || template.getSpec() == null) {
            return template;
        }
        Map<String, Volume> volumes = new LinkedHashMap<>();
        for (PersistentVolumeClaim claim : templates(spec)) {
            String name =
                    claim.getMetadata() == null ? null : claim.getMetadata().getName();
            volumes.put(
                    Texts.orEmpty(name),
                    new VolumeBuilder()
                            .withName(name)
                            .withNewPersistentVolumeClaim(name, null)
                            .build());
        }
        List<Volume> all = new ArrayList<>(volumes.values());
        for (Volume own : Objects.requireNonNullElse(template.getSpec().getVolumes(), List.<Volume>of())) {
            if (!volumes.containsKey(Texts.orEmpty(own.getName()))) {
                all.add(own);
            }
        }
        PodSpec pods = Frozen.copy(template.getSpec(), PodSpec::new);
        pods.setVolumes(all);
        // The controller gives names of its own.
        pods.setHostname(null);
        pods.setSubdomain(null);
        PodTemplateSpec complete = Frozen.copy(template, PodTemplateSpec::new);
        complete.setSpec(pods);
        return complete;
    }

    private static void retention(String field, @Nullable String value, FieldErrors errors) {
        List<String> policies = List.of("Retain", "Delete");
        if (value != null && !policies.contains(value)) {
            errors.notSupported("spec.persistentVolumeClaimRetentionPolicy." + field, value, policies);
        }
    }

    /** What may not change: said field by field by Kubernetes 1.37, and of the whole spec by 1.34. */
    static void unchanged(StatefulSetSpec now, StatefulSetSpec before, int minor, FieldErrors errors) {
        if (minor >= 35) {
            Immutable.selector(now.getSelector(), before.getSelector(), errors);
            Immutable.unchanged("spec.volumeClaimTemplates", templates(now), templates(before), errors);
            Immutable.unchanged("spec.serviceName", now.getServiceName(), before.getServiceName(), errors);
            Immutable.unchanged(
                    "spec.podManagementPolicy", now.getPodManagementPolicy(), before.getPodManagementPolicy(), errors);
            return;
        }
        StatefulSetSpec changeable = new StatefulSetSpecBuilder(now)
                .withReplicas(before.getReplicas())
                .withTemplate(before.getTemplate())
                .withUpdateStrategy(before.getUpdateStrategy())
                .withMinReadySeconds(before.getMinReadySeconds())
                .withOrdinals(before.getOrdinals())
                .withRevisionHistoryLimit(before.getRevisionHistoryLimit())
                .withPersistentVolumeClaimRetentionPolicy(before.getPersistentVolumeClaimRetentionPolicy())
                .build();
        if (!changeable.equals(before)) {
            errors.forbidden(
                    "spec",
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                            + " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
                            + " 'minReadySeconds' are forbidden");
        }
    }
}
