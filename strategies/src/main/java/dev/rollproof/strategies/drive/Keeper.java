// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.verifier.Rollback;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Deployment that keeps a driven rollout's state in its annotations. Every write names the state that it follows from,
 * and the server refuses it where that is not the stored one: of two drivers, one goes on.
 */
final class Keeper {
    static final String PREFIX = "rollproof.dev/";
    /** What is rolled out and how; written once. */
    static final String SCRIPT = PREFIX + "rollout";
    /** Where it stands and who drives. */
    static final String STATE = PREFIX + "state";
    /** What somebody tells the driver. */
    static final String COMMAND = PREFIX + "command";
    /** On all other objects: who drives; writing it voids what another driver has read of them. */
    static final String DRIVER = PREFIX + "driver";

    /** All of these; other annotations with the prefix are not a driver's. */
    static final List<String> ALL = List.of(SCRIPT, STATE, COMMAND, DRIVER, Rollback.HELD);

    static final WriteOptions OPTIONS = WriteOptions.defaults().withFieldManager(Owners.MANAGER);

    /** After a write that somebody's own write in between, or a server in trouble, kept from happening. */
    static final Duration PAUSE = Duration.ofMillis(200);

    private final Cluster cluster;
    private final ObjectRef ref;
    private final String driver;
    private final Duration patience;

    /** What was written without an answer, and may be stored, or still come to be. */
    private final Set<String> unanswered = new HashSet<>();

    private String text = "";

    /** @param patience for how long a server may give no answer, once something was written */
    Keeper(Cluster cluster, ObjectRef ref, String driver, Duration patience) {
        this.cluster = cluster;
        this.ref = ref;
        this.driver = driver;
        this.patience = patience;
    }

    /** Writes the first state, if nobody else wrote anything since the Deployment was read. */
    Deployment begin(Deployment read, String script, State<?> state, Map<String, @Nullable Object> fields)
            throws InterruptedException {
        List<Map<String, Object>> operations = new ArrayList<>();
        operations.add(operation(
                "test", "/metadata/resourceVersion", read.getMetadata().getResourceVersion()));
        if (Annotations.of(read).isEmpty()) {
            operations.add(operation("add", "/metadata/annotations", Map.of()));
        }
        if (Annotations.of(read).containsKey(COMMAND)) {
            // Told to nobody, when no rollout was under way.
            operations.add(Map.of("op", "remove", "path", Annotations.pointer(COMMAND)));
        }
        String wanted = StateText.of(state, driver);
        operations.add(operation("add", Annotations.pointer(SCRIPT), script));
        operations.add(operation("add", Annotations.pointer(STATE), wanted));
        operations.addAll(changes(fields));
        return write(operations, wanted);
    }

    /** Writes the next state together with the change that belongs to it. */
    Deployment advance(State<?> state, Map<String, @Nullable Object> fields) throws InterruptedException {
        String wanted = StateText.of(state, driver);
        List<Map<String, Object>> operations = new ArrayList<>();
        operations.add(operation("test", Annotations.pointer(STATE), text));
        operations.add(operation("add", Annotations.pointer(STATE), wanted));
        operations.addAll(changes(fields));
        return write(operations, wanted);
    }

    /** Takes the rollout over from whoever drives it. */
    Deployment takeOver(Deployment read, State<?> state, Optional<Command> command) throws InterruptedException {
        text = Annotations.of(read).getOrDefault(STATE, "");
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        command.ifPresent(told -> fields.put(Annotations.pointer(COMMAND), told.text()));
        return advance(state, fields);
    }

    /**
     * Takes all that was kept away again.
     *
     * @param owners who owns the fields then, where that is to be changed
     */
    Deployment end(Function<HasMetadata, Optional<List<Map<String, Object>>>> owners) throws InterruptedException {
        Deployment current = mine();
        if (text.isEmpty()) {
            return current;
        }
        List<Map<String, Object>> operations = new ArrayList<>();
        operations.add(operation("test", Annotations.pointer(STATE), text));
        List<Map<String, Object>> ownership = ownership(owners.apply(current));
        if (!ownership.isEmpty()) {
            operations.add(operation(
                    "test", "/metadata/resourceVersion", current.getMetadata().getResourceVersion()));
            operations.addAll(ownership);
        }
        for (String name : Annotations.of(current).keySet()) {
            if (ALL.contains(name)) {
                operations.add(Map.of("op", "remove", "path", Annotations.pointer(name)));
            }
        }
        try {
            return write(operations, "");
        } catch (LostException lost) {
            // A client that hears no answer may send a write again by itself: refused then is what it has just done.
            Deployment stored = answered();
            if (!isEndOf(current, stored)) {
                throw lost;
            }
            text = "";
            return stored;
        }
    }

