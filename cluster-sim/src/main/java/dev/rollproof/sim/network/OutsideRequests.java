// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.engine.Randomness;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Single HTTP requests from outside the cluster: by a node's port, which kube-proxy's rules send on, and by the API server's proxy, which
 * connects to a pod itself, or to one of a Service's ready endpoints. Not thread-safe: under the simulation's lock, under which
 * outcomes are told, too.
 */
public final class OutsideRequests {
    /** As long as an HTTP client waits here. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ControlPlane plane;
    private final SimulatedSender.Nodes nodes;
    private final Randomness random;
    private final Exchanges exchanges;

    OutsideRequests(ControlPlane plane, SimulatedSender.Nodes nodes, Randomness random) {
        this.plane = plane;
        this.nodes = nodes;
        this.random = random;
        this.exchanges = new Exchanges(plane.loop(), nodes.kubelets(), random, plane.jitter());
    }

    /**
     * What became of a request.
     *
     * @param ready whether the container that answered says that it is ready
     */
    public record Reply(Outcome outcome, boolean ready) {}

    /**
     * Asks a pod.
     *
     * @param port empty for the first that it declares, or else 80
     */
    public void toPod(Pod pod, OptionalInt port, Consumer<Reply> told) {
        send(
                new Backend(
                        pod.getMetadata().getUid(), pod.getMetadata().getName(), port.orElseGet(() -> firstPort(pod))),
                told);
    }

    private static int firstPort(Pod pod) {
        for (Container container : pod.getSpec().getContainers()) {
            if (container.getPorts() != null && !container.getPorts().isEmpty()) {
                return container.getPorts().get(0).getContainerPort();
            }
        }
        return 80;
    }

    /**
     * Asks one of the ready endpoints of a Service.
     *
     * @return whether there is one; without, nothing is told
     */
    public boolean toEndpoint(Service service, ServicePort port, Consumer<Reply> told) {
        List<Backend> ready = Optional.ofNullable(ServiceEndpoints.of(
                                List.of(service),
                                plane.api()
                                        .all(
                                                ResourceType.ENDPOINT_SLICES,
                                                service.getMetadata().getNamespace()))
                        .getOrDefault(key(service), Map.of())
                        .get(port.getPort()))
                .map(ServiceEndpoints::ready)
                .orElse(List.of());
        if (ready.isEmpty()) {
            return false;
        }
        send(oneOf(ready), told);
        return true;
    }

    /** Begins to follow Services, for {@link #toNodePort}. Afterwards does nothing. */
    public void startRules() {
        nodes.rules().start();
    }

    /** Asks at a node's port; {@link #startRules} was called before. */
    public void toNodePort(Service service, ServicePort port, Consumer<Reply> told) {
        List<Backend> backends = nodes.rules()
                .backends(
                        service.getMetadata().getNamespace(),
                        service.getMetadata().getName(),
                        OptionalInt.of(port.getPort()))
                .orElse(List.of());
        if (backends.isEmpty()) {
            told.accept(new Reply(new Outcome.Refused(), false));
        } else {
            send(oneOf(backends), told);
        }
    }

    private static String key(Service service) {
        return Objects.requireNonNull(service.getMetadata().getNamespace()) + "/"
                + service.getMetadata().getName();
    }

    private Backend oneOf(List<Backend> backends) {
        return backends.get((int) random.between(0, backends.size() - 1));
    }

    private void send(Backend backend, Consumer<Reply> told) {
        exchanges.send(
                backend,
                TIMEOUT,
                new Outcome.Refused(),
                new Outcome.Reset(),
                (outcome, took, server, kept) ->
                        told.accept(new Reply(outcome, server != null && server.well() && !server.draining())));
    }
}
