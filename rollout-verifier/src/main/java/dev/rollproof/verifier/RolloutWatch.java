// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.promises.PromiseLedger;
import dev.rollproof.verifier.promises.PromiseReport;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A workload that is observed from before a change until the verdict on it, so that the verdict can say too what became of the
 * strategy's promises. It observes the same kinds as a verification without it, once; they only begin a moment earlier. There are promises
 * of Deployments only; of another workload the verdict has none. Made by {@link RolloutVerifier#watch}.
 *
 * <p>For one rollout and one thread.
 */
public final class RolloutWatch implements AutoCloseable {
    /** How long the first look at the cluster may take; after it the change is made without. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

    /** Where the Deployment says that it is at rest, the other kinds were seen to follow within this time. */
    private static final Duration STATUS_LAG = Duration.ofSeconds(1);

    private final Cluster cluster;
    private final VerifierOptions options;
    private final Consumer<Progress> onProgress;
    private final Consumer<Change> onChange;
    private final ObjectRef workload;
    private final PromiseLedger ledger;
    private final Chronicle chronicle = new Chronicle();
    private Optional<Following> following = Optional.empty();

    private RolloutWatch(
            Cluster cluster,
            VerifierOptions options,
            Consumer<Progress> onProgress,
            Consumer<Change> onChange,
            ObjectRef workload) {
        this.cluster = cluster;
        this.options = options;
        this.onProgress = onProgress;
        this.onChange = onChange;
        this.workload = workload;
        this.ledger = new PromiseLedger(cluster.time(), workload);
    }

    static RolloutWatch open(
            Cluster cluster,
            VerifierOptions options,
            Consumer<Progress> onProgress,
            Consumer<Change> onChange,
            HasMetadata manifest)
            throws InterruptedException {
        ObservedWorkload wanted = WorkloadKinds.observed(manifest);
        String namespace = wanted.metadata().namespace();
        ObjectRef workload = new ObjectRef(
                wanted.metadata().kind(),
                namespace.isEmpty() ? cluster.defaultNamespace() : namespace,
                wanted.metadata().name());
        RolloutWatch watch = new RolloutWatch(cluster, options, onProgress, onChange, workload);
        try {
            watch.observe(new Expectation(workload, "", 0, wanted.labelSelector(), wanted.template()));
        } catch (InterruptedException interrupted) {
            watch.close();
            throw interrupted;
        }
        return watch;
    }

    private void observe(Expectation before) throws InterruptedException {
        Following opened;
        try {
            opened = new Following(cluster, options, before, chronicle, onChange, ledger);
        } catch (ClusterException refused) {
            // Whatever is wrong with the manifest or the cluster, the change itself will say it better.
            ledger.beginUnseen(
                    "the " + workload.kind() + " could not be observed before the change: " + refused.getMessage());
            return;
        }
        following = Optional.of(opened);
        Instant now = cluster.time().now();
        cluster.time().awaitUntil(now.plus(FIRST_LOOK), () -> opened.synced() || opened.isInTrouble());
        if (ledger.saysItIsAtRest()) {
            Instant late = cluster.time().now().plus(STATUS_LAG);
            cluster.time().awaitUntil(late, () -> ledger.restless().isEmpty() || !ledger.saysItIsAtRest());
        }
        if (hasPromises()) {
            opened.awaitChange(cluster.time().now(), ledger);
        } else {
            opened.awaitChange(cluster.time().now());
            ledger.beginUnseen("there are promises of Deployments only, and " + workload + " is none");
        }
    }

    /**
     * Verifies the rollout of what was just applied, as {@link RolloutVerifier#verify(HasMetadata)} does; its time counts from
     * now.
     *
     * @param applied the workload as the server returned it
     * @return the verdict, whose evidence has the promises of a Deployment
     * @throws InterruptedException if the thread is interrupted; the rollout goes on
     */
    public Verdict verify(HasMetadata applied) throws InterruptedException {
        return verify(applied, options.timeout());
    }

    /** The same, with another timeout. */
    public Verdict verify(HasMetadata applied, Duration timeout) throws InterruptedException {
        Expectation expected = Expectation.of(WorkloadKinds.observed(applied));
        return withPromises(verification(expected, timeout).run(expected));
    }

    /** The verification of what was just applied, for whoever takes its steps himself. */
    Verification verification(Expectation expected, Duration timeout) {
        if (!expected.workload().equals(workload)) {
            throw new IllegalArgumentException(
                    "this watches " + workload + ", and cannot verify " + expected.workload());
        }
        VerifierOptions timed = options.withTimeout(timeout);
        if (following.isEmpty()) {
            following = Optional.of(new Following(cluster, timed, expected, chronicle, onChange, change -> {}));
        }
        return new Verification(cluster.time(), timed, following.get(), chronicle, onProgress);
    }

    Verdict withPromises(Verdict verdict) {
        return hasPromises() ? Verdicts.with(verdict, verdict.evidence().with(ledger.report())) : verdict;
    }

    private boolean hasPromises() {
        return workload.kind().equals("Deployment");
    }

    ObjectRef workload() {
        return workload;
    }

    /** What became of the promises so far. */
    public PromiseReport promises() {
        return ledger.report();
    }

    /** Ends the observation. */
    @Override
    public void close() {
        following.ifPresent(Following::close);
    }
}
