// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers {@code /} with the page, {@code /version} with the version, {@code /healthz} with 200 and {@code /readyz} with 200
 * or 503. Every response names version and pod in the headers {@value #VERSION_HEADER} and {@value #POD_HEADER}. Thread-safe.
 */
final class ClockServer implements HttpHandler, AutoCloseable {
    static final String VERSION_HEADER = "Clock-Version";
    static final String POD_HEADER = "Clock-Pod";
    private static final int THREADS = 8;

    static {
        // Otherwise the second part of an answer on a kept connection waits for the client's delayed acknowledgement:
        // 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final Settings settings;
    private final HttpServer server;
    private final ExecutorService workers = Executors.newFixedThreadPool(THREADS, new Daemons());
    private final AtomicLong pages = new AtomicLong();
    private final long openedNanos;
    private volatile boolean draining;

    private static final class Daemons implements ThreadFactory {
        @Override
        public Thread newThread(Runnable task) {
            Thread thread = new Thread(task, "request");
            thread.setDaemon(true);
            return thread;
        }
    }

    private ClockServer(Settings settings, HttpServer server) {
        this.settings = settings;
        this.server = server;
        this.openedNanos = System.nanoTime();
    }

    /** Opens the port. */
    static ClockServer open(Settings settings) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(settings.port()), 128);
            ClockServer clock = new ClockServer(settings, server);
            server.createContext("/", clock);
            server.setExecutor(clock.workers);
            server.start();
            return clock;
        } catch (IOException taken) {
            throw new UncheckedIOException(
                    "port " + settings.port() + " cannot be opened; choose another by CLOCK_LISTEN", taken);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** From now on not ready, and on its way out. */
    void drain() {
        draining = true;
    }

    /** Whether it would say so at this time, by {@link System#nanoTime()}. */
    boolean readyAt(long nanos) {
        return !draining
                && !settings.neverReady()
                && Duration.ofNanos(nanos - openedNanos).compareTo(settings.readyAfter()) >= 0;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            switch (exchange.getRequestURI().getPath()) {
                case "/" -> page(exchange);
                case "/version" -> send(exchange, 200, "text/plain", settings.version() + "\n");
                case "/healthz" -> send(exchange, 200, "text/plain", "ok\n");
                case "/readyz" -> {
                    boolean ready = readyAt(System.nanoTime());
                    send(exchange, ready ? 200 : 503, "text/plain", ready ? "ready\n" : "not ready\n");
                }
                default -> send(exchange, 404, "text/plain", "there is /, /version, /healthz and /readyz\n");
            }
        }
    }

    private void page(HttpExchange exchange) throws IOException {
        long number = pages.getAndIncrement();
        // Evenly spread, so that a share of requests is that share of any longer stretch of them.
        boolean fails = Math.floor((number + 1) * settings.errorRate()) > Math.floor(number * settings.errorRate());
        if (fails) {
            send(exchange, 500, "text/plain", "this request fails, as CLOCK_ERROR_RATE asks for\n");
            return;
        }
        String time = LocalTime.now(ZoneId.systemDefault())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        String version = settings.version().equals("1.0") ? "" : "<p>Version " + escaped(settings.version()) + "</p>";
        send(
                exchange,
                200,
                "text/html",
                "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Clock</title></head><body><h1>"
                        + escaped(settings.greeting()) + "</h1><p>It is " + time + ".</p>" + version
                        + "</body></html>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type + "; charset=utf-8");
        headers.set(VERSION_HEADER, settings.version());
        headers.set(POD_HEADER, settings.pod());
        if (draining && settings.closeWhileDraining()) {
            headers.set("Connection", "close");
        }
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    /** Closes the port; what is being answered is cut off. */
    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}
