// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Only the metadata of objects: {@code PartialObjectMetadata}, for clients that need no more of them. */
final class MetadataForm implements Form {
    static final MetadataForm INSTANCE = new MetadataForm();

    private MetadataForm() {}

    static Map<String, Object> tree(HasMetadata object) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "PartialObjectMetadata");
        tree.put("apiVersion", "meta.k8s.io/v1");
        tree.put("metadata", Models.toTree(object.getMetadata()));
        return tree;
    }

    @Override
    public String contentType() {
        return Answer.JSON;
    }

    @Override
    public byte[] one(Rendered object) {
        return StatusObjects.bytes(tree(object.object()));
    }

    @Override
    public byte[] list(ResourceType<?> type, ListHead head, List<Rendered> items) {
        Map<String, Object> list = Form.listTree("PartialObjectMetadataList", "meta.k8s.io/v1", head);
        list.put("items", items.stream().map(item -> tree(item.object())).toList());
        return StatusObjects.bytes(list);
    }

    @Override
    public byte[] inEvent(Rendered object) {
        return one(object);
    }
}
