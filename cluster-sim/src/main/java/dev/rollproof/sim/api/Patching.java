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
        SaidKind kind = new SaidKind(type.apiVersion(), type.kind());
        checkSame(tree, patch, kind, type.model(), type.namespaced() ? namespace : "", name);
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
                    isStrategic(patch) ? GoText.ofMergedPatch(fields(patch)) : patch.body(),
                    Decoding.strictly(unknown));
            errors.throwIfAny("", "", "");
        }
        return isComplete(type) ? changed : Models.copy(changed);
    }

    /**
     * Refuses what a patch has made of a tree if it is no longer the object that it was, or no object of its kind.
     *
     * @param namespace that of the object, empty if it has none
     */
    public static void checkSame(
            Map<String, @Nullable Object> tree,
            Patch patch,
            SaidKind kind,
            Class<? extends HasMetadata> model,
            String namespace,
            String name) {
        checkKind(tree, patch, kind, name);
        Mistyped.in(tree, model)
                .ifPresent(wrong -> refuse(
                        tree,
                        patch,
                        isStrategic(patch) ? GoDecoding.ofConversion(wrong) : GoDecoding.ofJson(wrong, model)));
        Map<?, ?> metadata = tree.get("metadata") instanceof Map<?, ?> fields ? fields : Map.of();
        String saidNamespace = word(metadata, "namespace");
        Decoding.checkName(word(metadata, "name"), name);
        if (!namespace.isEmpty()) {
            Decoding.checkNamespace(saidNamespace, namespace);
            if (saidNamespace.isEmpty()) {
                Map<String, @Nullable Object> placed = new LinkedHashMap<>();
                metadata.forEach((field, value) -> placed.put(String.valueOf(field), value));
                placed.put("namespace", namespace);
                tree.put("metadata", placed);
            }
        }
    }

    private static String word(Map<?, ?> fields, String field) {
        return fields.get(field) instanceof String word ? word : "";
    }

    /** What is stored keeps its kind. A strategic merge patch is told of no other: the server does not look at its words. */
    private static void checkKind(Map<String, @Nullable Object> tree, Patch patch, SaidKind kind, String name) {
        Object saidKind = tree.get("kind");
        Object saidVersion = tree.get("apiVersion");
        boolean words = (saidKind == null || saidKind instanceof String)
                && (saidVersion == null || saidVersion instanceof String);
        if (words && !isStrategic(patch)) {
            if (saidVersion == null || saidVersion.equals("")) {
                throw Decoding.undeterminable(name);
            }
            SaidKind said = new SaidKind(
                    String.valueOf(saidVersion),
                    saidKind == null || saidKind.equals("") ? kind.kind() : String.valueOf(saidKind));
            said.problemAs(kind).ifPresent(problem -> refuse(tree, patch, problem));
        } else if (!words && !isStrategic(patch)) {
            String field = saidVersion == null || saidVersion instanceof String ? "kind" : "apiVersion";
            refuse(
                    tree,
                    patch,
                    "couldn't get version/kind; json parse error: json: cannot unmarshal "
                            + JsonText.typeOf(Objects.requireNonNull(tree.get(field))) + " into Go struct field ."
                            + field
                            + " of type string");
        }
        if (words) {
            tree.put("kind", kind.kind());
            tree.put("apiVersion", kind.apiVersion());
        }
    }

    private static boolean isStrategic(Patch patch) {
        return patch.type() == Patch.Type.STRATEGIC_MERGE;
    }

    private static void refuse(Map<String, @Nullable Object> tree, Patch patch, String why) {
        FieldErrors errors = new FieldErrors();
        errors.invalid("patch", isStrategic(patch) ? GoText.ofMergedPatch(fields(patch)) : Models.toJson(tree), why);
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
        switch (patch.type()) {
            case JSON -> JsonPatch.apply(tree, operations(patch));
            case MERGE -> MergePatch.merge(tree, fields(patch));
            case STRATEGIC_MERGE -> MergePatch.strategic(tree, fields(patch));
        }
    }

    private static List<?> operations(Patch patch) {
        Object value = value(patch);
        if (value != null && !(value instanceof List<?>)) {
            throw unreadable("error decoding patch: json: cannot unmarshal " + JsonText.typeOf(value)
                    + " into Go value of type []handlers.jsonPatchOp");
        }
        List<?> operations = value == null ? List.of() : (List<?>) value;
        for (Object operation : operations) {
            if (operation != null && !(operation instanceof Map)) {
                throw unreadable("error decoding patch: json: cannot unmarshal " + JsonText.typeOf(operation)
                        + " into Go value of type handlers.jsonPatchOp");
            }
        }
        return operations;
    }

    /** The fields that a merge patch changes. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> fields(Patch patch) {
        Object value = value(patch);
        if (value == null && isStrategic(patch)) {
            return Map.of();
        }
        if (value == null) {
            throw unreadable("Invalid JSON Patch");
        }
        if (!(value instanceof Map<?, ?> fields)) {
            throw unreadable((isStrategic(patch) ? "" : "error decoding patch: ") + "json: cannot unmarshal "
                    + JsonText.typeOf(value) + " into Go value of type map[string]interface {}");
        }
        return (Map<String, Object>) fields;
    }

    private static @Nullable Object value(Patch patch) {
        if (JsonText.problemOf(patch.body()).isPresent()) {
            throw unreadable("invalid JSON patch");
        }
        try {
            return JsonText.valueOf(patch.body());
        } catch (RuntimeException tooMuch) {
            throw new ClusterException(
                    Reason.BAD_REQUEST, "error decoding patch: " + Texts.firstLine(tooMuch), List.of(), tooMuch);
        }
    }

    private static ClusterException unreadable(String why) {
        return new ClusterException(Reason.BAD_REQUEST, why);
    }
}
