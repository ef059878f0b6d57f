// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.server.protobuf.BrokenProtobufException;
import dev.rollproof.server.protobuf.ProtobufBodies;
import dev.rollproof.server.protobuf.UnknownMessageException;
import dev.rollproof.sim.api.Decoding;
import dev.rollproof.sim.api.JsonText;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.SaidKind;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads what clients send. */
final class Bodies {
    private static final String ACCEPTED = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    private static final String NO_KIND = "couldn't get version/kind; json parse error: ";

    private static final int MOST_SHOWN = 30;

    private Bodies() {}

    /** A body that no object can be read from, and why. */
    private static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String why) {
            super(why, null, false, false);
        }
    }

    /**
     * The tree of a body by its content type; JSON where it names none. A body that says nothing is an object without fields.
     *
     * @param kind the kind of the object that it should be
     */
    static Map<String, @Nullable Object> tree(ApiRequest request, String kind) {
        try {
            return read(request);
        } catch (UnreadableException unreadable) {
            throw Refusal.badRequest("the object provided is unrecognized (must be of type " + kind + "): "
                    + unreadable.getMessage() + " (" + summary(request) + ")");
        }
    }

    /** The tree of a body that holds options. */
    static Map<String, @Nullable Object> options(ApiRequest request) {
        try {
            return read(request);
        } catch (UnreadableException unreadable) {
            throw Refusal.badRequest(String.valueOf(unreadable.getMessage()));
        }
    }

    private static Map<String, @Nullable Object> read(ApiRequest request) throws UnreadableException {
        return switch (request.contentType()) {
            case "", "application/json" -> object(json(text(request)));
            case "application/yaml" -> object(yaml(request));
            case ProtobufBodies.MEDIA_TYPE -> protobuf(request);
            default -> throw Refusal.unsupportedMediaType(ACCEPTED);
        };
    }

    private static @Nullable Object json(String text) throws UnreadableException {
        Optional<String> problem = JsonText.problemOf(text);
        if (problem.isPresent()) {
            throw new UnreadableException(NO_KIND + problem.get());
        }
        try {
            return JsonText.valueOf(text);
        } catch (RuntimeException tooMuch) {
            throw new UnreadableException(NO_KIND + Texts.firstLine(tooMuch));
        }
    }

    private static @Nullable Object yaml(ApiRequest request) throws UnreadableException {
        try {
            return YamlTree.of(text(request));
        } catch (RuntimeException broken) {
            throw new UnreadableException("yaml: " + Texts.firstLine(broken));
        }
    }

    /** What a body holds is an object, and says its kind in words, if it does. */
    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(@Nullable Object value) throws UnreadableException {
        if (value == null) {
            return new LinkedHashMap<>();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new UnreadableException(NO_KIND + "json: cannot unmarshal " + JsonText.typeOf(value)
                    + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\";"
                    + " Kind string \"json:\\\"kind,omitempty\\\"\" }");
        }
        for (String field : List.of("apiVersion", "kind")) {
            Object said = map.get(field);
            if (said != null && !(said instanceof String)) {
                throw new UnreadableException(NO_KIND + "json: cannot unmarshal " + JsonText.typeOf(said)
                        + " into Go struct field ." + field + " of type string");
            }
        }
        if (map.get("apiVersion") instanceof String version && version.indexOf('/') != version.lastIndexOf('/')) {
            throw new UnreadableException("unexpected GroupVersion string: " + version);
        }
        return (Map<String, @Nullable Object>) map;
    }

    /** The beginning of a body, as a real server shows it. */
    private static String summary(ApiRequest request) {
        byte[] body = request.body();
        byte[] beginning = Arrays.copyOf(body, Math.min(body.length, MOST_SHOWN));
        if (body.length == 0) {
            return "<empty>";
        }
        return (body[0] == '{'
                        ? new String(beginning, StandardCharsets.UTF_8)
                        : HexFormat.of().formatHex(beginning))
                + (body.length > MOST_SHOWN ? " ..." : "");
    }

    private static Map<String, @Nullable Object> protobuf(ApiRequest request) throws UnreadableException {
        try {
            return ProtobufBodies.tree(request.body());
        } catch (BrokenProtobufException broken) {
            throw new UnreadableException(String.valueOf(broken.getMessage()));
        } catch (UnknownMessageException unknown) {
            throw new Refusal(
                    415,
                    "UnsupportedMediaType",
                    unknown.getMessage() + ", in which this client sent the object; send JSON or YAML");
        }
    }

    static String text(ApiRequest request) {
        return new String(request.body(), StandardCharsets.UTF_8);
    }

    /** The object that a body holds, for a path: of its kind, and in its namespace. */
    static <T extends HasMetadata> T object(ApiRequest request, ResourceType<T> type, String namespace) {
        return object(tree(request, type.kind()), type, namespace);
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
        Map<String, @Nullable Object> tree = configuration(request);
        Object saidVersion = Objects.requireNonNullElse(tree.get("apiVersion"), "");
        Object saidKind = Objects.requireNonNullElse(tree.get("kind"), "");
        if (!apiVersion.equals(saidVersion) || !kind.equals(saidKind)) {
            String version = String.valueOf(saidVersion);
            throw Refusal.badRequest(
                    "invalid object type: " + (version.contains("/") ? "" : "/") + version + ", Kind=" + saidKind);
        }
        return tree;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> configuration(ApiRequest request) {
        Object value;
        try {
            value = yaml(request);
        } catch (UnreadableException broken) {
            throw Refusal.badRequest("error decoding patch: error converting YAML to JSON: " + broken.getMessage());
        }
        if (value == null) {
            return new LinkedHashMap<>();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw Refusal.badRequest("error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot"
                    + " unmarshal " + JsonText.typeOf(value) + " into Go value of type map[string]interface {}");
        }
        return (Map<String, @Nullable Object>) map;
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
        SaidKind expected = new SaidKind(apiVersion, kind);
        SaidKind said = new SaidKind(word(tree, "apiVersion", apiVersion), word(tree, "kind", kind));
        if (said.isEarlier(expected)) {
            throw Refusal.badRequest("the API version in the data (" + said.apiVersion()
                    + ") does not match the expected API version (" + apiVersion + ")");
        }
        said.problemAs(expected).ifPresent(problem -> {
            throw Refusal.badRequest(said.kind() + " in version \"" + said.version() + "\" cannot be handled as a "
                    + kind + ": " + problem);
        });
    }

    private static String word(Map<String, @Nullable Object> tree, String field, String otherwise) {
        return tree.get(field) instanceof String word && !word.isEmpty() ? word : otherwise;
    }

    private static void place(HasMetadata object, ResourceType<?> type, String namespace) {
        ObjectMeta metadata = object.getMetadata();
        if (!type.namespaced()) {
            // As a real server: what a namespace says of what has none is not looked at.
            metadata.setNamespace(null);
            return;
        }
        Decoding.checkNamespace(metadata.getNamespace(), namespace);
        metadata.setNamespace(namespace);
    }
}
