// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.TypedLocalObjectReference;
import io.fabric8.kubernetes.api.model.TypedObjectReference;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for what a claim's volume is filled from. Source: pkg/apis/core/validation. */
final class DataSourceValidation {
    private final FieldErrors errors;

    DataSourceValidation(FieldErrors errors) {
        this.errors = errors;
    }

    void claim(PersistentVolumeClaimSpec spec, String path) {
        TypedLocalObjectReference source = spec.getDataSource();
        TypedObjectReference reference = spec.getDataSourceRef();
        if (source != null) {
            object(source.getName(), source.getKind(), source.getApiGroup(), path + ".dataSource");
        }
        if (reference == null) {
            return;
        }
        object(reference.getName(), reference.getKind(), reference.getApiGroup(), path + ".dataSourceRef");
        // Of namespaces nobody is told: without a feature that is off, such a reference is dropped.
        if (source != null && !isSame(source, reference)) {
            // Real servers would show which field, and show a path without anything in it.
            errors.invalid(path, Map.of(), "must match dataSourceRef");
        }
    }

    private static boolean isSame(TypedLocalObjectReference source, TypedObjectReference reference) {
        return Objects.equals(source.getApiGroup(), reference.getApiGroup())
                && Texts.orEmpty(source.getKind()).equals(Texts.orEmpty(reference.getKind()))
                && Texts.orEmpty(source.getName()).equals(Texts.orEmpty(reference.getName()));
    }

    private void object(@Nullable String name, @Nullable String kind, @Nullable String group, String path) {
        if (Texts.isEmpty(name)) {
            errors.required(path + ".name");
        }
        if (Texts.isEmpty(kind)) {
            errors.required(path + ".kind");
        }
        if (group == null || group.isEmpty()) {
            if (!"PersistentVolumeClaim".equals(kind)) {
                errors.invalid(
                        path,
                        Texts.orEmpty(kind),
                        "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
            }
        } else {
            Names.subdomain(group).forEach(wrong -> errors.invalid(path + ".apiGroup", group, wrong));
        }
    }
}
