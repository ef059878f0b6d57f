// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.bench;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedPod;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts the live pods of one Deployment that are ready, by a watch. Thread-safe. */
final class ReadyPods implements AutoCloseable {
    private record Sample(long nanos, int ready) {}

    private final Map<String, ObservedPod> pods = new HashMap<>();
    private final List<Sample> samples = new ArrayList<>();
    private final Observation observation;
    private CountDownLatch first = new CountDownLatch(1);
    private String awaited = "";

    private ReadyPods(Cluster cluster, String namespace, String app) {
        observation =
                cluster.observe(Query.of(Pod.class).inNamespace(namespace).withLabels("app=" + app), this::accept);
    }

    static ReadyPods watch(Cluster cluster, String namespace, String app) {
        return new ReadyPods(cluster, namespace, app);
    }

    private synchronized void accept(Change change) {
        ObservedPod pod = (ObservedPod) change.object();
        if (change.type() == Change.Type.DELETED) {
            pods.remove(pod.metadata().uid());
        } else {
            pods.put(pod.metadata().uid(), pod);
        }
        samples.add(new Sample(System.nanoTime(), ready()));
        if (pod.live() && pod.ready() && pod.containers().get(0).image().equals(awaited)) {
            first.countDown();
        }
    }

    private int ready() {
        return (int)
                pods.values().stream().filter(pod -> pod.live() && pod.ready()).count();
    }

    /** Counts from now on, and waits for pods of this image. */
    synchronized void count(String image) {
        awaited = image;
        first = new CountDownLatch(1);
        samples.clear();
        samples.add(new Sample(System.nanoTime(), ready()));
    }

    boolean awaitFirst(Duration atMost) throws InterruptedException {
        CountDownLatch latch;
        synchronized (this) {
            latch = first;
        }
        return latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The fewest that were ready at once. */
    synchronized int least() {
        return samples.stream().mapToInt(Sample::ready).min().orElse(0);
    }

    /** For how long fewer than so many were ready; at least one millisecond if that ever was. */
    synchronized long millisBelow(int wanted) {
        long nanos = 0;
        for (int i = 0; i < samples.size(); i++) {
            if (samples.get(i).ready() < wanted) {
                long end = i + 1 < samples.size() ? samples.get(i + 1).nanos() : System.nanoTime();
                nanos += Math.max(end - samples.get(i).nanos(), 1);
            }
        }
        return nanos == 0 ? 0 : Math.max(1, nanos / 1_000_000);
    }

    @Override
    public void close() {
        observation.close();
    }
}
