// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Target;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds where a Service is reached from outside of its cluster: at a node's port. For {@link HttpTraffic#to}. */
public final class NodePortAddresses implements Function<Load, InetSocketAddress> {
    private final Cluster cluster;
    private final IntFunction<String> nodePort;

    /**
     * @param nodePort where a node port answers from here, as {@code host:port}
     */
    public NodePortAddresses(Cluster cluster, IntFunction<String> nodePort) {
        this.cluster = Objects.requireNonNull(cluster, "cluster");
        this.nodePort = Objects.requireNonNull(nodePort, "nodePort");
    }

    /** On the cluster's first node, at its external address, or else its internal one. */
    public static NodePortAddresses onANodeOf(Cluster cluster) {
        return new NodePortAddresses(cluster, port -> nodeAddress(cluster) + ":" + port);
    }

    private static String nodeAddress(Cluster cluster) {
        List<Node> nodes = cluster.list(Query.of(Node.class));
        return Stream.of("ExternalIP", "InternalIP")
                .flatMap(type -> nodes.stream()
                        .filter(node ->
                                node.getStatus() != null && node.getStatus().getAddresses() != null)
                        .flatMap(node -> node.getStatus().getAddresses().stream())
                        .filter(address -> type.equals(address.getType())))
                .map(NodeAddress::getAddress)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node of " + cluster.description()
                        + " has an address; say yourself where its node ports answer"));
    }

    /**
     * Where to send a load.
     *
     * @throws IllegalArgumentException if its Service is absent, has no such port, or none that a node opens; or if it goes to
     *     a host, as a node cannot say where a gateway is
     */
    @Override
    public InetSocketAddress apply(Load load) {
        if (!(load.target() instanceof Target.OfService target)) {
            throw new IllegalArgumentException("where the gateway of " + load.target()
                    + " answers no node can say; send with HttpTraffic.to(load -> …), which is told its address");
        }
        Service service = cluster.get(Service.class, target.namespace(), target.service())
                .orElseThrow(() ->
                        new IllegalArgumentException(target + " does not exist; create it before you send to it"));
        String address = nodePort.apply(nodePortOf(service, target));
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    private static int nodePortOf(Service service, Target.OfService target) {
        @Nullable List<ServicePort> declared = service.getSpec().getPorts();
        List<ServicePort> ports = declared == null ? List.of() : declared;
        ServicePort port = ports.stream()
                .filter(one -> target.port().isEmpty()
                        || one.getPort() == target.port().getAsInt())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(target + " has no port "
                        + target.port().orElse(0) + "; it has "
                        + ports.stream().map(ServicePort::getPort).toList()));
        if (port.getNodePort() == null || port.getNodePort() == 0) {
            throw new IllegalArgumentException(
                    target + " is of type " + service.getSpec().getType()
                            + ", which nothing outside of the cluster reaches; set its type to NodePort");
        }
        return port.getNodePort();
    }
}
