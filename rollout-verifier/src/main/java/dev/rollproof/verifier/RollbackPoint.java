// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.observed.PodTemplate;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Judge;
import dev.rollproof.verifier.judge.Memory;
import dev.rollproof.verifier.judge.Patience;
import dev.rollproof.verifier.judge.Snapshot;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What was there before a rollout, and the promise to go back from it if it does not complete. Made by
 * {@link Rollback#before}. Immutable and thread-safe.
 */
public final class RollbackPoint {
    private final Cluster cluster;
    private final Rollback rollback;
    private final ObjectRef workload;
    private final Optional<PodTemplate> template;
    private final Optional<RollbackTarget> complete;
    private final Optional<WayBack> wayBack;

    private RollbackPoint(
            Cluster cluster,
            Rollback rollback,
            ObjectRef workload,
            Optional<PodTemplate> template,
            Optional<RollbackTarget> complete,
            Optional<WayBack> wayBack) {
        this.cluster = cluster;
        this.rollback = rollback;
        this.workload = workload;
        this.template = template;
        this.complete = complete;
        this.wayBack = wayBack;
    }

    static RollbackPoint of(Cluster cluster, Rollback rollback, ObjectRef workload) {
        Optional<Deployment> current = cluster.get(Deployment.class, workload.namespace(), workload.name());
        if (current.isEmpty()) {
            return new RollbackPoint(cluster, rollback, workload, Optional.empty(), Optional.empty(), Optional.empty());
        }
        ObservedDeployment d = Observed.from(current.get());
        Optional<List<ReplicaSet>> own = ifAllowed(() -> OwnReplicaSets.of(cluster, d));
        Optional<List<ObservedReplicaSet>> sets =
                own.map(models -> models.stream().map(Observed::from).toList());
        Optional<RollbackTarget> complete = Optional.empty();
        boolean seenCompleteBefore = sets.orElse(List.of()).stream()
                .anyMatch(set -> set.template().equals(d.template()) && CompleteMark.isFresh(set));
        if (seenCompleteBefore || isComplete(cluster, d, sets)) {
            complete = Optional.of(RollbackTarget.of(current.get()));
            // In the cluster before the change, so that another process can go back if this one dies.
            mark(cluster, d, sets.orElse(List.of()));
        }
        Optional<WayBack> wayBack = complete.or(
                        () -> RollbackTarget.lastComplete(d.template(), own.orElse(List.of()), Optional.empty()))
                .map(target -> new WayBack(
                        target.podTemplate().equals(d.template()) ? current.get() : target.putInto(current.get()),
                        target.revision(),
                        target.replicaSetAmong(own.orElse(List.of()))
                                .map(set -> set.metadata().name())
                                .orElse("")));
        return new RollbackPoint(cluster, rollback, workload, Optional.of(d.template()), complete, wayBack);
    }

    /** Where a rollback would lead; empty where no revision was ever seen complete. */
    public Optional<WayBack> wayBack() {
        return wayBack;
    }

    private static boolean isComplete(Cluster cluster, ObservedDeployment d, Optional<List<ObservedReplicaSet>> sets) {
        Optional<List<ObservedPod>> pods = ifAllowed(
                () -> cluster.list(Query.of(Pod.class).inNamespace(d.metadata().namespace())).stream()
                        .map(Observed::from)
                        .toList());
        Snapshot seen = new Snapshot(
                Optional.of(d),
                sets.orElse(List.of()),
                pods.orElse(List.of()),
                List.of(),
                sets.isPresent(),
                pods.isPresent());
        return new Judge(Expectation.of(d), Patience.defaults(), Duration.ZERO, false)
                        .next(Memory.empty(), seen, cluster.time().now())
                        .status()
                instanceof Status.Complete;
    }

    /**
     * Ends a rollout: marks its revision as seen complete, or goes back. Only from what {@code applied} holds; if somebody
     * changed the template since, or holds the Deployment, it is theirs.
     *
     * @param verdict the verdict on the rollout
     * @param applied the Deployment as the server returned it when it was applied
     * @param options for the verification of the way back; its timeout counts from the start of the rollback
     * @return the same verdict; if it is not complete, its evidence tells the rollback
     * @throws InterruptedException if the thread is interrupted; a Deployment that is held is let go, a rollback that has begun goes on
     */
    public Verdict conclude(Verdict verdict, Deployment applied, VerifierOptions options, Consumer<Progress> onProgress)
            throws InterruptedException {
        if (verdict.isComplete()) {
            return Rollback.markComplete(cluster, applied)
                    .map(why -> Verdicts.with(
                            verdict,
                            verdict.evidence()
                                    .withUnseen("it could not be marked as complete for later rollbacks: " + why)))
                    .orElse(verdict);
        }
        return Verdicts.with(verdict, verdict.evidence().with(resultOf(verdict, applied, options, onProgress)));
    }

    private RollbackResult resultOf(
            Verdict verdict, Deployment applied, VerifierOptions options, Consumer<Progress> onProgress)
            throws InterruptedException {
        if (!(verdict instanceof Verdict.Failed || verdict instanceof Verdict.TimedOut)) {
            return new RollbackResult.Omitted("the rollout " + verdict.inWords());
        }
        ObservedDeployment d = Observed.from(applied);
        if (template.isPresent() && template.get().equals(d.template())) {
            return new RollbackResult.Omitted(
                    "the rollout did not change the template, so there is nothing to go back from");
        }
        return rollback.restore(
                cluster,
                workload,
                Optional.of(new Restoration.Undesired(d.metadata().uid(), d.template())),
                complete,
                options,
                onProgress);
    }

    static Optional<String> mark(Cluster cluster, ObservedDeployment d, List<ObservedReplicaSet> sets) {
        try {
            sets.stream()
                    .filter(set -> set.template().equals(d.template()))
                    .findFirst()
                    .ifPresent(set -> CompleteMark.put(cluster, WriteOptions.defaults(), set));
            return Optional.empty();
        } catch (ClusterException failed) {
            return Optional.of(String.valueOf(failed.getMessage()));
        }
    }

    private static <T> Optional<T> ifAllowed(java.util.function.Supplier<T> reading) {
        try {
            return Optional.of(reading.get());
        } catch (ClusterException hidden) {
            if (hidden.reason() != Reason.FORBIDDEN) {
                throw hidden;
            }
            return Optional.empty();
        }
    }
}
