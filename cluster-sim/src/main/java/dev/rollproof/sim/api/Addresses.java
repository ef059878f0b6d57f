// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hands out the cluster's addresses and node ports to Services. Not thread-safe: under the simulation's lock. */
final class Addresses {
    private static final int FIRST_NODE_PORT = 30_000;
    private static final int LAST_NODE_PORT = 32_767;
    private static final int ADDRESSES = 65_000;

    private final ApiServer api;
    private int lastAddress = 9;

    Addresses(ApiServer api) {
        this.api = api;
    }

    /**
     * Fills in what a Service did not ask for itself; what it had before it keeps.
     *
     * @param stored the Service as it was; null for a new one
     */
    void allocate(Service service, @Nullable Service stored) {
        ServiceSpec spec = service.getSpec();
        if (spec == null || "ExternalName".equals(spec.getType())) {
            return;
        }
        if (Texts.isEmpty(spec.getClusterIP())) {
            ServiceSpec before = stored == null ? null : stored.getSpec();
            boolean keeps = before != null && !Texts.isEmpty(before.getClusterIP());
            spec.setClusterIP(keeps ? Objects.requireNonNull(before).getClusterIP() : freeAddress());
        }
        if (spec.getClusterIPs() == null || spec.getClusterIPs().isEmpty()) {
            spec.setClusterIPs(List.of(spec.getClusterIP()));
        }
        boolean balanced =
                "LoadBalancer".equals(spec.getType()) && !Boolean.FALSE.equals(spec.getAllocateLoadBalancerNodePorts());
        if (balanced || "NodePort".equals(spec.getType())) {
            nodePorts(spec, stored == null ? null : stored.getSpec());
        }
    }

    private String freeAddress() {
        Set<String> taken = new HashSet<>();
        for (Service service : api.all(ResourceType.SERVICES, "")) {
            taken.add(Texts.orEmpty(service.getSpec().getClusterIP()));
        }
        String address;
        do {
            lastAddress = lastAddress % ADDRESSES + 1;
            address = "10.96." + lastAddress / 250 + "." + (lastAddress % 250 + 1);
        } while (taken.contains(address));
        return address;
    }

    private void nodePorts(ServiceSpec spec, @Nullable ServiceSpec before) {
        Set<Integer> taken = new HashSet<>();
        for (Service other : api.all(ResourceType.SERVICES, "")) {
            for (ServicePort port : portsOf(other.getSpec())) {
                taken.add(Objects.requireNonNullElse(port.getNodePort(), 0));
            }
        }
        for (ServicePort port : portsOf(spec)) {
            if (port.getNodePort() != null && port.getNodePort() != 0) {
                continue;
            }
            Integer kept = null;
            for (ServicePort old : portsOf(before)) {
                kept = Objects.equals(old.getPort(), port.getPort()) ? old.getNodePort() : kept;
            }
            int free = kept == null ? FIRST_NODE_PORT : kept;
            while (kept == null && free < LAST_NODE_PORT && taken.contains(free)) {
                free++;
            }
            taken.add(free);
            port.setNodePort(free);
        }
    }

    private static List<ServicePort> portsOf(@Nullable ServiceSpec spec) {
        return spec == null || spec.getPorts() == null ? List.of() : spec.getPorts();
    }
}
