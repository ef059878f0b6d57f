// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Reader;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.Watch;
import dev.rollproof.sim.controllers.ControllerManager;
import dev.rollproof.sim.engine.EventLoop;
import dev.rollproof.sim.kubelet.Kubelets;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Things that go wrong in a simulated cluster, on demand. Each method takes effect at the current virtual time. By default
 * faults hit clients, which are the callers of {@link SimulatedCluster}; with {@link Scope#EVERYBODY} controllers too. Safe
 * to use from several threads.
 */
public final class Faults {
    /** Whom a fault hits. */
    public enum Scope {
        /** The callers of {@link SimulatedCluster}, and whoever comes by the network. */
        CLIENTS,
        EVERYBODY
    }

    /** What a request asks for. */
    public enum Verb {
        GET,
        LIST,
        WATCH,
        CREATE,
        UPDATE,
        PATCH,
        DELETE
    }

    /**
     * Which requests a fault hits.
     *
     * @param verb empty for all
     * @param type empty for all
     * @param scope whose requests
     */
    public record Call(Optional<Verb> verb, Optional<Class<? extends HasMetadata>> type, Scope scope) {
        /** Every request of a client. */
        public static Call any() {
            return new Call(Optional.empty(), Optional.empty(), Scope.CLIENTS);
        }

        /** Requests of clients for this. */
        public static Call to(Verb verb) {
            return new Call(Optional.of(verb), Optional.empty(), Scope.CLIENTS);
        }

        /** Only for this kind. */
        public Call on(Class<? extends HasMetadata> model) {
            return new Call(verb, Optional.of(model), scope);
        }

        /** Requests of controllers count, too. */
        public Call byEverybody() {
            return new Call(verb, type, Scope.EVERYBODY);
        }

        private boolean matches(Verb asked, Class<?> model, boolean client) {
            return (client || scope == Scope.EVERYBODY)
                    && verb.map(asked::equals).orElse(true)
                    && type.map(model::equals).orElse(true);
        }
    }

    private static final class Failure {
        final Call call;
        final Reason reason;
        int toPass;
        int toFail;

        Failure(Call call, Reason reason, int toPass, int toFail) {
            this.call = call;
            this.reason = reason;
            this.toPass = toPass;
            this.toFail = toFail;
        }
    }

    private final EventLoop loop;
    private final ApiServer api;
    private final List<Reflector<?>> reflectors;
    /** Open watches of clients that come by the network. */
    private final Set<Watch<?>> remoteWatches = new LinkedHashSet<>();

    private final List<Failure> failures = new ArrayList<>();
    private final Map<Class<?>, Long> watchDelays = new HashMap<>();
    private final Set<String> pausedControllers = new HashSet<>();
    private final Set<String> lostNodes = new HashSet<>();
    private long allWatchesDelayNanos;
    private long requestDelayNanos;
    private long unreachableUntilNanos = -1;
    private long staleUntilNanos = -1;
    private long staleVersion;
    private long staleListUntilNanos = -1;
    private long staleListVersion;
    private @Nullable Wired wired;

    private final Set<ResourceType<?>> notServed;

    /** @param notServed kinds whose definitions are not installed */
    Faults(EventLoop loop, ApiServer api, List<Reflector<?>> reflectors, Set<ResourceType<?>> notServed) {
        this.loop = loop;
        this.api = api;
        this.reflectors = reflectors;
        this.notServed = notServed;
    }

    /** What faults of controllers and nodes act on. */
    private record Wired(ControllerManager controllers, Kubelets kubelets) {}

    void connect(ControllerManager controllers, Kubelets kubelets) {
        wired = new Wired(controllers, kubelets);
    }

    private Wired wired() {
        return Objects.requireNonNull(wired, "connected when the cluster was made");
    }

    private void run(Runnable change) {
        loop.call(() -> {
            change.run();
            return true;
        });
    }

    /** Cuts the watches of clients on some kinds, or on all where none is named; they resume where they were. */
    public void cutWatches(Class<?>... types) {
        cutWatches(Scope.CLIENTS, types);
    }

    /** Cuts watches, see {@link #cutWatches(Class[])}. */
    public void cutWatches(Scope scope, Class<?>... types) {
        run(() -> watches(scope, List.of(types))
                .forEach(watch ->
                        watch.end(new ClusterException(Reason.UNREACHABLE, "watch: connection reset by peer"))));
    }

    /** Has open watches say nothing any more while they stay open; watches that begin later are healthy. */
    public void silenceWatches(Class<?>... types) {
        silenceWatches(Scope.CLIENTS, types);
    }

    /** Silences watches, see {@link #silenceWatches(Class[])}. */
    public void silenceWatches(Scope scope, Class<?>... types) {
        run(() -> watches(scope, List.of(types)).forEach(Watch::silence));
    }

    /** Tells clients every change of some kinds, or of all where none is named, later by this; zero ends it. */
    public void delayWatches(Duration delay, Class<?>... types) {
        run(() -> {
            if (types.length == 0) {
                allWatchesDelayNanos = delay.toNanos();
                watchDelays.clear();
            }
            for (Class<?> type : types) {
                watchDelays.put(type, delay.toNanos());
            }
        });
    }

    /** Forgets the history and cuts the watches of clients: those that resume get 410 and list again. */
    public void expireHistory(Class<?>... types) {
        run(() -> {
            List<Watch<?>> cut = watches(Scope.CLIENTS, List.of(types));
            for (ResourceType<?> type : ResourceType.all()) {
                if (types.length == 0 || List.of(types).contains(type.model())) {
                    api.compact(type);
                }
            }
            cut.forEach(watch -> watch.end(new ClusterException(Reason.EXPIRED, "The resourceVersion is too old")));
        });
    }

    /** Has every request of a client take so long in virtual time; zero ends it. */
    public void delayRequests(Duration latency) {
        run(() -> requestDelayNanos = latency.toNanos());
    }

    /** Refuses the next matching request. */
    public void failNext(Call call, Reason reason) {
        failNth(1, call, reason);
    }

    /** Refuses the n-th matching request from now on, counted from 1. */
    public void failNth(int n, Call call, Reason reason) {
        failFrom(n, 1, call, reason);
    }

    /** Refuses so many matching requests, beginning with the n-th from now on. */
    public void failFrom(int n, int times, Call call, Reason reason) {
        if (n < 1 || times < 1) {
            throw new IllegalArgumentException("requests are counted from 1, was " + n + " and " + times);
        }
        run(() -> failures.add(new Failure(call, reason, n - 1, times)));
    }

    /** For so long, clients read what is stored now, however it changes. Their writes and watches are not affected. */
    public void staleReads(Duration duration) {
        run(() -> {
            staleVersion = api.version();
            staleUntilNanos = loop.elapsedNanos() + duration.toNanos();
        });
    }

    /**
     * For so long, the list with which an observation begins shows what is stored now, however it changes: informers ask for
     * resourceVersion 0, which a server answers from a cache that may lag behind. What is watched after it comes at once, and
     * plain reads are not affected.
     */
    public void staleFirstLists(Duration duration) {
        run(() -> {
            staleListVersion = api.version();
            staleListUntilNanos = loop.elapsedNanos() + duration.toNanos();
        });
    }

    /** For so long, clients reach no server: requests fail and watches are cut. Controllers go on. */
    public void unreachable(Duration duration) {
        run(() -> {
            unreachableUntilNanos = loop.elapsedNanos() + duration.toNanos();
            watches(Scope.CLIENTS, List.of())
                    .forEach(watch ->
                            watch.end(new ClusterException(Reason.UNREACHABLE, "watch: connection reset by peer")));
        });
    }

    /**
     * Stops a controller; its caches still follow the cluster.
     *
     * @param controller {@code deployment}, {@code replicaset}, {@code endpointslice}, {@code node-lifecycle},
     *     {@code garbagecollector}, {@code namespace}, {@code resourcequota} or {@code scheduler}
     * @throws IllegalArgumentException for another name
     */
    public void pauseController(String controller) {
        run(() -> {
            wired().controllers.pause(controller);
            pausedControllers.add(controller);
        });
    }

    /** Lets it go on, from what is there now; nothing happens if it was not paused. */
    public void resumeController(String controller) {
        run(() -> {
            if (pausedControllers.remove(controller)) {
                wired().controllers.resume(controller);
            }
        });
    }

    /** Cuts a node off: its kubelet does nothing and sends no heartbeat, until {@link #restoreNode}. */
    public void loseNode(String node) {
        run(() -> {
            wired().kubelets.lose(node);
            lostNodes.add(node);
        });
    }

    /** Brings a node back; nothing happens if it was not lost. */
    public void restoreNode(String node) {
        run(() -> {
            if (lostNodes.remove(node)) {
                wired().kubelets.recover(node);
            }
        });
    }

    /** Whether a node is cut off; kubelets ask before they do anything. */
    public boolean lost(String node) {
        return loop.call(() -> lostNodes.contains(node));
    }

    private List<Watch<?>> watches(Scope scope, List<Class<?>> types) {
        List<Watch<?>> found = new ArrayList<>();
        if (scope == Scope.EVERYBODY) {
            for (ResourceType<?> type : ResourceType.all()) {
                if (types.isEmpty() || types.contains(type.model())) {
                    found.addAll(api.watches(type));
                }
            }
            return found;
        }
        for (Reflector<?> reflector : reflectors) {
            Watch<?> watch = reflector.currentWatch();
            if (watch != null
                    && (types.isEmpty() || types.contains(reflector.type().model()))) {
                found.add(watch);
            }
        }
        for (Watch<?> watch : remoteWatches) {
            if (types.isEmpty() || types.contains(watch.type().model())) {
                found.add(watch);
            }
        }
        return found;
    }

    /** Lets a client's request through, late, or not at all. */
    <T extends HasMetadata> ResourceType<T> beforeClientsCall(Verb verb, Class<T> model) {
        if (requestDelayNanos > 0 && verb != Verb.WATCH) {
            loop.advance(Duration.ofNanos(requestDelayNanos));
        }
        if (loop.elapsedNanos() < unreachableUntilNanos) {
            throw new ClusterException(
                    Reason.UNREACHABLE, "the simulated API server cannot be reached: connection refused");
        }
        ResourceType<T> type = ResourceType.of(model);
        if (notServed.contains(type)) {
            throw ResourceType.notServed(model);
        }
        failIfDue(verb, type, true);
        return type;
    }

    /** Lets a controller's request through, or not. */
    void beforeControllersCall(ApiServer.Write write, ResourceType<?> type) {
        if (!failures.isEmpty()) {
            Verb verb = switch (write) {
                case CREATE -> Verb.CREATE;
                case UPDATE -> Verb.UPDATE;
                case DELETE -> Verb.DELETE;
            };
            failIfDue(verb, type, false);
        }
    }

    private void failIfDue(Verb verb, ResourceType<?> type, boolean client) {
        for (Iterator<Failure> all = failures.iterator(); all.hasNext(); ) {
            Failure failure = all.next();
            if (!failure.call.matches(verb, type.model(), client)) {
                continue;
            }
            if (failure.toPass > 0) {
                failure.toPass--;
                continue;
            }
            if (--failure.toFail == 0) {
                all.remove();
            }
            throw new ClusterException(failure.reason, message(failure.reason, type));
        }
    }

    private static String message(Reason reason, ResourceType<?> type) {
        return switch (reason) {
            case CONFLICT ->
                "Operation cannot be fulfilled on " + type.resource()
                        + ": the object has been modified; please apply your changes to the latest version and try again";
            case TOO_MANY_REQUESTS -> "the server has received too many requests and has asked us to try again later";
            case INTERNAL_ERROR -> "Internal error occurred: simulated";
            case SERVICE_UNAVAILABLE -> "the server is currently unable to handle the request";
            case UNREACHABLE -> "the simulated API server cannot be reached: connection reset by peer";
            default -> reason.text() + ", simulated";
        };
    }

    /** What a client's read sees: the store, or an old state of it. */
    <T extends HasMetadata> Reader<T> reader(ResourceType<T> type) {
        return loop.elapsedNanos() < staleUntilNanos ? api.readerAt(type, staleVersion) : api.reader(type);
    }

    /** What the list with which an observation begins sees. */
    <T extends HasMetadata> Reader<T> firstListReader(ResourceType<T> type) {
        return loop.elapsedNanos() < staleListUntilNanos ? api.readerAt(type, staleListVersion) : reader(type);
    }

    boolean serves(ResourceType<?> type) {
        return !notServed.contains(type);
    }

    void opened(Watch<?> watch) {
        remoteWatches.add(watch);
    }

    void ended(Watch<?> watch) {
        remoteWatches.remove(watch);
    }

    long watchDelayNanos(ResourceType<?> type) {
        @Nullable Long own = watchDelays.get(type.model());
        return own == null ? allWatchesDelayNanos : own;
    }

    boolean forget(Reflector<?> reflector) {
        return reflectors.remove(reflector);
    }
}
