// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Only the metadata of objects: {@code PartialObjectMetadata}, for clients that need no more of them.
 *
 * @param apiVersion such as {@code meta.k8s.io/v1}
 * @param ofList whether {@code PartialObjectMetadataList} was asked for, which no single object is
 */
record MetadataForm(String apiVersion, boolean ofList) implements Form {
    private Map<String, Object> tree(HasMetadata object) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "PartialObjectMetadata");
        tree.put("apiVersion", apiVersion);
        tree.put("metadata", Models.toTree(object.getMetadata()));
        return tree;
    }

    @Override
    public String contentType() {
        return Answer.JSON;
    }

    @Override
    public byte[] one(Rendered object) {
        if (ofList) {
            throw notAcceptable("PartialObjectMetadataList, but the requested object is not a list (*core."
                    + object.type().kind() + ")");
        }
        return StatusObjects.bytes(tree(object.object()));
    }

    @Override
    public byte[] list(ResourceType<?> type, ListHead head, List<Rendered> items) {
        if (!ofList) {
            throw notAcceptable(
                    "PartialObjectMetadata, but the requested object is a list (*core." + type.kind() + "List)");
        }
        Map<String, Object> list = Form.listTree("PartialObjectMetadataList", apiVersion, head);
        list.put("items", items.stream().map(item -> tree(item.object())).toList());
        return StatusObjects.bytes(list);
    }

    @Override
    public byte[] inEvent(Rendered object) {
        return StatusObjects.bytes(tree(object.object()));
    }

    private static Refusal notAcceptable(String what) {
        return new Refusal(406, "NotAcceptable", "you requested " + what);
    }
}
