// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.stories;

import dev.rollproof.it.lessons.Clock;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.sim.Images;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.recording.Recording;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;

/**
 * A recording of real Kubernetes, played again on the simulated one: people do the same to workloads at the same times, and
 * pods take as long to get ready as those took that were observed.
 */
final class Replayed {
    private static final Duration AFTERWARDS = Duration.ofSeconds(20);

    /** So near to a deletion an event tells of it. */
    private static final Duration SAID_WITHIN = Duration.ofSeconds(2);

    /** How much later than recorded somebody may do something. */
    private static final Duration HASTE = Duration.ofSeconds(1);

    /** What people change; a pod they only delete. */
    private static final Set<String> WORKLOADS = Set.of("Deployment", "StatefulSet", "DaemonSet");

    /**
     * What somebody did.
     *
     * @param object what it was then: a workload, or a pod
     * @param state how far the workload of that name had come just before; of a pod unknown
     */
    private record Act(Duration at, boolean deleted, HasMetadata object, Optional<String> state) {
        String name() {
            return object.getMetadata().getName();
        }
    }

    /**
     * A replay.
     *
     * @param asLong what was told in as much time as the recording has after the last act
     * @param whole that, and what came afterwards
     */
    record Played(Story asLong, Story whole) {}

    /** How time passes until something has come, and no longer than to a moment. */
    private interface Passing {
        void until(Instant latest, BooleanSupplier come) throws InterruptedException;
    }

    private final List<Act> acts;
    private final Set<String> workloads;
    private final Duration end;
    private final Starts starts;
    private final String namespace;

    private Replayed(List<Act> acts, Duration end, Starts starts, String namespace) {
        this.acts = acts;
        this.workloads = new TreeSet<>();
        acts.stream().filter(act -> act.state().isPresent()).forEach(act -> workloads.add(act.name()));
        this.end = end;
        this.starts = starts;
        this.namespace = namespace;
    }

    /**
     * @param file the recording, for the whole objects in it
     * @param recording the same, as it was read
     */
    static Replayed of(Path file, Recording recording) throws IOException {
        List<Act> acts = new ArrayList<>();
        Map<String, Long> generations = new HashMap<>();
        Set<String> going = new HashSet<>();
        BiPredicate<Duration, ObjectMeta> byHand = deletedByHand(recording);
        Story.Teller until = new Story.Teller();
        for (String line : Files.readAllLines(file)) {
            Map<String, Object> fields = Models.parseJson(line);
            if (!fields.containsKey("object")) {
                // Says when something began, or ended.
                continue;
            }
            HasMetadata object = object(fields);
            double seconds = ((Number) fields.get("t")).doubleValue();
            Duration at = Duration.ofMillis(Math.round(seconds * 1000));
            ObjectMeta metadata = object.getMetadata();
            if (!WORKLOADS.contains(object.getKind())) {
                until.tell(Change.Type.valueOf((String) fields.get("type")), Observed.from(object));
                if (object instanceof Pod
                        && metadata.getDeletionTimestamp() != null
                        && going.add(metadata.getUid())
                        && byHand.test(at, metadata)) {
                    acts.add(new Act(at, true, object, Optional.empty()));
                }
                continue;
            }
            boolean deleted = "DELETED".equals(fields.get("type"));
            Long before = generations.put(metadata.getUid(), metadata.getGeneration());
            if (deleted || !metadata.getGeneration().equals(before)) {
                acts.add(new Act(at, deleted, object, Optional.of(until.now(metadata.getName()))));
            }
        }
        if (acts.isEmpty()) {
            throw new IllegalArgumentException(file + " has no workload in it");
        }
        return new Replayed(
                acts,
                recording.entries().get(recording.entries().size() - 1).at(),
                startsOf(recording),
                acts.get(0).object().getMetadata().getNamespace());
    }

    /**
     * Which pods of StatefulSets and DaemonSets somebody deleted: their controllers say so of those that they delete. Other pods nobody
     * deletes by hand in a lesson.
     */
    private static BiPredicate<Duration, ObjectMeta> deletedByHand(Recording recording) {
        return (at, pod) -> pod.getOwnerReferences().stream()
                .anyMatch(owner -> !owner.getKind().equals("ReplicaSet")
                        && recording.entries().stream()
                                .filter(entry -> entry.at().minus(at).abs().compareTo(SAID_WITHIN) < 0)
                                .noneMatch(entry -> entry.object() instanceof ObservedEvent event
                                        && event.regardingUid().equals(owner.getUid())
                                        && event.reason().equals("SuccessfulDelete")
                                        && List.of(event.message().split(" ")).contains(pod.getName())));
    }

    @SuppressWarnings("unchecked")
    private static HasMetadata object(Map<String, Object> fields) {
        return Models.fromTree((Map<String, ?>) fields.get("object"));
    }

    /**
     * How long pods took.
     *
     * @param running from their creation to their container's start
     * @param ready from there until they were ready
     */
    private record Starts(List<Duration> running, List<Duration> ready) {}

    private static Starts startsOf(Recording recording) {
        Map<String, Duration> created = new HashMap<>();
        Map<String, Duration> running = new HashMap<>();
        Map<String, Duration> ready = new HashMap<>();
        for (Recording.Entry entry : recording.entries()) {
            if (entry.object() instanceof ObservedPod pod && entry.type() != Change.Type.DELETED) {
                String uid = pod.metadata().uid();
                created.putIfAbsent(uid, entry.at());
                if (pod.containers().get(0).state() instanceof ObservedContainer.State.Running) {
                    running.putIfAbsent(uid, entry.at());
                }
                if (pod.ready() && running.containsKey(uid)) {
                    ready.putIfAbsent(uid, entry.at());
                }
            }
        }
        return new Starts(between(created, running), between(running, ready));
    }

