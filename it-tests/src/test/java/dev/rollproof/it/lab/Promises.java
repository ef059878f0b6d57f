// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lab;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.rolling.Fenceposts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks what a rolling update from rest promises, on every event and on the stream of its own kind: the sizes of the
 * ReplicaSets add up to at most R+S, at least R-U pods are ready, at most min(2R, R+2S+U) live. That no more than R+S pods
 * live is not among them: it is not true.
 */
final class Promises implements AutoCloseable {
    private final int replicas;
    private final Fenceposts posts;
    private final Map<String, ObservedReplicaSet> sets = new HashMap<>();
    private final Map<String, ObservedPod> pods = new HashMap<>();
    private final List<String> broken = new ArrayList<>();
    private final List<Observation> observations = new ArrayList<>();
    private boolean watching;
    private int events;
    private long mostVersions;
    private long leastReady = Long.MAX_VALUE;

    private Promises(int replicas, Fenceposts posts) {
        this.replicas = replicas;
        this.posts = posts;
    }

    /** Starts with what is there, which must be at rest; returns when that is known. */
    static Promises watch(Cluster cluster, String namespace, int replicas, Fenceposts posts)
            throws InterruptedException {
        Promises promises = new Promises(replicas, posts);
        promises.observations.add(promises.follow(cluster, ReplicaSet.class, namespace, promises.sets));
        promises.observations.add(promises.follow(cluster, Pod.class, namespace, promises.pods));
        Instant deadline = cluster.time().now().plusSeconds(30);
        while (!promises.observations.stream().allMatch(Observation::synced)) {
            if (cluster.time().now().isAfter(deadline)) {
                throw new AssertionError("the observations do not begin");
            }
            cluster.time().awaitUntil(cluster.time().now().plusMillis(20), () -> false);
        }
        synchronized (promises) {
            promises.watching = true;
        }
        return promises;
    }

    @SuppressWarnings("unchecked")
    private <T extends HasMetadata, O extends ObservedObject> Observation follow(
            Cluster cluster, Class<T> type, String namespace, Map<String, O> known) {
        return cluster.observe(Query.of(type).inNamespace(namespace), change -> {
            synchronized (this) {
                O object = (O) change.object();
                known.put(object.metadata().uid(), object);
                if (change.type() == Change.Type.DELETED) {
                    known.remove(object.metadata().uid());
                }
                if (watching) {
                    events++;
                    check(object);
                }
            }
        });
    }

    private void check(ObservedObject changed) {
        if (changed instanceof ObservedReplicaSet) {
            int wanted = sets.values().stream()
                    .mapToInt(ObservedReplicaSet::replicas)
                    .sum();
            require(wanted <= replicas + posts.surge(), wanted + " pods wanted");
            return;
        }
        long live = pods.values().stream().filter(ObservedPod::live).count();
        long ready =
                pods.values().stream().filter(pod -> pod.live() && pod.ready()).count();
        long versions = pods.values().stream()
                .filter(pod -> pod.containers().get(0).state() instanceof State.Running && !pod.ended())
                .map(pod -> pod.containers().get(0).image())
                .distinct()
                .count();
        leastReady = Math.min(leastReady, ready);
        mostVersions = Math.max(mostVersions, versions);
        require(ready >= replicas - posts.unavailable(), ready + " pods ready");
        require(
                live <= Math.min(2 * replicas, replicas + 2 * posts.surge() + posts.unavailable()),
                live + " pods live");
    }

    private void require(boolean kept, String otherwise) {
        if (!kept) {
            broken.add(otherwise);
        }
    }

    synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    synchronized int events() {
        return events;
    }

    synchronized long mostVersionsAtOnce() {
        return mostVersions;
    }

    synchronized long leastReady() {
        return leastReady;
    }

    @Override
    public void close() {
        observations.forEach(Observation::close);
    }
}
