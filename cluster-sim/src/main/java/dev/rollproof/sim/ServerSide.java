// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Reader;
import dev.rollproof.sim.api.Requests;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.Selection;
import dev.rollproof.sim.api.Watch;
import dev.rollproof.sim.api.WatchListener;
import dev.rollproof.sim.engine.EventLoop;
import dev.rollproof.sim.network.OutsideRequests;
import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A simulated cluster as a server sees it that offers the cluster's API over a network: the same store, rules and faults that
 * {@link SimulatedCluster}'s own methods go by, but for their copies. What comes out is frozen: read it, never change it.
 * Everything but {@link #loop()} and {@link #minor()} is called under the lock, which is {@link EventLoop#call}.
 */
public final class ServerSide {
    private final EventLoop loop;
    private final ApiServer api;
    private final Requests requests;
    private final Faults faults;
    private final OutsideRequests outsideRequests;
    private final String minor;

    ServerSide(
            EventLoop loop,
            ApiServer api,
            Requests requests,
            Faults faults,
            OutsideRequests outsideRequests,
            String minor) {
        this.outsideRequests = outsideRequests;
        this.loop = loop;
        this.api = api;
        this.requests = requests;
        this.faults = faults;
        this.minor = minor;
    }

    /** The queue of events, and the lock. */
    public EventLoop loop() {
        return loop;
    }

    public ApiServer api() {
        return api;
    }

    public Requests requests() {
        return requests;
    }

    /** Single HTTP requests to pods. */
    public OutsideRequests outsideRequests() {
        return outsideRequests;
    }

    /** The minor version that is simulated, such as {@code 1.37}. */
    public String minor() {
        return minor;
    }

    /** Whether the cluster has a kind: the Gateway API's may not be installed. */
    public boolean serves(ResourceType<?> type) {
        return faults.serves(type);
    }

    /** Lets a client's request through, or fails as {@link Faults} says. */
    public void admit(Faults.Verb verb, ResourceType<?> type) {
        faults.beforeClientsCall(verb, type.model());
    }

    /** What clients read: the store, or an old state of it where a fault says so. */
    public <T extends HasMetadata> Reader<T> reader(ResourceType<T> type) {
        return faults.reader(type);
    }

    /**
     * Opens a client's watch, which faults may cut, silence and delay; without them each change is told within itself, under
     * the lock.
     *
     * @param selection null for every object
     */
    public <T extends HasMetadata> Watch<T> watch(
            ResourceType<T> type,
            String namespace,
            @Nullable Selection<T> selection,
            long fromVersion,
            WatchListener<T> listener) {
        Watch<T> watch =
                api.watchAtOnce(type, namespace, selection, fromVersion, () -> faults.watchDelayNanos(type), listener);
        faults.opened(watch);
        return watch;
    }

    /** Ends a client's watch from the client's side, or forgets one that the server ended. */
    public <T extends HasMetadata> void unwatch(Watch<T> watch) {
        faults.ended(watch);
        api.unwatch(watch.type(), watch);
    }
}
