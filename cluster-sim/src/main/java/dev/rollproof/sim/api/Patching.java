// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.patch.JsonPatch;
import dev.rollproof.sim.api.patch.MergePatch;
import dev.rollproof.sim.api.validation.FieldErrors;
import dev.rollproof.sim.api.validation.FieldValidation;
import dev.rollproof.sim.api.validation.UnknownFields;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What patches make of objects. Pure. */
public final class Patching {
    private Patching() {}

    /** Whether it changes who owns which field, so that the object has to say that before. */
    static boolean isAboutOwners(Patch patch) {
        return patch.body().contains("managedFields");
    }

    /** The object as the patch makes it; not stored. It shares parts with the one that is. */
    static <T extends HasMetadata> T patched(
            ResourceType<T> type, T stored, Patch patch, FieldValidation unknownFields) {
        if (type.isCustom() && patch.type() == Patch.Type.STRATEGIC_MERGE) {
            throw new ClusterException(
                    Reason.UNSUPPORTED_MEDIA_TYPE,
                    "the body of the request was in an unknown format - accepted media types include:"
                            + " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        }
        String namespace = Metadata.namespace(stored);
        String name = stored.getMetadata().getName();
        Map<String, @Nullable Object> tree = opened(stored);
        change(tree, patch);
        Object metadata = tree.get("metadata");
        boolean sameObject = metadata instanceof Map<?, ?> fields
                && Objects.equals(fields.get("name"), name)
                && (!type.namespaced() || Objects.equals(fields.get("namespace"), namespace));
        Object space = metadata instanceof Map<?, ?> fields ? fields.get("namespace") : null;
        if (type.namespaced() && space != null && !space.equals(namespace)) {
            throw new ClusterException(
                    Reason.BAD_REQUEST,
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        if (!sameObject) {
            throw new ClusterException(
                    Reason.BAD_REQUEST,
                    "the name of the object (" + (metadata instanceof Map<?, ?> fields ? fields.get("name") : "")
                            + ") does not match the name on the URL (" + name + ")");
        }
        checkKind(type, tree, patch);
        Mistyped.in(tree, type.model()).ifPresent(wrong -> refuse(wrong, type, tree, patch));
        T changed = Decoding.model(type, tree);
        Metadata.checkUid(type, changed, stored);
        if (Frozen.shareAllButMetadata(changed, stored)
                && UnknownFields.of(changed.getMetadata()).isEmpty()
                && !unknownFields.refusesDuplicates()) {
            return changed;
        }
        Decoding.readQuantities(type, changed);
        List<String> unknown = unknownFields.refusedIn(changed);
        if (!unknown.isEmpty()) {
            FieldErrors errors = new FieldErrors();
            errors.invalid(
                    "patch",
                    patch.type() == Patch.Type.STRATEGIC_MERGE
                            ? GoText.ofMergedPatch(parse(patch.body()))
                            : patch.body(),
                    Decoding.strictly(unknown));
            errors.throwIfAny("", "", "");
        }
        return isComplete(type) ? changed : Models.copy(changed);
    }

    /** What is stored keeps its kind, whatever a patch says. */
    private static void checkKind(ResourceType<?> type, Map<String, @Nullable Object> tree, Patch patch) {
        Object kind = tree.get("kind");
        Object apiVersion = tree.get("apiVersion");
        if (type.kind().equals(kind) && type.apiVersion().equals(apiVersion)) {
            return;
        }
        FieldErrors errors = new FieldErrors();
        errors.invalid(
                "patch",
                patch.type() == Patch.Type.STRATEGIC_MERGE
                        ? GoText.ofMergedPatch(parse(patch.body()))
                        : Models.toJson(tree),
                "no kind \"" + (kind == null ? "" : kind) + "\" is registered for version \""
                        + (apiVersion == null ? "" : apiVersion) + "\", and the object is a " + type.kind() + " of "
                        + type.apiVersion());
        errors.throwIfAny("", "", "");
    }

    private static void refuse(Mistyped wrong, ResourceType<?> type, Map<String, @Nullable Object> tree, Patch patch) {
        boolean strategic = patch.type() == Patch.Type.STRATEGIC_MERGE;
        FieldErrors errors = new FieldErrors();
        errors.invalid(
                "patch",
                strategic ? GoText.ofMergedPatch(parse(patch.body())) : Models.toJson(tree),
                strategic ? GoDecoding.ofConversion(wrong) : GoDecoding.ofJson(wrong, type.model()));
        errors.throwIfAny("", "", "");
    }

    /** The object as a tree to change: what is not stepped into stays the very same part. Metadata is the caller's own. */
    private static Map<String, @Nullable Object> opened(HasMetadata stored) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        ((Map<?, ?>) Models.opened(stored)).forEach((field, part) -> tree.put(String.valueOf(field), part));
        tree.put("metadata", Models.toTree(stored.getMetadata()));
        return tree;
    }

    /**
     * Whether the parts of stored objects have all that the server puts into them, whatever becomes of other parts: then nothing will
     * be put into parts that are shared with the stored object. Not so for what controllers write without defaults, nor for a Service,
     * whose ports get numbers of nodes with another type.
     */
    private static boolean isComplete(ResourceType<?> type) {
        return type.equals(ResourceType.DEPLOYMENTS) || type.equals(ResourceType.HTTP_ROUTES);
    }

    /** Changes a tree, which may be of anything that can be patched, such as a Scale. */
    public static void change(Map<String, @Nullable Object> tree, Patch patch) {
        String body = patch.body().strip();
        switch (patch.type()) {
            case JSON -> {
                Object operations = parse("{\"operations\":" + body + "}").get("operations");
                if (!(operations instanceof List<?> list)) {
                    throw new ClusterException(Reason.BAD_REQUEST, "a JSON patch is a list of operations");
                }
                JsonPatch.apply(tree, list);
            }
            case MERGE -> MergePatch.merge(tree, parse(body));
            case STRATEGIC_MERGE -> MergePatch.strategic(tree, parse(body));
        }
    }

    private static Map<String, Object> parse(String json) {
        try {
            return Objects.requireNonNull(Models.parseJson(json));
        } catch (RuntimeException malformed) {
            throw new ClusterException(
                    Reason.BAD_REQUEST,
                    "error decoding patch: "
                            + String.valueOf(malformed.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse(""),
                    List.of(),
                    malformed);
        }
    }
}
