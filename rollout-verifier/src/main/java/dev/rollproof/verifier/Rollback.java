// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Goes back to the last revision of a Deployment that was seen complete, and verifies that.
 *
 * <pre>{@code
 * Verdict verdict = Rollout.of(deployment).orElse(Rollback.rollBack()).run(cluster);
 * }</pre>
 *
 * <p><b>Seen complete</b> is a revision that a rollout with a rollback ended in completely, or that was complete when such a
 * rollout began: then its ReplicaSet has the annotation {@code rollproof.dev/complete-at-revision}, written before the change
 * that may fail. Revisions that were tried in between and never seen complete are skipped. Where the ReplicaSet is gone, as
 * with {@code revisionHistoryLimit: 0}, the template comes from this process's memory.
 *
 * <p><b>Safe</b> is: a rolling update keeps as many ready pods on the way back as on the way there. {@code kubectl rollout
 * undo} does not, because soon after a change the controller counts pods that are already going. If pods of the earlier
 * revision could still be taken away, the Deployment is therefore held first (paused, with the annotation
 * {@code rollproof.dev/held-for-rollback}), until its ReplicaSet counts right; the same write that puts the template back lets it
 * go. A process that dies in between leaves it held; the next rollback goes on from there, whatever others wrote meanwhile, unless
 * somebody else wants the Deployment paused as well. A server that does not answer is waited for as long as
 * {@link VerifierOptions#unreachable()} says.
 *
 * <p><b>Clean</b> is: no {@code pod-template-hash}, {@code kubectl apply}'s last-applied annotation tells of the template that is
 * back, and its fields belong to whoever applies the Deployment. Only the template and its change cause go back; replicas,
 * strategy and the rest of the spec stay.
 *
 * <p>Strategies that somebody drives, such as a canary, turn back by themselves; asked for a rollback, they go to the same
 * revision, in the same way, from wherever they fail.
 *
 * <p>It never fights: if the template is no longer the one that failed, or somebody else paused the Deployment, nothing is done.
 * It needs the rights to patch Deployments and ReplicaSets, and to list ReplicaSets and pods. Immutable and thread-safe.
 */
public final class Rollback {
    /**
     * The annotation of a Deployment that a rollback has paused. A paused Deployment without it was paused by somebody else, and
     * stays paused.
     */
    public static final String HELD = "rollproof.dev/held-for-rollback";

    private static final Rollback DEFAULT = new Rollback(Duration.ofSeconds(30));

    private final Duration settleWithin;

    private Rollback(Duration settleWithin) {
        this.settleWithin = settleWithin;
    }

    /** The rollback as described above, with 30 s for the controllers to settle. */
    public static Rollback rollBack() {
        return DEFAULT;
    }

    /**
     * How long to wait until the ReplicaSet to go back to counts its pods right, which takes the controllers a moment; default
     * 30 s. After that it goes back all the same, and the result notes it. Broken pods do not make it wait.
     */
    public Rollback settlingWithin(Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException("settlingWithin must not be negative, was " + value);
        }
        return new Rollback(value);
    }

    /**
     * Looks at what is there before a change: if the current revision is complete, it is marked as one to go back to. Call it
     * before you apply, and {@link RollbackPoint#conclude} after the verdict.
     *
     * @throws ClusterException if the cluster cannot be asked
     */
    public RollbackPoint before(Cluster cluster, ObjectRef deployment) {
        return RollbackPoint.of(cluster, this, checked(deployment));
    }

    /**
     * Goes back from whatever the Deployment's template is now: for rollouts that somebody else began, or whose process died. Where
     * that template is the last that was seen complete, and has only come back, by a rollback whose process died or by an undo, it goes no
     * further back: it finishes what is left of that rollback and verifies it.
     *
     * @param options for the verification of the way back
     * @throws InterruptedException if the thread is interrupted; a Deployment that is held is let go, a rollback that has begun goes on
     */
    public RollbackResult run(Cluster cluster, ObjectRef deployment, VerifierOptions options)
            throws InterruptedException {
        return restore(cluster, checked(deployment), Optional.empty(), Optional.empty(), options, progress -> {});
    }

    RollbackResult restore(
            Cluster cluster,
            ObjectRef deployment,
            Optional<Restoration.Undesired> undesired,
            Optional<RollbackTarget> remembered,
            VerifierOptions options,
            Consumer<Progress> onProgress)
            throws InterruptedException {
        Instant startedAt = cluster.time().now();
        Restoration.Outcome outcome =
                new Restoration(cluster, deployment, undesired, remembered, options.unreachable()).run(settleWithin);
        if (outcome.restored().isEmpty() || outcome.target().isEmpty()) {
            String notes = outcome.notes().isEmpty() ? "" : " (" + String.join("; ", outcome.notes()) + ")";
            return new RollbackResult.Omitted(outcome.reason() + notes);
        }
        Deployment restored = outcome.restored().get();
        Verdict verdict =
                RolloutVerifier.on(cluster).with(options).onProgress(onProgress).verify(restored);
        Duration elapsed = Duration.between(startedAt, cluster.time().now());
        if (verdict.isComplete()) {
            // Under its new number. If it cannot be, the mark with the old one still counts.
            markComplete(cluster, restored);
        }
        RollbackTarget target = outcome.target().get();
        return new RollbackResult.Restored(
                target.revision(),
                target.replicaSet(),
                target.podTemplate().images(),
                verdict,
                elapsed,
                outcome.notes());
    }

    /**
     * Marks the revision of a Deployment's present template as seen complete: for somebody who verified a rollout by himself.
     *
     * @param seen the Deployment as it was judged complete
     * @return why it could not be marked; empty where it was
     */
    public static Optional<String> markComplete(Cluster cluster, Deployment seen) {
        ObservedDeployment d = Observed.from(seen);
        try {
            return RollbackPoint.mark(
                    cluster,
                    d,
                    OwnReplicaSets.of(cluster, d).stream().map(Observed::from).toList());
        } catch (ClusterException hidden) {
            return Optional.of(String.valueOf(hidden.getMessage()));
        }
    }

    private static ObjectRef checked(ObjectRef deployment) {
        Objects.requireNonNull(deployment, "deployment");
        if (!deployment.kind().equals("Deployment")) {
            throw new IllegalArgumentException("only Deployments can be rolled back, not " + deployment);
        }
        return deployment;
    }
}