    /**
     * Whether the one write in between took the marks away. Annotations count as a change of a Deployment's generation, and a driver
     * that takes over writes more than once.
     */
    private static boolean isEndOf(Deployment before, Deployment stored) {
        return Annotations.of(stored).keySet().stream().noneMatch(ALL::contains)
                && stored.getMetadata().getUid().equals(before.getMetadata().getUid())
                && stored.getMetadata().getGeneration() == before.getMetadata().getGeneration() + 1;
    }

    /**
     * One patch. An answer that got lost is found by what is stored now; so is a driver that was replaced.
     *
     * @throws LostException if it was
     */
    private Deployment write(List<Map<String, Object>> operations, String wanted) throws InterruptedException {
        try {
            Deployment written = cluster.patch(
                    Deployment.class, ref.namespace(), ref.name(), Patch.json(Models.toJson(operations)), OPTIONS);
            text = wanted;
            unanswered.clear();
            return written;
        } catch (ClusterException refused) {
            if (refused.reason().isTransient()) {
                unanswered.add(wanted);
            }
            Deployment current = answered();
            String stored = Annotations.of(current).getOrDefault(STATE, "");
            // That nothing is stored any more may be another driver's doing, unless it was the answer that got lost.
            if (stored.equals(wanted) && (!wanted.isEmpty() || unanswered.contains(wanted))) {
                text = wanted;
                return current;
            }
            mustBeOwn(stored);
            throw refused;
        }
    }

    /**
     * The Deployment as it is stored, if this driver still drives it.
     *
     * @throws LostException if it does not
     * @throws LateAnswerException if what is stored is its own, and it did not know
     */
    Deployment mine() {
        Deployment current = current();
        mustBeOwn(Annotations.of(current).getOrDefault(STATE, ""));
        return current;
    }

    private void mustBeOwn(String stored) {
        if (stored.equals(text)) {
            return;
        }
        if (unanswered.contains(stored)) {
            text = stored;
            throw new LateAnswerException(stored);
        }
        throw replaced(stored);
    }

    /** The Deployment as soon as the server says how it is stored: after a write without an answer, nobody may go on before. */
    private Deployment answered() throws InterruptedException {
        Instant until = cluster.time().now().plus(patience);
        while (true) {
            try {
                return current();
            } catch (ClusterException trouble) {
                if (!trouble.reason().isTransient() || !cluster.time().now().isBefore(until)) {
                    throw trouble;
                }
            }
            cluster.time().awaitUntil(cluster.time().now().plus(PAUSE), () -> false);
        }
    }

    /** Whether an observed state is this driver's last; another may only be older. */
    boolean isLast(String observed) {
        return observed.equals(text);
    }

    /** The Deployment as it is stored, whoever drives it. */
    Deployment current() {
        return cluster.get(Deployment.class, ref.namespace(), ref.name())
                .orElseThrow(() -> new LostException(ref + " does not exist any more", true));
    }

    private LostException replaced(String stored) {
        return new LostException(
                stored.isEmpty()
                        ? "the state of this rollout is gone from " + ref
                                + ": somebody ended it, or replaced the Deployment; nothing was written since"
                        : "another driver, " + StateText.driver(stored) + ", drives this rollout of " + ref
                                + "; this one, " + driver + ", stopped and wrote nothing since",
                false);
    }

    /** What is to be removed is added first: the server refuses to remove what is not there. */
    static List<Map<String, Object>> changes(Map<String, @Nullable Object> fields) {
        List<Map<String, Object>> operations = new ArrayList<>();
        fields.forEach((path, value) -> {
            operations.add(operation("add", path, value == null ? "" : value));
            if (value == null) {
                operations.add(Map.of("op", "remove", "path", path));
            }
        });
        return operations;
    }

    /** Gives fields to other owners; to be done only if nobody wrote since these were read. */
    static List<Map<String, Object>> ownership(Optional<List<Map<String, Object>>> entries) {
        return entries.map(changed -> List.of(operation("replace", "/metadata/managedFields", changed)))
                .orElse(List.of());
    }

    static Map<String, Object> operation(String op, String path, Object value) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("op", op);
        operation.put("path", path);
        operation.put("value", value);
        return operation;
    }

    /** Whether a conflict or a failed test: the object was written by somebody since it was read. */
    static boolean isRace(ClusterException refused) {
        return refused.reason() == Reason.CONFLICT || refused.reason() == Reason.INVALID;
    }
}
