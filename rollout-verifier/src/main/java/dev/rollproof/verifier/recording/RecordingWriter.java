// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.recording;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.time.Time;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/** Writes a recording, change by change; compressed where the file's name ends in {@code .gz}. For one thread. */
public final class RecordingWriter implements Consumer<Change>, AutoCloseable {
    private final Time time;
    private final Instant startedAt;
    private final Path file;
    private final BufferedWriter lines;
    private boolean closed;

    private RecordingWriter(Time time, Instant startedAt, Path file, BufferedWriter lines) {
        this.time = time;
        this.startedAt = startedAt;
        this.file = file;
        this.lines = lines;
    }

    /**
     * Starts a recording; its time begins now.
     *
     * @throws RecordingException if the file cannot be written
     */
    public static RecordingWriter to(Path file, Time time) {
        return to(file, time, time.now());
    }

    /**
     * Starts a recording whose time began at {@code startedAt}: of what was remembered since.
     *
     * @throws RecordingException if the file cannot be written
     */
    public static RecordingWriter to(Path file, Time time, Instant startedAt) {
        try {
            OutputStream raw = Files.newOutputStream(file);
            OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(raw) : raw;
            return new RecordingWriter(
                    time, startedAt, file, new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8)));
        } catch (IOException unwritable) {
            throw new RecordingException(
                    file + ": cannot be written (" + unwritable.getClass().getSimpleName()
                            + "); name a file in a folder" + " that exists and that you may write to");
        }
    }

    @Override
    public void accept(Change change) {
        write(time.now(), change);
    }

    /** Writes a change that was told at a time, not before the one that was written last. */
    public void write(Instant at, Change change) {
        Map<String, Object> line = timed(at, "type", change.type().name());
        line.put("object", Models.toTree(change.manifest()));
        write(line);
    }

    /**
     * Writes that a workload was changed, and that its verification begins now; what comes after tells of the change.
     *
     * @param generation the first that is about the change, as the server returned it
     */
    public void begin(ObjectRef workload, long generation) {
        Map<String, Object> line = timed(time.now(), "verify", workload.namespace() + "/" + workload.name());
        if (!workload.kind().equals("Deployment")) {
            line.put("kind", workload.kind());
        }
        line.put("generation", generation);
        write(line);
    }

    private Map<String, Object> timed(Instant at, String field, Object value) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("t", Duration.between(startedAt, at).toNanos() / 1e9);
        line.put(field, value);
        return line;
    }

    private void write(Map<String, Object> line) {
        try {
            lines.write(Models.toJson(line));
            lines.write('\n');
        } catch (IOException full) {
            throw new RecordingException(file + ": cannot be written: " + full.getMessage());
        }
    }

    /** Ends the recording, and says until when nothing else was seen: a timeout is mostly silence. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (lines) {
            write(timed(time.now(), "end", true));
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }
}
