// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.V1;
import io.kubernetes.client.proto.V1Apps;
import io.kubernetes.client.proto.V1Authentication;
import io.kubernetes.client.proto.V1Authorization;
import io.kubernetes.client.proto.V1Autoscaling;
import io.kubernetes.client.proto.V1Policy;
import io.kubernetes.client.proto.V1Rbac;
import io.kubernetes.client.proto.V1Storage;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The published protobuf messages by the API versions and kinds that bodies name. Each group is read when it is first asked for. */
final class Definitions {
    private static final Map<String, Supplier<FileDescriptor>> BY_API_VERSION = Map.of(
            "v1", V1::getDescriptor,
            "apps/v1", V1Apps::getDescriptor,
            "authentication.k8s.io/v1", V1Authentication::getDescriptor,
            "authorization.k8s.io/v1", V1Authorization::getDescriptor,
            "autoscaling/v1", V1Autoscaling::getDescriptor,
            "policy/v1", V1Policy::getDescriptor,
            "rbac.authorization.k8s.io/v1", V1Rbac::getDescriptor,
            "storage.k8s.io/v1", V1Storage::getDescriptor);

    /** Kinds that belong to every group, whichever they are sent in. */
    private static final List<String> OF_EVERY_GROUP = List.of("DeleteOptions");

    private Definitions() {}

    /** The message of a kind; null where none is known. */
    static @Nullable Descriptor find(String apiVersion, String kind) {
        if (OF_EVERY_GROUP.contains(kind)) {
            return Meta.getDescriptor().findMessageTypeByName(kind);
        }
        Supplier<FileDescriptor> group = BY_API_VERSION.get(apiVersion);
        return group == null ? null : group.get().findMessageTypeByName(kind);
    }
}
