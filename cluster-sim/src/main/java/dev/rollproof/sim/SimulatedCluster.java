// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.traffic.Traffic;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Requests;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.controllers.ControllerManager;
import dev.rollproof.sim.controllers.Scheduler;
import dev.rollproof.sim.controllers.SimulatedProvisioner;
import dev.rollproof.sim.engine.EventLoop;
import dev.rollproof.sim.engine.Randomness;
import dev.rollproof.sim.kubelet.Kubelets;
import dev.rollproof.sim.network.SimulatedTraffic;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A Kubernetes inside the JVM: the API server's rules, the controllers, a scheduler and kubelets, in virtual time. Nothing
 * happens by itself; time passes for whoever waits on {@link #time()} or calls {@link #advance}. The same seed and the same
 * calls give the same cluster, down to uids and versions.
 *
 * <pre>{@code
 * try (SimulatedCluster cluster = SimulatedCluster.create()) {
 *     cluster.create(deployment, WriteOptions.defaults());
 *     cluster.advance(Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>Defaults: seed 1, Kubernetes 1.37, one node of 8 CPUs, 16 GiB and 110 pods, the clock at 2026-01-01T00:00:00Z. Safe to
 * use from several threads; one lock guards everything.
 */
public final class SimulatedCluster implements Cluster {
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

    private final EventLoop loop;
    private final Randomness random;
    private final String minor;
    private final WatchLatency watchLatency;
    private final ApiServer api;
    private final Requests requests;
    private final Faults faults;
    private final EventLog eventLog;
    private final List<Reflector<?>> reflectors = new ArrayList<>();
    private final int nodes;
    private final Images images;
    private final SimulatedTraffic traffic;

    private SimulatedCluster(Builder builder) {
        loop = new EventLoop(builder.startAt);
        random = new Randomness(builder.seed);
        minor = builder.minor;
        watchLatency = builder.watchLatency;
        nodes = builder.nodes.isEmpty() ? 1 : builder.nodes.size();
        api = new ApiServer(loop, random.fork("api-server"), builder.historyLimit);
        faults = new Faults(loop, api, reflectors, builder.gatewayApi ? Set.of() : Set.of(ResourceType.HTTP_ROUTES));
        api.intercept(faults::beforeControllersCall);
        eventLog = new EventLog(loop);
        if (builder.recordEvents) {
            api.onChange(eventLog::add);
        }
        requests = new Requests(api, minorNumber(), Images::validate);
        Bootstrap.fill(
                api,
                minor,
                builder.nodes.isEmpty() ? List.of(Bootstrap.node("node-0", "8", "16Gi", 110)) : builder.nodes);
        new KubernetesService(api, random.fork("kubernetes-service")).keep();
        if (builder.storageClass) {
            api.createAs(
                    ResourceType.STORAGE_CLASSES,
                    SimulatedProvisioner.storageClass(),
                    random.fork("storage-class").uuid());
        }
        ControlPlane plane = new ControlPlane(
                api, random.fork("control-plane"), watchLatency.mostNanos() > watchLatency.leastNanos(), minorNumber());
        images = builder.images;
        ControllerManager controllers = new ControllerManager(plane);
        Scheduler scheduler = new Scheduler(plane);
        controllers.alsoPauses("scheduler", scheduler);
        Kubelets kubelets = new Kubelets(plane, controllers.nodeLifecycle(), images::of);
        faults.connect(controllers, kubelets);
        traffic = new SimulatedTraffic(plane, kubelets, random.fork("network"));
        scheduler.start();
        kubelets.start();
        controllers.start();
    }

    private int minorNumber() {
        return Integer.parseInt(minor.substring(minor.indexOf('.') + 1));
    }

    /** What images do; declared before their pods start. */
    public Images images() {
        return images;
    }

    /** A cluster with the defaults. */
    public static SimulatedCluster create() {
        return builder().build();
    }

    /** For another seed, version, number of nodes, or what else there is to choose. */
    public static Builder builder() {
        return new Builder();
    }

    /** What to simulate. Not thread-safe. */
    public static final class Builder {
        private long seed = 1;
        private String minor = "1.37";
        private int historyLimit = 1024;
        private Instant startAt = NEW_YEAR;
        private WatchLatency watchLatency = WatchLatency.defaults();
        private boolean recordEvents;
        private boolean gatewayApi = true;
        private boolean storageClass = true;
        private Images images = new Images();
        private final List<Node> nodes = new ArrayList<>();

        private Builder() {}

        /** Where all randomness comes from: generated names, uids, latencies. Default 1. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** The minor version that is simulated, {@code 1.34} or {@code 1.37}; default {@code 1.37}. */
        public Builder kubernetes(String version) {
            if (!version.equals("1.34") && !version.equals("1.37")) {
                throw new IllegalArgumentException("simulated are Kubernetes 1.34 and 1.37, not " + version);
            }
            minor = version;
            return this;
        }

        /** So many nodes of 8 CPUs, 16 GiB and 110 pods, named {@code node-0} and so on; default 1. */
        public Builder nodes(int count) {
            if (count < 0) {
                throw new IllegalArgumentException("nodes must not be negative, was " + count);
            }
            for (int i = 0; i < count; i++) {
                node("node-" + nodes.size(), "8", "16Gi", 110);
            }
            return this;
        }

        /**
         * One more node.
         *
         * @param cpu how much, as Kubernetes writes it, such as {@code 8} or {@code 500m}
         * @param memory such as {@code 16Gi}
         * @param pods the most pods it takes
         */
        public Builder node(String name, String cpu, String memory, int pods) {
            nodes.add(Bootstrap.node(name, cpu, memory, pods));
            return this;
        }

        /** How many changes of each kind a watch can be resumed over before it gets 410; default 1024. */
        public Builder historyLimit(int changes) {
            historyLimit = changes;
            return this;
        }

        /** What the clock says at the start; default 2026-01-01T00:00:00Z. */
        public Builder startAt(Instant time) {
            startAt = time;
            return this;
        }

        /** How late a watch tells a change, drawn for each between two bounds; default 1 to 20 ms. */
        public Builder watchLatency(Duration least, Duration most) {
            watchLatency = new WatchLatency(least.toNanos(), most.toNanos());
            return this;
        }

        /** Whether latencies vary; without, every watch is as late as the least. Default true. */
        public Builder jitter(boolean varies) {
            watchLatency =
                    varies ? watchLatency : new WatchLatency(watchLatency.leastNanos(), watchLatency.leastNanos());
            return this;
        }

        /** What images do; the cluster goes on using this object. Default: all behave well. */
        public Builder images(Images value) {
            images = value;
            return this;
        }

        /** Keeps {@link #eventLog()}. */
        public Builder recordEvents() {
            recordEvents = true;
            return this;
        }

        /** Without HTTPRoutes, as a cluster is where the Gateway API's definitions are not installed: asked for one, it says 404. */
        public Builder withoutGatewayApi() {
            gatewayApi = false;
            return this;
        }

        /**
         * Without the storage class {@code standard}, whose provisioner makes a volume for each claim that names no class when the first pod
         * comes that wants it: claims then wait for volumes that somebody creates.
         */
        public Builder withoutStorageClass() {
            storageClass = false;
            return this;
        }

        /** The cluster, with nothing in it but its nodes, namespaces and what goes with them. */
        public SimulatedCluster build() {
            return new SimulatedCluster(this);
        }
    }

    @Override
    public EventLoop time() {
        return loop;
    }

    @Override
    public String description() {
        return "simulated Kubernetes " + minor + " with " + nodes + (nodes == 1 ? " node" : " nodes")
                + ", in virtual time";
    }

    /**
     * Requests to this cluster's Services, or to the hosts of its HTTPRoutes, in virtual time. A container answers with the version in its variable
     * {@code CLOCK_VERSION}, or else with its image's tag; how fast and how well, its image's behaviour says.
     */
    public Traffic traffic() {
        return traffic;
    }

    /** Things that go wrong, on demand. */
    public Faults faults() {
        return faults;
    }

    /** What a server works with that offers this cluster over a network; for such servers only. */
    public ServerSide serverSide() {
        return new ServerSide(loop, api, requests, faults, traffic.fromOutside(), minor);
    }

    /** Lets virtual time pass and everything happen that falls into it. */
    public void advance(Duration duration) {
        loop.advance(duration);
    }

    /**
     * Lets time pass until no object has changed for a second, but not longer than the limit.
     *
     * @return whether the cluster came to rest
     */
    public boolean settle(Duration atMost) {
        Instant deadline = loop.now().plus(atMost);
        while (true) {
            long before = loop.call(api::version);
            Duration left = Duration.between(loop.now(), deadline);
            Duration step = left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1);
            if (step.isNegative() || step.isZero()) {
                return false;
            }
            loop.advance(step);
            if (loop.call(api::version) == before && step.equals(Duration.ofSeconds(1))) {
                return true;
            }
        }
    }

    /**
     * All changes so far, one line each: seconds since the start, what happened, the object, its version, and what matters
     * of its state. Empty unless the builder's {@link Builder#recordEvents()} was called.
     */
    public List<String> eventLog() {
        return loop.call(eventLog::lines);
    }

    @Override
    public <T extends HasMetadata> Optional<T> get(Class<T> type, String namespace, String name) {
        return loop.call(() -> {
            ResourceType<T> resource;
            try {
                resource = faults.beforeClientsCall(Faults.Verb.GET, type);
            } catch (ClusterException refused) {
                if (refused.reason() == ClusterException.Reason.NOT_FOUND) {
                    return Optional.empty();
                }
                throw refused;
            }
            return Optional.ofNullable(faults.reader(resource).find(namespace, name))
                    .map(requests::shown);
        });
    }

    @Override
    public <T extends HasMetadata> List<T> list(Query<T> query) {
        return loop.call(() -> {
            ResourceType<T> resource = faults.beforeClientsCall(Faults.Verb.LIST, query.type());
            return faults.reader(resource).list(query).stream()
                    .map(Models::copy)
                    .toList();
        });
    }

    @Override
    public <T extends HasMetadata> T create(T manifest, WriteOptions options) {
        T copy = Models.copy(manifest);
        return loop.call(() -> {
            ResourceType<T> type = faults.beforeClientsCall(Faults.Verb.CREATE, typeOf(manifest));
            return requests.create(type, copy, options);
        });
    }

    @Override
    public <T extends HasMetadata> T replace(T manifest, WriteOptions options) {
        T copy = Models.copy(manifest);
        return loop.call(() -> {
            ResourceType<T> type = faults.beforeClientsCall(Faults.Verb.UPDATE, typeOf(manifest));
            return requests.replace(type, copy, options);
        });
    }

    @Override
    public <T extends HasMetadata> T replaceStatus(T manifest, WriteOptions options) {
        T copy = Models.copy(manifest);
        return loop.call(() -> {
            ResourceType<T> type = faults.beforeClientsCall(Faults.Verb.UPDATE, typeOf(manifest));
            return requests.replaceStatus(type, copy, options);
        });
    }

    @Override
    public <T extends HasMetadata> T apply(T manifest, WriteOptions options) {
        T copy = Models.copy(manifest);
        return loop.call(() -> {
            ResourceType<T> type = faults.beforeClientsCall(Faults.Verb.PATCH, typeOf(manifest));
            return requests.apply(type, copy, options);
        });
    }

    @Override
    public <T extends HasMetadata> T patch(
            Class<T> type, String namespace, String name, Patch patch, WriteOptions options) {
        return loop.call(() -> {
            ResourceType<T> resource = faults.beforeClientsCall(Faults.Verb.PATCH, type);
            return requests.patch(resource, namespace, name, patch, options);
        });
    }

    @Override
    public <T extends HasMetadata> void scale(
            Class<T> type, String namespace, String name, int replicas, WriteOptions options) {
        loop.call(() -> {
            ResourceType<T> resource = faults.beforeClientsCall(Faults.Verb.UPDATE, type);
            return requests.scale(resource, namespace, name, replicas, options);
        });
    }

    @Override
    public <T extends HasMetadata> void delete(Class<T> type, String namespace, String name, DeleteOptions options) {
        loop.call(() -> {
            ResourceType<T> resource = faults.beforeClientsCall(Faults.Verb.DELETE, type);
            return requests.delete(resource, namespace, name, options);
        });
    }

    @Override
    public <T extends HasMetadata> Observation observe(Query<T> query, Consumer<Change> onChange) {
        Objects.requireNonNull(onChange, "onChange");
        return loop.call(() -> {
            ResourceType<T> type = ResourceType.of(query.type());
            Reflector<T> reflector = new Reflector<>(
                    loop,
                    api,
                    faults,
                    type,
                    query,
                    watchLatency.drawnFrom(random.fork("watch-" + reflectorsMade++)),
                    onChange);
            reflectors.add(reflector);
            reflector.start();
            return reflector;
        });
    }

    private long reflectorsMade;

    @SuppressWarnings("unchecked")
    private static <T extends HasMetadata> Class<T> typeOf(T manifest) {
        return (Class<T>) manifest.getClass();
    }

    @Override
    public void close() {
        loop.call(() -> {
            List.copyOf(reflectors).forEach(Reflector::close);
            return reflectors.isEmpty();
        });
    }

    @Override
    public String toString() {
        return description();
    }
}
