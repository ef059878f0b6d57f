// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.scheduling;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ports of its node that a pod takes for itself: two pods that want the same one cannot be on one node.
 *
 * <p>Source: the scheduler's filter NodePorts.
 */
public final class HostPorts {
    private static final String EVERYWHERE = "0.0.0.0";

    private final Set<Port> ports;

    private record Port(String address, String protocol, int number) {
        boolean isInTheWayOf(Port other) {
            return number == other.number
                    && protocol.equals(other.protocol)
                    && (address.equals(other.address)
                            || address.equals(EVERYWHERE)
                            || other.address.equals(EVERYWHERE));
        }
    }

    private HostPorts(Set<Port> ports) {
        this.ports = ports;
    }

    /** Those of a pod's containers, and of its sidecars; init containers that end take none. */
    public static HostPorts of(PodSpec pod) {
        Set<Port> ports = new HashSet<>();
        orNone(pod.getContainers()).forEach(container -> add(ports, container));
        orNone(pod.getInitContainers()).stream()
                .filter(container -> "Always".equals(container.getRestartPolicy()))
                .forEach(container -> add(ports, container));
        return new HostPorts(ports);
    }

    private static void add(Set<Port> ports, Container container) {
        for (ContainerPort port : orNone(container.getPorts())) {
            int number = Objects.requireNonNullElse(port.getHostPort(), 0);
            if (number > 0) {
                ports.add(new Port(orElse(port.getHostIP(), EVERYWHERE), orElse(port.getProtocol(), "TCP"), number));
            }
        }
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return Objects.requireNonNullElse(list, List.of());
    }

    private static String orElse(@Nullable String text, String other) {
        return text == null || text.isEmpty() ? other : text;
    }

    /** Their numbers, each once, the lowest first. */
    public List<Integer> numbers() {
        return ports.stream().map(Port::number).distinct().sorted().toList();
    }

    public boolean isEmpty() {
        return ports.isEmpty();
    }

    /** Why a pod with these ports cannot go to a node; empty if it can. */
    public Optional<Refusal> refusal(NodePods node) {
        for (Pod pod : isEmpty() ? List.<Pod>of() : node.pods()) {
            for (Port taken : of(pod.getSpec()).ports) {
                if (ports.stream().anyMatch(taken::isInTheWayOf)) {
                    return Optional.of(Refusal.forNow("node(s) didn't have free ports for the requested pod ports"));
                }
            }
        }
        return Optional.empty();
    }
}
