// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.server.api.Catalog.GroupVersion;
import dev.rollproof.server.openapi.OpenApiDocument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** {@code /openapi/v3}: an index with the hash of each group's document, and the documents. Thread-safe. */
final class OpenApi {
    private final Catalog catalog;
    private final String version;
    private final Map<String, byte[]> documents = new ConcurrentHashMap<>();

    /** @param version of Kubernetes, such as {@code v1.37.0} */
    OpenApi(Catalog catalog, String version) {
        this.catalog = catalog;
        this.version = version;
    }

    /** @param path what follows {@code /openapi/v3} */
    Answer get(ApiRequest request, List<String> path) {
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
