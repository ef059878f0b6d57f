// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The objects of one kind as they were at one version of the store. */
public final class Reader<T extends HasMetadata> {
    private final Store<T> store;
    private final long version;
    private final Map<String, @Nullable T> changedSince;

    /**
     * @param changedSince objects that are different now, as they were then, by namespace and name; null for those that did
     *     not exist
     */
    Reader(Store<T> store, long version, Map<String, @Nullable T> changedSince) {
        this.store = store;
        this.version = version;
        this.changedSince = changedSince;
    }

    public long version() {
        return version;
    }

    public @Nullable T find(String namespace, String name) {
        String key = namespace + "/" + name;
        return changedSince.containsKey(key) ? changedSince.get(key) : store.find(namespace, name);
    }

    /** Ordered by namespace and name. */
    public List<T> list(Query<T> query) {
        Selection<T> selection = Selection.of(store.type(), query);
        List<T> selected = new ArrayList<>();
        for (T object : all(query.namespace())) {
            if (selection == null || selection.test(object)) {
                selected.add(object);
            }
        }
        return selected;
    }

    private List<T> all(String namespace) {
        if (changedSince.isEmpty()) {
            return store.all(namespace);
        }
        Map<String, T> all = new TreeMap<>();
        for (T object : store.all(namespace)) {
            all.put(key(object), object);
        }
        changedSince.forEach((key, object) -> {
            if (object == null) {
                all.remove(key);
            } else if (namespace.isEmpty() || Metadata.namespace(object).equals(namespace)) {
                all.put(key, object);
            }
        });
        return new ArrayList<>(all.values());
    }

    static String key(HasMetadata object) {
        return Metadata.namespace(object) + "/" + object.getMetadata().getName();
    }
}
