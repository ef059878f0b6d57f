// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.Selection;
import dev.rollproof.sim.api.StoredEvent;
import dev.rollproof.sim.api.Watch;
import dev.rollproof.sim.api.WatchListener;
import dev.rollproof.sim.engine.EventLoop;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One observation by a client, as client-go's reflector makes it: list, then watch from the list's version. A watch that
 * ended goes on from the last version it told; where the server has forgotten that version, or the watch has been silent for
 * {@value #SILENCE_SECONDS} s (a healthy one brings a bookmark every {@value #BOOKMARK_SECONDS} s), it lists again and tells
 * the difference. A request that fails is tried again after 0.8 s, 1.6 s and so on up to 30 s.
 */
final class Reflector<T extends HasMetadata> implements Observation, WatchListener<T> {
    static final long BOOKMARK_SECONDS = 10;
    static final long SILENCE_SECONDS = 25;

    private final EventLoop loop;
    private final ApiServer api;
    private final Faults faults;
    private final ResourceType<T> type;
    private final Query<T> query;
    private final @Nullable Selection<T> selection;
    private final LongSupplier latencyNanos;
    private final Consumer<Change> onChange;
    private final Map<String, T> known = new LinkedHashMap<>();
    private @Nullable Watch<T> watch;
    private long lastVersion;
    private volatile boolean synced;
    private boolean closed;
    private int failures;
    private volatile Optional<Instant> lastHeard = Optional.empty();
    private volatile @Nullable ClusterException trouble;

    Reflector(
            EventLoop loop,
            ApiServer api,
            Faults faults,
            ResourceType<T> type,
            Query<T> query,
            LongSupplier latencyNanos,
            Consumer<Change> onChange) {
        this.loop = loop;
        this.api = api;
        this.faults = faults;
        this.type = type;
        this.query = query;
        this.selection = Selection.of(type, query);
        this.latencyNanos = () -> latencyNanos.getAsLong() + faults.watchDelayNanos(type);
        this.onChange = onChange;
    }

    void start() {
        loop.after(latencyNanos.getAsLong(), this::list);
        loop.after(Duration.ofSeconds(BOOKMARK_SECONDS), this::lookAfterSilence);
    }

    private void list() {
        if (closed) {
            return;
        }
        List<T> objects;
        try {
            faults.beforeClientsCall(Faults.Verb.LIST, type.model());
            var reader = synced ? faults.reader(type) : faults.firstListReader(type);
            lastVersion = reader.version();
            objects = reader.list(query);
        } catch (ClusterException refused) {
            retry(refused, this::list);
            return;
        }
        heard();
        Map<String, T> gone = new LinkedHashMap<>(known);
        for (T object : objects) {
            T before = gone.remove(key(object));
            if (before == null) {
                tell(Change.Type.ADDED, object, Observed.from(object), true);
            } else if (!version(before).equals(version(object))) {
                tell(Change.Type.MODIFIED, object, Observed.from(object), true);
            }
        }
        for (T object : new ArrayList<>(gone.values())) {
            tell(Change.Type.DELETED, object, Observed.from(object), true);
        }
        synced = true;
        watch();
    }

    private void watch() {
        if (closed) {
            return;
        }
        try {
            faults.beforeClientsCall(Faults.Verb.WATCH, type.model());
            failures = 0;
            trouble = null;
            watch = api.watch(type, query.namespace(), selection, lastVersion, latencyNanos, this);
        } catch (ClusterException refused) {
            if (refused.reason() == Reason.EXPIRED) {
                loop.after(latencyNanos.getAsLong(), this::list);
            } else {
                retry(refused, this::watch);
            }
        }
    }

    private void retry(ClusterException refused, Runnable again) {
        trouble = refused;
        long backOffMillis = Math.min(30_000, 800L << Math.min(failures++, 10));
        loop.after(Duration.ofMillis(backOffMillis), again);
    }

    @Override
    public void onEvent(StoredEvent<T> event) {
        heard();
        lastVersion = event.version();
        tell(event.type(), event.object(), event.observed(), false);
    }

    @Override
    public void onClosed(ClusterException why) {
        watch = null;
        if (why.reason() == Reason.EXPIRED) {
            loop.after(latencyNanos.getAsLong(), this::list);
        } else {
            loop.after(latencyNanos.getAsLong(), this::watch);
        }
    }

    /** Hears the bookmark of a healthy watch; gives up one that has been silent for too long. */
    private void lookAfterSilence() {
        if (closed) {
            return;
        }
        Watch<T> current = watch;
        if (current != null) {
            if (current.isSilent()) {
                Instant now = loop.now();
                if (lastHeard
                        .filter(since -> since.plusSeconds(SILENCE_SECONDS).isBefore(now))
                        .isPresent()) {
                    api.unwatch(type, current);
                    watch = null;
                    list();
                }
            } else {
                heard();
            }
        }
        loop.after(Duration.ofSeconds(BOOKMARK_SECONDS), this::lookAfterSilence);
    }

    private void heard() {
        lastHeard = Optional.of(loop.now());
    }

    private void tell(Change.Type change, T object, ObservedObject observed, boolean listed) {
        if (closed) {
            return;
        }
        if (change == Change.Type.DELETED) {
            known.remove(key(object));
        } else {
            known.put(key(object), object);
        }
        onChange.accept(new Change(change, observed, () -> Models.copy(object), listed));
    }

    private static String key(HasMetadata object) {
        return Metadata.namespace(object) + "/" + object.getMetadata().getName();
    }

    private static String version(HasMetadata object) {
        return object.getMetadata().getResourceVersion();
    }

    ResourceType<T> type() {
        return type;
    }

    /** The watch that is open now; null between two. */
    @Nullable
    Watch<T> currentWatch() {
        return watch;
    }

    @Override
    public boolean synced() {
        return synced;
    }

    @Override
    public Optional<Instant> lastHeard() {
        return lastHeard;
    }

    @Override
    public Optional<ClusterException> trouble() {
        return Optional.ofNullable(trouble);
    }

    @Override
    public void close() {
        loop.call(() -> {
            closed = true;
            Watch<T> open = watch;
            if (open != null) {
                api.unwatch(type, open);
                watch = null;
            }
            known.clear();
            return faults.forget(this);
        });
    }
}
