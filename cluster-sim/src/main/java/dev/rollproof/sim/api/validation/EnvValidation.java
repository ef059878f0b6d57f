// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for a container's environment. */
final class EnvValidation {
    private static final List<String> FIELDS = List.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");

    private EnvValidation() {}

    static void validate(Container container, String path, FieldErrors errors) {
        List<EnvVar> variables = container.getEnv() == null ? List.of() : container.getEnv();
        for (int i = 0; i < variables.size(); i++) {
            variable(variables.get(i), path + ".env[" + i + "]", errors);
        }
        List<EnvFromSource> sources = container.getEnvFrom() == null ? List.of() : container.getEnvFrom();
        for (int i = 0; i < sources.size(); i++) {
            EnvFromSource source = sources.get(i);
            String at = path + ".envFrom[" + i + "]";
            String prefix = source.getPrefix();
            if (prefix != null) {
                Names.variable(prefix).forEach(wrong -> errors.invalid(at + ".prefix", prefix, wrong));
            }
            if (source.getConfigMapRef() != null) {
                reference(at + ".configMapRef.name", source.getConfigMapRef().getName(), errors);
            }
            if (source.getSecretRef() != null) {
                reference(at + ".secretRef.name", source.getSecretRef().getName(), errors);
            }
            if (source.getConfigMapRef() == null && source.getSecretRef() == null) {
                errors.invalid(path + ".envFrom", "", "must specify one of: `configMapRef` or `secretRef`");
            } else if (source.getConfigMapRef() != null && source.getSecretRef() != null) {
                errors.invalid(path + ".envFrom", "", "may not have more than one field specified at a time");
            }
        }
    }

    private static void reference(String path, @Nullable String name, FieldErrors errors) {
        if (name == null || name.isEmpty()) {
            errors.required(path);
        } else {
            Names.subdomain(name).forEach(wrong -> errors.invalid(path, name, wrong));
        }
    }

    private static void variable(EnvVar variable, String path, FieldErrors errors) {
        String name = Texts.orEmpty(variable.getName());
        if (name.isEmpty()) {
            errors.required(path + ".name");
        } else {
            Names.variable(name).forEach(wrong -> errors.invalid(path + ".name", name, wrong));
        }
        EnvVarSource from = variable.getValueFrom();
        if (from == null) {
            return;
        }
        String at = path + ".valueFrom";
        int sources = 0;
        if (from.getFieldRef() != null) {
            sources++;
            DownwardValidation.field(from.getFieldRef(), FIELDS, at + ".fieldRef", errors);
        }
        if (from.getResourceFieldRef() != null) {
            sources++;
            DownwardValidation.resource(from.getResourceFieldRef(), at + ".resourceFieldRef", false, errors);
        }
        if (from.getConfigMapKeyRef() != null) {
            sources++;
            key(
                    at + ".configMapKeyRef",
                    from.getConfigMapKeyRef().getName(),
                    from.getConfigMapKeyRef().getKey(),
                    errors);
        }
        if (from.getSecretKeyRef() != null) {
            sources++;
            key(
                    at + ".secretKeyRef",
                    from.getSecretKeyRef().getName(),
                    from.getSecretKeyRef().getKey(),
                    errors);
        }
        if (sources == 0 && from.getFileKeyRef() == null) {
            errors.invalid(
                    at,
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or"
                            + " `fileKeyRef`");
        } else if (sources > 0 && !Texts.isEmpty(variable.getValue())) {
            errors.invalid(at, "", "may not be specified when `value` is not empty");
        } else if (sources > 1) {
            errors.invalid(at, "", "may not have more than one field specified at a time");
        }
    }

    private static void key(String path, @Nullable String name, @Nullable String key, FieldErrors errors) {
        String object = Texts.orEmpty(name);
        Names.subdomain(object).forEach(wrong -> errors.invalid(path + ".name", object, wrong));
        if (Texts.isEmpty(key)) {
            errors.required(path + ".key");
        } else {
            Names.configKey(Objects.requireNonNull(key)).forEach(wrong -> errors.invalid(path + ".key", key, wrong));
        }
    }
}
