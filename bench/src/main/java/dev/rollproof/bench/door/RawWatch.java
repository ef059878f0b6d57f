// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One open watch, read by a thread of its own that looks into each event for no more than its word, its object's name and
 * version. Thread-safe.
 */
final class RawWatch implements AutoCloseable {
    private static final byte[] NAME = "\"name\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VERSION = "\"resourceVersion\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int WORD_AT = "{\"type\":\"".length();

    /** Hears of each event as it is read. */
    interface Listener {
        void event(String word, String object, long version);
    }

    private final RawConnection connection;
    private final Listener listener;
    private final Thread reader;
    /** Words and names come again and again: each is kept, by the hash of its bytes. */
    private final @Nullable String[] known = new @Nullable String[8192];

    private byte[] rest = new byte[0];
    private volatile @Nullable Exception end;
    private volatile boolean closing;

    /** Begins; returns when the server has accepted it. */
    RawWatch(Door door, String path, Listener listener) throws IOException {
        this.listener = listener;
        connection = new RawConnection(door);
        connection.request("GET", path, "", "");
        int code = connection.head();
        if (code != 200) {
            throw new IOException("the watch was answered with " + code);
        }
        reader = new Thread(this::read, "raw-watch");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try {
            for (byte[] chunk = connection.chunk(); chunk.length > 0; chunk = connection.chunk()) {
                take(chunk);
            }
            end = new IOException("the server ended the watch");
        } catch (IOException | RuntimeException cut) {
            if (!closing) {
                end = cut;
            }
        }
    }

    private void take(byte[] chunk) {
        byte[] data = chunk;
        if (rest.length > 0) {
            data = new byte[rest.length + chunk.length];
            System.arraycopy(rest, 0, data, 0, rest.length);
            System.arraycopy(chunk, 0, data, rest.length, chunk.length);
        }
        int from = 0;
        for (int i = data.length - chunk.length; i < data.length; i++) {
            if (data[i] == '\n') {
                event(data, from, i);
                from = i + 1;
            }
        }
        rest = java.util.Arrays.copyOfRange(data, from, data.length);
    }

    private void event(byte[] data, int from, int to) {
        String word = text(data, from + WORD_AT);
        if (word.equals("BOOKMARK")) {
            return;
        }
        String name = text(data, after(NAME, data, from, to));
        long version = 0;
        for (int i = after(VERSION, data, from, to); data[i] != '"'; i++) {
            version = 10 * version + data[i] - '0';
        }
        listener.event(word, name, version);
    }

    private String text(byte[] data, int from) {
        int to = from;
        int hash = 0;
        for (; data[to] != '"'; to++) {
            hash = 31 * hash + data[to];
        }
        int at = (hash ^ hash >>> 13) & known.length - 1;
        String before = known[at];
        if (before != null && same(before, data, from, to)) {
            return before;
        }
        String text = new String(data, from, to - from, StandardCharsets.US_ASCII);
        known[at] = text;
        return text;
    }

    private static boolean same(String text, byte[] data, int from, int to) {
        if (text.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i - from) != data[i]) {
                return false;
            }
        }
        return true;
    }

    private static int after(byte[] what, byte[] data, int from, int to) {
        for (int i = from; i <= to - what.length; i++) {
            if (java.util.Arrays.equals(data, i, i + what.length, what, 0, what.length)) {
                return i + what.length;
            }
        }
        throw new IllegalStateException("an event without " + new String(what, StandardCharsets.US_ASCII) + ": "
                + new String(data, from, to - from, StandardCharsets.UTF_8));
    }

    /** Why it ended before it was closed; null while it has not. */
    @Nullable
    Exception end() {
        return end;
    }

    @Override
    public void close() throws IOException {
        closing = true;
        connection.close();
    }
}
