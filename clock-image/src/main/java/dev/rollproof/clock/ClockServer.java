// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * Answers {@code /} with the page, {@code /version} with the version, {@code /healthz} with 200 and {@code /readyz} with 200
 * or 503. Every response names version and pod in the headers {@value #VERSION_HEADER} and {@value #POD_HEADER}. Thread-safe.
 */
final class ClockServer implements HttpLoop.Handler, AutoCloseable {
    static final String VERSION_HEADER = "Clock-Version";
    static final String POD_HEADER = "Clock-Pod";
    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private final Settings settings;
    private final HttpLoop http;
    private final long openedNanos;
    private volatile boolean draining;

    /** Looked at by the one thread that answers. */
    private long pages;

    private ClockServer(Settings settings) throws IOException {
        this.settings = settings;
        openedNanos = System.nanoTime();
        http = HttpLoop.open(settings.port(), this);
    }

    /** Opens the port. */
    static ClockServer open(Settings settings) {
        try {
            return new ClockServer(settings);
        } catch (IOException taken) {
            throw new UncheckedIOException(
                    "port " + settings.port() + " cannot be opened; choose another by CLOCK_LISTEN", taken);
        }
    }

    int port() {
        return http.port();
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
    public boolean endsConnections() {
        return draining && settings.closeWhileDraining();
    }

    @Override
    public byte[] answer(Request request, boolean last) {
        if (request.problem() != 0) {
            return response(request, last, request.problem(), "text/plain", "this is no request that can be read\n");
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return response(request, last, 405, "text/plain", "only GET and HEAD\n");
        }
        return switch (request.path()) {
            case "/" -> page(request, last);
            case "/version" -> response(request, last, 200, "text/plain", settings.version() + "\n");
            case "/healthz" -> response(request, last, 200, "text/plain", "ok\n");
            case "/readyz" -> {
                boolean ready = readyAt(System.nanoTime());
                yield response(request, last, ready ? 200 : 503, "text/plain", ready ? "ready\n" : "not ready\n");
            }
            default -> response(request, last, 404, "text/plain", "there is /, /version, /healthz and /readyz\n");
        };
    }

    private byte[] page(Request request, boolean last) {
        long number = pages++;
        // Evenly spread, so that a share of requests is that share of any longer stretch of them.
        boolean fails = Math.floor((number + 1) * settings.errorRate()) > Math.floor(number * settings.errorRate());
        if (fails) {
            return response(request, last, 500, "text/plain", "this request fails, as CLOCK_ERROR_RATE asks for\n");
        }
        String time = LocalTime.now(ZoneId.systemDefault())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        String version = settings.version().equals("1.0") ? "" : "<p>Version " + escaped(settings.version()) + "</p>";
        return response(
                request,
                last,
                200,
                "text/html",
                "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Clock</title></head><body><h1>"
                        + escaped(settings.greeting()) + "</h1><p>It is " + time + ".</p>" + version
                        + "</body></html>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private byte[] response(Request request, boolean last, int status, String type, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " " + reason(status)
                + "\r\nDate: " + date()
                + "\r\nContent-Type: " + type + "; charset=utf-8\r\nContent-Length: " + body.length
                + "\r\n" + VERSION_HEADER + ": " + settings.version()
                + "\r\n" + POD_HEADER + ": " + settings.pod()
                + (status == 405 ? "\r\nAllow: GET, HEAD" : "")
                + (last ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
        // Names and values of the environment may be of any language: as they are.
        byte[] bytes = head.getBytes(StandardCharsets.UTF_8);
        if (request.method().equals("HEAD")) {
            return bytes;
        }
        byte[] whole = new byte[bytes.length + body.length];
        System.arraycopy(bytes, 0, whole, 0, bytes.length);
        System.arraycopy(body, 0, whole, bytes.length, body.length);
        return whole;
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            default -> "Service Unavailable";
        };
    }

    /** Such as {@code Sun, 06 Nov 1994 08:49:37 GMT} (RFC 9110, 5.6.7). A formatter takes the JVM longer than all the rest. */
    private static String date() {
        OffsetDateTime now = Instant.now().atOffset(ZoneOffset.UTC);
        return DAYS[now.getDayOfWeek().getValue() - 1] + ", " + two(now.getDayOfMonth()) + " "
                + MONTHS[now.getMonthValue() - 1] + " " + now.getYear() + " " + two(now.getHour()) + ":"
                + two(now.getMinute()) + ":" + two(now.getSecond()) + " GMT";
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : "" + number;
    }

    /** Closes the port; what is being answered is cut off. */
    @Override
    public void close() {
        http.close();
    }
}
