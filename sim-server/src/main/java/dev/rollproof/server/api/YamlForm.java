// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Objects as they are, in YAML. */
final class YamlForm implements Form {
    static final YamlForm INSTANCE = new YamlForm();

    private YamlForm() {}

    @Override
    public String contentType() {
        return "application/yaml";
    }

    @Override
    public byte[] one(Rendered object) {
        return dump(tree(object.object()));
    }

    @Override
    public byte[] list(ResourceType<?> type, ListHead head, List<Rendered> items) {
        Map<String, Object> list = Form.listTree(type.kind() + "List", type.apiVersion(), head);
        list.put("items", items.stream().map(item -> tree(item.object())).toList());
        return dump(list);
    }

    @Override
    public byte[] inEvent(Rendered object) {
        throw new IllegalStateException("there are no events in YAML");
    }

    private static Map<String, Object> tree(HasMetadata object) {
        Map<String, Object> tree = Models.toTree(object);
        NullFields.of(object).forEach(field -> tree.put(field, null));
        return tree;
    }

    private static byte[] dump(Map<String, Object> tree) {
        DumpSettings block = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setDereferenceAliases(true)
                .build();
        return new Dump(block).dumpToString(tree).getBytes(StandardCharsets.UTF_8);
    }
}
