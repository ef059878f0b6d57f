// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import dev.rollproof.k8s.time.Time;
import dev.rollproof.server.api.KubernetesApi;
import dev.rollproof.server.api.NodePorts.NodePort;
import dev.rollproof.server.http.HttpDoor;
import dev.rollproof.server.http.NodePortDoor;
import dev.rollproof.server.tls.Credentials;
import dev.rollproof.server.tls.Kubeconfig;
import dev.rollproof.sim.SimulatedCluster;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves a simulated cluster's API over HTTPS on 127.0.0.1, for kubectl and every other client. The cluster's own methods work
 * as before, on the same objects. From here until {@link #close()}, virtual time follows real time, or a multiple of it: whoever waits
 * on the cluster's own {@code time()} sleeps, also its traffic; {@code advance} and {@code settle} still let time pass at once.
 *
 * <pre>{@code
 * try (SimulatedCluster cluster = SimulatedCluster.create();
 *         SimulatedApiServer server = SimulatedApiServer.serve(cluster);
 *         KubernetesClient client = new KubernetesClientBuilder()
 *                 .withConfig(Config.fromKubeconfig(server.kubeconfig()))
 *                 .build()) {
 *     client.resource(deployment).create();
 * }
 * }</pre>
 *
 * <p>Defaults: any port that is free, real time. Its certificate is of an authority that all servers of a process share, and its token is new: only who
 * has the kubeconfig is let in. Thread-safe.
 */
public final class SimulatedApiServer implements AutoCloseable {
    /** Made beside the rest, since the first time in a JVM both take long. */
    private final CompletableFuture<Credentials> credentials;

    private final Pace pace;
    private final HttpDoor door;
    private final NodePortDoor nodePorts;
    private @Nullable KubernetesApi api;

    private SimulatedApiServer(Builder builder) {
        Instant now = Time.system().now();
        credentials = CompletableFuture.supplyAsync(() -> Credentials.create(now), SimulatedApiServer::beside);
        // The embedded server asks for all locales that Java has, which takes a sixth of the opening: beside the rest,
        // too.
        beside(Locale::getAvailableLocales);
        pace = new Pace(builder.cluster.time(), builder.speed);
        try {
            door = new HttpDoor(builder.port, builder.idle, credentials::join, executor -> {
                api = new KubernetesApi(builder.cluster.serverSide(), executor, builder.mostWaitingBytes);
                return api;
            });
        } catch (RuntimeException notOpened) {
            pace.close();
            closeApi();
            throw notOpened;
        }
        nodePorts = new NodePortDoor(
                builder.idle,
                Objects.requireNonNull(api).nodePorts(),
                (port, local) -> builder.onNodePort.accept(address(port, local)));
    }

    /** On a thread of its own: the pool that a future takes when none is named may be one thread, held by anybody. */
    private static void beside(Runnable work) {
        Thread thread = new Thread(work, "rollproof-opening");
        thread.setDaemon(true);
        thread.start();
    }

    private static NodePortAddress address(NodePort port, int local) {
        return new NodePortAddress(
                port.namespace(), port.service(), port.number(), URI.create("http://127.0.0.1:" + local));
    }

    /** Serves a cluster with the defaults. */
    public static SimulatedApiServer serve(SimulatedCluster cluster) {
        return of(cluster).start();
    }

    /** Says more before it is served. */
    public static Builder of(SimulatedCluster cluster) {
        return new Builder(cluster);
    }

    /** How to serve. Not thread-safe. */
    public static final class Builder {
        private final SimulatedCluster cluster;
        private int port;
        private double speed = 1;
        private Duration idle = Duration.ofSeconds(60);
        private long mostWaitingBytes = KubernetesApi.MOST_WAITING_BYTES;
        private Consumer<NodePortAddress> onNodePort = address -> {};

        private Builder(SimulatedCluster cluster) {
            this.cluster = Objects.requireNonNull(cluster, "cluster");
        }

        /** The port to listen on; default 0, which is any that is free. */
        public Builder port(int value) {
            if (value < 0 || value > 65_535) {
                throw new IllegalArgumentException("a port is between 0 and 65535, was " + value);
            }
            port = value;
            return this;
        }

        /** How many seconds of virtual time pass in a real one, between 0.01 and 1000; default 1. */
        public Builder speed(double value) {
            if (!(value >= 0.01 && value <= 1000)) {
                throw new IllegalArgumentException("the speed is between 0.01 and 1000, was " + value);
            }
            speed = value;
            return this;
        }

        /** How long a connection may be idle that watches nothing: 60 seconds, but for tests. */
        Builder idleLimit(Duration value) {
            idle = value;
            return this;
        }

        /**
         * How many bytes of events may wait for a client that watches, and does not read; one for which more waits is cut off, to find
         * back by a list. Default 64 MiB; less shows sooner what a client of your own does then. What the system keeps for a
         * connection, some megabytes, does not count.
         */
        public Builder mostWaitingBytes(long value) {
            if (value < 1) {
                throw new IllegalArgumentException("at least one byte may wait, was " + value);
            }
            mostWaitingBytes = value;
            return this;
        }

        /** Told of each Service's node port where on loopback it is reached, on another thread; default nobody. */
        public Builder onNodePort(Consumer<NodePortAddress> listener) {
            onNodePort = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Begins to serve.
         *
         * @throws IllegalStateException if this cluster is being served already
         * @throws RuntimeException if the port cannot be had; the message says which, and what to do
         */
        public SimulatedApiServer start() {
            return new SimulatedApiServer(this);
        }
    }

    /** Where it listens, such as {@code https://127.0.0.1:6443}. */
    public String url() {
        return "https://127.0.0.1:" + port();
    }

    /** The port that it listens on. */
    public int port() {
        return door.port();
    }

    /** What a client needs, as the text of a kubeconfig. It lets in whoever has it. */
    public String kubeconfig() {
        return Kubeconfig.of(url(), credentials.join());
    }

    /** The authority that the server's certificate is of, in PEM form. */
    public String certificateAuthority() {
        return credentials.join().authority().pem();
    }

    /** What a client sends as {@code Authorization: Bearer TOKEN}. */
    public String token() {
        return credentials.join().token();
    }

    /**
     * Where Services with a node port are reached from this machine, by plain HTTP: whoever is on it may ask, as at a node. Known a moment
     * after the Service is created.
     */
    public List<NodePortAddress> nodePorts() {
        return nodePorts.addresses().entrySet().stream()
                .map(entry -> address(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Virtual time that stands still until this is closed. */
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Has virtual time stand still, for whoever measures in it what happens on the cluster and not what the machine does: a test's client
     * holds it while a request is on its way, so that at ten times real time a slow request does not take ten times as long. Several may
     * hold it at once.
     *
     * @param atMost the longest, in real time: the answer may be waiting for virtual time to pass
     */
    public Hold hold(Duration atMost) {
        return pace.hold(atMost);
    }

    private void closeApi() {
        if (api != null) {
            api.close();
        }
    }

    /** Ends all connections; the cluster stays, with its virtual time standing still again. */
    @Override
    public void close() {
        nodePorts.close();
        closeApi();
        door.close();
        pace.close();
    }

    @Override
    public String toString() {
        return "simulated API server at " + url();
    }
}
