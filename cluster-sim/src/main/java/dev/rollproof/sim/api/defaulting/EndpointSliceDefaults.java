// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Lists;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.Objects;

/** The defaults of EndpointSlices. */
final class EndpointSliceDefaults {
    private EndpointSliceDefaults() {}

    static void setOn(EndpointSlice slice) {
        for (EndpointPort port : Lists.orEmpty(slice.getPorts())) {
            port.setName(Objects.requireNonNullElse(port.getName(), ""));
            port.setProtocol(Objects.requireNonNullElse(port.getProtocol(), "TCP"));
        }
        for (Endpoint endpoint : Lists.orEmpty(slice.getEndpoints())) {
            if (endpoint.getConditions() == null) {
                endpoint.setConditions(new EndpointConditions());
            }
            // Written by an older version of the API only.
            endpoint.setDeprecatedTopology(null);
            ZeroValues.drop(endpoint.getTargetRef());
        }
    }
}
