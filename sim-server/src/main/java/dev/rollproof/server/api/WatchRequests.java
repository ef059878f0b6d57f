// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;

/** GET with {@code watch=true}: a stream of events. Thread-safe. */
final class WatchRequests implements AutoCloseable {
    /** A watch that asks for no time lives between this long and twice as long, as a real server's. */
    private static final Duration LEAST_LIFE = Duration.ofMinutes(30);

    private final Gate gate;
    private final Executor executor;
    private final long mostWaitingBytes;
    private final ScheduledThreadPoolExecutor timers;
    private final Set<WatchStream<?>> open = ConcurrentHashMap.newKeySet();

    /**
     * @param executor runs what is written to clients
     * @param mostWaitingBytes a client that lets more wait is cut off
     */
    WatchRequests(Gate gate, Executor executor, long mostWaitingBytes) {
        this.gate = gate;
        this.mostWaitingBytes = mostWaitingBytes;
        this.executor = executor;
        timers = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "rollproof-watch-timers");
            thread.setDaemon(true);
            return thread;
        });
        timers.setRemoveOnCancelPolicy(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    <T extends HasMetadata> Answer watch(ApiRequest request, ResourceType<T> type, String namespace) {
        ListOptions options = ListOptions.of(request);
        if (request.asksForUpgrade()) {
            // fabric8's client asks for a WebSocket first, and on this answer at once for plain HTTP.
            return new Answer.Whole(200, Answer.JSON, new byte[0]);
        }
        Form form = Form.ofEvents(request, gate);
        WatchStream<T> stream = new WatchStream<>(gate, executor, mostWaitingBytes, type, form, options, open::remove);
        gate.call(() -> {
            gate.cluster().admit(Verb.WATCH, type);
            stream.start(namespace);
            return stream;
        });
        open.add(stream);
        Duration life =
                options.timeoutSeconds().isPresent() && options.timeoutSeconds().getAsLong() > 0
                        ? Duration.ofSeconds(options.timeoutSeconds().getAsLong())
                        : LEAST_LIFE.plusSeconds(ThreadLocalRandom.current().nextLong(LEAST_LIFE.toSeconds()));
        stream.live(timers, life);
        return new Answer.Streamed(form.contentType(), stream::begin);
    }

    @Override
    public void close() {
        timers.shutdownNow();
        open.forEach(WatchStream::cut);
    }
}
