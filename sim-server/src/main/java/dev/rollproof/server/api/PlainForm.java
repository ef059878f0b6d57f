// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.api.ResourceType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
            byte[] item = items.get(i).json();
            int from = startOf(item, type);
            if (from > 0) {
                out.write('{');
            }
            out.write(item, from, item.length - from);
        }
        out.writeBytes("]}".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /** A list says the kind of its items once; only those of custom resources say it again. */
    private static int startOf(byte[] item, ResourceType<?> type) {
        if (type.isCustom()) {
            return 0;
        }
        byte[] kind = ("{\"apiVersion\":\"" + type.apiVersion() + "\",\"kind\":\"" + type.kind() + "\",")
                .getBytes(StandardCharsets.UTF_8);
        return item.length > kind.length && Arrays.mismatch(item, kind) == kind.length ? kind.length : 0;
    }

    @Override
    public byte[] inEvent(Rendered object) {
        return object.json();
    }
}
