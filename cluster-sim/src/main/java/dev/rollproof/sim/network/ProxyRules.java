// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a node's kube-proxy. A Service's connections go to its ready endpoints; with none, to those that serve while
 * they terminate (KEP-1669). Rules follow the EndpointSlices late: they are written at most once a second, all at once, and
 * writing takes a moment. Recorded in iptables mode: half a second to a second mostly, 1.15 s at the most.
 */
final class ProxyRules {
    private static final long BETWEEN_SYNCS = 1_000_000_000L;
    private static final Delay WRITE = Delay.ofMillis(30, 150);
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final ControlPlane plane;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final LongSupplier write;
    private Map<String, Map<Integer, List<Backend>>> written = Map.of();
    private boolean planned;
    private boolean started;
    private long lastSync = -BETWEEN_SYNCS;

    ProxyRules(ControlPlane plane) {
        this.plane = plane;
        this.services = plane.informer("kube-proxy", ResourceType.SERVICES);
        this.slices = plane.informer("kube-proxy", ResourceType.ENDPOINT_SLICES);
        this.write = plane.delays("kube-proxy/write", WRITE);
        services.addHandler((previous, service, deleted) -> changed());
        slices.addHandler((previous, slice, deleted) -> changed());
    }

    /** Begins to follow the cluster, with all that it has by now. Afterwards does nothing. */
    void start() {
        if (!started) {
            services.start();
            slices.start();
            written = rules();
            started = true;
        }
    }

    private void changed() {
        if (started && !planned) {
            planned = true;
            plane.loop().after(lastSync + BETWEEN_SYNCS - plane.loop().elapsedNanos(), this::sync);
        }
    }

    private void sync() {
        planned = false;
        lastSync = plane.loop().elapsedNanos();
        Map<String, Map<Integer, List<Backend>>> next = rules();
        plane.loop().after(write.getAsLong(), () -> written = next);
    }

    /**
     * Where connections to a Service go: to none of them where it has no endpoints; empty where there is no rule for it, so
     * that the node itself gets them.
     *
     * @param port the Service's port; empty for its first
     */
    Optional<List<Backend>> backends(String namespace, String service, OptionalInt port) {
        Map<Integer, List<Backend>> ports = written.getOrDefault(namespace + "/" + service, Map.of());
        return Optional.ofNullable(ports.get(port.orElse(0)));
    }

    /** By Service and port; the first port is there as 0, too. */
    private Map<String, Map<Integer, List<Backend>>> rules() {
        Map<String, List<EndpointSlice>> byService = new HashMap<>();
        for (EndpointSlice slice : slices.all()) {
            byService
                    .computeIfAbsent(
                            Metadata.namespace(slice) + "/" + Metadata.label(slice, SERVICE_NAME),
                            service -> new ArrayList<>())
                    .add(slice);
        }
        Map<String, Map<Integer, List<Backend>>> rules = new HashMap<>();
        for (Service service : services.all()) {
            String key =
                    Metadata.namespace(service) + "/" + service.getMetadata().getName();
            List<ServicePort> ports = service.getSpec().getPorts();
            List<EndpointSlice> own = byService.getOrDefault(key, List.of());
            if (ports != null) {
                Map<Integer, List<Backend>> byPort = new HashMap<>();
                for (ServicePort port : ports) {
                    List<Backend> backends = backends(own, Objects.requireNonNullElse(port.getName(), ""));
                    byPort.put(port.getPort(), backends);
                    byPort.putIfAbsent(0, backends);
                }
                rules.put(key, byPort);
            }
        }
        return rules;
    }

    private static List<Backend> backends(List<EndpointSlice> slices, String portName) {
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
        return ready.isEmpty() ? leaving : ready;
    }

    private static @Nullable Integer number(EndpointSlice slice, String portName) {
        if (slice.getPorts() != null) {
            for (EndpointPort port : slice.getPorts()) {
                if (Objects.requireNonNullElse(port.getName(), "").equals(portName)) {
                    return port.getPort();
                }
            }
        }
        return null;
    }
}
