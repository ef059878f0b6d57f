// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.api.ResourceType;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

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
     * @param now what ages are told by
     */
    static Form of(ApiRequest request, Supplier<Instant> now) {
        return choose(request, now, type -> true);
    }

    /** The first form for a stream of events that a request accepts. */
    static Form ofEvents(ApiRequest request, Supplier<Instant> now) {
        return choose(request, now, type -> !type.is("application/yaml")).forWatch();
    }

    private static Form choose(ApiRequest request, Supplier<Instant> now, Predicate<MediaType> possible) {
        for (MediaType type : MediaType.accepted(request)) {
            boolean json = type.is(Answer.JSON) || type.is("*/*") || type.is("application/*");
            String as = type.parameter("as");
            if (!possible.test(type)) {
                continue;
            }
            if (json && as.isEmpty()) {
                return PlainForm.INSTANCE;
            }
            if (json && as.equals("Table") && type.parameter("v").equals("v1")) {
                return new TableForm(now, TableForm.include(request));
            }
            if (json
                    && as.startsWith("PartialObjectMetadata")
                    && type.parameter("v").equals("v1")) {
                return MetadataForm.INSTANCE;
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
