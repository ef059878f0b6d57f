// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.LinkedHashMap;
import java.util.Map;

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
        return SERIALIZATION.convertValue(model, LinkedHashMap.class);
    }

    /** The model of a tree. Fields that the model does not know are kept as additional properties. */
    public static <T> T fromTree(Map<String, ?> tree, Class<T> type) {
        return SERIALIZATION.convertValue(tree, type);
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

    /** A copy that shares nothing with the original. */
    public static <T> T copy(T model) {
        return SERIALIZATION.clone(model);
    }
}
