// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench.door;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept connection, with as little of a client as can be, so that a measurement is of the server. HTTP/1.1 as JSON APIs
 * speak it. One thread at a time.
 */
final class RawConnection implements AutoCloseable {
    private final Door door;
    private final Socket socket;
    private final InputStream in;

    RawConnection(Door door) throws IOException {
        this.door = door;
        socket = door.connect();
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    /** The code and the body of an answer. */
    record Reply(int code, String body) {
        /** The first value of a field of this name, wherever it is in the body. */
        String field(String name) {
            int from = body.indexOf("\"" + name + "\":\"");
            if (from < 0) {
                throw new IllegalStateException("no " + name + " in " + body);
            }
            int value = from + name.length() + 4;
            return body.substring(value, body.indexOf('"', value));
        }

        Reply orElseThrow(int expected) {
            if (code != expected) {
                throw new IllegalStateException("answered " + code + ", not " + expected + ": " + body);
            }
            return this;
        }
    }

    Reply send(String method, String path, String contentType, String body) throws IOException {
        request(method, path, contentType, body);
        int code = head();
        return new Reply(code, new String(body(), StandardCharsets.UTF_8));
    }

    /** Sends a request without waiting for its answer. */
    void request(String method, String path, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: " + door.host() + "\r\n" + door.credentials()
                + (contentType.isEmpty() ? "" : "Content-Type: " + contentType + "\r\n")
                + "Accept: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n";
        ByteArrayOutputStream whole = new ByteArrayOutputStream(head.length() + bytes.length);
        whole.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        whole.writeBytes(bytes);
        socket.getOutputStream().write(whole.toByteArray());
    }

    private int length;
    private boolean chunked;

    /** Reads an answer's head, and returns its code. */
    int head() throws IOException {
        int code = Integer.parseInt(line().split(" ", -1)[1]);
        length = 0;
        chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:") && lower.endsWith("chunked")) {
                chunked = true;
            }
        }
        return code;
    }

    private byte[] body() throws IOException {
        if (!chunked) {
            return exactly(length);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
            whole.writeBytes(chunk);
        }
        line();
        return whole.toByteArray();
    }

    /** The next part of a streamed answer; empty at its end. */
    byte[] chunk() throws IOException {
        String size = line();
        // The end of line after a chunk may come with the next one only, and nobody waits for that.
        return exactly(Integer.parseInt(size.isEmpty() ? line() : size, 16));
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the connection was closed within an answer");
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
