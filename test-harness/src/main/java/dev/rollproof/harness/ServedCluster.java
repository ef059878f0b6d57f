// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** A simulated cluster's API server, with a client of it. */
final class ServedCluster implements AutoCloseable {
    /** One for all: each learns every model anew that it meets, which takes a client longer than a test with it. */
    private static final KubernetesSerialization MODELS = new KubernetesSerialization();

    private final SimulatedApiServer server;
    private final KubernetesClient client;
    private final Time time;

    /** @param speed how many seconds pass in one */
    ServedCluster(SimulatedCluster cluster, double speed) {
        time = cluster.time();
        server = SimulatedApiServer.of(cluster).speed(speed).start();
        Config config = Config.fromKubeconfig(server.kubeconfig());
        // The door has no WebSockets: it would say so before each watch, on a connection of its own.
        config.setOnlyHttpWatches(true);
        client = new KubernetesClientBuilder()
                .withConfig(config)
                .withKubernetesSerialization(MODELS)
                .withHttpClientBuilderConsumer(
                        builder -> builder.addOrReplaceInterceptor("rollproof-time", new RequestsTakeNoTime(server)))
                .build();
    }

    /** Goes to the server; its namespace is {@code default}. */
    KubernetesClient client() {
        return client;
    }

    /** Goes through the client, and lives in the time of what is behind it: one clock for pods, users, and who waits for them. */
    Cluster cluster() {
        return KubernetesCluster.over(client, time);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