    private static List<Duration> between(Map<String, Duration> before, Map<String, Duration> after) {
        List<Duration> times = new ArrayList<>();
        after.forEach((uid, at) -> times.add(at.minus(before.getOrDefault(uid, at))));
        return times.isEmpty() ? List.of(Duration.ZERO) : times;
    }

    /** Plays it once; seeds differ in when the simulated components take notice of what happens. */
    Played play(long seed) throws InterruptedException {
        Random random = new Random(seed);
        // At the same time, or at the same point of the way: people who wait for something act when it has come.
        boolean byState = seed % 2 == 0;
        // On a busy machine a controller takes no notice for a moment, and then of much at once.
        boolean busy = seed % 4 > 1;
        // All pods the same time, slower and quicker than what was measured, too; or each its own.
        List<Duration> ready = starts.ready();
        Duration same = Duration.ofMillis(Math.round(random.nextDouble()
                * 1.5
                * ready.get(random.nextInt(ready.size())).toMillis()));
        Images images = busy
                ? Clock.declared(image -> image.startsIn(Duration.ZERO, Collections.max(starts.running()))
                        .readyAfter(Collections.min(ready), Collections.max(ready)))
                : Clock.declared(image -> image.readyAfter(same));
        Story.Teller teller = new Story.Teller();
        Story asLong;
        try (SimulatedCluster cluster =
                SimulatedCluster.builder().seed(seed).images(images).build()) {
            cluster.create(
                    new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(namespace)
                            .endMetadata()
                            .build(),
                    WriteOptions.defaults());
            for (Class<? extends HasMetadata> kind : List.<Class<? extends HasMetadata>>of(
                    Deployment.class, ReplicaSet.class, StatefulSet.class, DaemonSet.class, Pod.class, Event.class)) {
                cluster.observe(Query.of(kind).inNamespace(namespace), change -> {
                    synchronized (teller) {
                        teller.tell(change.type(), change.object());
                    }
                });
            }
            Passing pass = busy
                    ? (until, come) -> pass(cluster, teller, until, come, random)
                    : (until, come) -> cluster.time().awaitUntil(until, come);
            Instant begin = cluster.time().now();
            Duration first = acts.get(0).at();
            for (Act act : acts) {
                Duration late = Duration.ofMillis(random.nextInt((int) HASTE.toMillis()));
                Instant then = begin.plus(act.at().minus(first)).plus(late);
                if (byState && act.state().isPresent()) {
                    pass.until(
                            then,
                            () -> now(teller, act.name()).equals(act.state().get()));
                } else {
                    pass.until(then, () -> false);
                }
                repeat(cluster, act);
            }
            Duration left = end.minus(acts.get(acts.size() - 1).at());
            pass.until(cluster.time().now().plus(left), () -> false);
            synchronized (teller) {
                asLong = teller.story().copy();
            }
            pass.until(cluster.time().now().plus(AFTERWARDS), () -> false);
        }
        synchronized (teller) {
            return new Played(asLong, teller.story());
        }
    }

    /** Waits. A busy controller is held up after a step, and takes notice of all that happened meanwhile at once. */
    private void pass(SimulatedCluster cluster, Story.Teller teller, Instant until, BooleanSupplier come, Random busy)
            throws InterruptedException {
        boolean done = false;
        while (!done && cluster.time().now().isBefore(until)) {
            String before = sizes(teller);
            cluster.time()
                    .awaitUntil(
                            until, () -> come.getAsBoolean() || !sizes(teller).equals(before));
            done = come.getAsBoolean();
            if (!done && busy.nextBoolean()) {
                cluster.faults().pauseController("deployment");
                Instant held = cluster.time().now().plusMillis(busy.nextInt(1000));
                done = cluster.time().awaitUntil(held.isBefore(until) ? held : until, come);
                cluster.faults().resumeController("deployment");
            }
        }
    }

    private String sizes(Story.Teller teller) {
        return workloads.stream().map(name -> now(teller, name)).toList().toString();
    }

    private static String now(Story.Teller teller, String workload) {
        synchronized (teller) {
            return teller.now(workload);
        }
    }

    private void repeat(SimulatedCluster cluster, Act act) {
        Class<? extends HasMetadata> kind = act.object().getClass();
        Optional<? extends HasMetadata> current = cluster.get(kind, namespace, act.name());
        if (act.deleted()) {
            if (current.isPresent()) {
                cluster.delete(kind, namespace, act.name(), DeleteOptions.defaults());
            }
            return;
        }
        Map<String, Object> wanted = Models.toTree(act.object());
        wanted.remove("status");
        if (current.isEmpty()) {
            Map<String, Object> metadata = new HashMap<>(Map.of("name", act.name(), "namespace", namespace));
            Optional.ofNullable(act.object().getMetadata().getLabels())
                    .ifPresent(labels -> metadata.put("labels", labels));
            wanted.put("metadata", metadata);
            cluster.create(Models.fromTree(wanted), WriteOptions.defaults());
        } else {
            Map<String, Object> changed = Models.toTree(current.get());
            changed.put("spec", wanted.get("spec"));
            cluster.replace(Models.fromTree(changed), WriteOptions.defaults());
        }
    }
}
