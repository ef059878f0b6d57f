// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one HTTP/1.1 response as its bytes come, keeps its status and headers, and passes over its body. Knows when the
 * response is complete, by length, by chunks, or by the end of the connection (RFC 9112, 6.3).
 */
final class ResponseReader {
    private static final int LONGEST_LINE = 16_384;
    private static final int MOST_HEADERS = 200;

    private final StringBuilder line = new StringBuilder();
    private final Map<String, String> headers = new HashMap<>();
    private Stage stage = Stage.STATUS;
    private int status;
    private boolean oldVersion;
    private long left;

    private enum Stage {
        STATUS,
        HEADERS,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        AFTER_CHUNK,
        TRAILERS,
        UNTIL_THE_END,
        DONE
    }

    /** What was read is not HTTP; the message says how. */
    static final class NotHttp extends Exception {
        private static final long serialVersionUID = 1;

        NotHttp(String message) {
            super(message);
        }
    }

    /**
     * Takes bytes.
     *
     * @return whether the response is complete; what follows then is left alone
     */
    boolean read(ByteBuffer bytes) throws NotHttp {
        while (stage != Stage.DONE && bytes.hasRemaining()) {
            switch (stage) {
                case BODY, CHUNK -> pass(bytes);
                case UNTIL_THE_END -> bytes.position(bytes.limit());
                default -> {
                    if (readLine(bytes)) {
                        String text = line.toString();
                        line.setLength(0);
                        take(text);
                    }
                }
            }
        }
        return stage == Stage.DONE;
    }

    private void pass(ByteBuffer bytes) {
        int passed = (int) Math.min(left, bytes.remaining());
        bytes.position(bytes.position() + passed);
        left -= passed;
        if (left == 0) {
            stage = stage == Stage.BODY ? Stage.DONE : Stage.AFTER_CHUNK;
        }
    }

    private boolean readLine(ByteBuffer bytes) throws NotHttp {
        while (bytes.hasRemaining()) {
            char c = (char) (bytes.get() & 0xff);
            if (c == '\n') {
                int last = line.length() - 1;
                if (last >= 0 && line.charAt(last) == '\r') {
                    line.setLength(last);
                }
                return true;
            }
            line.append(c);
            if (line.length() > LONGEST_LINE) {
                throw new NotHttp("a line of the answer's head is longer than " + LONGEST_LINE + " bytes");
            }
        }
        return false;
    }

    private void take(String text) throws NotHttp {
        switch (stage) {
            case STATUS -> statusLine(text);
            case HEADERS -> {
                if (text.isEmpty()) {
                    headEnds();
                } else {
                    takeHeader(text);
                }
            }
            case CHUNK_SIZE -> {
                left = size(text);
                stage = left == 0 ? Stage.TRAILERS : Stage.CHUNK;
            }
            case AFTER_CHUNK -> stage = Stage.CHUNK_SIZE;
            case TRAILERS -> stage = text.isEmpty() ? Stage.DONE : Stage.TRAILERS;
            default -> throw new IllegalStateException("no line is read in stage " + stage);
        }
    }

    private void statusLine(String text) throws NotHttp {
        if (!text.matches("HTTP/1\\.[01] [1-9]\\d\\d(?: .*)?")) {
            String start = text.substring(0, Math.min(40, text.length())).replaceAll("[^ -~]", "?");
            throw new NotHttp("the answer is not HTTP/1.1: it begins with \"" + start + "\"");
        }
        oldVersion = text.startsWith("HTTP/1.0");
        status = Integer.parseInt(text.substring(9, 12));
        stage = Stage.HEADERS;
    }

    private void takeHeader(String text) throws NotHttp {
        int colon = text.indexOf(':');
        if (colon > 0) {
            headers.putIfAbsent(
                    text.substring(0, colon).trim().toLowerCase(Locale.ROOT),
                    text.substring(colon + 1).trim());
        }
        if (headers.size() > MOST_HEADERS) {
            throw new NotHttp("the answer has more than " + MOST_HEADERS + " headers");
        }
    }

    private void headEnds() throws NotHttp {
        if (status < 200) {
            // Not the answer yet, such as 103 Early Hints.
            headers.clear();
            stage = Stage.STATUS;
        } else if (status == 204 || status == 304) {
            stage = Stage.DONE;
        } else if (header("Transfer-Encoding").toLowerCase(Locale.ROOT).endsWith("chunked")) {
            stage = Stage.CHUNK_SIZE;
        } else if (!header("Content-Length").isEmpty()) {
            left = length(header("Content-Length"));
            stage = left == 0 ? Stage.DONE : Stage.BODY;
        } else {
            stage = Stage.UNTIL_THE_END;
        }
    }

    private static long length(String text) throws NotHttp {
        if (!text.matches("\\d{1,18}")) {
            throw new NotHttp("Content-Length is \"" + text + "\"");
        }
        return Long.parseLong(text);
    }

    private static long size(String text) throws NotHttp {
        String digits = text.split(";", 2)[0].trim();
        if (!digits.matches("[0-9a-fA-F]{1,15}")) {
            throw new NotHttp("a chunk's size is \"" + digits.substring(0, Math.min(20, digits.length())) + "\"");
        }
        return Long.parseLong(digits, 16);
    }

    /**
     * The connection has ended.
     *
     * @return whether that completes the response
     */
    boolean end() {
        if (stage == Stage.UNTIL_THE_END) {
            stage = Stage.DONE;
        }
        return stage == Stage.DONE;
    }

    int status() {
        return status;
    }

    /** A header's value; {@code ""} where there is none. */
    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** Whether the server keeps the connection after this response. */
    boolean keepsConnection() {
        String connection = header("Connection").toLowerCase(Locale.ROOT);
        return oldVersion ? connection.contains("keep-alive") : !connection.contains("close");
    }
}
