// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How long the door takes to open, how many ConfigMaps are created a second, and how long it takes from the request that creates
 * one until a watch tells it: for the simulated cluster, fabric8's mock server (CRUD, HTTPS) and, where a kubeconfig is given, a
 * real Kubernetes; each asked by fabric8's client in the same way, and the simulated one also by plain sockets. Argument: the
 * kubeconfig of a real cluster, in whose namespace {@code default} ConfigMaps are made and deleted.
 */
public final class DoorFigures {
    private static final int THREADS = 8;
    private static final int SECONDS = 5;
    private static final int LATENCIES = 2_000;
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    /** Held, for loggers that nobody holds forget their level. */
    private static final Logger MOCK_SERVERS_LOG = Logger.getLogger("io.fabric8.mockwebserver");

    private DoorFigures() {}

    public static void main(String[] args) throws Exception {
        // It tells of each request in a line, which would be measured with it.
        MOCK_SERVERS_LOG.setLevel(Level.OFF);
        opening();
        try (SimulatedCluster cluster = SimulatedCluster.create();
                SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
            Config config = Config.fromKubeconfig(server.kubeconfig());
            for (int round = 1; round <= 2; round++) {
                raw(Door.of(config), round);
            }
            try (KubernetesClient client = client(config)) {
                measure("simulated cluster", client);
            }
        }
        KubernetesMockServer mock = new KubernetesMockServer(
                new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), true);
        mock.init();
        try (KubernetesClient client = mock.createClient(new JdkHttpClientFactory())) {
            measure("fabric8's mock server", client);
        } finally {
            mock.destroy();
        }
        if (args.length > 0) {
            try (KubernetesClient client = client(Config.fromKubeconfig(Files.readString(Path.of(args[0]))))) {
                measure("Kubernetes " + client.getKubernetesVersion().getGitVersion(), client);
            }
        }
    }

    private static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    /**
     * From a running JVM until the door is open, and, in that time and the client's own, until it has answered over a new connection: the
     * first time, and the median of ten more.
     */
    private static void opening() throws IOException {
        double[] opened = new double[11];
        double[] answered = new double[opened.length];
        for (int i = 0; i < opened.length; i++) {
            try (SimulatedCluster cluster = SimulatedCluster.create()) {
                long started = System.nanoTime();
                try (SimulatedApiServer server = SimulatedApiServer.serve(cluster)) {
                    opened[i] = (System.nanoTime() - started) / 1e6;
                    // What reads the kubeconfig is not the door's.
                    Door door = Door.of(Config.fromKubeconfig(server.kubeconfig()));
                    long asked = System.nanoTime();
                    try (RawConnection connection = new RawConnection(door)) {
                        connection.send("GET", "/healthz", "", "").orElseThrow(200);
                    }
                    answered[i] = opened[i] + (System.nanoTime() - asked) / 1e6;
                }
            }
        }
        print("door opened, ms", "first %.0f, then %.0f (median)", opened[0], medianButTheFirst(opened));
        print("answered, ms", "first %.0f, then %.0f (median)", answered[0], medianButTheFirst(answered));
    }

    private static double medianButTheFirst(double[] values) {
        double[] later = Arrays.copyOfRange(values, 1, values.length);
        Arrays.sort(later);
        return later[later.length / 2];
    }

    /** Creations by plain connections, as many as the server takes. */
    private static void raw(Door door, int round) throws Exception {
        AtomicInteger created = new AtomicInteger();
        double perSecond = perSecond(
                thread -> {
                    try (RawConnection connection = new RawConnection(door)) {
                        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
                        while (System.nanoTime() < end) {
                            connection
                                    .send(
                                            "POST",
                                            MAPS,
                                            "application/json",
                                            "{\"metadata\":{\"name\":\"raw-" + round + "-" + created.incrementAndGet()
                                                    + "\"},\"data\":{\"k\":\"v\"}}")
                                    .orElseThrow(201);
                        }
                    }
                },
                created);
        print("creates a second", "%.0f by plain connections, round %.0f", perSecond, round);
    }

    private interface Work {
        void run(int thread) throws IOException;
    }

    private static double perSecond(Work work, AtomicInteger done) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            long started = System.nanoTime();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                all.add(threads.submit(() -> {
                    work.run(thread);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            return done.get() / ((System.nanoTime() - started) / 1e9);
        } finally {
            threads.shutdownNow();
        }
    }

    private static ConfigMap map(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .addToLabels("figures", "true")
                .endMetadata()
                .addToData("k", "v")
                .build();
    }

    private static void measure(String server, KubernetesClient client) throws Exception {
        try {
            latency(server + ", cold", client, "cold-");
            latency(server, client, "warm-");
            AtomicInteger created = new AtomicInteger();
            double perSecond = perSecond(
                    thread -> {
                        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
                        while (System.nanoTime() < end) {
                            client.resource(map("many-" + created.incrementAndGet()))
                                    .create();
                        }
                    },
                    created);
            print(server, "%.0f creates a second by fabric8's client", perSecond);
        } finally {
            client.configMaps()
                    .inNamespace("default")
                    .withLabel("figures", "true")
                    .delete();
        }
    }

    /** One creation after the other, and when the watch tells each. */
    private static void latency(String server, KubernetesClient client, String prefix) {
        ConcurrentHashMap<String, Long> told = new ConcurrentHashMap<>();
        double[] millis = new double[LATENCIES];
        Watch watch = client.configMaps()
                .inNamespace("default")
                .withLabel("figures", "true")
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, ConfigMap map) {
                        told.putIfAbsent(map.getMetadata().getName(), System.nanoTime());
                    }

                    @Override
                    public void onClose(WatcherException cause) {}
                });
        try {
            for (int i = 0; i < LATENCIES; i++) {
                String name = prefix + i;
                long started = System.nanoTime();
                client.resource(map(name)).create();
                Long at = told.get(name);
                for (; at == null; at = told.get(name)) {
                    if (System.nanoTime() - started > TimeUnit.SECONDS.toNanos(10)) {
                        throw new IllegalStateException(server + ": the watch does not tell " + name);
                    }
                    LockSupport.parkNanos(20_000);
                }
                millis[i] = (at - started) / 1e6;
            }
        } finally {
            watch.close();
        }
        Arrays.sort(millis);
        print(
                server,
                "create to watch event: median %.2f ms, 99 %% %.2f ms",
                millis[LATENCIES / 2],
                millis[LATENCIES * 99 / 100]);
    }

    private static void print(String what, String format, Object... values) {
        System.out.printf(Locale.ROOT, "%-28s " + format + "%n", concat(what, values));
    }

    private static Object[] concat(String what, Object[] values) {
        Object[] all = new Object[values.length + 1];
        all[0] = what;
        for (int i = 0; i < values.length; i++) {
            all[i + 1] = values[i] instanceof Integer whole ? (Object) whole.doubleValue() : values[i];
        }
        return all;
    }
}
