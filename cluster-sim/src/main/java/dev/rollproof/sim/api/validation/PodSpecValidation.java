// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for what a pod runs, in a pod or in a template. */
final class PodSpecValidation {
    private PodSpecValidation() {}

    static void validate(PodSpec spec, String path, FieldErrors errors) {
        Set<String> volumes = volumes(spec.getVolumes(), path + ".volumes", errors);
        long grace = Objects.requireNonNullElse(spec.getTerminationGracePeriodSeconds(), 30L);
        ContainerValidation containers = new ContainerValidation(volumes, grace, errors);
        List<Container> main = spec.getContainers() == null ? List.of() : spec.getContainers();
        Set<String> names = new HashSet<>();
        if (main.isEmpty()) {
            errors.required(path + ".containers");
        }
        for (int i = 0; i < main.size(); i++) {
            containers.validate(main.get(i), path + ".containers[" + i + "]", names);
        }
        List<Container> init = spec.getInitContainers() == null ? List.of() : spec.getInitContainers();
        for (int i = 0; i < init.size(); i++) {
            containers.validate(init.get(i), path + ".initContainers[" + i + "]", names);
        }
        oneOf(path + ".restartPolicy", spec.getRestartPolicy(), List.of("Always", "OnFailure", "Never"), errors);
        oneOf(
                path + ".dnsPolicy",
                spec.getDnsPolicy(),
                List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
                errors);
        Names.labels(path + ".nodeSelector", spec.getNodeSelector(), errors);
        securityContext(spec.getSecurityContext(), path + ".securityContext", errors);
        PlacementValidation.surroundings(spec, path, errors);
        String account = spec.getServiceAccountName();
        if (account != null && !account.isEmpty()) {
            Names.subdomain(account).forEach(wrong -> errors.invalid(path + ".serviceAccountName", account, wrong));
        }
        Long deadline = spec.getActiveDeadlineSeconds();
        if (deadline != null && (deadline < 1 || deadline > Integer.MAX_VALUE)) {
            errors.invalid(path + ".activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive");
        }
        hostLabel(path + ".hostname", spec.getHostname(), errors);
        hostLabel(path + ".subdomain", spec.getSubdomain(), errors);
        PlacementValidation.tolerations(spec.getTolerations(), path + ".tolerations", errors);
    }

    private static void securityContext(@Nullable PodSecurityContext context, String path, FieldErrors errors) {
        if (context != null) {
            identity(context.getRunAsUser(), path + ".runAsUser", errors);
            identity(context.getRunAsGroup(), path + ".runAsGroup", errors);
            identity(context.getFsGroup(), path + ".fsGroup", errors);
        }
    }

    private static void identity(@Nullable Long number, String path, FieldErrors errors) {
        if (number != null && (number < 0 || number > Integer.MAX_VALUE)) {
            errors.invalid(path, number, "must be between 0 and 2147483647, inclusive");
        }
    }

    private static void hostLabel(String path, @Nullable String name, FieldErrors errors) {
        if (name != null && !name.isEmpty()) {
            Names.label(name).forEach(wrong -> errors.invalid(path, name, wrong));
        }
    }

    static void oneOf(String path, @Nullable String value, List<String> allowed, FieldErrors errors) {
        if (value != null && !value.isEmpty() && !allowed.contains(value)) {
            errors.notSupported(path, value, allowed);
        }
    }

    private static Set<String> volumes(@Nullable List<Volume> volumes, String path, FieldErrors errors) {
        Set<String> names = new HashSet<>();
        for (int i = 0; volumes != null && i < volumes.size(); i++) {
            Volume volume = volumes.get(i);
            String at = path + "[" + i + "]";
            source(volume, at, errors);
            String name = Objects.requireNonNullElse(volume.getName(), "");
            if (name.isEmpty()) {
                errors.required(at + ".name");
                continue;
            }
            Names.label(name).forEach(wrong -> errors.invalid(at + ".name", name, wrong));
            if (!names.add(name)) {
                errors.duplicate(at + ".name", name);
            }
        }
        return names;
    }

    private static void source(Volume volume, String path, FieldErrors errors) {
        int sources = 0;
        sources += counted(volume.getEmptyDir(), path + ".emptyDir", sources, errors);
        sources += counted(volume.getHostPath(), path + ".hostPath", sources, errors);
        sources += counted(volume.getSecret(), path + ".secret", sources, errors);
        sources += counted(volume.getPersistentVolumeClaim(), path + ".persistentVolumeClaim", sources, errors);
        sources += counted(volume.getConfigMap(), path + ".configMap", sources, errors);
        counted(volume.getProjected(), path + ".projected", sources, errors);
        if (volume.getSecret() != null && Texts.isEmpty(volume.getSecret().getSecretName())) {
            errors.required(path + ".secret.secretName");
        }
        if (volume.getPersistentVolumeClaim() != null
                && Texts.isEmpty(volume.getPersistentVolumeClaim().getClaimName())) {
            errors.required(path + ".persistentVolumeClaim.claimName");
        }
        if (sources < 2
                && volume.getConfigMap() != null
                && Texts.isEmpty(volume.getConfigMap().getName())) {
            errors.required(path + ".configMap.name");
        }
    }

    private static int counted(@Nullable Object source, String path, int before, FieldErrors errors) {
        if (source == null) {
            return 0;
        }
        if (before > 0) {
            errors.forbidden(path, "may not specify more than 1 volume type");
        }
        return 1;
    }
}
