// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.api.ResourceType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Objects as they are, in JSON. */
final class PlainForm implements Form {
    static final PlainForm INSTANCE = new PlainForm();

    private PlainForm() {}

    @Override
    public String contentType() {
        return Answer.JSON;
    }

    @Override
    public byte[] one(Rendered object) {
        return object.json();
    }

    @Override
    public byte[] list(ResourceType<?> type, ListHead head, List<Rendered> items) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] before = StatusObjects.bytes(Form.listTree(type.kind() + "List", type.apiVersion(), head));
        out.write(before, 0, before.length - 1);
        out.writeBytes(",\"items\":[".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(items.get(i).json());
        }
        out.writeBytes("]}".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    @Override
    public byte[] inEvent(Rendered object) {
        return object.json();
    }
}
