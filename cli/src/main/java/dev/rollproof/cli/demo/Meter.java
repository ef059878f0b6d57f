// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli.demo;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedEndpointSlice;
import dev.rollproof.k8s.observed.ObservedEndpointSlice.Endpoint;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Measures a Service and the pods behind it, event by event, each on the stream of its own kind. Downtime is read from the
 * endpoints: the time in which no endpoint gets traffic. An endpoint that terminates gets traffic as long as it serves and no
 * other is ready (KEP-1669).
 */
final class Meter implements AutoCloseable {
    private final Cluster cluster;
    private final Map<String, ObservedPod> pods = new HashMap<>();
    private final Map<String, ObservedEndpointSlice> slices = new HashMap<>();
    private final Runnable stop;
    private Measured measured = Measured.nothing();
    private Optional<Instant> downSince = Optional.empty();

    /**
     * What was measured since the last reset.
     *
     * @param mostPods most pods that lived at once, terminating ones not counted
     * @param leastReady fewest pods that were ready and stayed
     * @param down how long nobody served
     */
    record Measured(int mostPods, int leastReady, Duration down) {
        static Measured nothing() {
            return new Measured(0, Integer.MAX_VALUE, Duration.ZERO);
        }
    }

    Meter(Cluster cluster, String namespace) {
        this.cluster = cluster;
        var observations = java.util.List.of(
                follow(Pod.class, ObservedPod.class, namespace, pods),
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

    /** Starts anew, with what is there now. */
    void reset() {
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
                measured.mostPods(), measured.leastReady(), measured.down().plus(open));
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
        measured = new Measured(measured.mostPods(), measured.leastReady(), down);
        if (changed instanceof ObservedPod) {
            countPods();
        }
    }

    private void countPods() {
        int live = 0;
        int ready = 0;
        for (ObservedPod pod : pods.values()) {
            live += pod.live() ? 1 : 0;
            ready += pod.live() && pod.ready() ? 1 : 0;
        }
        measured = new Measured(
                Math.max(measured.mostPods(), live), Math.min(measured.leastReady(), ready), measured.down());
    }

    private boolean serving() {
        boolean anyServing = false;
        for (ObservedEndpointSlice slice : slices.values()) {
            for (Endpoint endpoint : slice.endpoints()) {
                // Behind the cluster's own Service is no pod.
                anyServing |= !endpoint.podUid().isEmpty() && (endpoint.ready() || endpoint.serving());
            }
        }
        return anyServing;
    }

    @Override
    public void close() {
        stop.run();
    }
}
