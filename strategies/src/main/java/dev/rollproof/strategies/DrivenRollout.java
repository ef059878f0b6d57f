// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.strategies.drive.DriveMarks;
import dev.rollproof.strategies.drive.Driver;
import dev.rollproof.strategies.drive.NotBegunException;
import dev.rollproof.strategies.drive.Play;
import dev.rollproof.verifier.Evidence;
import dev.rollproof.verifier.Lookout;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RolloutActionException;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Timeline;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Begins a driven rollout: everything that can be refused is refused before the first write. */
final class DrivenRollout {
    private static final int TRIES = 10;

    private final Cluster cluster;
    private final VerifierOptions options;
    private final Optional<Rollback> rollback;
    private final Consumer<Progress> onProgress;

    DrivenRollout(
            Cluster cluster, VerifierOptions options, Optional<Rollback> rollback, Consumer<Progress> onProgress) {
        this.cluster = cluster;
        this.options = options;
        this.rollback = rollback;
        this.onProgress = onProgress;
    }

    /** Without a version to replace, there is nothing to drive: then it is applied and verified. */
    Verdict run(Driven strategy, ObjectRef ref, Deployment wanted) throws InterruptedException {
        for (int i = 0; ; i++) {
            Optional<Deployment> current = cluster.get(Deployment.class, ref.namespace(), ref.name());
            if (current.isPresent() && DriveMarks.driver(current.get()).isPresent()) {
                return underWay(ref, DriveMarks.driver(current.get()).get());
            }
            Deployment checked = RolloutActions.on(cluster)
                    .with(WriteOptions.defaults().withDryRun())
                    .apply(wanted);
            if (current.isEmpty()) {
                return plainly(ref, wanted);
            }
            Deployment read = current.get();
            if (Boolean.TRUE.equals(checked.getSpec().getPaused())) {
                throw new RolloutActionException(
                        ref + " is paused, so no new version of it would come; resume it before");
            }
            Versions versions = Versions.of(read, checked);
            Play<?> play =
                    Casting.of(strategy, cluster, versions, read.getMetadata().getUid(), options.timeout(), rollback);
            if (play instanceof BlueGreenPlay blueGreen) {
                Optional<Deployment> live = cluster.get(
                        Deployment.class, ref.namespace(), blueGreen.live().name());
                if (live.isPresent() && blueGreen.isAlready(live.get())) {
                    return blueGreen.live().equals(ref)
                            ? plainly(ref, wanted)
                            : verifier().verify(live.get());
                }
            } else if (versions.sameTemplate()) {
                return plainly(ref, wanted);
            }
            try {
                return Driver.begin(cluster, options, onProgress, Lookout.NOBODY, read, checked, play);
            } catch (NotBegunException notBegun) {
                if (!notBegun.isRace() || i >= TRIES) {
                    throw notBegun.refused();
                }
            }
        }
    }

    private Verdict plainly(ObjectRef ref, Deployment wanted) throws InterruptedException {
        return new PlainRollout(cluster, options, rollback, onProgress).run(ref, wanted);
    }

    private RolloutVerifier verifier() {
        return RolloutVerifier.on(cluster).with(options).onProgress(onProgress);
    }

    private static Verdict underWay(ObjectRef ref, String driver) {
        return new Verdict.Superseded(new Evidence(
                ref,
                0,
                Duration.ZERO,
                "another driver, " + driver + ", rolls it out already; nothing was written. If that one died, recover"
                        + " the rollout first",
                List.of(),
                new Timeline(List.of()),
                List.of()));
    }
}
