// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** A simulated cluster's API server, with a client of it. */
final class ServedCluster implements AutoCloseable {
    private final SimulatedApiServer server;
    private final KubernetesClient client;

    /** @param speed how many seconds pass in one */
    ServedCluster(SimulatedCluster cluster, double speed) {
        server = SimulatedApiServer.of(cluster).speed(speed).start();
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(server.kubeconfig()))
                .build();
    }

    /** Goes to the server; its namespace is {@code default}. */
    KubernetesClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
