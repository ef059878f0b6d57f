// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.Selection;
import dev.rollproof.sim.api.StoredEvent;
import dev.rollproof.sim.api.Watch;
import dev.rollproof.sim.api.WatchListener;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One client's watch: takes the store's events under the lock, and leaves the rest to its queue. */
final class WatchStream<T extends HasMetadata> implements WatchListener<T> {
    /** How often a quiet watch that asked for bookmarks gets one. */
    private static final Duration BETWEEN_BOOKMARKS = Duration.ofSeconds(60);

    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";
    private static final byte[] NEWLINE_END = "}\n".getBytes(StandardCharsets.UTF_8);

    private final Gate gate;
    private final ResourceType<T> type;
    private final Form form;
    private final ListOptions options;
    private final EventQueue queue;
    private final Consumer<WatchStream<?>> onOver;
    private @Nullable Watch<T> watch;
    private volatile @Nullable ScheduledFuture<?> lifeEnd;
    private volatile @Nullable ScheduledFuture<?> bookmarks;

    WatchStream(
            Gate gate,
            Executor executor,
            long mostWaitingBytes,
            ResourceType<T> type,
            Form form,
            ListOptions options,
            Consumer<WatchStream<?>> onOver) {
        this.gate = gate;
        this.type = type;
        this.form = form;
        this.options = options;
        this.onOver = onOver;
        this.queue = new EventQueue(executor, mostWaitingBytes, this::over);
    }

    /** Begins to listen, under the lock: with what there is, where that is asked for or no version is, or else from a version on. */
    void start(String namespace) {
        Selection<T> selection = Selection.of(type, options.query(type.model(), namespace));
        long version = options.version().orElse(0);
        long current = gate.cluster().api().version();
        boolean fromNow = options.initialEvents() || version == 0;
        if (Long.compareUnsigned(version, current) > 0) {
            version = current;
        }
        if (fromNow) {
            for (T object : gate.cluster().api().reader(type).list(options.query(type.model(), namespace))) {
                Rendered rendered = gate.renderings().of(type, object);
                queue.putFirst(News.of(() -> event("ADDED", form.inEvent(rendered))));
            }
            if (options.initialEvents() && options.bookmarks()) {
                queue.putFirst(News.of(() -> event("BOOKMARK", bookmark(current, true))));
            }
            version = current;
        }
        try {
            watch = gate.cluster().watch(type, namespace, selection, version, this);
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.EXPIRED) {
                throw refused;
            }
            // As a real server: the stream begins, and its one event says why it ends.
            end(refused);
        }
    }

    /** Ends it after its life, and sends bookmarks where they are asked for. */
    void live(ScheduledExecutorService timers, Duration life) {
        lifeEnd = timers.schedule(this::lifeOver, life.toMillis(), TimeUnit.MILLISECONDS);
        if (options.bookmarks()) {
            bookmarks = timers.scheduleWithFixedDelay(
                    this::sendBookmark,
                    BETWEEN_BOOKMARKS.toMillis(),
                    BETWEEN_BOOKMARKS.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    void begin(Outlet outlet) {
        queue.begin(outlet);
    }

    private void lifeOver() {
        if (options.bookmarks()) {
            sendBookmark();
        }
        queue.end();
    }

    private void sendBookmark() {
        gate.call(() -> {
            Watch<T> open = watch;
            if (open != null && open.isUpToDate()) {
                long version = gate.cluster().api().version();
                queue.put(News.of(() -> event("BOOKMARK", bookmark(version, false))));
            }
            return type;
        });
    }

    @Override
    public void onEvent(StoredEvent<T> stored) {
        Rendered rendered = gate.renderings().of(type, stored.object());
        String word = stored.type().name();
        queue.put(News.of(() -> event(word, form.inEvent(rendered)), rendered::bytes));
    }

    /** A fault ended it. */
    @Override
    public void onClosed(ClusterException why) {
        if (why.reason() == Reason.EXPIRED) {
            end(why);
        } else {
            queue.cut();
        }
    }

    private void end(ClusterException why) {
        byte[] status = StatusObjects.bytes(StatusObjects.tree(why));
        queue.putFirst(News.of(() -> event("ERROR", status)));
        queue.end();
    }

    /** The server closes. */
    void cut() {
        queue.cut();
    }

    private void over() {
        for (ScheduledFuture<?> timer : new ScheduledFuture<?>[] {lifeEnd, bookmarks}) {
            if (timer != null) {
                timer.cancel(false);
            }
        }
        onOver.accept(this);
        gate.cluster().loop().call(() -> {
            Watch<T> open = watch;
            if (open != null) {
                gate.cluster().unwatch(open);
                watch = null;
            }
            return type;
        });
    }

    private static byte[] event(String word, byte[] object) {
        byte[] head = ("{\"type\":\"" + word + "\",\"object\":").getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[head.length + object.length + NEWLINE_END.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(object, 0, whole, head.length, object.length);
        System.arraycopy(NEWLINE_END, 0, whole, head.length + object.length, NEWLINE_END.length);
        return whole;
    }

    private byte[] bookmark(long version, boolean initialEventsEnd) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("resourceVersion", Long.toString(version));
        if (initialEventsEnd) {
            metadata.put("annotations", Map.of(INITIAL_EVENTS_END, "true"));
        }
        return form.bookmark(type, metadata);
    }

    /** What it watches, for messages. */
    @Override
    public String toString() {
        return "watch of " + List.of(type, options);
    }
}
