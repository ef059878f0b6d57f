// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.verifier.recording.RecordingWriter;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Remembers every change in a namespace, until somebody wants it in a file. Changes come from several threads. */
final class WatchRecorder implements AutoCloseable {
    /** What a rollout is judged by. */
    static final List<Class<? extends HasMetadata>> KINDS = List.of(
            Deployment.class,
            ReplicaSet.class,
            StatefulSet.class,
            DaemonSet.class,
            Pod.class,
            Service.class,
            EndpointSlice.class,
            Event.class);

    private record Told(Instant at, Change change) {}

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final String namespace;
    private final Time time;
    private final Instant startedAt;
    private final List<Observation> observations = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();
    private final Set<String> versions = new HashSet<>();

    /**
     * Starts at once.
     *
     * @param namespace {@code ""} for all
     */
    WatchRecorder(Cluster cluster, String namespace) {
        this.cluster = cluster;
        this.namespace = namespace;
        time = cluster.time();
        startedAt = time.now();
        for (Class<? extends HasMetadata> kind : KINDS) {
            observations.add(cluster.observe(Query.of(kind).inNamespace(namespace), this::add));
        }
    }

    private void add(Change change) {
        synchronized (told) {
            told.add(new Told(time.now(), change));
            versions.add(version(
                    change.object().metadata().uid(), change.object().metadata().resourceVersion()));
        }
    }

    private static String version(String uid, String resourceVersion) {
        return uid + "/" + resourceVersion;
    }

    /**
     * Waits until this has heard of everything that there is now: a test may fail on what another watch has told already, and
     * this one not yet.
     *
     * @throws AssertionError if it does not hear of it in time
     */
    void catchUp() {
        List<String> now = new ArrayList<>();
        for (Class<? extends HasMetadata> kind : KINDS) {
            for (HasMetadata object : listIfAllowed(cluster, kind, namespace)) {
                now.add(version(
                        object.getMetadata().getUid(), object.getMetadata().getResourceVersion()));
            }
        }
        Waiting.on(cluster).atMost(PATIENCE).until("the recorded watch is up to date", () -> heard(now));
    }

    /** What there is of a kind; nothing where it may not be seen, for most tests need few of the kinds. */
    static List<? extends HasMetadata> listIfAllowed(
            Cluster cluster, Class<? extends HasMetadata> kind, String namespace) {
        try {
            return cluster.list(Query.of(kind).inNamespace(namespace));
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.FORBIDDEN) {
                throw refused;
            }
            return List.of();
        }
    }

    private boolean heard(List<String> all) {
        synchronized (told) {
            return versions.containsAll(all);
        }
    }

    /** Writes all so far, for {@code rollproof replay}. */
    void writeTo(Path file) {
        List<Told> soFar;
        synchronized (told) {
            soFar = List.copyOf(told);
        }
        try (RecordingWriter writer = RecordingWriter.to(file, time, startedAt)) {
            soFar.forEach(entry -> writer.write(entry.at(), entry.change()));
        }
    }

    @Override
    public void close() {
        observations.forEach(Observation::close);
    }
}
