// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.validation.FieldValidation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** POST, PUT and PATCH of objects and their status. Thread-safe. */
final class WriteRequests {
    private static final String APPLY = "application/apply-patch+yaml";
    private static final String PATCHES = "application/json-patch+json, application/merge-patch+json,"
            + " application/strategic-merge-patch+json, " + APPLY;

    private final Gate gate;

    WriteRequests(Gate gate) {
        this.gate = gate;
    }

    <T extends HasMetadata> Answer create(ApiRequest request, ResourceType<T> type, String namespace) {
        Form form = Form.of(request, gate);
        WriteOptions options = WriteParameters.of(request, "CreateOptions");
        FieldValidation fields = WriteParameters.fieldValidation(request, "CreateOptions");
        T object = Bodies.object(request, type, namespace);
        fields.saidTwice(Bodies.duplicates(request));
        Rendered created =
                written(Verb.CREATE, type, () -> gate.cluster().requests().create(type, object, options, fields));
        return answer(201, form, created, fields);
    }

    private <T extends HasMetadata> Rendered written(Verb verb, ResourceType<T> type, Supplier<T> write) {
        return gate.call(() -> {
            gate.cluster().admit(verb, type);
            return Renderings.once(type, write.get());
        });
    }

    private static Answer answer(int code, Form form, Rendered written, FieldValidation fields) {
        return new Answer.Whole(code, form.contentType(), form.one(written)).warning(fields.warnings());
    }

    <T extends HasMetadata> Answer replace(
            ApiRequest request, ResourceType<T> type, String namespace, String name, boolean status) {
        Form form = Form.of(request, gate);
        WriteOptions options = WriteParameters.of(request, "UpdateOptions");
        FieldValidation fields = WriteParameters.fieldValidation(request, "UpdateOptions");
        T object = Bodies.object(request, type, namespace);
        fields.saidTwice(Bodies.duplicates(request));
        checkName(object.getMetadata().getName(), name);
        record Replaced(Rendered object, boolean created) {}
        Replaced replaced = gate.call(() -> {
            gate.cluster().admit(Verb.UPDATE, type);
            boolean created = gate.cluster().api().find(type, namespace, name) == null;
            T written = status
                    ? gate.cluster().requests().replaceStatus(type, object, options)
                    : gate.cluster().requests().replace(type, object, options, fields);
            return new Replaced(Renderings.once(type, written), created);
        });
        return answer(replaced.created() ? 201 : 200, form, replaced.object(), fields);
    }

    static void checkName(@Nullable String said, String name) {
        if (said == null || said.isEmpty()) {
            throw Refusal.badRequest(
                    "the name of the object (" + name + " based on URL) was undeterminable: name must be provided");
        }
        if (!said.equals(name)) {
            throw Refusal.badRequest(
                    "the name of the object (" + said + ") does not match the name on the URL (" + name + ")");
        }
    }

    <T extends HasMetadata> Answer patch(
            ApiRequest request, ResourceType<T> type, String namespace, String name, boolean status) {
        if (request.contentType().equals(APPLY)) {
            return apply(request, type, namespace, name, status);
        }
        Form form = Form.of(request, gate);
        Patch patch = patch(request);
        refuseForce(request);
        WriteOptions options = WriteParameters.of(request, "PatchOptions");
        FieldValidation fields = WriteParameters.fieldValidation(request, "PatchOptions");
        fields.saidTwice(Bodies.duplicates(request));
        Rendered patched = written(
                Verb.PATCH,
                type,
                () -> status
                        ? gate.cluster().requests().patchStatus(type, namespace, name, patch, options, fields)
                        : gate.cluster().requests().patch(type, namespace, name, patch, options, fields));
        return answer(200, form, patched, fields);
    }

    /** The patch that a body is, by its content type. */
    static Patch patch(ApiRequest request) {
        for (Patch.Type type : Patch.Type.values()) {
            if (type.contentType().equals(request.contentType())) {
                return new Patch(type, Bodies.text(request));
            }
        }
        throw Refusal.unsupportedMediaType(PATCHES);
    }

    private static void refuseForce(ApiRequest request) {
        if (request.query().has("force")) {
            throw Refusal.invalidOptions(
                    "PatchOptions",
                    "force",
                    "FieldValueForbidden",
                    "Forbidden: may not be specified for non-apply patch");
        }
    }

    private <T extends HasMetadata> Answer apply(
            ApiRequest request, ResourceType<T> type, String namespace, String name, boolean status) {
        Form form = Form.of(request, gate);
        if (!request.query().has("fieldManager")) {
            throw Refusal.invalidOptions(
                    "PatchOptions",
                    "fieldManager",
                    "FieldValueRequired",
                    "Required value: is required for apply patch");
        }
        WriteOptions options = WriteParameters.of(request, "PatchOptions");
        FieldValidation fields = WriteParameters.fieldValidation(request, "PatchOptions");
        T object = Bodies.applied(request, type, namespace);
        if (object.getMetadata().getName() == null) {
            object.getMetadata().setName(name);
        }
        checkName(object.getMetadata().getName(), name);
        if (object.getMetadata().getManagedFields() != null
                && !object.getMetadata().getManagedFields().isEmpty()) {
            throw Refusal.badRequest("metadata.managedFields must be nil");
        }
        record Applied(Rendered object, boolean created) {}
        Applied applied = gate.call(() -> {
            gate.cluster().admit(Verb.PATCH, type);
            boolean created = gate.cluster().api().find(type, namespace, name) == null;
            T written = status
                    ? gate.cluster().requests().applyStatus(type, object, options)
                    : gate.cluster().requests().apply(type, object, options);
            return new Applied(Renderings.once(type, written), created);
        });
        return new Answer.Whole(applied.created() ? 201 : 200, form.contentType(), form.one(applied.object()))
                .warning(fields.warnings());
    }
}
