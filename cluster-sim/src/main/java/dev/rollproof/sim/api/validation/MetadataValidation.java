// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for every object's metadata. */
final class MetadataValidation {
    private static final int ANNOTATIONS_LIMIT = 256 * 1024;
    private static final Pattern IS_VERSION = Pattern.compile("[^/]*/?[^/]+");
    private static final List<String> STANDARD_FINALIZERS = List.of("orphan", "foregroundDeletion", "kubernetes");

    private MetadataValidation() {}

    /** @param names what is wrong with a name of the object's kind */
    static void validate(ObjectMeta metadata, Function<String, List<String>> names, FieldErrors errors) {
        String generateName = metadata.getGenerateName();
        String name = metadata.getName();
        if (generateName != null && !generateName.isEmpty()) {
            String checked = generateName.endsWith("-")
                    ? generateName.substring(0, generateName.length() - 1) + "a"
                    : generateName;
            names.apply(checked).forEach(wrong -> errors.invalid("metadata.generateName", generateName, wrong));
        }
        if (name == null || name.isEmpty()) {
            if (generateName == null || generateName.isEmpty()) {
                errors.required("metadata.name", "name or generateName is required");
            }
        } else {
            names.apply(name).forEach(wrong -> errors.invalid("metadata.name", name, wrong));
        }
        parts(metadata, "metadata", errors);
    }

    /** Labels, annotations, owners and finalizers: also of a template. */
    static void parts(@Nullable ObjectMeta metadata, String path, FieldErrors errors) {
        if (metadata == null) {
            return;
        }
        List<OwnerReference> owners = metadata.getOwnerReferences();
        labelsAndAnnotations(metadata, path, errors);
        int controllers = 0;
        for (int i = 0; owners != null && i < owners.size(); i++) {
            owner(owners.get(i), path + ".ownerReferences[" + i + "]", errors);
            controllers += Boolean.TRUE.equals(owners.get(i).getController()) ? 1 : 0;
        }
        if (controllers > 1) {
            errors.invalid(path + ".ownerReferences", owners, "Only one reference can have Controller set to true");
        }
        List<String> finalizers = Lists.orEmpty(metadata.getFinalizers());
        for (int i = 0; i < finalizers.size(); i++) {
            finalizer(finalizers.get(i), path + ".finalizers", "[" + i + "]", errors);
        }
        if (metadata.getGeneration() != null && metadata.getGeneration() < 0) {
            errors.invalid(path + ".generation", metadata.getGeneration(), Names.NON_NEGATIVE);
        }
    }

    /** The server names the list where a name is none, and the place in it, if any, where it is nobody's. */
    static void finalizer(String finalizer, String path, String index, FieldErrors errors) {
        Names.qualifiedName(finalizer).forEach(wrong -> errors.invalid(path, finalizer, wrong));
        if (!finalizer.contains("/") && !STANDARD_FINALIZERS.contains(finalizer)) {
            errors.invalid(
                    path + index, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    /** What is on its way out waits for nobody new. */
    static void update(ObjectMeta now, ObjectMeta stored, FieldErrors errors) {
        if (stored.getDeletionTimestamp() == null || now.getFinalizers() == null) {
            return;
        }
        List<String> before = stored.getFinalizers() == null ? List.of() : stored.getFinalizers();
        List<String> added = now.getFinalizers().stream()
                .filter(finalizer -> !before.contains(finalizer))
                .sorted()
                .toList();
        if (!added.isEmpty()) {
            errors.forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{\""
                            + String.join("\", \"", added) + "\"}");
        }
    }

    static void labelsAndAnnotations(ObjectMeta metadata, String path, FieldErrors errors) {
        Names.labels(path + ".labels", metadata.getLabels(), errors);
        if (metadata.getAnnotations() == null) {
            return;
        }
        long size = 0;
        for (var annotation : metadata.getAnnotations().entrySet()) {
            String value = Texts.orEmpty(annotation.getValue());
            size += annotation.getKey().length() + value.length();
            Names.qualifiedName(annotation.getKey().toLowerCase(Locale.ROOT))
                    .forEach(wrong -> errors.invalid(path + ".annotations", annotation.getKey(), wrong));
        }
        if (size > ANNOTATIONS_LIMIT) {
            errors.invalid(
                    path + ".annotations", size, "Too long: may not be more than " + ANNOTATIONS_LIMIT + " bytes");
        }
    }

    private static void owner(OwnerReference owner, String path, FieldErrors errors) {
        required(owner.getApiVersion(), path + ".apiVersion", errors);
        String version = Texts.orEmpty(owner.getApiVersion());
        if (!version.isEmpty() && !IS_VERSION.matcher(version).matches()) {
            errors.invalid(path + ".apiVersion", version, "must be <group>/<version> or <version>");
        }
        required(owner.getKind(), path + ".kind", errors);
        required(owner.getName(), path + ".name", errors);
        required(owner.getUid(), path + ".uid", errors);
    }

    private static void required(@Nullable String value, String path, FieldErrors errors) {
        if (value == null || value.isEmpty()) {
            errors.required(path, "must not be empty");
        }
    }
}
