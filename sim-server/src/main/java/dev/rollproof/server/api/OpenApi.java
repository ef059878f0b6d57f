// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.server.api.Catalog.GroupVersion;
import dev.rollproof.server.openapi.OpenApiDocument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code /openapi/v3}: an index with the hash of each group's document, and the documents; and {@code /openapi/v2}, which describes
 * nothing. kubectl asks that for kinds it does not find in the other, and would end there: with this answer it goes on, and says
 * that the server has no such kind. Thread-safe.
 */
final class OpenApi {
    private static final String V2 = "application/com.github.proto-openapi.spec.v2";

    /** What clients ask for; not what is answered, for Go's own library takes no {@code @} in a type. */
    private static final List<String> V2_ASKED = List.of(V2 + "@v1.0+protobuf", V2 + ".v1.0+protobuf");

    private final Catalog catalog;
    private final String version;
    private final Map<String, byte[]> documents = new ConcurrentHashMap<>();

    /** @param version of Kubernetes, such as {@code v1.37.0} */
    OpenApi(Catalog catalog, String version) {
        this.catalog = catalog;
        this.version = version;
    }

    /** @param path what follows {@code /openapi} */
    Answer get(ApiRequest request, List<String> path) {
        if (path.equals(List.of("v2"))) {
            return second(request);
        }
        return !path.isEmpty() && path.get(0).equals("v3")
                ? third(request, path.subList(1, path.size()))
                : KubernetesApi.pageNotFound();
    }

    private Answer second(ApiRequest request) {
        if (MediaType.accepted(request).stream().anyMatch(type -> V2_ASKED.contains(type.name()))) {
            // A message without a field.
            return new Answer.Whole(200, V2_ASKED.get(1), new byte[0]);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("swagger", "2.0");
        document.put(
                "info",
                Map.of("title", "Kubernetes", "version", version, "description", "The kinds are at /openapi/v3."));
        document.put("paths", Map.of());
        return Discovery.tagged(request, Answer.JSON, StatusObjects.bytes(document));
    }

    private Answer third(ApiRequest request, List<String> path) {
        if (path.isEmpty()) {
            return Discovery.tagged(request, Answer.JSON, index());
        }
        GroupVersion found = find(path);
        if (found == null) {
            return KubernetesApi.pageNotFound();
        }
        byte[] document = document(found);
        Answer answer = Discovery.tagged(request, Answer.JSON, document);
        boolean pinned = request.query().one("hash").equals(hash(document));
        return pinned && answer instanceof Answer.Whole whole
                ? whole.with("Cache-Control", "public, immutable")
                : answer;
    }

    private @Nullable GroupVersion find(List<String> path) {
        if (path.get(0).equals("api") && path.size() == 2) {
            return catalog.find("", path.get(1));
        }
        return path.get(0).equals("apis") && path.size() == 3 && !path.get(1).isEmpty()
                ? catalog.find(path.get(1), path.get(2))
                : null;
    }

    private byte[] index() {
        Map<String, Object> paths = new LinkedHashMap<>();
        for (GroupVersion one : catalog.versions()) {
            String path = path(one);
            paths.put(path, Map.of("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash(document(one))));
        }
        return StatusObjects.bytes(Map.of("paths", paths));
    }

    private static String path(GroupVersion one) {
        return (one.group().isEmpty() ? "api/" : "apis/") + one.text();
    }

    /** As long as kubectl knows hashes to be: it keeps documents in files of that name. */
    private static String hash(byte[] document) {
        return Hashes.hex(document).toUpperCase(java.util.Locale.ROOT);
    }

    private byte[] document(GroupVersion one) {
        return documents.computeIfAbsent(
                one.text(), text -> StatusObjects.bytes(OpenApiDocument.of("/" + path(one), one.types(), version)));
    }
}
