// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.server.tables.Tables;
import dev.rollproof.server.tables.Tables.Include;
import dev.rollproof.sim.api.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Objects as rows of a table, as kubectl shows them. */
final class TableForm implements Form {
    private final Gate gate;
    private final Include include;
    private final String apiVersion;
    private final AtomicBoolean saidColumns = new AtomicBoolean();

    /** @param gate to the cluster, by whose time ages are told */
    TableForm(Gate gate, Include include, String apiVersion) {
        this.gate = gate;
        this.include = include;
        this.apiVersion = apiVersion;
    }

    /** What the parameter {@code includeObject} asks for. */
    static Include include(ApiRequest request) {
        return switch (request.query().one("includeObject")) {
            case "None" -> Include.NONE;
            case "Object" -> Include.OBJECT;
            case "", "Metadata" -> Include.METADATA;
            default ->
                throw Refusal.badRequest("Unable to convert to Table as requested: includeObject: Invalid value: \""
                        + request.query().one("includeObject")
                        + "\": must be 'Metadata', 'Object', 'None', or empty");
        };
    }

    @Override
    public String contentType() {
        return Answer.JSON;
    }

    @Override
    public byte[] one(Rendered object) {
        String version = object.object().getMetadata().getResourceVersion();
        return table(object.type(), Map.of("resourceVersion", version), List.of(object), true);
    }

    @Override
    public byte[] list(ResourceType<?> type, ListHead head, List<Rendered> items) {
        return table(type, head.tree(), items, true);
    }

    @Override
    public byte[] inEvent(Rendered object) {
        String version = object.object().getMetadata().getResourceVersion();
        return table(object.type(), Map.of("resourceVersion", version), List.of(object), !saidColumns.getAndSet(true));
    }

    @Override
    public byte[] bookmark(ResourceType<?> type, Map<String, Object> metadata) {
        return table(type, metadata, List.of(), !saidColumns.getAndSet(true));
    }

    @Override
    public Form forWatch() {
        return new TableForm(gate, include, apiVersion);
    }

    private byte[] table(ResourceType<?> type, Map<String, ?> metadata, List<Rendered> items, boolean withColumns) {
        return StatusObjects.bytes(Tables.of(
                apiVersion,
                type.model(),
                metadata,
                items.stream().map(Rendered::object).toList(),
                gate.now(),
                gate.minor(),
                include,
                withColumns));
    }
}
