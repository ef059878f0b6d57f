// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeSource;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules for the files in volumes that the cluster fills. Source: pkg/apis/core/validation. Bundles of trust and certificates of pods are not
 * looked at.
 */
final class ProjectionValidation {
    private static final List<String> FIELDS =
            List.of("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid");
    private static final long LEAST_SECONDS = 600;
    private static final long MOST_SECONDS = 1L << 32;

    private final FieldErrors errors;

    ProjectionValidation(FieldErrors errors) {
        this.errors = errors;
    }

    /** A key of a ConfigMap or Secret, as a file. */
    void item(KeyToPath item, String path) {
        if (Texts.isEmpty(item.getKey())) {
            errors.required(path + ".key");
        }
        file(item.getPath(), path);
        PathRules.mode(item.getMode(), path + ".mode", errors);
    }

    private void file(@Nullable String said, String path) {
        String file = Texts.orEmpty(said);
        if (file.isEmpty()) {
            errors.required(path + ".path");
        }
        PathRules.ofFile(file, path + ".path", errors);
    }

    void downward(DownwardAPIVolumeSource source, String path) {
        PathRules.mode(source.getDefaultMode(), path + ".defaultMode", errors);
        // The server does not say which of them it means.
        Lists.orEmpty(source.getItems()).forEach(item -> downward(item, path));
    }

    private void downward(DownwardAPIVolumeFile item, String path) {
        file(item.getPath(), path);
        if (item.getFieldRef() != null) {
            DownwardValidation.field(item.getFieldRef(), FIELDS, path + ".fieldRef", errors);
            if (item.getResourceFieldRef() != null) {
                errors.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        } else if (item.getResourceFieldRef() != null) {
            DownwardValidation.resource(item.getResourceFieldRef(), path + ".resourceFieldRef", true, errors);
        } else {
            errors.required(path, "one of fieldRef and resourceFieldRef is required");
        }
        PathRules.mode(item.getMode(), path + ".mode", errors);
    }

    void projected(ProjectedVolumeSource source, String path) {
        PathRules.mode(source.getDefaultMode(), path + ".defaultMode", errors);
        List<VolumeProjection> parts = Lists.orEmpty(source.getSources());
        Set<String> files = new HashSet<>();
        for (int i = 0; i < parts.size(); i++) {
            part(parts.get(i), path, path + ".sources[" + i + "]", files);
        }
    }

    private void part(VolumeProjection part, String whole, String path, Set<String> files) {
        int sources = 0;
        if (part.getSecret() != null) {
            sources++;
            String name = Texts.orEmpty(part.getSecret().getName());
            named(name, part.getSecret().getItems(), path + ".secret", whole, files);
        }
        if (part.getConfigMap() != null) {
            sources++;
            String name = Texts.orEmpty(part.getConfigMap().getName());
            named(name, part.getConfigMap().getItems(), path + ".configMap", whole, files);
        }
        if (part.getDownwardAPI() != null) {
            sources++;
            for (DownwardAPIVolumeFile item :
                    Lists.orEmpty(part.getDownwardAPI().getItems())) {
                downward(item, path + ".downwardAPI");
                once(item.getPath(), item.getPath(), whole, files);
            }
        }
        if (part.getServiceAccountToken() != null) {
            sources++;
            token(part.getServiceAccountToken(), whole, path + ".serviceAccountToken");
        }
        if (part.getClusterTrustBundle() != null) {
            sources++;
        }
        if (sources > 1) {
            errors.forbidden(path, "may not specify more than 1 volume type per source");
        }
    }

    private void named(String name, @Nullable List<KeyToPath> items, String path, String whole, Set<String> files) {
        if (name.isEmpty()) {
            errors.required(path + ".name");
        }
        for (int i = 0; items != null && i < items.size(); i++) {
            item(items.get(i), path + ".items[" + i + "]");
            once(items.get(i).getPath(), name, whole, files);
        }
    }

    private void once(@Nullable String file, @Nullable String shown, String path, Set<String> files) {
        if (!Texts.isEmpty(file) && !files.add(file)) {
            errors.invalid(path, shown, "conflicting duplicate paths");
        }
    }

    private void token(ServiceAccountTokenProjection token, String whole, String path) {
        Long seconds = token.getExpirationSeconds();
        if (seconds != null && seconds < LEAST_SECONDS) {
            errors.invalid(path + ".expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
        }
        if (seconds != null && seconds > MOST_SECONDS) {
            errors.invalid(path + ".expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
        }
        // The server speaks of the whole volume here.
        if (Texts.isEmpty(token.getPath())) {
            errors.required(whole + ".path");
        } else {
            PathRules.ofFile(token.getPath(), whole + ".path", errors);
        }
    }
}
