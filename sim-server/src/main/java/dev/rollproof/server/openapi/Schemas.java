// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.openapi;

import dev.rollproof.k8s.manifest.Shape;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.patch.ListKeys;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The schemas of a document, each model's once. Not thread-safe. */
final class Schemas {
    private static final String MODELS = "io.fabric8.kubernetes.api.model.";
    private static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";

    private final Map<String, Object> byName = new TreeMap<>();
    private final Deque<Class<?>> toDo = new ArrayDeque<>();

    /** A kind, and all that its parts are made of. */
    void addKind(ResourceType<?> type) {
        Map<String, Object> schema = object(type.model());
        schema.put("x-kubernetes-group-version-kind", List.of(groupVersionKind(type)));
        byName.put(name(type.model()), schema);
        while (!toDo.isEmpty()) {
            Class<?> model = toDo.remove();
            if (!byName.containsKey(name(model))) {
                byName.put(name(model), object(model));
            }
        }
    }

    Map<String, Object> tree() {
        return byName;
    }

    static Map<String, Object> groupVersionKind(ResourceType<?> type) {
        return Map.of("group", type.group(), "version", type.version(), "kind", type.kind());
    }

    private Map<String, Object> object(Class<?> model) {
        Map<String, Object> properties = new LinkedHashMap<>();
        Shape.of(model).fields().forEach((field, shape) -> properties.put(field, property(field, shape)));
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        return schema;
    }

    private Map<String, Object> property(String field, Shape shape) {
        Map<String, Object> schema = schema(shape);
        if (shape.kind() == Shape.Kind.LIST) {
            List<String> keys = ListKeys.of(field, shape.ofElement().fields().keySet());
            if (!keys.isEmpty()) {
                schema.put("x-kubernetes-list-map-keys", keys);
                schema.put("x-kubernetes-list-type", "map");
                schema.put("x-kubernetes-patch-merge-key", keys.get(0));
                schema.put("x-kubernetes-patch-strategy", field.equals("volumes") ? "merge,retainKeys" : "merge");
            } else if (field.equals("finalizers")) {
                schema.put("x-kubernetes-list-type", "set");
                schema.put("x-kubernetes-patch-strategy", "merge");
            } else {
                schema.put("x-kubernetes-list-type", "atomic");
            }
        }
        return schema;
    }

    private Map<String, Object> schema(Shape shape) {
        Map<String, Object> schema = new LinkedHashMap<>();
        switch (shape.kind()) {
            case TEXT -> schema.put("type", "string");
            case WHOLE_NUMBER -> {
                schema.put("type", "integer");
                schema.put("format", "int64");
            }
            case NUMBER -> schema.put("type", "number");
            case TRUTH -> schema.put("type", "boolean");
            case QUANTITY -> {
                byName.put(QUANTITY, new LinkedHashMap<>(Map.of("oneOf", List.of(type("string"), type("number")))));
                schema.put("$ref", "#/components/schemas/" + QUANTITY);
            }
            case LIST -> {
                schema.put("type", "array");
                schema.put("items", schema(shape.ofElement()));
            }
            case MAP -> {
                schema.put("type", "object");
                schema.put("additionalProperties", schema(shape.ofElement()));
            }
            case OBJECT -> refer(schema, shape.model());
            case ANYTHING -> schema.put("x-kubernetes-preserve-unknown-fields", true);
        }
        return schema;
    }

    private static Map<String, Object> type(String name) {
        return Map.of("type", name);
    }

    private void refer(Map<String, Object> schema, @Nullable Class<?> model) {
        if (model != null) {
            toDo.add(model);
            schema.put("$ref", "#/components/schemas/" + name(model));
        }
    }

    /** A model's name in Kubernetes' own manner, such as {@code io.k8s.api.apps.v1.Deployment}. */
    private static String name(Class<?> model) {
        String simple = model.getSimpleName();
        String rest = model.getPackageName().equals(MODELS.substring(0, MODELS.length() - 1))
                ? ""
                : model.getPackageName().substring(MODELS.length());
        if (Set.of(
                        "ObjectMeta",
                        "OwnerReference",
                        "ManagedFieldsEntry",
                        "FieldsV1",
                        "LabelSelector",
                        "LabelSelectorRequirement",
                        "Condition")
                .contains(simple)) {
            return "io.k8s.apimachinery.pkg.apis.meta.v1." + simple;
        }
        if (rest.isEmpty()) {
            return "io.k8s.api.core.v1." + simple;
        }
        if (rest.startsWith("gatewayapi")) {
            return "io.k8s.networking.gateway.v1." + simple;
        }
        return "io.k8s.api." + (rest.contains(".v1") ? rest : rest + ".v1") + "." + simple;
    }
}
