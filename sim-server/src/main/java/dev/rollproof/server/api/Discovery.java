// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.server.api.Catalog.GroupVersion;
import dev.rollproof.server.api.Catalog.Subresource;
import dev.rollproof.sim.api.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells clients which kinds there are: group by group, or all at once where they ask for that. */
final class Discovery {
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private static final List<String> REVIEW_VERBS = List.of("create");

    private final Catalog catalog;

    Discovery(Catalog catalog) {
        this.catalog = catalog;
    }

    /** {@code /api}. */
    Answer core(ApiRequest request) {
        if (asksForAll(request)) {
            return aggregated(request, catalog.versions().subList(0, 1));
        }
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("kind", "APIVersions");
        versions.put("versions", List.of("v1"));
        versions.put("serverAddressByClientCIDRs", List.of());
        return json(versions);
    }

    /** {@code /apis}. */
    Answer groups(ApiRequest request) {
        List<GroupVersion> groups =
                catalog.versions().subList(1, catalog.versions().size());
        if (asksForAll(request)) {
            return aggregated(request, groups);
        }
        return json(object(
                "APIGroupList",
                "v1",
                "groups",
                groups.stream().map(Discovery::group).toList()));
    }

    /** {@code /apis/GROUP}. */
    Answer group(String name) {
        for (GroupVersion one : catalog.versions()) {
            if (one.group().equals(name) && !name.isEmpty()) {
                Map<String, Object> group = new LinkedHashMap<>();
                group.put("kind", "APIGroup");
                group.put("apiVersion", "v1");
                group.putAll(group(one));
                return json(group);
            }
        }
        return KubernetesApi.pageNotFound();
    }

    /** {@code /api/v1}, or {@code /apis/GROUP/VERSION}. */
    Answer resources(GroupVersion version) {
        List<Object> resources = new ArrayList<>();
        for (ResourceType<?> type : version.types()) {
            resources.add(resource(type));
            for (Subresource part : Catalog.subresources(type)) {
                resources.add(resource(type, part));
            }
        }
        for (Review review : Review.of(version.group())) {
            Map<String, Object> resource = new LinkedHashMap<>();
            resource.put("name", review.plural());
            resource.put("singularName", review.singular());
            resource.put("namespaced", false);
            resource.put("kind", review.kind());
            resource.put("verbs", REVIEW_VERBS);
            resources.add(resource);
        }
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("kind", "APIResourceList");
        list.put("apiVersion", "v1");
        list.put("groupVersion", version.text());
        list.put("resources", resources);
        return json(list);
    }

    private static Answer.Whole json(Map<String, ?> tree) {
        return Answer.Whole.json(200, StatusObjects.bytes(tree));
    }

