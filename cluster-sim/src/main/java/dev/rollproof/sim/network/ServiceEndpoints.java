// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is behind one port of a Service.
 *
 * @param ready the endpoints that are ready
 * @param leaving those that serve while they terminate
 */
record ServiceEndpoints(List<Backend> ready, List<Backend> leaving) {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    /** The ready ones; with none, those that leave (KEP-1669). */
    List<Backend> orLeaving() {
        return ready.isEmpty() ? leaving : ready;
    }

    /** By Service, as {@code namespace/name}, and port; the first port is there as 0, too. */
    static Map<String, Map<Integer, ServiceEndpoints>> of(
            Collection<Service> services, Collection<EndpointSlice> slices) {
        Map<String, List<EndpointSlice>> byService = new HashMap<>();
        for (EndpointSlice slice : slices) {
            byService
                    .computeIfAbsent(
                            Metadata.namespace(slice) + "/" + Metadata.label(slice, SERVICE_NAME),
                            service -> new ArrayList<>())
                    .add(slice);
        }
        Map<String, Map<Integer, ServiceEndpoints>> all = new HashMap<>();
        for (Service service : services) {
            String key =
                    Metadata.namespace(service) + "/" + service.getMetadata().getName();
            List<ServicePort> ports = service.getSpec().getPorts();
            if (ports != null) {
                Map<Integer, ServiceEndpoints> byPort = new HashMap<>();
                for (ServicePort port : ports) {
                    ServiceEndpoints endpoints =
                            at(byService.getOrDefault(key, List.of()), Texts.orEmpty(port.getName()));
                    byPort.put(port.getPort(), endpoints);
                    byPort.putIfAbsent(0, endpoints);
                }
                all.put(key, byPort);
            }
        }
        return all;
    }

    private static ServiceEndpoints at(List<EndpointSlice> slices, String portName) {
        List<Backend> ready = new ArrayList<>();
        List<Backend> leaving = new ArrayList<>();
        for (EndpointSlice slice : slices) {
            Integer number = number(slice, portName);
            if (number == null || slice.getEndpoints() == null) {
                continue;
            }
            for (Endpoint endpoint : slice.getEndpoints()) {
                ObjectReference pod = endpoint.getTargetRef();
                EndpointConditions conditions = endpoint.getConditions();
                if (pod == null || conditions == null) {
                    continue;
                }
                Backend backend = new Backend(pod.getUid(), pod.getName(), number);
                if (Boolean.TRUE.equals(conditions.getReady())) {
                    ready.add(backend);
                } else if (Boolean.TRUE.equals(conditions.getServing())
                        && Boolean.TRUE.equals(conditions.getTerminating())) {
                    leaving.add(backend);
                }
            }
        }
        return new ServiceEndpoints(ready, leaving);
    }

    private static @Nullable Integer number(EndpointSlice slice, String portName) {
        if (slice.getPorts() != null) {
            for (EndpointPort port : slice.getPorts()) {
                if (Texts.orEmpty(port.getName()).equals(portName)) {
                    return port.getPort();
                }
            }
        }
        return null;
    }
}
