// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * The rules of a node's kube-proxy. A Service's connections go to its ready endpoints; with none, to those that serve while
 * they terminate (KEP-1669). Rules follow the EndpointSlices late: they are written at most once a second, all at once, and
 * writing takes a moment. Recorded in iptables mode: half a second to a second mostly, 1.15 s at the most.
 */
final class ProxyRules {
    private static final long BETWEEN_SYNCS = 1_000_000_000L;
    private static final Delay WRITE = Delay.ofMillis(30, 150);

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

    private Map<String, Map<Integer, List<Backend>>> rules() {
        Map<String, Map<Integer, List<Backend>>> rules = new HashMap<>();
        ServiceEndpoints.of(services.all(), slices.all()).forEach((service, ports) -> {
            Map<Integer, List<Backend>> byPort = new HashMap<>();
            ports.forEach((port, endpoints) -> byPort.put(port, endpoints.orLeaving()));
            rules.put(service, byPort);
        });
        return rules;
    }
}
