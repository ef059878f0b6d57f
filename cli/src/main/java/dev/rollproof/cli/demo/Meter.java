// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.demo;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import dev.rollproof.k8s.observed.ObservedEndpointSlice;
import dev.rollproof.k8s.observed.ObservedEndpointSlice.Endpoint;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Measures a Service and the pods behind it, event by event, each on the stream of its own kind. Downtime is read from the
 * endpoints: the time in which no endpoint gets traffic. An endpoint that terminates gets traffic as long as it serves and no
 * other is ready (KEP-1669).
 */
final class Meter implements AutoCloseable {
    private final Cluster cluster;
    private final Map<String, ObservedPod> pods = new HashMap<>();
    private final Map<String, ObservedReplicaSet> replicaSets = new HashMap<>();
    private final Map<String, ObservedEndpointSlice> slices = new HashMap<>();
    private final Runnable stop;
    private Optional<Bounds> bounds = Optional.empty();
    private Measured measured = Measured.nothing();
    private Optional<Instant> downSince = Optional.empty();

    /**
     * What was measured since the last reset.
     *
     * @param mostPods most pods that lived at once, terminating ones not counted
     * @param leastReady fewest pods that were ready and stayed
     * @param down how long nobody served
     * @param mostVersions most versions whose containers ran at once
     * @param broken the first promise that did not hold; empty if all did
     * @param events how many events were looked at
     */
    record Measured(
            int mostPods, int leastReady, Duration down, int mostVersions, Optional<String> broken, int events) {
        static Measured nothing() {
            return new Measured(0, Integer.MAX_VALUE, Duration.ZERO, 0, Optional.empty(), 0);
        }
    }

    /**
     * The promises of a rolling update that is not edited half-way: sum of the ReplicaSets' sizes at most R+S, ready pods at
     * least R-U, live pods at most min(2R, R+2S+U). That no more than R+S pods live is not among them: it is not true.
     */
    record Bounds(int replicas, int surge, int unavailable) {}

    Meter(Cluster cluster, String namespace) {
        this.cluster = cluster;
        var observations = java.util.List.of(
                follow(Pod.class, ObservedPod.class, namespace, pods),
                follow(ReplicaSet.class, ObservedReplicaSet.class, namespace, replicaSets),
                follow(EndpointSlice.class, ObservedEndpointSlice.class, namespace, slices));
        this.stop = () -> observations.forEach(dev.rollproof.k8s.Observation::close);
    }

    private <T extends HasMetadata, O extends ObservedObject> dev.rollproof.k8s.Observation follow(
            Class<T> type, Class<O> observedAs, String namespace, Map<String, O> known) {
        return cluster.observe(Query.of(type).inNamespace(namespace), change -> {
            O object = observedAs.cast(change.object());
            if (change.type() == Change.Type.DELETED) {
                known.remove(object.metadata().uid());
            } else {
                known.put(object.metadata().uid(), object);
            }
            measure(object);
        });
    }

    /** Starts anew, with what is there now, and with promises to check or without. */
    void reset(Optional<Bounds> promised) {
        bounds = promised;
        measured = Measured.nothing();
        downSince = serving() ? Optional.empty() : Optional.of(cluster.time().now());
        countPods();
    }

    Measured measured() {
        if (downSince.isEmpty()) {
            return measured;
        }
        Duration open = Duration.between(downSince.get(), cluster.time().now());
        return new Measured(
                measured.mostPods(),
                measured.leastReady(),
                measured.down().plus(open),
                measured.mostVersions(),
                measured.broken(),
                measured.events());
    }

    private void measure(ObservedObject changed) {
        Duration down = measured.down();
        if (changed instanceof ObservedEndpointSlice) {
            boolean serving = serving();
            if (serving && downSince.isPresent()) {
                down = down.plus(
                        Duration.between(downSince.get(), cluster.time().now()));
                downSince = Optional.empty();
            } else if (!serving && downSince.isEmpty()) {
                downSince = Optional.of(cluster.time().now());
            }
        }
        measured = new Measured(
                measured.mostPods(),
                measured.leastReady(),
                down,
                measured.mostVersions(),
                measured.broken().or(() -> broken(changed)),
                measured.events() + 1);
        if (changed instanceof ObservedPod) {
            countPods();
        }
    }

    private void countPods() {
        int live = 0;
        int ready = 0;
        Set<String> versions = new HashSet<>();
        for (ObservedPod pod : pods.values()) {
            live += pod.live() ? 1 : 0;
            ready += pod.live() && pod.ready() ? 1 : 0;
            for (ObservedContainer container : pod.containers()) {
                if (container.state() instanceof State.Running && !pod.ended()) {
                    versions.add(container.image());
                }
            }
        }
        measured = new Measured(
                Math.max(measured.mostPods(), live),
                Math.min(measured.leastReady(), ready),
                measured.down(),
                Math.max(measured.mostVersions(), versions.size()),
                measured.broken(),
                measured.events());
    }

    private boolean serving() {
        boolean anyServing = false;
        for (ObservedEndpointSlice slice : slices.values()) {
            for (Endpoint endpoint : slice.endpoints()) {
                anyServing |= endpoint.ready() || endpoint.serving();
            }
        }
        return anyServing;
    }

    private Optional<String> broken(ObservedObject changed) {
        if (bounds.isEmpty()) {
            return Optional.empty();
        }
        Bounds b = bounds.get();
        if (changed instanceof ObservedReplicaSet) {
            int sum = replicaSets.values().stream()
                    .mapToInt(ObservedReplicaSet::replicas)
                    .sum();
            if (sum > b.replicas() + b.surge()) {
                return Optional.of(
                        "the ReplicaSets want " + sum + " pods, more than R+S = " + (b.replicas() + b.surge()));
            }
        }
        if (changed instanceof ObservedPod) {
            long live = pods.values().stream().filter(ObservedPod::live).count();
            long ready = pods.values().stream()
                    .filter(pod -> pod.live() && pod.ready())
                    .count();
            int most = Math.min(2 * b.replicas(), b.replicas() + 2 * b.surge() + b.unavailable());
            if (live > most) {
                return Optional.of(live + " pods live, more than min(2R, R+2S+U) = " + most);
            }
            if (ready < b.replicas() - b.unavailable()) {
                return Optional.of(ready + " pods ready, fewer than R-U = " + (b.replicas() - b.unavailable()));
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        stop.run();
    }
}
