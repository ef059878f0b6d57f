// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import dev.rollproof.k8s.fabric8.Models;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An open watch, read line by line as its events come. */
final class WatchLines implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    WatchLines(HttpResponse<InputStream> response) {
        this.response = response;
        this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    int code() {
        return response.statusCode();
    }

    /** One event: its word, and the object's tree. */
    record Line(String word, Map<String, Object> object) {
        /** The word and the object's name. */
        String text() {
            return word + " " + (object.get("metadata") instanceof Map<?, ?> metadata ? metadata.get("name") : "");
        }

        long version() {
            return Long.parseLong(String.valueOf(
                    Objects.requireNonNull((Map<?, ?>) object.get("metadata")).get("resourceVersion")));
        }
    }

    /** The next event; null when the stream has ended. Waits for it. */
    @Nullable
    Line next() {
        try {
            String line = lines.readLine();
            if (line == null) {
                return null;
            }
            Map<String, Object> tree = Models.parseJson(line);
            @SuppressWarnings("unchecked")
            Map<String, Object> object = (Map<String, Object>) Objects.requireNonNull(tree.get("object"));
            return new Line(String.valueOf(tree.get("type")), object);
        } catch (IOException cut) {
            throw new java.io.UncheckedIOException(cut);
        }
    }

    List<String> next(int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(Objects.requireNonNull(next(), "the stream has ended").text());
        }
        return texts;
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException alreadyCut) {
            // What is closed is closed.
        }
    }
}
