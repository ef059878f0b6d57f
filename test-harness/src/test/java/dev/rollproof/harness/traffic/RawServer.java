// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server on loopback that misbehaves on demand. */
final class RawServer implements AutoCloseable {
    /** What to do with a request. */
    interface Behavior {
        /**
         * @param connection the how many-th connection it came on, from 1
         * @param head the request's head
         * @return what to write back; empty to reset the connection
         */
        Optional<String> answer(int connection, String head) throws InterruptedException;
    }

    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();
    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Behavior behavior;

    RawServer(Behavior behavior) throws IOException {
        this.behavior = behavior;
        this.socket = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    static String ok(String version) {
        return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nClock-Version: " + version + "\r\nClock-Pod: pod-" + version
                + "\r\n\r\nok";
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    private void accept() {
        while (true) {
            try {
                begin(socket.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private synchronized void begin(Socket connection) throws IOException {
        if (socket.isClosed()) {
            // It came while this was closed.
            connection.close();
            return;
        }
        open.add(connection);
        int number = connections.incrementAndGet();
        threads.execute(() -> serve(connection, number));
    }

    private void serve(Socket connection, int number) {
        try (connection) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
            while (true) {
                StringBuilder head = new StringBuilder();
                String line = in.readLine();
                while (line != null && !line.isEmpty()) {
                    head.append(line).append('\n');
                    line = in.readLine();
                }
                if (line == null) {
                    return;
                }
                requests.incrementAndGet();
                Optional<String> answer = behavior.answer(number, head.toString());
                if (answer.isEmpty()) {
                    connection.setSoLinger(true, 0);
                    return;
                }
                connection.getOutputStream().write(answer.get().getBytes(StandardCharsets.ISO_8859_1));
                connection.getOutputStream().flush();
                if (answer.get().contains("Connection: close") || head.indexOf("Connection: close") >= 0) {
                    return;
                }
            }
        } catch (IOException | InterruptedException over) {
            // The client or the test has ended it.
        } finally {
            open.remove(connection);
        }
    }

    /** Ends all connections, and refuses new ones. */
    @Override
    public synchronized void close() {
        try {
            socket.close();
            for (Socket connection : open) {
                connection.close();
            }
        } catch (IOException whatever) {
            // Closed is closed.
        }
        threads.shutdownNow();
    }
}
