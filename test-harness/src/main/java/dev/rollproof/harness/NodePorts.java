// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import com.github.dockerjava.api.model.ContainerNetwork;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import org.testcontainers.k3s.K3sContainer;

/** How a node port is reached from here: at the container's own address, else at one that the engine maps. */
final class NodePorts {
    private static final int CONNECT_MILLIS = 1000;

    private final K3sContainer container;
    private final int firstMapped;
    private final int mapped;
    private final Optional<String> node;

    NodePorts(K3sContainer container, int firstMapped, int mapped) {
        this.container = container;
        this.firstMapped = firstMapped;
        this.mapped = mapped;
        node = container.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
                .map(ContainerNetwork::getIpAddress)
                .filter(address -> address != null && !address.isEmpty())
                .filter(NodePorts::answers)
                .findFirst();
    }

    private static boolean answers(String address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, K3sContainer.KUBE_SECURE_PORT), CONNECT_MILLIS);
            return true;
        } catch (IOException unreachable) {
            return false;
        }
    }

    String address(int port) {
        if (node.isPresent()) {
            return node.get() + ":" + port;
        }
        if (port < firstMapped || port >= firstMapped + mapped) {
            throw new IllegalArgumentException(
                    "node port " + port + " cannot be reached from here; give the Service one of " + firstMapped
                            + " to " + (firstMapped + mapped - 1));
        }
        return container.getHost() + ":" + container.getMappedPort(port);
    }
}
