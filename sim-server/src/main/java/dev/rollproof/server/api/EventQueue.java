// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What is still to be written to one client that follows something. Whoever has news only puts them here, and never waits;
 * they are made into bytes and written on another thread, as many at once as there are. A client that does not keep up is cut
 * off. Thread-safe.
 */
final class EventQueue {
    /** So many news may wait for a client. */
    static final int MOST_WAITING = 16_384;

    /** And news of so many bytes, however few, unless somebody says another number. */
    static final long MOST_WAITING_BYTES = 64L * 1024 * 1024;

    /**
     * So many are weighed together: how many bytes an object has is known when its text is made, which takes too long for whoever has
     * the news.
     */
    static final int WEIGHED_AT_ONCE = 32;

    private static final int BYTES_AT_ONCE = 128 * 1024;

    private final Executor executor;
    private final long mostBytes;
    private final Runnable onGone;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private List<Waiting> unweighed = new ArrayList<>();
    private long weight;
    private boolean weighing;
    private @Nullable Outlet outlet;
    private boolean writing;
    private boolean ending;
    private boolean over;

    /** News in the queue, and its weight once that is known and counted. Under the monitor. */
    private static final class Waiting {
        final News news;
        int weight;
        boolean taken;

        Waiting(News news) {
            this.news = news;
        }
    }

    /** @param onGone called once, on any thread, when nothing more can be written */
    EventQueue(Executor executor, Runnable onGone) {
        this(executor, MOST_WAITING_BYTES, onGone);
    }

    /** @param mostBytes so many may wait */
    EventQueue(Executor executor, long mostBytes, Runnable onGone) {
        this.executor = executor;
        this.mostBytes = mostBytes;
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

    /** Has something written after all that was put here before. */
    synchronized void put(News news) {
        if (over || ending) {
            return;
        }
        if (waiting.size() >= MOST_WAITING) {
            cut();
            return;
        }
        Waiting last = new Waiting(news);
        waiting.add(last);
        unweighed.add(last);
        writeMore();
        weighMore();
    }

    /** The same, however many wait: for what was there when the client came. */
    synchronized void putFirst(News news) {
        if (!over) {
            waiting.add(new Waiting(news));
        }
    }

    /** Under the monitor. Does nothing for a client that keeps up. */
    private void weighMore() {
        if (unweighed.size() < WEIGHED_AT_ONCE || weighing || over) {
            return;
        }
        unweighed.removeIf(one -> one.taken);
        if (unweighed.size() >= WEIGHED_AT_ONCE) {
            weighing = true;
            List<Waiting> some = unweighed;
            unweighed = new ArrayList<>();
            executor.execute(() -> weigh(some));
        }
    }

    private void weigh(List<Waiting> some) {
        int[] weights = some.stream().mapToInt(one -> one.news.weight()).toArray();
        synchronized (this) {
            weighing = false;
            for (int i = 0; i < weights.length; i++) {
                Waiting one = some.get(i);
                if (!one.taken) {
                    one.weight = weights[i];
                    weight += weights[i];
                }
            }
            if (weight > mostBytes) {
                cut();
            }
            weighMore();
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
        unweighed.clear();
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
            News next = next();
            if (next == null) {
                break;
            }
            bytes.writeBytes(next.text());
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

    private synchronized @Nullable News next() {
        Waiting next = waiting.poll();
        if (next == null) {
            return null;
        }
        next.taken = true;
        weight -= next.weight;
        return next.news;
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
