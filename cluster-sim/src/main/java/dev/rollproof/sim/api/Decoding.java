// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.patch.DuplicateItems;
import dev.rollproof.sim.api.validation.FieldValidation;
import dev.rollproof.sim.api.validation.Quantities;
import dev.rollproof.sim.api.validation.UnknownFields;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads what clients send, and refuses what no object can be made of, in the server's words. */
public final class Decoding {
    private Decoding() {}

    /** The model of what a client sent whole; fails with BadRequest where a value is of another type than its field. */
    public static <T extends HasMetadata> T sent(ResourceType<T> type, Map<String, ? extends @Nullable Object> tree) {
        Optional<Mistyped> wrong = Mistyped.in(tree, type.model());
        if (wrong.isPresent()) {
            throw unhandled(type, GoDecoding.ofJson(wrong.get(), type.model()), null);
        }
        OptionalInt broken = Base64Text.firstBrokenIn(type, tree);
        if (broken.isPresent()) {
            throw unhandled(type, "illegal base64 data at input byte " + broken.getAsInt(), null);
        }
        return model(type, tree);
    }

    /** The model of what a client sent to be applied; fails where a value is of another type than its field. */
    public static <T extends HasMetadata> T applied(
            ResourceType<T> type, Map<String, ? extends @Nullable Object> tree) {
        String namespace = word(tree, "namespace");
        String name = word(tree, "name");
        Optional<Mistyped> wrong = Mistyped.in(tree, type.model());
        if (wrong.isPresent()) {
            String notATime = wrong.get().notATime();
            throw notATime == null
                    ? untyped(goKind(type), namespace, name, GoDecoding.ofApply(wrong.get(), tree))
                    : unconverted(type, namespace, name, notATime);
        }
        return model(type, tree);
    }

    /** Refuses to apply what does not fit the schema of a kind that is not stored, such as a Scale. */
    public static void checkApplied(Map<String, ? extends @Nullable Object> tree, Class<? extends HasMetadata> model) {
        String kind = tree.get("apiVersion") + ", Kind=" + tree.get("kind");
        Mistyped.in(tree, model).ifPresent(wrong -> {
            throw untyped(kind, word(tree, "namespace"), word(tree, "name"), GoDecoding.ofApply(wrong, tree));
        });
        UnknownFields.of(Models.fromTree(tree, model)).stream().findFirst().ifPresent(unknown -> {
            throw untyped(
                    kind,
                    word(tree, "namespace"),
                    word(tree, "name"),
                    "." + unknown + ": field not declared in schema");
        });
    }

    /** Refuses a tree in which a value is of another type than its field, in the words of who reads JSON in Go. */
    public static void checkTypes(Map<String, ? extends @Nullable Object> tree, Class<?> model) {
        Mistyped.in(tree, model).ifPresent(wrong -> {
            throw new ClusterException(Reason.BAD_REQUEST, GoDecoding.ofJson(wrong, model));
        });
    }

    private static String word(Map<String, ?> tree, String field) {
        return tree.get("metadata") instanceof Map<?, ?> metadata && metadata.get(field) instanceof String word
                ? word
                : "";
    }

    /** The model of a tree; fails with BadRequest where it is misshapen. Unknown fields are kept apart in it. */
    public static <T extends HasMetadata> T model(ResourceType<T> type, Map<String, ? extends @Nullable Object> tree) {
        try {
            T model = Models.fromTree(tree, type.model());
            if (NullValues.anyIn(tree)) {
                NullValues.replaceIn(model);
            }
            readOwners(tree, model.getMetadata());
            return model;
        } catch (RuntimeException misshapen) {
            throw unhandled(type, Texts.firstLine(misshapen), misshapen);
        }
    }

    /** What owns an object has the kind that is said, and none else: the model has one of its own. */
    private static void readOwners(Map<String, ? extends @Nullable Object> tree, @Nullable ObjectMeta read) {
        if (read == null
                || !(tree.get("metadata") instanceof Map<?, ?> metadata)
                || !(metadata.get("ownerReferences") instanceof List<?> owners)) {
            return;
        }
        for (int i = 0; i < owners.size(); i++) {
            OwnerReference owner = read.getOwnerReferences().get(i);
            if (!(owners.get(i) instanceof Map<?, ?> said) || said.get("kind") == null) {
                owner.setKind("");
            }
            if (!(owners.get(i) instanceof Map<?, ?> said) || said.get("apiVersion") == null) {
                owner.setApiVersion("");
            }
        }
    }

