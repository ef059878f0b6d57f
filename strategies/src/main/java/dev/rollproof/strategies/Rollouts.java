// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.strategies.drive.DriveMarks;
import dev.rollproof.strategies.drive.Driver;
import dev.rollproof.strategies.drive.Play;
import dev.rollproof.verifier.Lookout;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.RolloutActionException;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Driven rollouts that are under way, from outside: what they need to go on is in the cluster, so anybody can tell them to go
 * on or back, and take one over whose driver died. Immutable and thread-safe.
 *
 * <pre>{@code
 * Rollouts.on(cluster).recover(new ObjectRef("Deployment", "shop", "cart"));
 * }</pre>
 */
public final class Rollouts {
    private final Cluster cluster;
    private final VerifierOptions options;
    private final Consumer<Progress> onProgress;
    private final Map<String, Check> checks;

    private Rollouts(
            Cluster cluster, VerifierOptions options, Consumer<Progress> onProgress, Map<String, Check> checks) {
        this.cluster = cluster;
        this.options = options;
        this.onProgress = onProgress;
        this.checks = Map.copyOf(checks);
    }

    /** Those in this cluster, with the verifier's defaults, and without any checks. */
    public static Rollouts on(Cluster cluster) {
        return new Rollouts(cluster, VerifierOptions.defaults(), progress -> {}, Map.of());
    }

    /** How to verify what is recovered; the time counts from then. */
    public Rollouts with(VerifierOptions value) {
        return new Rollouts(cluster, value, onProgress, checks);
    }

    /** Has somebody told of every step; called on the thread that recovers. */
    public Rollouts onProgress(Consumer<Progress> listener) {
        return new Rollouts(cluster, options, listener, checks);
    }

    /**
     * The checks of the strategy: their code is not in the cluster. A check that is missing, and that a recovered rollout comes
     * to, cannot be measured, so the rollout turns back there.
     */
    public Rollouts withChecks(Check... values) {
        Map<String, Check> more = new LinkedHashMap<>(checks);
        for (Check check : values) {
            more.put(check.name(), check);
        }
        return new Rollouts(cluster, options, onProgress, more);
    }

    /**
     * Takes over a rollout whose driver died, and drives it to its end from where it stands: forward, or back where it was
     * turning back. A driver that is alive after all stops, with {@link Verdict.Superseded}. Where no rollout is under way,
     * verifies the one that was last.
     *
     * @throws InterruptedException if the thread is interrupted; it can be recovered again
     */
    public Verdict recover(ObjectRef deployment) throws InterruptedException {
        return takeOver(deployment, false);
    }

    /** Takes over likewise, and goes back to the old version. */
    public Verdict rollBack(ObjectRef deployment) throws InterruptedException {
        return takeOver(deployment, true);
    }

    private Verdict takeOver(ObjectRef deployment, boolean back) throws InterruptedException {
        Deployment read = DriveMarks.existing(cluster, deployment);
        Optional<String> script = DriveMarks.script(read);
        if (script.isEmpty() && DriveMarks.driver(read).isPresent()) {
            throw new RolloutActionException(
                    deployment + " has the annotation rollproof.dev/state, so a rollout is under way,"
                            + " but not rollproof.dev/rollout, which says which; remove the former, after looking at what it left"
                            + " behind");
        }
        if (script.isEmpty()) {
            DriveMarks.sweep(cluster, read);
            return RolloutVerifier.on(cluster)
                    .with(options)
                    .onProgress(onProgress)
                    .verify(deployment);
        }
        Play<?> play = Casting.from(script.get(), read.getMetadata().getUid(), checks);
        return Driver.resume(cluster, options, onProgress, Lookout.NOBODY, read, play, back);
    }

    /** Tells whoever drives to go on past the step at which it pauses. Nothing happens where it does not pause. */
    public void promote(ObjectRef deployment) {
        DriveMarks.promote(cluster, deployment);
    }

    /** Tells whoever drives to turn back. */
    public void abort(ObjectRef deployment) {
        DriveMarks.abort(cluster, deployment);
    }

    /** What checks a strategy brings along. */
    static Check[] checksOf(List<Step> steps) {
        return steps.stream()
                .filter(step -> step instanceof Step.Checked)
                .map(step -> ((Step.Checked) step).check())
                .toArray(Check[]::new);
    }
}
