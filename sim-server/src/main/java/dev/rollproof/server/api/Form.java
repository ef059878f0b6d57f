// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.api.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A form in which objects are answered. Thread-safe, but for what {@link #forWatch} returns: that is one watch's. */
interface Form {
    String contentType();

    byte[] one(Rendered object);

    byte[] list(ResourceType<?> type, ListHead head, List<Rendered> items);

    /** An object as the part of an event, in JSON. */
    byte[] inEvent(Rendered object);

    /**
     * The object of a BOOKMARK event, in JSON: of its kind, and with nothing but this metadata.
     */
    default byte[] bookmark(ResourceType<?> type, Map<String, Object> metadata) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", type.kind());
        object.put("apiVersion", type.apiVersion());
        object.put("metadata", metadata);
        return StatusObjects.bytes(object);
    }

    /** A form that remembers what one watch was told already. */
    default Form forWatch() {
        return this;
    }

    /**
     * The first form that a request accepts; fails with NotAcceptable where there is none.
     *
     * @param gate to the cluster, by whose time ages are told
     */
    static Form of(ApiRequest request, Gate gate) {
        return choose(request, gate, type -> true);
    }

    /** The first form for a stream of events that a request accepts. */
    static Form ofEvents(ApiRequest request, Gate gate) {
        return choose(request, gate, type -> !type.is("application/yaml")).forWatch();
    }

    private static Form choose(ApiRequest request, Gate gate, Predicate<MediaType> possible) {
        for (MediaType type : MediaType.accepted(request)) {
            boolean json = type.is(Answer.JSON) || type.is("*/*") || type.is("application/*");
            String as = type.parameter("as");
            if (!possible.test(type)) {
                continue;
            }
            if (json && as.isEmpty()) {
                return PlainForm.INSTANCE;
            }
            String version = type.parameter("v");
            boolean known = version.equals("v1") || version.equals("v1beta1");
            if (json && as.equals("Table") && known) {
                return new TableForm(gate, TableForm.include(request), "meta.k8s.io/" + version);
            }
            if (json && as.startsWith("PartialObjectMetadata") && known) {
                return new MetadataForm("meta.k8s.io/" + version, as.endsWith("List"));
            }
            if (type.is("application/yaml") && as.isEmpty()) {
                return YamlForm.INSTANCE;
            }
        }
        throw new Refusal(
                406,
                "NotAcceptable",
                "only the following media types are accepted: application/json, application/yaml");
    }

    /** A list's fields before its items. */
    static Map<String, Object> listTree(String kind, String apiVersion, ListHead head) {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("kind", kind);
        list.put("apiVersion", apiVersion);
        list.put("metadata", head.tree());
        return list;
    }
}
