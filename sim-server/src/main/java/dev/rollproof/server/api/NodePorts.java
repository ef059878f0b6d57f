// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.network.OutsideRequests.Reply;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The node ports that Services have, and requests to them: kube-proxy's rules send them on, to pods that answer as their images are
 * declared to. Thread-safe.
 */
public final class NodePorts implements AutoCloseable {
    private final Gate gate;
    private final Executor executor;
    private final ExecutorService inOrder = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "rollproof-node-ports");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean closed;

    /** One port of one Service, and the node's port that leads to it. */
    public record NodePort(String namespace, String service, int port, int number) {}

    NodePorts(Gate gate, Executor executor) {
        this.gate = gate;
        this.executor = executor;
    }

    /**
     * Tells all node ports that there are, and again whenever they are others.
     *
     * @param changed called on a thread of its own, one call after the other
     */
    public void follow(Consumer<List<NodePort>> changed) {
        gate.call(() -> {
            gate.cluster().api().onChange(event -> {
                if (event.object() instanceof Service && !closed) {
                    tell(changed);
                }
            });
            tell(changed);
            return changed;
        });
    }

    private void tell(Consumer<List<NodePort>> changed) {
        List<NodePort> now = new ArrayList<>();
        for (Service service : gate.cluster().api().all(ResourceType.SERVICES, "")) {
            if (service.getSpec().getPorts() != null) {
                for (ServicePort port : service.getSpec().getPorts()) {
                    if (port.getNodePort() != null && port.getNodePort() > 0 && !isForDatagrams(port)) {
                        now.add(new NodePort(
                                service.getMetadata().getNamespace(),
                                service.getMetadata().getName(),
                                port.getPort(),
                                port.getNodePort()));
                    }
                }
            }
        }
        if (!now.isEmpty()) {
            gate.cluster().outsideRequests().startRules();
        }
        inOrder.execute(() -> changed.accept(now));
    }

    private static boolean isForDatagrams(ServicePort port) {
        return port.getProtocol() != null && !port.getProtocol().equals("TCP");
    }

    /**
     * What a request to a node port is answered; where the connection would have broken, there is no answer.
     *
     * @param path its segments
     */
    public Answer ask(NodePort at, List<String> path) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        gate.call(() -> {
            Service service = gate.cluster().api().find(ResourceType.SERVICES, at.namespace(), at.service());
            ServicePort port = service == null ? null : port(service, at);
            Consumer<Reply> told = outcome -> executor.execute(() -> reply.complete(outcome));
            if (service == null || port == null) {
                told.accept(new Reply(new Outcome.Refused(), false));
            } else {
                gate.cluster().outsideRequests().toNodePort(service, port, told);
            }
            return at;
        });
        return new Answer.Later(reply.thenApply(outcome -> {
            if (outcome.outcome() instanceof Outcome.Answered answered) {
                return PodPages.page(outcome, answered, path, gate.now());
            }
            throw new CompletionException(new IllegalStateException("no answer: " + outcome));
        }));
    }

    private static @Nullable ServicePort port(Service service, NodePort at) {
        for (ServicePort port : Objects.requireNonNullElse(service.getSpec().getPorts(), List.<ServicePort>of())) {
            if (port.getPort() == at.port()) {
                return port;
            }
        }
        return null;
    }

    @Override
    public void close() {
        closed = true;
        inOrder.shutdownNow();
    }
}
