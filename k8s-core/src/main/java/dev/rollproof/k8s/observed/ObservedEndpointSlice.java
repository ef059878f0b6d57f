// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.util.List;

/**
 * Some of the endpoints of a Service.
 *
 * @param serviceName the Service they belong to; {@code ""} where the slice does not say
 */
public record ObservedEndpointSlice(ObservedMetadata metadata, String serviceName, List<Endpoint> endpoints)
        implements ObservedObject {
    /**
     * One endpoint.
     *
     * @param podName the pod behind it; {@code ""} where there is none
     * @param ready gets traffic
     * @param serving its pod is ready, terminating or not
     * @param terminating its pod is being deleted
     */
    public record Endpoint(
            String podName,
            String podUid,
            List<String> addresses,
            boolean ready,
            boolean serving,
            boolean terminating) {
        public Endpoint {
            addresses = List.copyOf(addresses);
        }
    }

    public ObservedEndpointSlice {
        endpoints = List.copyOf(endpoints);
    }
}
