// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.judge.Expectation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Verifies rollouts of Deployments, StatefulSets and DaemonSets: watches until there is a verdict, which takes as long as the rollout does, and no longer
 * than the timeout.
 *
 * <pre>{@code
 * Deployment applied = cluster.apply(deployment, WriteOptions.defaults());
 * Verdict verdict = RolloutVerifier.on(cluster).verify(applied);
 * }</pre>
 *
 * <p>Immutable and thread-safe; each verification runs on the thread that asks for it. It needs the rights to get, list and
 * watch what it verifies; without those to list and watch ReplicaSets, pods or events it judges by less, and says so.
 */
public final class RolloutVerifier {
    private final Cluster cluster;
    private final VerifierOptions options;
    private final Consumer<Progress> onProgress;
    private final Consumer<Change> onChange;

    private RolloutVerifier(
            Cluster cluster, VerifierOptions options, Consumer<Progress> onProgress, Consumer<Change> onChange) {
        this.cluster = Objects.requireNonNull(cluster, "cluster");
        this.options = Objects.requireNonNull(options, "options");
        this.onProgress = Objects.requireNonNull(onProgress, "onProgress");
        this.onChange = Objects.requireNonNull(onChange, "onChange");
    }

    /** On this cluster, with the defaults. */
    public static RolloutVerifier on(Cluster cluster) {
        return new RolloutVerifier(cluster, VerifierOptions.defaults(), progress -> {}, Lookout.NOBODY);
    }

    /** How long it may take, how patient to be, and the rest. */
    public RolloutVerifier with(VerifierOptions value) {
        return new RolloutVerifier(cluster, value, onProgress, onChange);
    }

    /** Has somebody told of every step; called on the verifying thread. */
    public RolloutVerifier onProgress(Consumer<Progress> listener) {
        return new RolloutVerifier(cluster, options, listener, onChange);
    }

    /** Has somebody told of every change that is observed, whole: for recordings. Called on the verifying thread. */
    public RolloutVerifier onChange(Consumer<Change> listener) {
        return new RolloutVerifier(cluster, options, onProgress, listener);
    }

    /**
     * Verifies the rollout of what was just applied: of its template, from its generation on.
     *
     * @param applied the Deployment, StatefulSet or DaemonSet as the server returned it
     * @throws IllegalArgumentException if it is of another kind
     * @throws InterruptedException if the thread is interrupted; the rollout goes on
     */
    public Verdict verify(HasMetadata applied) throws InterruptedException {
        return verify(Expectation.of(WorkloadKinds.observed(applied)));
    }

    /**
     * Verifies the rollout of whatever the workload's template is now.
     *
     * @throws IllegalArgumentException if it is no Deployment, StatefulSet or DaemonSet
     * @throws InterruptedException if the thread is interrupted; the rollout goes on
     */
    public Verdict verify(ObjectRef workload) throws InterruptedException {
        Class<? extends HasMetadata> model = WorkloadKinds.modelOf(workload);
        Optional<? extends HasMetadata> current;
        try {
            current = cluster.get(model, workload.namespace(), workload.name());
        } catch (ClusterException refused) {
            if (refused.reason().isTransient()) {
                return new Verdict.Unreachable(Verification.nothingSeen(workload, "" + refused.getMessage()));
            }
            throw refused;
        }
        if (current.isEmpty()) {
            return new Verdict.Deleted(Verification.nothingSeen(workload, workload + " does not exist"));
        }
        return verify(current.get());
    }

    /** Verifies the rollout that is expected. */
    public Verdict verify(Expectation expected) throws InterruptedException {
        try (Verification verification = Verification.open(cluster, options, expected, onProgress, onChange)) {
            return verification.run(expected);
        }
    }

    /**
     * Observes a workload from before it is changed, so that the verdict tells what became of the strategy's promises; what
     * is verified without this does not. There are promises of Deployments only. Returns when it is known what is there now, mostly within a tenth of a second, and
     * never later than after some seconds: then the report says that nothing was promised, and why.
     *
     * <pre>{@code
     * try (RolloutWatch watch = verifier.watch(next)) {
     *     Verdict verdict = watch.verify(RolloutActions.on(cluster).apply(next));
     *     verdict.evidence().promises().orElseThrow().lines().forEach(System.out::println);
     * }
     * }</pre>
     *
     * @param next the Deployment, StatefulSet or DaemonSet as it will be applied; its selector says what to observe
     * @throws IllegalArgumentException if it is of another kind
     * @throws InterruptedException if the thread is interrupted; nothing is observed then
     */
    public RolloutWatch watch(HasMetadata next) throws InterruptedException {
        return RolloutWatch.open(cluster, options, onProgress, onChange, next);
    }

    /**
     * Verifies several rollouts at once: who fails is told of as soon as it is clear, whatever the others do. The timeout is for all of
     * them together. Without promises; {@link #watchAll} has them.
     *
     * <pre>{@code
     * List<Verdict> verdicts = verifier.verifyAll(List.of(shop, stock));
     * }</pre>
     *
     * @param applied the Deployments, StatefulSets and DaemonSets as the server returned them
     * @return a verdict for each, in the same order
     * @throws IllegalArgumentException if one is of another kind
     * @throws InterruptedException if the thread is interrupted; the rollouts go on
     */
    public List<Verdict> verifyAll(List<? extends HasMetadata> applied) throws InterruptedException {
        try (RolloutWatches none = watchAll(List.of())) {
            return none.verify(applied);
        }
    }

    /**
     * Observes several workloads from before they are changed, as {@link #watch} does one.
     *
     * @param next the Deployments, StatefulSets and DaemonSets as they will be applied
     * @throws IllegalArgumentException if one is of another kind
     * @throws InterruptedException if the thread is interrupted; nothing is observed then
     */
    public RolloutWatches watchAll(List<? extends HasMetadata> next) throws InterruptedException {
        return RolloutWatches.open(cluster, options, onProgress, onChange, next);
    }
}
