// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields that a real server shows also where there is nothing in them, as null. */
final class NullFields {
    private NullFields() {}

    /** Those that an object has nothing in, in their order. */
    static List<String> of(HasMetadata object) {
        List<String> fields = new ArrayList<>();
        if (object instanceof Role role) {
            unlessSaid(role.getRules(), "rules", fields);
        } else if (object instanceof ClusterRole role) {
            unlessSaid(role.getRules(), "rules", fields);
        } else if (object instanceof EndpointSlice slice) {
            unlessSaid(slice.getEndpoints(), "endpoints", fields);
            unlessSaid(slice.getPorts(), "ports", fields);
        } else if (object instanceof Event event) {
            unlessSaid(event.getFirstTimestamp(), "firstTimestamp", fields);
            unlessSaid(event.getLastTimestamp(), "lastTimestamp", fields);
            unlessSaid(event.getEventTime(), "eventTime", fields);
        }
        return fields;
    }

    private static void unlessSaid(@Nullable Object value, String field, List<String> fields) {
        if (value == null || value instanceof Collection<?> items && items.isEmpty()) {
            fields.add(field);
        }
    }

    /** An object's JSON with them at its end. */
    static String addTo(String json, HasMetadata object) {
        List<String> fields = of(object);
        if (fields.isEmpty()) {
            return json;
        }
        return json.substring(0, json.length() - 1) + ",\"" + String.join("\":null,\"", fields) + "\":null}";
    }
}
