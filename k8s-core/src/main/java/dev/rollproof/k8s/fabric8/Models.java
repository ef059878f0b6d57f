// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Converts between fabric8's models, JSON text, and plain trees of maps, lists, strings, numbers and booleans. Keeps
 * Jackson, whose version differs between fabric8 7 and 8, out of everybody else's sight. Thread-safe.
 */
public final class Models {
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

    private Models() {}

    /** The tree of a model; absent fields are left out. The caller owns it. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> toTree(Object model) {
        return PlainModels.toTree(model, part -> SERIALIZATION.convertValue(part, Object.class))
                .orElseGet(() -> SERIALIZATION.convertValue(model, LinkedHashMap.class));
    }

    /**
     * A model as a tree whose parts are the very ones that the model holds, models and all: whoever changes one of them must open a
     * copy of it. What is no model, such as a list, is itself; a part with a JSON form of its own, such as a quantity, is that form.
     * {@link #fromTree(Map, Class)} takes such trees back, and shares those parts.
     */
    public static Object opened(Object part) {
        UnaryOperator<Object> otherForms = other -> SERIALIZATION.convertValue(other, Object.class);
        return PlainModels.opened(part, otherForms).orElseGet(() -> otherForms.apply(part));
    }

    /** Whether two models of one class have the same tree, which an empty list and none have in most places. */
    public static boolean haveSameTree(Object one, Object other) {
        return PlainModels.sameTree(one, other, part -> SERIALIZATION.convertValue(part, Object.class))
                .orElseGet(() -> toTree(one).equals(toTree(other)));
    }

    /** The model of a tree. Fields that the model does not know are kept as additional properties. */
    public static <T> T fromTree(Map<String, ?> tree, Class<T> type) {
        return PlainModels.fromTree(tree, type, SERIALIZATION::convertValue)
                .orElseGet(() -> SERIALIZATION.convertValue(tree, type));
    }

    /** A tree as one line of JSON. */
    public static String toJson(Object treeOrModel) {
        return SERIALIZATION.asJson(treeOrModel);
    }

    /** The tree of a JSON object. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> parseJson(String json) {
        return SERIALIZATION.unmarshal(json, LinkedHashMap.class);
    }

    /** The model that a tree's {@code apiVersion} and {@code kind} name; a generic one for kinds without a model. */
    public static HasMetadata fromTree(Map<String, ?> tree) {
        Object model = SERIALIZATION.unmarshal(SERIALIZATION.asJson(tree));
        if (model instanceof HasMetadata object) {
            return object;
        }
        throw new IllegalArgumentException("not a Kubernetes object: kind " + tree.get("kind"));
    }

    /**
     * The model of one YAML (or JSON) document.
     *
     * @throws IllegalArgumentException if the text is not one document of that kind
     */
    @SuppressWarnings("unchecked")
    public static <T extends HasMetadata> T fromYaml(String text, Class<T> type) {
        Object tree;
        try {
            tree = new Load(LoadSettings.builder().build()).loadFromString(text);
        } catch (YamlEngineException notOne) {
            throw new IllegalArgumentException("not one YAML document: " + notOne.getMessage(), notOne);
        }
        String kind = HasMetadata.getKind(type);
        if (!(tree instanceof Map<?, ?> map) || !kind.equals(map.get("kind"))) {
            throw new IllegalArgumentException(
                    "not a " + kind + ": kind is " + (tree instanceof Map<?, ?> other ? other.get("kind") : "missing"));
        }
        try {
            return fromTree((Map<String, ?>) map, type);
        } catch (RuntimeException misshapen) {
            throw new IllegalArgumentException("not a valid " + kind + ": " + misshapen.getMessage(), misshapen);
        }
    }

    /** The model class of a kind; {@link GenericKubernetesResource} for kinds without one. */
    public static Class<? extends HasMetadata> modelOf(String apiVersion, String kind) {
        Object model = SERIALIZATION.convertValue(
                Map.of("apiVersion", apiVersion, "kind", kind),
                io.fabric8.kubernetes.api.model.KubernetesResource.class);
        return model instanceof HasMetadata object ? object.getClass() : GenericKubernetesResource.class;
    }

    /** The usual mistake is a right kind with a wrong version: names the right one, or nothing. */
    public static String knownVersionsOf(String kind) {
        for (String apiVersion :
                List.of("v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "policy/v1", "autoscaling/v2")) {
            if (!modelOf(apiVersion, kind).equals(GenericKubernetesResource.class)) {
                return " (there is one in " + apiVersion + ")";
            }
        }
        return "";
    }

    /** A copy that shares nothing with the original. */
    public static <T> T copy(T model) {
        return PlainModels.copy(model).orElseGet(() -> SERIALIZATION.clone(model));
    }
}
