// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.services;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.ServiceReach;
import dev.rollproof.sim.api.validation.FieldErrors;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hands out the ports of nodes, the lowest that is free, or those that are asked for. Source: pkg/registry/core/service/storage/alloc.go. */
final class NodePorts {
    private static final int FIRST = 30_000;
    private static final int LAST = 32_767;

    private final Set<Integer> taken = new HashSet<>();
    private final boolean dryRun;

    /** @param stored all Services as they are, the one that is changed among them */
    NodePorts(Iterable<Service> stored, boolean dryRun) {
        this.dryRun = dryRun;
        for (Service other : stored) {
            if (other.getSpec() != null) {
                taken.addAll(of(other.getSpec()));
                taken.add(Objects.requireNonNullElse(other.getSpec().getHealthCheckNodePort(), 0));
            }
        }
    }

    static Set<Integer> of(ServiceSpec spec) {
        Set<Integer> ports = new HashSet<>();
        for (ServicePort port : Lists.orEmpty(spec.getPorts())) {
            ports.add(number(port));
        }
        ports.remove(0);
        return ports;
    }

    static int number(ServicePort port) {
        return Objects.requireNonNullElse(port.getNodePort(), 0);
    }

    void allocate(Service service, @Nullable ServiceSpec before) {
        ServiceSpec spec = service.getSpec();
        if (ServiceReach.onNodes(spec)) {
            boolean allOf =
                    "NodePort".equals(spec.getType()) || !Boolean.FALSE.equals(spec.getAllocateLoadBalancerNodePorts());
            ports(service, before == null ? Set.of() : of(before), allOf);
        }
        if (ServiceReach.isChecked(spec) && (before == null || !ServiceReach.isChecked(before))) {
            spec.setHealthCheckNodePort(checked(Objects.requireNonNullElse(spec.getHealthCheckNodePort(), 0)));
        }
    }

    private void ports(Service service, Set<Integer> before, boolean allOf) {
        List<ServicePort> ports = Lists.orEmpty(service.getSpec().getPorts());
        Set<Integer> asked = of(service.getSpec());
        // One number of a Service's own has one node port, whichever protocols it is for.
        Map<Integer, Integer> chosen = new HashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            ServicePort port = ports.get(i);
            if (number(port) == 0 && !allOf) {
                continue;
            }
            Integer own = Objects.requireNonNullElse(port.getPort(), 0);
            Integer known = chosen.get(own);
            int wanted = number(port) != 0 || known != null ? number(port) : asked(own, ports);
            if (wanted == 0) {
                port.setNodePort(known == null ? free(asked) : known);
            } else if (!Objects.equals(known, wanted)) {
                if (!before.contains(wanted)) {
                    take(wanted, i, service);
                }
                port.setNodePort(wanted);
            }
            chosen.putIfAbsent(own, number(port));
        }
    }

    private static int asked(int own, List<ServicePort> ports) {
        return ports.stream()
                .filter(port -> Objects.equals(port.getPort(), own) && number(port) != 0)
                .mapToInt(NodePorts::number)
                .findFirst()
                .orElse(0);
    }

    private int free(Set<Integer> asked) {
        int port = FIRST;
        while (asked.contains(port) || !taken.add(port)) {
            port++;
        }
        if (port > LAST) {
            throw new ClusterException(
                    Reason.INTERNAL_ERROR, "Internal error occurred: failed to allocate a nodePort: range is full");
        }
        return port;
    }

    private void take(int port, int index, Service service) {
        String wrong = whyNot(port);
        if (wrong != null) {
            FieldErrors errors = new FieldErrors();
            errors.invalid("spec.ports[" + index + "].nodePort", port, wrong);
            IpFamilies.throwIfAny(errors, service);
        }
    }

    private int checked(int port) {
        String wrong = port == 0 ? null : whyNot(port);
        if (wrong != null) {
            throw new ClusterException(
                    Reason.INTERNAL_ERROR,
                    "Internal error occurred: failed to allocate requested HealthCheck NodePort " + port + ": "
                            + wrong);
        }
        return port == 0 ? free(Set.of()) : port;
    }

    private @Nullable String whyNot(int port) {
        if (!dryRun && (port < FIRST || port > LAST)) {
            return "provided port is not in the valid range. The range of valid ports is " + FIRST + "-" + LAST;
        }
        return taken.add(port) ? null : "provided port is already allocated";
    }
}
