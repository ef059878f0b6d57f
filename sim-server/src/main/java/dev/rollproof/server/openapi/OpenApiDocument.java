// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.openapi;

import dev.rollproof.sim.api.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The OpenAPI v3 document of one group's kinds, with what clients look for in it: which fields there are, which lists are
 * merged by which key, and that writes know {@code dryRun} and {@code fieldValidation}. It has no descriptions: they are
 * Kubernetes' own.
 */
public final class OpenApiDocument {
    private OpenApiDocument() {}

    /**
     * Its tree.
     *
     * @param root where the group's paths begin, such as {@code /apis/apps/v1}
     */
    public static Map<String, Object> of(String root, List<ResourceType<?>> types, String kubernetesVersion) {
        Schemas schemas = new Schemas();
        Map<String, Object> paths = new LinkedHashMap<>();
        for (ResourceType<?> type : types) {
            schemas.addKind(type);
            String collection = root + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
            paths.put(collection, collection(type));
            paths.put(collection + "/{name}", item(type));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.0.0");
        document.put("info", Map.of("title", "Rollproof's simulated Kubernetes", "version", kubernetesVersion));
        document.put("paths", paths);
        document.put("components", Map.of("schemas", schemas.tree()));
        return document;
    }

    private static Map<String, Object> collection(ResourceType<?> type) {
        Map<String, Object> path = new LinkedHashMap<>();
        path.put(
                "get",
                operation(type, "list", List.of("labelSelector", "fieldSelector", "limit", "continue", "watch")));
        path.put("post", operation(type, "post", List.of("dryRun", "fieldManager", "fieldValidation")));
        path.put("delete", operation(type, "deletecollection", List.of("dryRun", "labelSelector", "fieldSelector")));
        path.put("parameters", pathParameters(type, false));
        return path;
    }

    private static Map<String, Object> item(ResourceType<?> type) {
        Map<String, Object> path = new LinkedHashMap<>();
        path.put("get", operation(type, "get", List.of()));
        path.put("put", operation(type, "put", List.of("dryRun", "fieldManager", "fieldValidation")));
        path.put("patch", operation(type, "patch", List.of("dryRun", "fieldManager", "fieldValidation", "force")));
        path.put("delete", operation(type, "delete", List.of("dryRun", "gracePeriodSeconds", "propagationPolicy")));
        path.put("parameters", pathParameters(type, true));
        return path;
    }

    private static Map<String, Object> operation(ResourceType<?> type, String action, List<String> parameters) {
        Map<String, Object> operation = new LinkedHashMap<>();
        List<Object> all = new ArrayList<>();
        for (String name : parameters) {
            all.add(parameter(name, "query"));
        }
        operation.put("parameters", all);
        operation.put("responses", Map.of("200", Map.of("description", "OK")));
        operation.put("x-kubernetes-action", action);
        operation.put("x-kubernetes-group-version-kind", Schemas.groupVersionKind(type));
        return operation;
    }

    private static List<Object> pathParameters(ResourceType<?> type, boolean named) {
        List<Object> all = new ArrayList<>();
        if (named) {
            all.add(parameter("name", "path"));
        }
        if (type.namespaced()) {
            all.add(parameter("namespace", "path"));
        }
        return all;
    }

    private static Map<String, Object> parameter(String name, String in) {
        Map<String, Object> parameter = new LinkedHashMap<>();
        parameter.put("name", name);
        parameter.put("in", in);
        if (in.equals("path")) {
            parameter.put("required", true);
        }
        parameter.put("schema", Map.of("type", "string", "uniqueItems", true));
        return parameter;
    }
}
