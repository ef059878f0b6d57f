// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A component's cache of one kind: it lags behind the store by its watch's latency, and that lag is where controllers'
 * surprises come from. Indexed by namespace and by the uid of the controlling owner. Handlers are called after the cache
 * has changed. Not thread-safe: under the lock.
 */
public final class Informer<T extends HasMetadata> implements WatchListener<T> {
    /** What a component does on a change. */
    public interface Handler<T> {
        /**
         * @param previous what the cache held; null for what is new to it
         * @param deleted whether the object is gone
         */
        void onChange(@Nullable T previous, T object, boolean deleted);
    }

    private final ApiServer api;
    private final ResourceType<T> type;
    private final LongSupplier latencyNanos;
    private final Map<String, Map<String, T>> byNamespace = new LinkedHashMap<>();
    private final Map<String, Map<String, T>> byOwner = new HashMap<>();
    private final Map<String, Map<String, T>> orphans = new LinkedHashMap<>();
    private long lastVersion;
    private final List<Handler<T>> handlers = new ArrayList<>();

    public Informer(ApiServer api, ResourceType<T> type, LongSupplier latencyNanos) {
        this.api = api;
        this.type = type;
        this.latencyNanos = latencyNanos;
    }

    /** The version of the newest change that it has seen. */
    public long lastVersion() {
        return lastVersion;
    }

    /** The kind that it holds. */
    public ResourceType<T> type() {
        return type;
    }

    public void addHandler(Handler<T> handler) {
        handlers.add(handler);
    }

    /** Lists and starts to watch. */
    public void start() {
        long version = api.version();
        lastVersion = version;
        for (T object : api.all(type, "")) {
            accept(object);
        }
        api.watch(type, "", null, version, latencyNanos, this);
    }

    public @Nullable T find(String namespace, String name) {
        Map<String, T> objects = byNamespace.get(namespace);
        return objects == null ? null : objects.get(name);
    }

    public Collection<T> all() {
        List<T> all = new ArrayList<>();
        byNamespace.values().forEach(objects -> all.addAll(objects.values()));
        return all;
    }

    /** All objects of a namespace, in the order in which they came. Not to be kept: a view of the cache. */
    public Collection<T> in(String namespace) {
        Map<String, T> objects = byNamespace.get(namespace);
        return objects == null ? List.of() : objects.values();
    }

    /** The objects that an owner controls, in the order in which they came. */
    public List<T> ownedBy(HasMetadata owner) {
        return ownedBy(owner.getMetadata().getUid());
    }

    /** The objects that the owner with a uid controls, in the order in which they came. */
    public List<T> ownedBy(String ownerUid) {
        Map<String, T> owned = byOwner.get(ownerUid);
        return owned == null ? List.of() : new ArrayList<>(owned.values());
    }

    /** The objects of a namespace that nobody controls, in the order in which they came. */
    public List<T> orphans(String namespace) {
        Map<String, T> found = orphans.get(namespace);
        return found == null ? List.of() : List.copyOf(found.values());
    }

    @Override
    public void onEvent(StoredEvent<T> event) {
        lastVersion = Math.max(lastVersion, event.version());
        if (event.type() == Change.Type.DELETED) {
            T object = event.object();
            Map<String, T> objects = byNamespace.get(Metadata.namespace(object));
            T previous =
                    objects == null ? null : objects.remove(object.getMetadata().getName());
            if (previous != null) {
                unindex(previous);
            }
            tell(previous, object, true);
        } else {
            accept(event.object());
        }
    }

    private void accept(T object) {
        T previous = byNamespace
                .computeIfAbsent(Metadata.namespace(object), namespace -> new LinkedHashMap<>())
                .put(object.getMetadata().getName(), object);
        OwnerReference owner = Metadata.controllerOf(object);
        if (previous != null && !sameOwner(owner, Metadata.controllerOf(previous))) {
            unindex(previous);
        }
        if (owner != null) {
            byOwner.computeIfAbsent(owner.getUid(), uid -> new LinkedHashMap<>())
                    .put(object.getMetadata().getName(), object);
        } else {
            orphans.computeIfAbsent(Metadata.namespace(object), namespace -> new LinkedHashMap<>())
                    .put(object.getMetadata().getName(), object);
        }
        tell(previous, object, false);
    }

    private static boolean sameOwner(@Nullable OwnerReference a, @Nullable OwnerReference b) {
        return a == null ? b == null : b != null && a.getUid().equals(b.getUid());
    }

    private void unindex(T object) {
        OwnerReference owner = Metadata.controllerOf(object);
        if (owner != null) {
            Map<String, T> owned = byOwner.get(owner.getUid());
            if (owned != null) {
                owned.remove(object.getMetadata().getName());
                if (owned.isEmpty()) {
                    byOwner.remove(owner.getUid());
                }
            }
        } else {
            Map<String, T> found = orphans.get(Metadata.namespace(object));
            if (found != null) {
                found.remove(object.getMetadata().getName());
            }
        }
    }

    private void tell(@Nullable T previous, T object, boolean deleted) {
        for (Handler<T> handler : handlers) {
            handler.onChange(previous, object, deleted);
        }
    }

    /** The server ended the watch: list again and take the difference, as client-go's reflector does. */
    @Override
    public void onClosed(ClusterException why) {
        Map<String, T> gone = new LinkedHashMap<>();
        for (T cached : all()) {
            gone.put(Metadata.namespace(cached) + "/" + cached.getMetadata().getName(), cached);
        }
        long version = api.version();
        lastVersion = version;
        for (T object : api.all(type, "")) {
            gone.remove(Metadata.namespace(object) + "/" + object.getMetadata().getName());
            T cached = find(Metadata.namespace(object), object.getMetadata().getName());
            if (cached != object) {
                accept(object);
            }
        }
        for (T object : gone.values()) {
            onEvent(new StoredEvent<>(version, Change.Type.DELETED, object, object));
        }
        api.watch(type, "", null, version, latencyNanos, this);
    }
}
