// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All objects of one kind at their current version, and the last changes to them. Versions are counted over all kinds, as
 * etcd does. Knows no rules: {@link ApiServer} has them. Not thread-safe: callers hold the simulation's lock.
 */
final class Store<T extends HasMetadata> {
    private final ResourceType<T> type;
    private final VersionCounter versions;
    private final int historyLimit;
    private final Map<String, Map<String, T>> byNamespace = new TreeMap<>();
    private final ArrayDeque<StoredEvent<T>> history = new ArrayDeque<>();
    private final List<Watch<T>> watches = new ArrayList<>();
    private final List<Consumer<? super StoredEvent<?>>> listeners = new ArrayList<>();
    private long compactedVersion;

    /** Counts versions over all kinds. */
    static final class VersionCounter {
        private long last;

        long next() {
            return ++last;
        }

        long last() {
            return last;
        }
    }

    Store(ResourceType<T> type, VersionCounter versions, int historyLimit) {
        this.type = type;
        this.versions = versions;
        this.historyLimit = historyLimit;
    }

    ResourceType<T> type() {
        return type;
    }

    @Nullable
    T find(String namespace, String name) {
        Map<String, T> objects = byNamespace.get(namespace);
        return objects == null ? null : objects.get(name);
    }

    /** All objects of a namespace, or of all with {@code ""}; by namespace and name. */
    List<T> all(String namespace) {
        if (namespace.isEmpty()) {
            List<T> all = new ArrayList<>();
            byNamespace.values().forEach(objects -> all.addAll(sorted(objects)));
            return all;
        }
        Map<String, T> objects = byNamespace.get(namespace);
        return objects == null ? List.of() : sorted(objects);
    }

    /** Objects are found far more often than listed, so they are put in order when they are listed. */
    private static <T extends HasMetadata> List<T> sorted(Map<String, T> objects) {
        List<T> list = new ArrayList<>(objects.values());
        if (list.size() > 1) {
            list.sort(Comparator.comparing(object -> object.getMetadata().getName()));
        }
        return list;
    }

    Collection<String> namespaces() {
        return byNamespace.keySet();
    }

    /** Stores a new version of an object, whose metadata must be a private copy: it gets its resourceVersion here. */
    T put(T object) {
        return put(object, StoredEvent.Part.OBJECT);
    }

    /** @param part what of it is new */
    T put(T object, StoredEvent.Part part) {
        ObjectMeta metadata = object.getMetadata();
        long version = versions.next();
        metadata.setResourceVersion(Long.toString(version));
        T previous = byNamespace
                .computeIfAbsent(Metadata.namespace(object), namespace -> new HashMap<>())
                .put(metadata.getName(), object);
        Change.Type change = previous == null ? Change.Type.ADDED : Change.Type.MODIFIED;
        tell(new StoredEvent<>(version, change, object, previous, part));
        return object;
    }

    void remove(T object) {
        String namespace = Metadata.namespace(object);
        Map<String, T> objects = byNamespace.get(namespace);
        if (objects == null) {
            return;
        }
        T previous = objects.remove(object.getMetadata().getName());
        if (previous == null) {
            return;
        }
        if (objects.isEmpty()) {
            byNamespace.remove(namespace);
        }
        long version = versions.next();
        T last = type.shallowCopy().apply(object);
        ObjectMeta metadata = Metadata.copy(object.getMetadata());
        metadata.setResourceVersion(Long.toString(version));
        last.setMetadata(metadata);
        tell(new StoredEvent<>(version, Change.Type.DELETED, last, previous));
    }

    private void tell(StoredEvent<T> event) {
        history.add(event);
        while (history.size() > historyLimit) {
            compactedVersion = history.remove().version();
        }
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).accept(event);
        }
        for (int i = 0; i < watches.size(); i++) {
            watches.get(i).offer(event);
        }
    }

    /** Has somebody hear of every change at once, before any watch. */
    void onChange(Consumer<? super StoredEvent<?>> listener) {
        listeners.add(listener);
    }

    /** The objects as they were at a version, or at the oldest one that is remembered. */
    Reader<T> readerAt(long version) {
        Map<String, @Nullable T> changedSince = new HashMap<>();
        for (Iterator<StoredEvent<T>> newestFirst = history.descendingIterator(); newestFirst.hasNext(); ) {
            StoredEvent<T> event = newestFirst.next();
            if (event.version() <= version) {
                break;
            }
            changedSince.put(Reader.key(event.object()), event.previous());
        }
        return new Reader<>(this, Math.min(version, versions.last()), changedSince);
    }

    long oldestVersion() {
        return compactedVersion;
    }

    Reader<T> reader() {
        return new Reader<>(this, versions.last(), Map.of());
    }

    /** Forgets the history: whoever asks for an earlier version gets 410. */
    void compact() {
        history.clear();
        compactedVersion = versions.last();
    }

    /** Starts a watch with what came after a version; fails with Expired where that is forgotten. */
    Watch<T> watch(Watch<T> watch, long fromVersion) {
        if (fromVersion < compactedVersion) {
            throw new ClusterException(
                    ClusterException.Reason.EXPIRED,
                    "too old resource version: " + fromVersion + " (" + compactedVersion + ")");
        }
        for (StoredEvent<T> event : history) {
            if (event.version() > fromVersion) {
                watch.offer(event);
            }
        }
        watches.add(watch);
        return watch;
    }

    void end(Watch<T> watch) {
        watches.remove(watch);
    }

    List<Watch<T>> watches() {
        return List.copyOf(watches);
    }
}
