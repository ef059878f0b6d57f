// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedEndpointSlice;
import dev.rollproof.k8s.observed.ObservedEndpointSlice.Endpoint;
import dev.rollproof.k8s.observed.ObservedPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts pods and what its Services have behind them, event by event, each on the stream of its own kind. All that it says is about
 * one namespace, in which nothing but the workload has pods. Called on whatever thread brings the events, and by the one that
 * asks; these do not overlap where time is virtual, and are kept apart where it is not.
 */
final class Meter implements AutoCloseable {
    private final Cluster cluster;
    private final List<String> services;
    private final List<String> newImages;
    private final int replicas;
    private final Set<String> existing = new HashSet<>();
    private final Map<String, Boolean> isNewByName = new HashMap<>();
    private final Map<String, List<Endpoint>> slices = new HashMap<>();
    private final List<Observation> observations;
    private int mostPods;
    private int leastReady;
    private int ready;
    private @Nullable Instant wholeSince;

    /**
     * @param services whose endpoints are counted
     * @param newImages the images of the new version's containers, by which its pods are told from the old one's
     * @param replicas how many pods a whole version has
     */
    Meter(Cluster cluster, String namespace, List<String> services, List<String> newImages, int replicas) {
        this.cluster = cluster;
        this.services = services;
        this.newImages = newImages;
        this.replicas = replicas;
        this.observations = List.of(
                cluster.observe(Query.of(Pod.class).inNamespace(namespace), this::onPod),
                cluster.observe(Query.of(EndpointSlice.class).inNamespace(namespace), this::onSlice));
    }

    private synchronized void onPod(Change change) {
        ObservedPod pod = (ObservedPod) change.object();
        String name = pod.metadata().name();
        if (change.type() == Change.Type.DELETED || pod.ended()) {
            existing.remove(name);
        } else if (existing.add(name)) {
            boolean isNew = pod.containers().stream()
                    .map(ObservedContainer::image)
                    .toList()
                    .equals(newImages);
            boolean known = isNewByName.put(name, isNew) != null;
            mostPods = Math.max(mostPods, existing.size());
            if (!known) {
                count();
            }
        }
    }

    private synchronized void onSlice(Change change) {
        ObservedEndpointSlice slice = (ObservedEndpointSlice) change.object();
        if (!services.contains(slice.serviceName())) {
            return;
        }
        if (change.type() == Change.Type.DELETED) {
            slices.remove(slice.metadata().name());
        } else {
            slices.put(slice.metadata().name(), slice.endpoints());
        }
        count();
    }

    private void count() {
        int all = 0;
        int old = 0;
        for (List<Endpoint> endpoints : slices.values()) {
            for (Endpoint endpoint : endpoints) {
                if (endpoint.ready()) {
                    all++;
                    old += isNew(endpoint.podName()) ? 0 : 1;
                }
            }
        }
        ready = all;
        leastReady = Math.min(leastReady, all);
        if (old < replicas) {
            wholeSince = null;
        } else if (wholeSince == null) {
            wholeSince = cluster.time().now();
        }
    }

    /** Whether a pod runs the new version; false for one that was never seen. */
    synchronized boolean isNew(String pod) {
        return isNewByName.getOrDefault(pod, false);
    }

    /** Counts from now on. */
    synchronized void begin() {
        mostPods = existing.size();
        leastReady = ready;
    }

    /** Whether there are as many pods as a whole version has, and all of them get requests. */
    synchronized boolean atRest() {
        return existing.size() == replicas && ready == replicas;
    }

    /** The most pods that there were at once, those that go included. */
    synchronized int mostPods() {
        return mostPods;
    }

    /** The fewest pods that the Service had to send requests to. */
    synchronized int leastReady() {
        return leastReady;
    }

    /** Since when the Service has had a whole old version behind it; empty while it has not. */
    synchronized Optional<Instant> oldWholeSince() {
        return Optional.ofNullable(wholeSince);
    }

    @Override
    public void close() {
        observations.forEach(Observation::close);
    }
}
