// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * As much of HTTP/1.1 as the clock needs: all connections on one thread, since an answer takes no time. Idle connections stay open:
 * whoever closes one may meet a request that is on its way.
 *
 * <p>The JDK's own server would do, at more than twice the processor time for a pod's start and first answer; tests start hundreds of
 * pods (decision 0021).
 */
final class HttpLoop implements AutoCloseable {
    /** Answers requests; called on one thread, and takes no time. */
    interface Handler {
        /** @param last whether the connection ends with the answer, which has to say so */
        byte[] answer(Request request, boolean last);

        /** Whether the connection ends with the answer, whatever the client asked for. */
        boolean endsConnections();
    }

    /** How long the head of a request may be, in bytes. */
    private static final int MOST = 8192;

    private static final int BACKLOG = 128;

    private final Handler handler;
    private final ServerSocketChannel door;
    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocateDirect(MOST);
    private final Thread thread;
    private volatile boolean closed;

    private HttpLoop(Handler handler, ServerSocketChannel door, Selector selector) {
        this.handler = handler;
        this.door = door;
        this.selector = selector;
        thread = new Thread("requests") {
            @Override
            public void run() {
                HttpLoop.this.run();
            }
        };
        thread.setDaemon(true);
    }

    /** @throws IOException if the port cannot be had */
    static HttpLoop open(int port, Handler handler) throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open();
        try {
            door.bind(new InetSocketAddress(port), BACKLOG);
            door.configureBlocking(false);
            Selector selector = Selector.open();
            door.register(selector, SelectionKey.OP_ACCEPT);
            HttpLoop loop = new HttpLoop(handler, door, selector);
            loop.thread.start();
            return loop;
        } catch (IOException failed) {
            door.close();
            throw failed;
        }
    }

    int port() {
        return door.socket().getLocalPort();
    }

    private void run() {
        try {
            while (!closed) {
                selector.select();
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    if (key.isValid() && key.isAcceptable()) {
                        accept();
                    } else if (key.isValid()) {
                        serve(key);
                    }
                }
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException broken) {
            // Without its port the clock is none: the kubelet shall see that, and start another.
            System.err.println("clock: " + broken);
            Runtime.getRuntime().halt(1);
        }
    }

    private void accept() throws IOException {
        SocketChannel client = door.accept();
        if (client != null) {
            client.configureBlocking(false);
            // Otherwise an answer on a kept connection may wait for the client's delayed acknowledgement: 40 ms.
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            client.register(selector, SelectionKey.OP_READ, new Connection());
        }
    }

    private void serve(SelectionKey key) {
        SocketChannel client = (SocketChannel) key.channel();
        Connection connection = (Connection) key.attachment();
        try {
            boolean over = key.isReadable() && !connection.read(client) || !connection.goOn(client);
            if (over) {
                client.close();
                return;
            }
            key.interestOps(connection.out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } catch (IOException gone) {
            // The client is: nobody is left to tell.
            try {
                client.close();
            } catch (IOException already) {
                // Closed as well as it can be.
            }
        }
    }

    /** Closes the port; what is being answered is cut off. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(5_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What has come and is not answered yet, and what is answered and has not gone yet. */
    private final class Connection {
        private byte[] come = {};
        private long skip;
        private ByteBuffer out = ByteBuffer.allocate(0);
        private boolean last;

        /** Whether the client may send more. */
        boolean read(SocketChannel client) throws IOException {
            in.clear();
            int count = client.read(in);
            if (count < 0) {
                return false;
            }
            in.flip();
            int body = (int) Math.min(skip, count);
            skip -= body;
            in.position(body);
            int before = come.length;
            come = Arrays.copyOf(come, before + in.remaining());
            in.get(come, before, in.remaining());
            return true;
        }

        /** Sends and answers as much as can be; returns whether the connection goes on. */
        boolean goOn(SocketChannel client) throws IOException {
            while (true) {
                client.write(out);
                if (out.hasRemaining()) {
                    return true;
                }
                if (last) {
                    return false;
                }
                Request request = next();
                if (request == null) {
                    return true;
                }
                last = request.last() || handler.endsConnections();
                out = ByteBuffer.wrap(handler.answer(request, last));
            }
        }

        /** The next request whose head is here; null if none is. */
        private @Nullable Request next() {
            int end = endOfHead();
            if (end < 0) {
                return come.length >= MOST ? Request.TOO_LONG : null;
            }
            Request request = Request.from(new String(come, 0, end, StandardCharsets.ISO_8859_1));
            int body = (int) Math.min(request.body(), come.length - end - 2);
            skip = request.body() - body;
            come = Arrays.copyOfRange(come, end + 2 + body, come.length);
            return request;
        }

        /** Where the empty line begins that ends a head; -1 if it has not come. */
        private int endOfHead() {
            for (int i = 0; i + 3 < come.length; i++) {
                if (come[i] == '\r' && come[i + 1] == '\n' && come[i + 2] == '\r' && come[i + 3] == '\n') {
                    return i + 2;
                }
            }
            return -1;
        }
    }
}
