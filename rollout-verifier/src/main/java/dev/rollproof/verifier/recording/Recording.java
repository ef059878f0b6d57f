// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.recording;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedObject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * What was observed of a cluster, in order. As a file: JSON Lines, each
 * {@code {"t": seconds since the start, "type": "ADDED|MODIFIED|DELETED", "object": {…}}} with a whole Kubernetes object;
 * {@code {"t": seconds, "verify": "NAMESPACE/NAME", "generation": number}} says when the verification of a Deployment began, and with {@code "kind": "StatefulSet"} that of another workload;
 * {@code {"t": seconds, "end": true}} says how long it was watched;
 * lines and fields of other kinds are passed over, and the file may be compressed with gzip.
 *
 * @param begins when verifications began; nothing where whoever recorded did not verify
 * @param end when it ended, since its start: with its last change, where nobody says that it was watched for longer
 */
public record Recording(List<Entry> entries, List<Begin> begins, Duration end) {
    /**
     * One change.
     *
     * @param at since the start of the recording
     */
    public record Entry(Duration at, Change.Type type, ObservedObject object) {}

    /**
     * The change of a workload was made, and its verification began.
     *
     * @param at since the start of the recording
     * @param generation the first that is about the change
     * @param index how many entries were recorded before
     */
    public record Begin(Duration at, ObjectRef workload, long generation, int index) {}

    public Recording {
        entries = List.copyOf(entries);
        begins = List.copyOf(begins);
        Objects.requireNonNull(end, "end");
        if (end.compareTo(lastOf(entries)) < 0) {
            throw new IllegalArgumentException(
                    "a recording cannot end after " + seconds(end) + " s, before its last change");
        }
    }

    /** Of what nobody says the end of. */
    public Recording(List<Entry> entries, List<Begin> begins) {
        this(entries, begins, lastOf(entries));
    }

    /** Of somebody who verified nothing. */
    public Recording(List<Entry> entries) {
        this(entries, List.of());
    }

    private static Duration lastOf(List<Entry> entries) {
        return entries.isEmpty()
                ? Duration.ZERO
                : entries.get(entries.size() - 1).at();
    }

    /**
     * Reads a recording.
     *
     * @throws RecordingException if the file cannot be read or is none; the message names file and line
     */
    public static Recording read(Path file) {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(unpacked(raw), StandardCharsets.UTF_8))) {
            return read(lines, file.toString());
        } catch (NoSuchFileException missing) {
            throw new RecordingException(file + ": there is no such file; name a recording that verify --record wrote");
        } catch (ZipException broken) {
            throw new RecordingException(
                    file + ": the gzip data is damaged (" + broken.getMessage() + "); record anew");
        } catch (IOException unreadable) {
            String why = Files.isDirectory(file) ? "it is a directory" : String.valueOf(unreadable.getMessage());
            throw new RecordingException(file + ": cannot be read: " + why + "; name a recording");
        }
    }

    private static InputStream unpacked(InputStream raw) throws IOException {
        raw.mark(2);
        boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        return gzip ? new GZIPInputStream(raw) : raw;
    }

    private static Recording read(BufferedReader lines, String file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        List<Begin> begins = new ArrayList<>();
        Duration end = Duration.ZERO;
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            String where = file + ", line " + number;
            Map<String, Object> fields = parse(line, where);
            begin(fields, where, entries.size()).ifPresent(begins::add);
            if (Boolean.TRUE.equals(fields.get("end"))) {
                end = time(fields, where);
            }
            Entry entry = entry(fields, where);
            if (entry == null) {
                continue;
            }
            if (!entries.isEmpty()
                    && entry.at().compareTo(entries.get(entries.size() - 1).at()) < 0) {
                throw new RecordingException(where + ": t goes back from "
                        + seconds(entries.get(entries.size() - 1).at()) + " to " + seconds(entry.at())
                        + "; lines must be in the order of time");
            }
            entries.add(entry);
        }
        if (entries.isEmpty()) {
            throw new RecordingException(
                    file + ": no change in it; each line must be a JSON object with t, type and object");
        }
        Duration last = lastOf(entries);
        return new Recording(entries, begins, end.compareTo(last) > 0 ? end : last);
    }

    private static Map<String, Object> parse(String line, String where) {
        try {
            Map<String, Object> fields = Models.parseJson(line);
            return fields == null ? Map.of() : fields;
        } catch (RuntimeException notJson) {
            throw new RecordingException(where + ": not a JSON object; each line must be one");
        }
    }

    private static Optional<Begin> begin(Map<String, Object> fields, String where, int index) {
        if (!(fields.get("verify") instanceof String name)
                || !(fields.get("generation") instanceof Number generation)) {
            return Optional.empty();
        }
        int slash = name.indexOf('/');
        String kind = fields.get("kind") instanceof String said ? said : "Deployment";
        ObjectRef workload = new ObjectRef(kind, name.substring(0, Math.max(slash, 0)), name.substring(slash + 1));
        return Optional.of(new Begin(time(fields, where), workload, generation.longValue(), index));
    }

    private static @Nullable Entry entry(Map<String, Object> fields, String where) {
        Object object = fields.get("object");
        Object type = fields.get("type");
        if (!(object instanceof Map<?, ?> tree) || !(type instanceof String word)) {
            return null;
        }
        Change.Type change;
        switch (word) {
            case "ADDED", "MODIFIED", "DELETED" -> change = Change.Type.valueOf(word);
            default -> {
                return null;
            }
        }
        return new Entry(time(fields, where), change, observed(tree, where));
    }

    private static Duration time(Map<String, Object> fields, String where) {
        if (!(fields.get("t") instanceof Number t)) {
            throw new RecordingException(
                    where + ": t is missing or no number; it is the time in seconds since the start");
        }
        return Duration.ofNanos(Math.round(t.doubleValue() * 1e9));
    }

    @SuppressWarnings("unchecked")
    private static ObservedObject observed(Map<?, ?> tree, String where) {
        if (!(tree.get("kind") instanceof String) || !(tree.get("apiVersion") instanceof String)) {
            throw new RecordingException(where + ": the object has no kind or no apiVersion");
        }
        try {
            HasMetadata model = Models.fromTree((Map<String, ?>) tree);
            return Observed.from(model);
        } catch (RuntimeException misshapen) {
            throw new RecordingException(
                    where + ": the object is no " + tree.get("kind") + " that Kubernetes would send");
        }
    }

    private static String seconds(Duration at) {
        return at.toNanos() / 1e9 + "";
    }
}
