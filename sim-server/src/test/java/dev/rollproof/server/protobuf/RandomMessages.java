// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;

/** Messages with random fields, whose values are none that JSON leaves out. */
final class RandomMessages {
    /** The model sets them where they are not. */
    private static final Set<String> NAMING = Set.of("apiVersion", "kind");

    private final Random random;
    private final double share;

    /** @param share of the fields that are set */
    RandomMessages(long seed, double share) {
        random = new Random(seed);
        this.share = share;
    }

    Message of(Descriptor type) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        switch (type.getName()) {
            case "Quantity" -> set(message, "string", random.nextInt(1, 100) + "m");
            case "Time" -> set(message, "seconds", random.nextLong(1, 4_000_000_000L));
            case "MicroTime" -> {
                set(message, "seconds", random.nextLong(1, 4_000_000_000L));
                set(message, "nanos", random.nextInt(1_000_000) * 1000);
            }
            case "FieldsV1" -> set(message, "Raw", ByteString.copyFromUtf8("{\"f:a\":{}}"));
            case "RawExtension" -> set(message, "raw", ByteString.copyFromUtf8("{\"a\":1}"));
            case "IntOrString" -> {
                boolean text = random.nextBoolean();
                set(message, "type", text ? 1L : 0L);
                set(message, "intVal", random.nextInt(100));
                set(message, "strVal", text ? random.nextInt(100) + "%" : "");
            }
            default -> {
                for (FieldDescriptor field : type.getFields()) {
                    if (random.nextDouble() < share || NAMING.contains(field.getName())) {
                        fill(message, field);
                    }
                }
            }
        }
        return message.build();
    }

    private static void set(DynamicMessage.Builder message, String field, Object value) {
        message.setField(message.getDescriptorForType().findFieldByName(field), value);
    }

    private void fill(DynamicMessage.Builder message, FieldDescriptor field) {
        if (field.isRepeated()) {
            message.addRepeatedField(field, value(field));
        } else {
            message.setField(field, value(field));
        }
    }

    private Object value(FieldDescriptor field) {
        if (field.isMapField()) {
            DynamicMessage.Builder entry = DynamicMessage.newBuilder(field.getMessageType());
            field.getMessageType().getFields().forEach(side -> entry.setField(side, value(side)));
            return entry.build();
        }
        return switch (field.getJavaType()) {
            case INT -> random.nextInt(1, Integer.MAX_VALUE);
            case LONG -> random.nextLong(1, Long.MAX_VALUE);
            case BOOLEAN -> true;
            case STRING -> "text-" + random.nextInt(1000);
            case BYTE_STRING -> ByteString.copyFrom(new byte[] {(byte) random.nextInt(), 0, -1});
            case DOUBLE -> 0.5;
            case FLOAT -> 0.5f;
            case ENUM -> throw new AssertionError("Kubernetes has no enums, but " + field);
            case MESSAGE -> of(field.getMessageType());
        };
    }

    /** A message from its text. */
    static Message parse(Descriptor type, String text) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        try {
            TextFormat.merge(text, message);
        } catch (TextFormat.ParseException wrong) {
            throw new IllegalArgumentException(text, wrong);
        }
        return message.build();
    }

    /** A body as clients send it. */
    static byte[] body(String apiVersion, String kind, Message message) {
        return enveloped("typeMeta {apiVersion: \"" + apiVersion + "\" kind: \"" + kind + "\"} raw: \""
                + TextFormat.escapeBytes(message.toByteString()) + "\"");
    }

    /** A body with an envelope from its text. */
    static byte[] enveloped(String envelope) {
        return ProtobufBodies.PREFIX
                .concat(parse(ProtobufBodies.ENVELOPE, envelope).toByteString())
                .toByteArray();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
