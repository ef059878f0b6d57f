// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.manifest.Shape;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.kubernetes.client.proto.Runtime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects in Kubernetes' protobuf: four bytes that say that it is one, an envelope that names API version and kind
 * (apimachinery's {@code runtime.Unknown}), and the message in it. Thread-safe.
 */
public final class ProtobufBodies {
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    /** {@code k8s} and a zero (apimachinery, pkg/runtime/serializer/protobuf). */
    static final ByteString PREFIX = ByteString.copyFrom(new byte[] {'k', '8', 's', 0});

    /** Only descriptors are used of the definitions: their generated classes are of an old generator, of which protobuf warns. */
    static final Descriptor ENVELOPE = Runtime.getDescriptor().findMessageTypeByName("Unknown");

    private ProtobufBodies() {}

    /**
     * The tree that the object's JSON would be, with its API version and kind. Fields that the definitions do not have are left out,
     * as an API server leaves out those of a later version.
     *
     * @throws BrokenProtobufException where the bytes are none
     * @throws UnknownMessageException where the kind has no definition
     */
    public static Map<String, @Nullable Object> tree(byte[] body) {
        ByteString bytes = ByteString.copyFrom(body);
        if (!bytes.startsWith(PREFIX)) {
            throw new BrokenProtobufException(
                    "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]", null);
        }
        try {
            DynamicMessage envelope = DynamicMessage.parseFrom(ENVELOPE, bytes.substring(PREFIX.size()));
            Message type = (Message) field(envelope, "typeMeta");
            String apiVersion = (String) field(type, "apiVersion");
            String kind = (String) field(type, "kind");
            if (apiVersion.isEmpty() || kind.isEmpty()) {
                throw new BrokenProtobufException("the protobuf envelope names no apiVersion and kind", null);
            }
            if (!field(envelope, "contentEncoding").equals("")) {
                throw new BrokenProtobufException(
                        "the protobuf envelope has the content encoding " + field(envelope, "contentEncoding")
                                + ", which is not read",
                        null);
            }
            Descriptor message = Definitions.find(apiVersion, kind);
            if (message == null) {
                throw new UnknownMessageException(apiVersion, kind);
            }
            DynamicMessage object = DynamicMessage.parseFrom(message, (ByteString) field(envelope, "raw"));
            Map<String, @Nullable Object> tree = new LinkedHashMap<>();
            tree.put("apiVersion", apiVersion);
            tree.put("kind", kind);
            tree.putAll(MessageTree.of(object, shape(apiVersion, kind)));
            return tree;
        } catch (InvalidProtocolBufferException broken) {
            throw new BrokenProtobufException("the body is broken protobuf: " + broken.getMessage(), broken);
        }
    }

    /** A field's value; empty where it is not set. */
    static Object field(Message message, String name) {
        return message.getField(message.getDescriptorForType().findFieldByName(name));
    }

    private static Shape shape(String apiVersion, String kind) {
        Class<?> model = Models.modelOf(apiVersion, kind);
        return Shape.of(model == GenericKubernetesResource.class ? Object.class : model);
    }
}