    /** Puts an object where its kind belongs: in its namespace, or in none. Who owns its fields, the server knows. */
    static <T extends HasMetadata> void place(ResourceType<T> type, T manifest) {
        manifest.getMetadata().setManagedFields(null);
        if (!type.namespaced()) {
            manifest.getMetadata().setNamespace(null);
        } else if (manifest.getMetadata().getNamespace() == null) {
            manifest.getMetadata().setNamespace("default");
        }
    }

    /** Refuses quantities that are none, and writes all others as the server does. */
    static void readQuantities(ResourceType<?> type, HasMetadata manifest) {
        Optional<String> unreadable = Quantities.unreadableIn(manifest);
        if (unreadable.isPresent()) {
            throw unhandled(type, unreadable.get(), null);
        }
        Quantities.makeCanonical(manifest);
    }

    static void refuseUnknownFields(ResourceType<?> type, HasMetadata manifest, FieldValidation fields) {
        readQuantities(type, manifest);
        List<String> unknown = fields.refusedIn(manifest);
        if (!unknown.isEmpty()) {
            throw unhandled(type, strictly(unknown), null);
        }
    }

    private static ClusterException unhandled(ResourceType<?> type, String why, @Nullable Throwable cause) {
        return new ClusterException(
                Reason.BAD_REQUEST,
                type.kind() + " in version \"" + type.version() + "\" cannot be handled as a " + type.kind() + ": "
                        + why,
                List.of(),
                cause);
    }

    static String strictly(List<String> problems) {
        return "strict decoding error: " + String.join(", ", problems);
    }

    /** Refuses what is said to be of another name than that of its path, or to have none. */
    public static void checkName(@Nullable String said, String name) {
        if (Texts.isEmpty(said)) {
            throw undeterminable(name);
        }
        if (!name.equals(said)) {
            throw new ClusterException(
                    Reason.BAD_REQUEST,
                    "the name of the object (" + said + ") does not match the name on the URL (" + name + ")");
        }
    }

    static ClusterException undeterminable(String name) {
        return new ClusterException(
                Reason.BAD_REQUEST,
                "the name of the object (" + name + " based on URL) was undeterminable: name must be provided");
    }

    /** Refuses what is said to be in another namespace than that of its path; it need not say any. */
    public static void checkNamespace(@Nullable String said, String namespace) {
        if (!Texts.isEmpty(said) && !namespace.equals(said)) {
            throw new ClusterException(
                    Reason.BAD_REQUEST,
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /** The tree of what can be applied; what cannot be is refused. */
    static <T extends HasMetadata> Map<String, Object> checkApplied(ResourceType<T> type, T manifest) {
        place(type, manifest);
        String name = manifest.getMetadata().getName();
        if (Texts.isEmpty(name)) {
            throw new ClusterException(Reason.BAD_REQUEST, "metadata.name is required for server-side apply");
        }
        String namespace = Metadata.namespace(manifest);
        List<String> unknown = UnknownFields.of(manifest);
        if (!unknown.isEmpty()) {
            throw untyped(goKind(type), namespace, name, "." + unknown.get(0) + ": field not declared in schema");
        }
        Map<String, Object> tree = Models.toTree(manifest);
        String twice = DuplicateItems.saidOf(tree);
        if (!twice.isEmpty()) {
            throw untyped(goKind(type), namespace, name, twice);
        }
        Optional<String> unreadable = Quantities.unreadableIn(manifest);
        if (unreadable.isPresent()) {
            throw unconverted(type, namespace, name, unreadable.get());
        }
        return tree;
    }

    /** What is applied does not fit the schema. */
    private static ClusterException untyped(String kind, String namespace, String name, String why) {
        return new ClusterException(
                Reason.INTERNAL_ERROR,
                "failed to create typed patch object (" + namespace + "/" + name + "; " + kind + "): " + why);
    }

    /** What is applied fits the schema, and no object can be made of it. */
    private static ClusterException unconverted(ResourceType<?> type, String namespace, String name, String why) {
        return new ClusterException(
                Reason.INTERNAL_ERROR,
                "failed to convert new object (" + namespace + "/" + name + "; " + goKind(type)
                        + ") to proper version: unable to convert unstructured object to " + goKind(type) + ": " + why);
    }

    private static String goKind(ResourceType<?> type) {
        return (type.group().isEmpty() ? "/" : "") + type.apiVersion() + ", Kind=" + type.kind();
    }
}
