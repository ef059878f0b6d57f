// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.time.Time;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An observation through one of fabric8's informers, which list again after 410, lost connections and restarts. */
final class InformerObservation<T extends HasMetadata> implements Observation, ResourceEventHandler<T> {
    private final SharedIndexInformer<T> informer;
    private final Consumer<Change> onChange;
    private final Failures failures;
    private final Time time;
    private final Consumer<InformerObservation<?>> onClose;
    private volatile @Nullable Instant lastHeard;
    private volatile @Nullable ClusterException trouble;
    private volatile boolean closed;
    private volatile boolean synced;

    /** An informer says so before and after a list, in the order of what it tells. */
    private volatile boolean listing;

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    InformerObservation(
            KubernetesClient client,
            Query<T> query,
            Consumer<Change> onChange,
            Failures failures,
            Time time,
            Consumer<InformerObservation<?>> onClose) {
        this.onChange = onChange;
        this.failures = failures;
        this.time = time;
        this.onClose = onClose;
        this.informer = selected(client, query).runnableInformer(0);
        informer.addEventHandler(this);
        informer.exceptionHandler((started, failure) -> {
            trouble = named(failures.from(failure), query);
            time.wakeUp();
            // Always try again: when to give up is the caller's to say.
            return !closed;
        });
    }

    /** A server refuses to list in a whole sentence. Where it refuses to upgrade a connection, to watch, one word arrives. */
    private static ClusterException named(ClusterException trouble, Query<?> query) {
        if (trouble.reason() != Reason.FORBIDDEN
                || String.valueOf(trouble.getMessage()).contains(" ")) {
            return trouble;
        }
        String where = query.namespace().isEmpty() ? "" : " in the namespace \"" + query.namespace() + "\"";
        return new ClusterException(
                Reason.FORBIDDEN,
                "forbidden: cannot watch resource \"" + HasMetadata.getPlural(query.type()) + "\"" + where,
                List.of(),
                trouble);
    }

    private static <T extends HasMetadata> FilterWatchListDeletable<T, ?, ?> selected(
            KubernetesClient client, Query<T> query) {
        var all = client.resources(query.type());
        FilterWatchListDeletable<T, ?, ?> selected =
                query.namespace().isEmpty() ? all.inAnyNamespace() : all.inNamespace(query.namespace());
        if (!query.labelSelector().isEmpty()) {
            selected = selected.withLabelSelector(query.labelSelector());
        }
        if (!query.fieldSelector().isEmpty()) {
            for (String requirement : query.fieldSelector().split(",", -1)) {
                int not = requirement.indexOf("!=");
                if (not >= 0) {
                    selected = selected.withoutField(requirement.substring(0, not), requirement.substring(not + 2));
                } else {
                    int is = requirement.indexOf('=');
                    selected = selected.withField(
                            requirement.substring(0, is),
                            requirement.substring(is + 1).replaceFirst("^=", ""));
                }
            }
        }
        return selected;
    }

    void start() {
        informer.start().whenComplete((started, failure) -> {
            if (failure != null) {
                trouble = failures.from(failure);
            } else {
                heard();
            }
            time.wakeUp();
        });
    }

    @Override
    public void onBeforeList(String resourceVersion) {
        listing = true;
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
        listing = false;
    }

    @Override
    public void onAdd(T object) {
        tell(Change.Type.ADDED, object);
    }

    @Override
    public void onUpdate(T before, T object) {
        // A list after a lost connection tells of all again, changed or not.
        if (!Objects.equals(
                before.getMetadata().getResourceVersion(), object.getMetadata().getResourceVersion())) {
            tell(Change.Type.MODIFIED, object);
        }
    }

    @Override
    public void onDelete(T object, boolean stateUnknown) {
        tell(Change.Type.DELETED, object);
    }

    private void tell(Change.Type type, T object) {
        if (closed) {
            return;
        }
        heard();
        onChange.accept(new Change(type, Observed.from((HasMetadata) object), () -> Models.copy(object), listing));
        if (!synced) {
            told.add(informer.getIndexer().getKey(object));
        }
        time.wakeUp();
    }

    private void heard() {
        lastHeard = time.now();
        trouble = null;
    }

    /** An informer has synced when it knows the objects, and tells of them a moment later, on another thread. */
    @Override
    public boolean synced() {
        if (!synced
                && informer.hasSynced()
                && told.containsAll(informer.getStore().listKeys())) {
            synced = true;
            told.clear();
        }
        return synced;
    }

    @Override
    public Optional<Instant> lastHeard() {
        return Optional.ofNullable(lastHeard);
    }

    @Override
    public Optional<ClusterException> trouble() {
        return informer.isWatching() ? Optional.empty() : Optional.ofNullable(trouble);
    }

    @Override
    public void close() {
        closed = true;
        informer.stop();
        onClose.accept(this);
    }
}
