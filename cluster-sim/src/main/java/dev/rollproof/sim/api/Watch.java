// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.sim.engine.EventLoop;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One client's watch: events in the store's order, each after the connection's latency, never one before its predecessor.
 * An object that starts or ceases to match the selector is told as added or deleted. Not thread-safe: under the lock.
 */
public final class Watch<T extends HasMetadata> {
    private final ResourceType<T> type;
    private final EventLoop loop;
    private final LongSupplier latencyNanos;
    private final @Nullable Predicate<T> selector;
    private final WatchListener<T> listener;
    private final boolean atOnce;
    private final ArrayDeque<StoredEvent<T>> inFlight = new ArrayDeque<>();
    private long lastDueNanos;
    private final Runnable delivery = this::deliver;
    private boolean closed;
    private boolean silenced;

    /**
     * @param latencyNanos draws the latency of the next event
     * @param selector null for every object
     * @param atOnce what has no latency is told within the change itself, and not by an event of its own
     */
    Watch(
            ResourceType<T> type,
            EventLoop loop,
            LongSupplier latencyNanos,
            @Nullable Predicate<T> selector,
            WatchListener<T> listener,
            boolean atOnce) {
        this.type = type;
        this.loop = loop;
        this.latencyNanos = latencyNanos;
        this.selector = selector;
        this.listener = listener;
        this.atOnce = atOnce;
    }

    public ResourceType<T> type() {
        return type;
    }

    /** Takes an event of the store, to be told after the latency. */
    void offer(StoredEvent<T> event) {
        if (closed || silenced) {
            return;
        }
        StoredEvent<T> selected = selector == null ? event : select(event, selector);
        if (selected == null) {
            return;
        }
        long now = loop.elapsedNanos();
        lastDueNanos = Math.max(lastDueNanos, now + latencyNanos.getAsLong());
        if (atOnce && lastDueNanos == now && inFlight.isEmpty()) {
            listener.onEvent(selected);
            return;
        }
        inFlight.add(selected);
        loop.after(lastDueNanos - now, delivery);
    }

    private void deliver() {
        StoredEvent<T> event = inFlight.poll();
        if (event != null && !closed && !silenced) {
            listener.onEvent(event);
        }
    }

    private static <T extends HasMetadata> @Nullable StoredEvent<T> select(
            StoredEvent<T> event, Predicate<T> selector) {
        T previous = event.previous();
        boolean before = previous != null && selector.test(previous);
        boolean after = event.type() != Change.Type.DELETED && selector.test(event.object());
        if (before && after) {
            return event;
        }
        if (after) {
            return new StoredEvent<>(event.version(), Change.Type.ADDED, event.object(), null);
        }
        return before ? new StoredEvent<>(event.version(), Change.Type.DELETED, event.object(), previous) : null;
    }

    /** Fault: the connection stays open and says nothing any more. */
    public void silence() {
        silenced = true;
        inFlight.clear();
    }

    public boolean isSilent() {
        return silenced;
    }

    /** Whether everything that the store has told it has been told to the listener: then a bookmark may be sent. */
    public boolean isUpToDate() {
        return !closed && !silenced && inFlight.isEmpty();
    }

    public boolean isClosed() {
        return closed;
    }

    /** Ends the watch from the server's side; the listener hears why. */
    public void end(ClusterException why) {
        if (!closed) {
            closed = true;
            inFlight.clear();
            listener.onClosed(why);
        }
    }

    /** Ends the watch from the client's side; the listener hears nothing more. */
    void stop() {
        closed = true;
        inFlight.clear();
    }
}