    private static Map<String, Object> object(String kind, String apiVersion, String field, Object value) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", kind);
        object.put("apiVersion", apiVersion);
        object.put(field, value);
        return object;
    }

    private static Map<String, Object> group(GroupVersion one) {
        Map<String, Object> version = Map.of("groupVersion", one.text(), "version", one.version());
        Map<String, Object> group = new LinkedHashMap<>();
        group.put("name", one.group());
        group.put("versions", List.of(version));
        group.put("preferredVersion", version);
        return group;
    }

    private static Map<String, Object> resource(ResourceType<?> type) {
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("name", type.plural());
        resource.put("singularName", Catalog.singular(type));
        resource.put("namespaced", type.namespaced());
        resource.put("kind", type.kind());
        resource.put("verbs", Catalog.VERBS);
        putNames(resource, type);
        return resource;
    }

    private static void putNames(Map<String, Object> resource, ResourceType<?> type) {
        if (!Catalog.shortNames(type).isEmpty()) {
            resource.put("shortNames", Catalog.shortNames(type));
        }
        if (!Catalog.categories(type).isEmpty()) {
            resource.put("categories", Catalog.categories(type));
        }
    }

    private static Map<String, Object> resource(ResourceType<?> type, Subresource part) {
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("name", type.plural() + "/" + part.name());
        resource.put("singularName", "");
        resource.put("namespaced", type.namespaced());
        if (!part.apiVersion().equals(type.apiVersion())) {
            int slash = part.apiVersion().indexOf('/');
            resource.put("group", slash < 0 ? "" : part.apiVersion().substring(0, slash));
            resource.put("version", part.apiVersion().substring(slash + 1));
        }
        resource.put("kind", part.kind());
        resource.put("verbs", part.verbs());
        return resource;
    }

    private static boolean asksForAll(ApiRequest request) {
        return MediaType.accepted(request).stream()
                .anyMatch(type -> type.is("application/json")
                        && type.parameter("as").equals("APIGroupDiscoveryList")
                        && type.parameter("v").equals("v2"));
    }

    private static Answer aggregated(ApiRequest request, List<GroupVersion> versions) {
        List<Object> items = new ArrayList<>();
        for (GroupVersion one : versions) {
            Map<String, Object> version = new LinkedHashMap<>();
            version.put("version", one.version());
            List<Object> resources = new ArrayList<>();
            one.types().forEach(type -> resources.add(aggregatedResource(type)));
            Review.of(one.group()).forEach(review -> resources.add(aggregatedReview(review)));
            version.put("resources", resources);
            version.put("freshness", "Current");
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("metadata", one.group().isEmpty() ? Map.of() : Map.of("name", one.group()));
            item.put("versions", List.of(version));
            items.add(item);
        }
        Map<String, Object> list = object("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2", "metadata", Map.of());
        list.put("items", items);
        return tagged(request, AGGREGATED, StatusObjects.bytes(list));
    }

    private static Map<String, Object> aggregatedReview(Review review) {
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("resource", review.plural());
        resource.put("responseKind", Map.of("group", "", "version", "", "kind", review.kind()));
        resource.put("scope", "Cluster");
        resource.put("singularResource", review.singular());
        resource.put("verbs", REVIEW_VERBS);
        return resource;
    }

    private static Map<String, Object> aggregatedResource(ResourceType<?> type) {
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("resource", type.plural());
        resource.put("responseKind", responseKind(type.apiVersion(), type.kind(), type));
        resource.put("scope", type.namespaced() ? "Namespaced" : "Cluster");
        resource.put("singularResource", Catalog.singular(type));
        resource.put("verbs", Catalog.VERBS);
        putNames(resource, type);
        List<Object> parts = new ArrayList<>();
        for (Subresource part : Catalog.subresources(type)) {
            Map<String, Object> subresource = new LinkedHashMap<>();
            subresource.put("subresource", part.name());
            subresource.put("responseKind", responseKind(part.apiVersion(), part.kind(), type));
            subresource.put("verbs", part.verbs());
            parts.add(subresource);
        }
        if (!parts.isEmpty()) {
            resource.put("subresources", parts);
        }
        return resource;
    }

    /** The group and version are left empty where they are the resource's own. */
    private static Map<String, Object> responseKind(String apiVersion, String kind, ResourceType<?> type) {
        boolean own = apiVersion.equals(type.apiVersion());
        int slash = apiVersion.indexOf('/');
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("group", own || slash < 0 ? "" : apiVersion.substring(0, slash));
        response.put("version", own ? "" : apiVersion.substring(slash + 1));
        response.put("kind", kind);
        return response;
    }

    /** An answer that clients keep, and ask for again by its tag. */
    static Answer tagged(ApiRequest request, String contentType, byte[] body) {
        String tag = '"' + Hashes.hex(body) + '"';
        if (tag.equals(request.header("If-None-Match"))) {
            return new Answer.Whole(304, contentType, new byte[0])
                    .with("ETag", tag)
                    .with("Vary", "Accept");
        }
        return new Answer.Whole(200, contentType, body).with("ETag", tag).with("Vary", "Accept");
    }
}
