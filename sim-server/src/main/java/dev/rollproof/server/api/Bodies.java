// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.server.protobuf.BrokenProtobufException;
import dev.rollproof.server.protobuf.ProtobufBodies;
import dev.rollproof.server.protobuf.UnknownMessageException;
import dev.rollproof.sim.api.Decoding;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads what clients send. */
final class Bodies {
    private static final String ACCEPTED = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    private Bodies() {}

    /** The tree of a body by its content type; JSON where it names none. */
    static Map<String, @Nullable Object> tree(ApiRequest request) {
        return switch (request.contentType()) {
            case "", "application/json" -> json(request);
            case "application/yaml" -> yaml(request);
            case ProtobufBodies.MEDIA_TYPE -> protobuf(request);
            default -> throw Refusal.unsupportedMediaType(ACCEPTED);
        };
    }

    private static Map<String, @Nullable Object> protobuf(ApiRequest request) {
        try {
            return ProtobufBodies.tree(request.body());
        } catch (BrokenProtobufException broken) {
            throw Refusal.badRequest(String.valueOf(broken.getMessage()));
        } catch (UnknownMessageException unknown) {
            throw new Refusal(
                    415,
                    "UnsupportedMediaType",
                    unknown.getMessage() + ", in which this client sent the object; send JSON or YAML");
        }
    }

    /** The tree of a body that is JSON, or YAML of which JSON is a part. */
    static Map<String, @Nullable Object> json(ApiRequest request) {
        String text = text(request);
        if (text.isBlank()) {
            throw Refusal.badRequest("EOF: the request has no body");
        }
        if (!text.stripLeading().startsWith("{")) {
            throw Refusal.badRequest("couldn't get version/kind; json parse error: the body is no JSON object");
        }
        try {
            return present(Models.parseJson(text));
        } catch (RuntimeException broken) {
            throw Refusal.badRequest("couldn't get version/kind; json parse error: " + firstLine(broken));
        }
    }

    /** The tree of a body that is YAML. */
    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> yaml(ApiRequest request) {
        Object tree;
        try {
            tree = YamlTree.of(text(request));
        } catch (RuntimeException broken) {
            throw Refusal.badRequest("error converting YAML to JSON: yaml: " + firstLine(broken));
        }
        if (!(tree instanceof Map<?, ?> map)) {
            throw Refusal.badRequest("error converting YAML to JSON: the body is no YAML object");
        }
        return (Map<String, @Nullable Object>) map;
    }

    static String text(ApiRequest request) {
        return new String(request.body(), StandardCharsets.UTF_8);
    }

    private static Map<String, @Nullable Object> present(@Nullable Map<String, Object> tree) {
        if (tree == null) {
            throw new IllegalArgumentException("null");
        }
        return new LinkedHashMap<>(tree);
    }

    private static String firstLine(RuntimeException broken) {
        return String.valueOf(broken.getMessage()).lines().findFirst().orElse("");
    }

    /** The object that a body holds, for a path: of its kind, and in its namespace. */
    static <T extends HasMetadata> T object(ApiRequest request, ResourceType<T> type, String namespace) {
        return object(tree(request), type, namespace);
    }

    static <T extends HasMetadata> T object(
            Map<String, @Nullable Object> tree, ResourceType<T> type, String namespace) {
        return placed(tree, type, namespace, Decoding::sent);
    }

    /** Fields that a body in JSON says more than once, by their paths; of other bodies none. */
    static List<String> duplicates(ApiRequest request) {
        boolean json = request.contentType().isEmpty()
                || request.contentType().equals("application/json")
                || request.contentType().endsWith("merge-patch+json");
        return json ? DuplicateFields.in(text(request)) : List.of();
    }

    /** The object that a body holds which is to be applied: a part of one, which says its kind. */
    static <T extends HasMetadata> T applied(ApiRequest request, ResourceType<T> type, String namespace) {
        Map<String, @Nullable Object> tree = appliedTree(request, type.apiVersion(), type.kind());
        return placed(tree, type, namespace, Decoding::applied);
    }

    /** The tree of a body that is to be applied, and says that it is of a kind. */
    static Map<String, @Nullable Object> appliedTree(ApiRequest request, String apiVersion, String kind) {
        Map<String, @Nullable Object> tree = yaml(request);
        Object saidVersion = Objects.requireNonNullElse(tree.get("apiVersion"), "");
        Object saidKind = Objects.requireNonNullElse(tree.get("kind"), "");
        if (!apiVersion.equals(saidVersion) || !kind.equals(saidKind)) {
            String version = String.valueOf(saidVersion);
            throw Refusal.badRequest(
                    "invalid object type: " + (version.contains("/") ? "" : "/") + version + ", Kind=" + saidKind);
        }
        return tree;
    }

    private static <T extends HasMetadata> T placed(
            Map<String, @Nullable Object> tree,
            ResourceType<T> type,
            String namespace,
            BiFunction<ResourceType<T>, Map<String, @Nullable Object>, T> decoded) {
        checkKind(tree, type.apiVersion(), type.kind());
        tree.put("apiVersion", type.apiVersion());
        tree.put("kind", type.kind());
        T object = decoded.apply(type, tree);
        if (object.getMetadata() == null) {
            object.setMetadata(new ObjectMeta());
        }
        place(object, type, namespace);
        return object;
    }

    /** Absent words are taken to be the right ones. */
    static void checkKind(Map<String, @Nullable Object> tree, String apiVersion, String kind) {
        Object saidKind = tree.get("kind");
        Object saidVersion = tree.get("apiVersion");
        if (saidVersion != null && !saidVersion.equals("") && !saidVersion.equals(apiVersion)) {
            throw Refusal.badRequest("the API version in the data (" + saidVersion
                    + ") does not match the expected API version (" + apiVersion + ")");
        }
        if (saidKind != null && !saidKind.equals("") && !saidKind.equals(kind)) {
            String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
            throw Refusal.badRequest(saidKind + " in version \"" + version + "\" cannot be handled as a " + kind
                    + ": the path is one of the kind " + kind);
        }
    }

    private static void place(HasMetadata object, ResourceType<?> type, String namespace) {
        ObjectMeta metadata = object.getMetadata();
        String said = metadata.getNamespace();
        if (!type.namespaced()) {
            // As a real server: what a namespace says of what has none is not looked at.
            metadata.setNamespace(null);
            return;
        }
        if (said != null && !said.isEmpty() && !said.equals(namespace)) {
            throw Refusal.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        metadata.setNamespace(namespace);
    }
}
