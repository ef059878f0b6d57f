// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.promises.Promise.Kind;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Watches a Deployment, its ReplicaSets and pods, and keeps account of what the strategy promises, on every event. Open it before
 * the change, since the promises are about what the change does to a Deployment at rest.
 *
 * <pre>{@code
 * try (PromiseWatch watch = PromiseWatch.on(cluster, deployment)) {
 *     RolloutVerifier.on(cluster).verify(RolloutActions.on(cluster).apply(next));
 *     watch.report().lines().forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>A rollout whose verdict is asked for needs none: {@code Rollout} and {@code RolloutVerifier.watch} keep account with the
 * observations that they have. Safe to use from several threads.
 */
public final class PromiseWatch implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final List<Observation> observations = new ArrayList<>();
    private final PromiseLedger ledger;

    private PromiseWatch(Cluster cluster, ObjectRef deployment) {
        this.cluster = cluster;
        this.ledger = new PromiseLedger(cluster.time(), deployment);
    }

    /**
     * Starts with what is there; returns when that is known and at rest, and after five seconds at the latest. Where it is not at
     * rest then, the report says that nothing was promised.
     *
     * @throws ClusterException if the Deployment cannot be read
     * @throws InterruptedException if the thread is interrupted
     */
    public static PromiseWatch on(Cluster cluster, ObjectRef deployment) throws InterruptedException {
        PromiseWatch watch = new PromiseWatch(cluster, deployment);
        try {
            watch.open(deployment);
        } catch (RuntimeException | InterruptedException failed) {
            watch.close();
            throw failed;
        }
        return watch;
    }

    private void open(ObjectRef deployment) throws InterruptedException {
        Optional<Deployment> before = cluster.get(Deployment.class, deployment.namespace(), deployment.name());
        if (before.isPresent()) {
            String selector = Observed.from(before.get()).labelSelector();
            Observation deployments = cluster.observe(
                    Query.of(Deployment.class)
                            .inNamespace(deployment.namespace())
                            .named(deployment.name()),
                    ledger);
            observations.add(deployments);
            Map<Kind, Observation> streams = Map.of(
                    Kind.REPLICA_SETS,
                    cluster.observe(
                            Query.of(ReplicaSet.class)
                                    .inNamespace(deployment.namespace())
                                    .withLabels(selector),
                            ledger),
                    Kind.PODS,
                    cluster.observe(
                            Query.of(Pod.class)
                                    .inNamespace(deployment.namespace())
                                    .withLabels(selector),
                            ledger));
            observations.addAll(streams.values());
            Instant deadline = cluster.time().now().plus(PATIENCE);
            cluster.time().awaitUntil(deadline, () -> deployments.synced() && isReady(streams));
            streams.forEach(ledger::lookFor);
        }
        ledger.begin();
    }

    private boolean isReady(Map<Kind, Observation> streams) {
        boolean hidden = streams.values().stream().anyMatch(PromiseWatch::isHidden);
        boolean known = streams.values().stream().allMatch(stream -> stream.synced() || isHidden(stream));
        return known && (hidden || ledger.restless().isEmpty());
    }

    private static boolean isHidden(Observation observation) {
        return observation
                .trouble()
                .filter(trouble -> trouble.reason() == Reason.FORBIDDEN || trouble.reason() == Reason.UNAUTHORIZED)
                .isPresent();
    }

    /** What became of the promises so far. */
    public PromiseReport report() {
        return ledger.report();
    }

    @Override
    public void close() {
        observations.forEach(Observation::close);
    }
}
