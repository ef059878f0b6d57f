// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.Decoding;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.validation.FieldValidation;
import dev.rollproof.sim.api.warning.Warnings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** POST, PUT and PATCH of objects and their status. Thread-safe. */
final class WriteRequests {
    static final String APPLY = "application/apply-patch+yaml";
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
        return written(
                form,
                fields,
                Verb.CREATE,
                type,
                () -> null,
                () -> gate.cluster().requests().create(type, object, options, fields),
                true,
                object);
    }

    /**
     * Writes, and answers with what is written then and what there is to warn of.
     *
     * @param stored what there is before; null for nothing
     * @param warns whether what is written may be worth a warning, which a status is not
     * @param created what is to be created; null where that is not sure
     */
    private <T extends HasMetadata> Answer written(
            Form form,
            FieldValidation fields,
            Verb verb,
            ResourceType<T> type,
            Supplier<@Nullable T> stored,
            Supplier<T> write,
            boolean warns,
            @Nullable T created) {
        record Written(Rendered object, @Nullable HasMetadata before) {}
        Written written;
        try {
            written = gate.call(() -> {
                gate.cluster().admit(verb, type);
                T before = stored.get();
                return new Written(Renderings.once(type, write.get()), before);
            });
        } catch (ClusterException refused) {
            if (refused.reason() == Reason.UNREACHABLE) {
                throw refused;
            }
            return StatusObjects.answer(refused).warning(refusedWarnings(refused, fields, created));
        }
        List<String> warnings = new ArrayList<>(fields.warnings());
        if (warns) {
            warnings.addAll(warnings(written.object().object(), written.before(), gate.minor()));
        }
        int code = written.before() == null ? 201 : 200;
        return new Answer.Whole(code, form.contentType(), form.one(written.object())).warning(warnings);
    }

    /** Who creates what is there already is warned, too: a real server looks for it last. */
    private List<String> refusedWarnings(
            ClusterException refused, FieldValidation fields, @Nullable HasMetadata created) {
        List<String> warnings = new ArrayList<>(fields.warnings());
        if (created != null && refused.reason() == Reason.ALREADY_EXISTS) {
            warnings.addAll(Warnings.ofNew(created, gate.minor()));
        }
        return warnings;
    }

    /** What there is to warn of in an object that was written. */
    static List<String> warnings(HasMetadata object, @Nullable HasMetadata before, int minor) {
        return before == null ? Warnings.ofNew(object, minor) : Warnings.ofUpdate(object, before, minor);
    }

    <T extends HasMetadata> Answer replace(
            ApiRequest request, ResourceType<T> type, String namespace, String name, boolean status) {
        Form form = Form.of(request, gate);
        WriteOptions options = WriteParameters.of(request, "UpdateOptions");
        FieldValidation fields = WriteParameters.fieldValidation(request, "UpdateOptions");
        T object = Bodies.object(request, type, namespace);
        fields.saidTwice(Bodies.duplicates(request));
        Decoding.checkName(object.getMetadata().getName(), name);
        return written(
                form,
                fields,
                Verb.UPDATE,
                type,
                () -> gate.cluster().api().find(type, namespace, name),
                () -> status
                        ? gate.cluster().requests().replaceStatus(type, object, options)
                        : gate.cluster().requests().replace(type, object, options, fields),
                !status,
                null);
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
        return written(
                form,
                fields,
                Verb.PATCH,
                type,
                () -> gate.cluster().api().find(type, namespace, name),
                () -> status
                        ? gate.cluster().requests().patchStatus(type, namespace, name, patch, options, fields)
                        : gate.cluster().requests().patch(type, namespace, name, patch, options, fields),
                !status,
                null);
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

    /** Who applies has to say who he is. */
    static void requireFieldManager(ApiRequest request) {
        if (!request.query().has("fieldManager")) {
            throw Refusal.invalidOptions(
                    "PatchOptions",
                    "fieldManager",
                    "FieldValueRequired",
                    "Required value: is required for apply patch");
        }
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
        requireFieldManager(request);
        WriteOptions options = WriteParameters.of(request, "PatchOptions");
        FieldValidation fields = WriteParameters.fieldValidation(request, "PatchOptions");
        T object = Bodies.applied(request, type, namespace);
        if (object.getMetadata().getName() == null) {
            object.getMetadata().setName(name);
        }
        Decoding.checkName(object.getMetadata().getName(), name);
        if (object.getMetadata().getManagedFields() != null
                && !object.getMetadata().getManagedFields().isEmpty()) {
            throw Refusal.badRequest("metadata.managedFields must be nil");
        }
        return written(
                form,
                fields,
                Verb.PATCH,
                type,
                () -> gate.cluster().api().find(type, namespace, name),
                () -> status
                        ? gate.cluster().requests().applyStatus(type, object, options)
                        : gate.cluster().requests().apply(type, object, options),
                !status,
                null);
    }
}
