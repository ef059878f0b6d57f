// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.manifest.Shape;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages as the trees of their JSON. The definitions' fields have the names that they have in JSON; but for parts of an object
 * that Go embeds, which are messages of their own in protobuf and none in JSON, such as the {@code volumeSource} of a volume. They
 * are told by the model, which has no such field. Zeros are on the wire also where JSON leaves them out ({@link Zeros}).
 */
final class MessageTree {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private MessageTree() {}

    /** @param shape of the model that the tree is for; {@code ANYTHING} where there is none */
    static Map<String, @Nullable Object> of(Message message, Shape shape) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        message.getAllFields().forEach((field, value) -> {
            if (isEmbedded(field, shape)) {
                tree.putAll(of((Message) value, shape));
            } else if (!Zeros.isLeftOut(field, value)) {
                Object json = value(field, value, shape.fields().get(field.getName()));
                if (json != null) {
                    tree.put(field.getName(), json);
                }
            }
        });
        return tree;
    }

    /** Whether JSON has the fields of a part where protobuf has the part. */
    static boolean isEmbedded(FieldDescriptor field, Shape shape) {
        return field.getJavaType() == JavaType.MESSAGE
                && !field.isRepeated()
                && shape.kind() == Shape.Kind.OBJECT
                && !shape.fields().containsKey(field.getName())
                && field.getMessageType().getFields().stream()
                        .anyMatch(inner -> shape.fields().containsKey(inner.getName()) || isEmbedded(inner, shape));
    }

    private static @Nullable Object value(FieldDescriptor field, Object value, @Nullable Shape shape) {
        Shape known = shape == null ? Shape.of(Object.class) : shape;
        if (field.isMapField()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (Object item : (List<?>) value) {
                Message entry = (Message) item;
                List<FieldDescriptor> sides = entry.getDescriptorForType().getFields();
                map.put(
                        String.valueOf(entry.getField(sides.get(0))),
                        one(sides.get(1), entry.getField(sides.get(1)), known.ofElement()));
            }
            return map;
        }
        if (field.isRepeated()) {
            List<@Nullable Object> list = new ArrayList<>();
            ((List<?>) value).forEach(item -> list.add(one(field, item, known.ofElement())));
            return list;
        }
        return one(field, value, known);
    }

    private static @Nullable Object one(FieldDescriptor field, Object value, Shape shape) {
        return switch (field.getJavaType()) {
            case MESSAGE -> message((Message) value, shape);
            case BYTE_STRING -> Base64.getEncoder().encodeToString(((ByteString) value).toByteArray());
            default -> value;
        };
    }

    /** Null for what JSON leaves out. */
    private static @Nullable Object message(Message message, Shape shape) {
        Descriptor type = message.getDescriptorForType();
        return switch (type.getFullName()) {
            case "k8s.io.apimachinery.pkg.util.intstr.IntOrString" ->
                ((Number) ProtobufBodies.field(message, "type")).longValue() == 0
                        ? ProtobufBodies.field(message, "intVal")
                        : ProtobufBodies.field(message, "strVal");
            case "k8s.io.apimachinery.pkg.api.resource.Quantity" -> ProtobufBodies.field(message, "string");
            // Go's zero time is an empty message.
            case "k8s.io.apimachinery.pkg.apis.meta.v1.Time" ->
                message.getAllFields().isEmpty() ? null : time(message, DateTimeFormatter.ISO_INSTANT, 0);
            case "k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime" ->
                message.getAllFields().isEmpty()
                        ? null
                        : time(message, MICROS, (Integer) ProtobufBodies.field(message, "nanos"));
            case "k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1" ->
                json((ByteString) ProtobufBodies.field(message, "Raw"));
            case "k8s.io.apimachinery.pkg.runtime.RawExtension" ->
                json((ByteString) ProtobufBodies.field(message, "raw"));
            default -> isListOfTexts(type) ? ProtobufBodies.field(message, "items") : of(message, shape);
        };
    }

    /** A list that is the value of a map is a message in protobuf, such as authorization's {@code ExtraValue}. */
    private static boolean isListOfTexts(Descriptor type) {
        return type.getFields().size() == 1
                && type.getFields().get(0).getName().equals("items")
                && type.getFields().get(0).getJavaType() == JavaType.STRING;
    }

    private static String time(Message message, DateTimeFormatter format, long nanos) {
        try {
            return format.format(Instant.ofEpochSecond((Long) ProtobufBodies.field(message, "seconds"), nanos));
        } catch (DateTimeException | ArithmeticException outside) {
            throw new BrokenProtobufException(
                    "the body has a time out of range: " + ProtobufBodies.field(message, "seconds"), outside);
        }
    }

    private static @Nullable Object json(ByteString raw) {
        try {
            return raw.isEmpty() ? null : Models.parseJson(raw.toStringUtf8());
        } catch (RuntimeException broken) {
            throw new BrokenProtobufException("the body has a part that is to be JSON, and is none", broken);
        }
    }
}
