// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is still to be written to one client that follows something. Whoever has news only puts them here, and never waits;
 * they are made into bytes and written on another thread, as many at once as there are. A client that does not keep up is cut
 * off. Thread-safe.
 */
final class EventQueue {
    /** So many news may wait for a client. */
    static final int MOST_WAITING = 16_384;

    private static final int BYTES_AT_ONCE = 128 * 1024;

    private final Executor executor;
    private final Runnable onGone;
    private final Queue<Supplier<byte[]>> waiting = new ArrayDeque<>();
    private @Nullable Outlet outlet;
    private boolean writing;
    private boolean ending;
    private boolean over;

    /** @param onGone called once, on any thread, when nothing more can be written */
    EventQueue(Executor executor, Runnable onGone) {
        this.executor = executor;
        this.onGone = onGone;
    }

    /** Begins to write. */
    synchronized void begin(Outlet to) {
        outlet = to;
        if (over) {
            to.abort();
        } else {
            writeMore();
        }
    }

    /** Has something written after all that was put here before. It is made on another thread. */
    synchronized void put(Supplier<byte[]> news) {
        if (over || ending) {
            return;
        }
        if (waiting.size() >= MOST_WAITING) {
            cut();
            return;
        }
        waiting.add(news);
        writeMore();
    }

    /** The same, however many wait: for what was there when the client came. */
    synchronized void putFirst(Supplier<byte[]> news) {
        if (!over) {
            waiting.add(news);
        }
    }

    /** Ends properly, after all that was put here. */
    synchronized void end() {
        ending = true;
        writeMore();
    }

    /** Closes the connection, whatever is left to write. */
    synchronized void cut() {
        if (over) {
            return;
        }
        over = true;
        waiting.clear();
        Outlet open = outlet;
        if (open != null) {
            executor.execute(open::abort);
        }
        executor.execute(onGone);
    }

    /** Under the monitor. */
    private void writeMore() {
        if (outlet != null && !writing && !over && (ending || !waiting.isEmpty())) {
            writing = true;
            executor.execute(this::write);
        }
    }

    private void write() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
        while (bytes.size() < BYTES_AT_ONCE) {
            Supplier<byte[]> next = next();
            if (next == null) {
                break;
            }
            bytes.writeBytes(next.get());
        }
        Outlet open = open();
        if (open == null) {
            return;
        }
        if (bytes.size() == 0) {
            endNow(open);
            return;
        }
        open.write(ByteBuffer.wrap(bytes.toByteArray()), new Outlet.Written() {
            @Override
            public void done() {
                written();
            }

            @Override
            public void failed() {
                cut();
            }
        });
    }

    private synchronized @Nullable Supplier<byte[]> next() {
        return waiting.poll();
    }

    private synchronized @Nullable Outlet open() {
        return over ? null : outlet;
    }

    private synchronized void written() {
        writing = false;
        writeMore();
    }

    private void endNow(Outlet open) {
        synchronized (this) {
            writing = false;
            if (!waiting.isEmpty() || !ending || over) {
                writeMore();
                return;
            }
            over = true;
        }
        open.end();
        onGone.run();
    }
}
