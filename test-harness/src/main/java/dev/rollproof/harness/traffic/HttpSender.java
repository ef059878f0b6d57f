// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import dev.rollproof.k8s.time.Time;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficRecording;
import dev.rollproof.k8s.traffic.TrafficReport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends one load. One thread does it all: sends what is due, reads what comes, gives up what took too long. Others only set
 * flags and read the recording.
 */
final class HttpSender implements RunningTraffic {
    private static final Duration NEVER = Duration.ofDays(365);

    /** How long the thread may take to notice that it is to end, beyond the load's timeout. */
    private static final Duration TO_END = Duration.ofSeconds(10);

    private final Load load;
    private final InetSocketAddress address;
    private final String versionHeader;
    private final String podHeader;
    private final Time time;
    private final Instant beganAt;
    private final TrafficRecording recording;
    private final Selector selector;
    private final long intervalNanos;
    private final Deque<Connection> underWay = new ArrayDeque<>();
    private final Deque<Connection> kept = new ArrayDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16_384);
    private long sent;
    private boolean baselineTold;
    private volatile boolean stopping;
    private volatile boolean closed;
    private volatile boolean finished;
    private volatile @Nullable Throwable broken;

    HttpSender(Load load, InetSocketAddress address, String versionHeader, String podHeader, Time time)
            throws IOException {
        this.load = load;
        this.address = address;
        this.versionHeader = versionHeader;
        this.podHeader = podHeader;
        this.time = time;
        this.selector = Selector.open();
        this.intervalNanos = load.interval().toNanos();
        this.beganAt = time.now();
        this.recording = new TrafficRecording(load, beganAt);
    }

    void begin() {
        Thread thread = new Thread(this::run, "traffic to " + load.target());
        thread.setDaemon(true);
        thread.start();
    }

    private long now() {
        return Duration.between(beganAt, time.now()).toNanos();
    }

    void awaitBaseline() throws InterruptedException {
        try {
            time.awaitUntil(time.now().plus(NEVER), () -> recording.baselineOver(elapsed()) || finished);
        } catch (InterruptedException interrupted) {
            close();
            throw interrupted;
        }
        requireHealth();
    }

    private Duration elapsed() {
        return Duration.ofNanos(now());
    }

    private void run() {
        try {
            while (!closed && !(stopping && recording.unanswered() == 0)) {
                long now = now();
                sendDue(now);
                giveUp(now);
                tellBaseline(now);
                await();
            }
        } catch (IOException | RuntimeException | Error e) {
            broken = e;
        } finally {
            underWay.forEach(Connection::close);
            kept.forEach(Connection::close);
            try {
                selector.close();
            } catch (IOException whatever) {
                // Nothing is left to be selected.
            }
            finished = true;
            time.wakeUp();
        }
    }

    private void tellBaseline(long now) {
        if (!baselineTold && recording.baselineOver(Duration.ofNanos(now))) {
            baselineTold = true;
            time.wakeUp();
        }
    }

    private void sendDue(long now) {
        while (!stopping && sent * intervalNanos <= now) {
            long due = sent * intervalNanos;
            if (due >= load.longest().toNanos()) {
                stopping = true;
                return;
            }
            sent++;
            for (Lane lane : Lane.values()) {
                if (load.lanes().contains(lane)) {
                    int number = recording.due(Duration.ofNanos(due), lane);
                    send(new Exchange(number, lane, due));
                }
            }
        }
    }

    private void send(Exchange exchange) {
        try {
            Connection connection = exchange.lane == Lane.KEPT_ALIVE ? keptConnection() : null;
            if (connection == null) {
                connect(exchange);
                return;
            }
            underWay.addLast(connection);
            ask(connection, exchange);
        } catch (IOException failed) {
            end(exchange, outcome(failed));
        }
    }

    private @Nullable Connection keptConnection() {
        while (true) {
            Connection connection = kept.pollFirst();
            if (connection == null || connection.isOpen()) {
                return connection;
            }
            connection.close();
        }
    }

    private void ask(Connection connection, Exchange exchange) {
        try {
            connection.ask(exchange);
        } catch (IOException failed) {
            fail(connection, exchange, new Outcome.Reset());
        }
    }

    private void connect(Exchange exchange) throws IOException {
        SocketChannel channel = SocketChannel.open();
        boolean registered = false;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean connected = channel.connect(address);
            SelectionKey key = channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
            Connection connection = new Connection(channel, key, request(exchange.lane), exchange);
            key.attach(connection);
            underWay.addLast(connection);
            registered = true;
            if (connected) {
                ask(connection, exchange);
            }
        } finally {
            if (!registered) {
                channel.close();
            }
        }
    }

    private ByteBuffer request(Lane lane) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("User-Agent", "rollproof");
        headers.put("Accept", "*/*");
        headers.putAll(load.headers());
        headers.put("Connection", lane == Lane.FRESH ? "close" : "keep-alive");
        StringBuilder text = new StringBuilder("GET ")
                .append(load.path())
                .append(" HTTP/1.1\r\nHost: ")
                .append(load.target().hostHeader())
                .append("\r\n");
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        return ByteBuffer.wrap(text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** What has been under way for too long has timed out; the oldest come first. */
    private void giveUp(long now) {
        while (!underWay.isEmpty()) {
            Connection oldest = underWay.peekFirst();
            Exchange exchange = oldest.exchange;
            if (exchange != null
                    && !exchange.ended
                    && now - exchange.dueNanos < load.timeout().toNanos()) {
                return;
            }
            underWay.removeFirst();
            if (exchange != null && !exchange.ended) {
                oldest.close();
                end(exchange, new Outcome.TimedOut());
            }
        }
    }

    /** Waits for the next request to be due, for the oldest to have taken too long, or for something to come. */
    private void await() throws IOException {
        long next = stopping ? Long.MAX_VALUE : sent * intervalNanos;
        Connection oldest = underWay.peekFirst();
        if (oldest != null && oldest.exchange != null) {
            next = Math.min(next, oldest.exchange.dueNanos + load.timeout().toNanos());
        }
        long left = next == Long.MAX_VALUE ? 1_000_000_000L : next - now();
        if (left <= 0) {
            selector.selectNow(this::ready);
        } else {
            selector.select(this::ready, (left + 999_999) / 1_000_000);
        }
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        Exchange exchange = connection.exchange;
        try {
            if (key.isConnectable()) {
                connection.channel.finishConnect();
                connection.write();
            } else if (key.isReadable()) {
                read(connection);
            } else if (key.isWritable()) {
                connection.write();
            }
        } catch (ResponseReader.NotHttp unreadable) {
            fail(connection, exchange, new Outcome.Broken(String.valueOf(unreadable.getMessage())));
        } catch (IOException failed) {
            fail(connection, exchange, outcome(failed));
        }
    }

    private void read(Connection connection) throws IOException, ResponseReader.NotHttp {
        buffer.clear();
        int count = connection.channel.read(buffer);
        Exchange exchange = connection.exchange;
        if (exchange == null) {
            // It was kept, and nothing was asked: the server has ended it, and the next request takes another.
            fail(connection, null, new Outcome.Reset());
            return;
        }
        buffer.flip();
        boolean complete = count < 0 ? exchange.reader.end() : exchange.reader.read(buffer);
        if (complete) {
            answered(connection, exchange, count < 0);
        } else if (count < 0) {
            fail(connection, exchange, new Outcome.Reset());
        }
    }

    private void answered(Connection connection, Exchange exchange, boolean ended) {
        ResponseReader reader = exchange.reader;
        end(exchange, new Outcome.Answered(reader.status(), reader.header(versionHeader), reader.header(podHeader)));
        underWay.remove(connection);
        if (exchange.lane == Lane.KEPT_ALIVE && !ended && reader.keepsConnection() && !buffer.hasRemaining()) {
            connection.exchange = null;
            // The last one used is the next: as long as answers come in time, there is one.
            kept.addFirst(connection);
        } else {
            connection.close();
        }
    }

    private void fail(Connection connection, @Nullable Exchange exchange, Outcome outcome) {
        connection.close();
        underWay.remove(connection);
        kept.remove(connection);
        if (exchange != null) {
            end(exchange, outcome);
        }
    }

    private void end(Exchange exchange, Outcome outcome) {
        if (!exchange.ended) {
            exchange.ended = true;
            recording.ended(exchange.number, outcome, Duration.ofNanos(Math.max(0, now() - exchange.dueNanos)));
        }
    }

    private static Outcome outcome(IOException failed) {
        String message = failed.getMessage() == null ? failed.toString() : failed.getMessage();
        String words = message.toLowerCase(Locale.ROOT);
        if (failed.getClass() == ConnectException.class && words.contains("refused")) {
            return new Outcome.Refused();
        }
        if (words.contains("reset") || words.contains("broken pipe") || words.contains("aborted")) {
            return new Outcome.Reset();
        }
        return words.contains("timed out") ? new Outcome.TimedOut() : new Outcome.Broken(message);
    }

    private void requireHealth() {
        Throwable why = broken;
        if (why != null) {
            throw new IllegalStateException("the traffic to " + load.target() + " ended by itself: " + why, why);
        }
    }

    @Override
    public TrafficReport soFar() {
        requireHealth();
        return recording.report();
    }

    @Override
    public TrafficReport stop() throws InterruptedException {
        stopping = true;
        selector.wakeup();
        try {
            Instant latest = time.now().plus(load.timeout()).plus(TO_END);
            time.awaitUntil(latest, () -> finished);
        } catch (InterruptedException interrupted) {
            close();
            throw interrupted;
        }
        requireHealth();
        return recording.report();
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }
}
