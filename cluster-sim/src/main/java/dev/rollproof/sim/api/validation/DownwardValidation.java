// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ObjectFieldSelector;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for what a pod may be told about itself. Source: pkg/apis/core/validation. */
final class DownwardValidation {
    private static final Pattern SUBSCRIPTED = Pattern.compile("(?s)(.+?)\\['(.*)'\\]");
    private static final Pattern KNOWN =
            Pattern.compile("metadata\\.(name|namespace|uid|labels|annotations)|status\\.(phase|hostIPs?|podIPs?)"
                    + "|spec\\.(nodeName|restartPolicy|serviceAccountName|schedulerName)");
    private static final List<String> RESOURCES = List.of(
            "limits.cpu",
            "limits.ephemeral-storage",
            "limits.memory",
            "requests.cpu",
            "requests.ephemeral-storage",
            "requests.memory");
    private static final Set<String> SHARES = Set.of("1m", "1");
    private static final Pattern BYTES = Pattern.compile("1([kMGTPE]|[KMGTPE]i)?");

    private DownwardValidation() {}

    /** @param supported the fields that may be told here, beside single labels and annotations; in alphabetic order */
    static void field(ObjectFieldSelector selector, List<String> supported, String path, FieldErrors errors) {
        String field = Texts.orEmpty(selector.getFieldPath());
        if (field.isEmpty()) {
            errors.required(path + ".fieldPath");
            return;
        }
        String version = Objects.requireNonNullElse(selector.getApiVersion(), "v1");
        if (!version.equals("v1")) {
            unreadable(field, "unsupported pod version: " + version, path, errors);
            return;
        }
        Matcher subscripted = SUBSCRIPTED.matcher(field);
        if (subscripted.matches()) {
            String of = Objects.requireNonNull(subscripted.group(1));
            String key = Objects.requireNonNull(subscripted.group(2));
            if (of.equals("metadata.annotations")) {
                key(key.toLowerCase(Locale.ROOT), path, errors);
            } else if (of.equals("metadata.labels")) {
                key(key, path, errors);
            } else {
                unreadable(field, "field label does not support subscript: " + field, path, errors);
            }
            return;
        }
        String read = field.equals("spec.host") ? "spec.nodeName" : field;
        if (!KNOWN.matcher(read).matches()) {
            unreadable(field, "field label not supported: " + field, path, errors);
        } else if (!supported.contains(read)) {
            errors.notSupported(path + ".fieldPath", read, supported);
        }
    }

    private static void unreadable(String field, String why, String path, FieldErrors errors) {
        errors.invalid(path + ".fieldPath", field, "error converting fieldPath: " + why);
    }

    private static void key(String key, String path, FieldErrors errors) {
        Names.qualifiedName(key).forEach(wrong -> errors.invalid(path, key, wrong));
    }

    /** @param inVolume whether it must say the container whose resource it is */
    static void resource(ResourceFieldSelector selector, String path, boolean inVolume, FieldErrors errors) {
        String resource = Texts.orEmpty(selector.getResource());
        boolean pages = resource.startsWith("limits.hugepages-") || resource.startsWith("requests.hugepages-");
        if (inVolume && Texts.isEmpty(selector.getContainerName())) {
            errors.required(path + ".containerName");
        } else if (resource.isEmpty()) {
            errors.required(path + ".resource");
        } else if (!pages && !RESOURCES.contains(resource)) {
            errors.notSupported(path + ".resource", resource, RESOURCES);
        }
        divisor(resource, pages, selector.getDivisor(), path + ".divisor", errors);
    }

    private static void divisor(
            String resource, boolean pages, @Nullable Quantity divisor, String path, FieldErrors errors) {
        if (divisor == null || divisor.getNumericalAmount().signum() == 0) {
            return;
        }
        String said = divisor.toString();
        if (resource.endsWith(".cpu")) {
            if (RESOURCES.contains(resource) && !SHARES.contains(said)) {
                errors.invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource");
            }
        } else if ((pages || RESOURCES.contains(resource))
                && !BYTES.matcher(said).matches()) {
            String of = pages ? "hugepages" : resource.endsWith(".memory") ? "memory" : "local ephemeral storage";
            errors.invalid(
                    path,
                    resource,
                    "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the "
                            + of + " resource");
        }
    }
}
