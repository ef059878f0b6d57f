// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.k8s.time.Time;
import dev.rollproof.server.SimulatedApiServer;
import dev.rollproof.server.SimulatedApiServer.Hold;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Has a served cluster's time stand still while a client's request is on its way, until its answer begins. That time is faster than the
 * machine's: without this a busy machine, or the first use of TLS in a JVM, would cost seconds of it. Thread-safe.
 */
final class RequestsTakeNoTime implements Interceptor {
    /** Longer than a request takes, and no longer than anybody waits for what only that time's passing can answer. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private record OnItsWay(Hold hold, Instant until) {}

    private final SimulatedApiServer server;
    private final Time real = Time.system();
    private final Queue<OnItsWay> requests = new ArrayDeque<>();

    RequestsTakeNoTime(SimulatedApiServer server) {
        this.server = server;
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (waitsForPods(request)) {
            return;
        }
        Hold hold = server.hold(LONGEST);
        synchronized (requests) {
            requests.add(new OnItsWay(hold, real.now().plus(LONGEST)));
        }
    }

    /** Pods take the cluster's time to answer. */
    private static boolean waitsForPods(HttpRequest request) {
        String path = request.uri().getPath();
        return path.contains("/proxy") || path.endsWith("/log");
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        isOver(request);
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        isOver(request);
    }

    /** Which one does not matter: all hold alike, and those that were held for too long hold nothing any more. */
    private void isOver(HttpRequest ended) {
        if (waitsForPods(ended)) {
            return;
        }
        OnItsWay one;
        synchronized (requests) {
            Instant now = real.now();
            requests.removeIf(request -> !now.isBefore(request.until()));
            one = requests.poll();
        }
        if (one != null) {
            one.hold().close();
        }
    }
}
