// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What is answered to a request. */
public sealed interface Answer {
    /** The content type of nearly everything. */
    String JSON = "application/json";

    /** A complete answer. Immutable, but for its body, which nobody changes. */
    final class Whole implements Answer {
        private final int status;
        private final String contentType;
        private final byte[] body;
        private final Map<String, String> headers;
        private final List<String> warnings;

        Whole(int status, String contentType, byte[] body) {
            this(status, contentType, body, Map.of(), List.of());
        }

        private Whole(int status, String contentType, byte[] body, Map<String, String> headers, List<String> warnings) {
            this.status = status;
            this.contentType = contentType;
            this.body = body;
            this.headers = Map.copyOf(headers);
            this.warnings = List.copyOf(warnings);
        }

        public int status() {
            return status;
        }

        public String contentType() {
            return contentType;
        }

        public byte[] body() {
            return body;
        }

        public Map<String, String> headers() {
            return headers;
        }

        /** What the client is warned of. */
        public List<String> warnings() {
            return warnings;
        }

        static Whole json(int status, byte[] body) {
            return new Whole(status, JSON, body);
        }

        static Whole text(int status, String text) {
            return new Whole(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }

        Whole with(String header, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Whole(status, contentType, body, more, warnings);
        }

        /** Warns the client, which shows it to people. */
        Whole warning(List<String> texts) {
            return texts.isEmpty() ? this : new Whole(status, contentType, body, headers, WarningTexts.fitting(texts));
        }
    }

    /**
     * An answer that goes on until one side ends it.
     *
     * @param begin called once, when it may be written; it must not block
     */
    record Streamed(String contentType, Consumer<Outlet> begin) implements Answer {}

    /**
     * A complete answer that there will be.
     *
     * @param whole completed on another thread, never under the simulation's lock; where it fails, there is no answer
     */
    record Later(CompletableFuture<Whole> whole) implements Answer {}

    /** No answer: the connection is closed. */
    record Dropped() implements Answer {}
}
