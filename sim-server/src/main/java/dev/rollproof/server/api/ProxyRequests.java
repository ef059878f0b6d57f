// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.network.OutsideRequests.Reply;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The {@code proxy} of pods and Services: a request to {@code pods/NAME:PORT/proxy/PATH} is sent on to the pod, one to
 * {@code services/NAME:PORT/proxy/PATH} to one of the Service's ready endpoints; the port may be left out. Thread-safe.
 */
final class ProxyRequests {
    private final Gate gate;
    private final Executor executor;

    /** @param executor runs what goes on with an answer */
    ProxyRequests(Gate gate, Executor executor) {
        this.gate = gate;
        this.executor = executor;
    }

    /** A name with its scheme and port: {@code NAME}, {@code NAME:PORT} or {@code SCHEME:NAME:PORT}. */
    private record Host(String scheme, String name, String port) {
        static Host of(String text) {
            String[] parts = text.split(":", -1);
            return switch (parts.length) {
                case 1 -> new Host("", parts[0], "");
                case 2 -> new Host("", parts[0], parts[1]);
                case 3 -> new Host(parts[0], parts[1], parts[2]);
                default -> throw Refusal.badRequest("invalid proxy request \"" + text + "\"");
            };
        }

        void checkScheme() {
            if (scheme.equals("https")) {
                throw unavailable("error trying to reach service: http: server gave HTTP response to HTTPS client");
            }
            if (!scheme.isEmpty() && !scheme.equals("http")) {
                throw Refusal.badRequest("invalid proxy request \"" + scheme + ":" + name + ":" + port + "\"");
            }
        }
    }

    Answer proxy(ApiRequest request, ResourceType<?> type, String namespace, String name, List<String> path) {
        if (path.isEmpty() && !request.endsWithSlash() && request.method().equals("GET")) {
            return Answer.Whole.text(301, "").with("Location", "/" + String.join("/", request.path()) + "/");
        }
        Host host = Host.of(name);
        host.checkScheme();
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        // Whoever goes on does so on another thread: outcomes are told under the lock.
        Consumer<Reply> told = outcome -> executor.execute(() -> reply.complete(outcome));
        gate.call(() -> {
            gate.cluster().admit(Verb.GET, type);
            if (type.equals(ResourceType.PODS)) {
                gate.cluster()
                        .outsideRequests()
                        .toPod(find(ResourceType.PODS, namespace, host.name()), number(host.port()), told);
            } else {
                toService(find(ResourceType.SERVICES, namespace, host.name()), host.port(), told);
            }
            return type;
        });
        return new Answer.Later(reply.thenApply(outcome -> answer(outcome, path)));
    }

    private <T extends HasMetadata> T find(ResourceType<T> type, String namespace, String name) {
        T found = gate.cluster().reader(type).find(namespace, name);
        if (found == null) {
            throw new ClusterException(Reason.NOT_FOUND, type.resource() + " \"" + name + "\" not found");
        }
        return found;
    }

    private static OptionalInt number(String port) {
        if (port.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(Integer.parseInt(port));
        } catch (NumberFormatException named) {
            throw Refusal.badRequest("a pod's port is a number, was \"" + port + "\"");
        }
    }

    private void toService(Service service, String port, Consumer<Reply> told) {
        String name = service.getMetadata().getName();
        ServicePort found = port(service, port);
        if (found == null && !port.isEmpty() && port.chars().allMatch(Character::isDigit)) {
            throw unavailable("no service port " + port + " found for service \"" + name + "\"");
        }
        if (found == null || !gate.cluster().outsideRequests().toEndpoint(service, found, told)) {
            throw unavailable("no endpoints available for service \"" + name + "\"");
        }
    }

    /** By its name or number; the one that has no name where none is asked for. */
    private static @Nullable ServicePort port(Service service, String port) {
        if (service.getSpec().getPorts() != null) {
            for (ServicePort one : service.getSpec().getPorts()) {
                if (port.equals(Objects.requireNonNullElse(one.getName(), ""))
                        || port.equals(String.valueOf(one.getPort()))) {
                    return one;
                }
            }
        }
        return null;
    }

    private static Refusal unavailable(String message) {
        return new Refusal(503, "ServiceUnavailable", message);
    }

    private Answer.Whole answer(Reply reply, List<String> path) {
        if (reply.outcome() instanceof Outcome.Answered answered) {
            return PodPages.page(reply, answered, path, gate.now());
        }
        String why = reply.outcome() instanceof Outcome.Refused
                ? "connect: connection refused"
                : reply.outcome() instanceof Outcome.TimedOut ? "i/o timeout" : "EOF";
        return StatusObjects.answer(unavailable("error trying to reach service: " + why));
    }
}
