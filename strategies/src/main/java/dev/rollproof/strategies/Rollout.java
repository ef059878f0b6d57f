// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.manifest.Manifest;
import dev.rollproof.k8s.manifest.Manifests;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A workload, the strategy to roll it out with, and how to verify that. Immutable; each step returns a new one.
 *
 * <pre>{@code
 * Verdict verdict = Rollout.of(deployment)
 *         .by(RollingUpdate.of().maxSurge("40%").maxUnavailable(2))
 *         .within(Duration.ofSeconds(60))
 *         .orElse(Rollback.rollBack())
 *         .run(cluster);
 * verdict.orElseThrow();
 * }</pre>
 */
public final class Rollout {
    private final Deployment deployment;
    private final Optional<Strategy> strategy;
    private final VerifierOptions options;
    private final Optional<Rollback> rollback;
    private final Consumer<Progress> onProgress;

    private Rollout(
            Deployment deployment,
            Optional<Strategy> strategy,
            VerifierOptions options,
            Optional<Rollback> rollback,
            Consumer<Progress> onProgress) {
        this.deployment = deployment;
        this.strategy = strategy;
        this.options = options;
        this.rollback = rollback;
        this.onProgress = onProgress;
    }

    /**
     * A Deployment as it should be; the model is copied.
     *
     * @throws IllegalArgumentException if it has no name or no spec
     */
    public static Rollout of(Deployment deployment) {
        Objects.requireNonNull(deployment, "deployment");
        if (deployment.getMetadata() == null || deployment.getMetadata().getName() == null) {
            throw new IllegalArgumentException("the Deployment has no metadata.name; give it a name");
        }
        if (deployment.getSpec() == null) {
            throw new IllegalArgumentException(
                    "Deployment " + deployment.getMetadata().getName() + " has no spec; say what its pods are");
        }
        return new Rollout(
                Models.copy(deployment),
                Optional.empty(),
                VerifierOptions.defaults(),
                Optional.empty(),
                progress -> {});
    }

    /**
     * A Deployment as YAML or JSON text.
     *
     * @throws IllegalArgumentException if it is not one Deployment, or has a field or a value that Deployments do not have; the
     *     message names its line
     */
    public static Rollout of(String manifest) {
        List<Manifest> manifests = Manifests.parse(manifest, "the manifest");
        if (manifests.size() == 1 && manifests.get(0).object() instanceof Deployment deployment) {
            return of(deployment);
        }
        throw new IllegalArgumentException("the manifest is not one Deployment of apps/v1 but "
                + manifests.stream().map(Manifest::name).collect(Collectors.joining(", "))
                + "; give the Deployment alone, and apply what it needs before");
    }

    /** With a strategy other than the one in the manifest. */
    public Rollout by(Strategy value) {
        return new Rollout(deployment, Optional.of(value), options, rollback, onProgress);
    }

    /** How long it may take in all; default 10 minutes. */
    public Rollout within(Duration timeout) {
        return with(options.withTimeout(timeout));
    }

    /** How to verify it: its time in all, how patient to be with each trouble, and the rest. */
    public Rollout with(VerifierOptions value) {
        return new Rollout(deployment, strategy, Objects.requireNonNull(value, "options"), rollback, onProgress);
    }

    /**
     * What to do if it fails or is not complete in time: go back to the last revision that was seen complete, and verify that,
     * within the same timeout again. The verdict stays what it was; its evidence tells the rollback.
     *
     * <p>A driven strategy turns back anyway, to what was there when it began. With this it goes back further if that was not
     * complete and an earlier revision was, tells how long it took to restore it, and marks what is seen complete.
     */
    public Rollout orElse(Rollback value) {
        return new Rollout(
                deployment, strategy, options, Optional.of(Objects.requireNonNull(value, "rollback")), onProgress);
    }

    /** Has somebody told of every step; called on the thread that runs the rollout. */
    public Rollout onProgress(Consumer<Progress> listener) {
        return new Rollout(deployment, strategy, options, rollback, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Applies the Deployment and watches until there is a verdict; goes back then if that was asked for and is needed. It begins
     * to watch just before, so that the verdict's evidence tells too what became of the promises of Recreate or a rolling update.
     *
     * @throws ClusterException if the cluster refuses the Deployment, and nothing was changed; or if nobody answers, with a reason
     *     that {@linkplain ClusterException.Reason#isTransient() may pass}: whether the manifest was applied is not known then, and to
     *     run this again is safe
     * @throws InterruptedException if the thread is interrupted; the rollout, or the rollback, goes on
     */
    public Verdict run(Cluster cluster) throws InterruptedException {
        Deployment wanted = Models.copy(deployment);
        if (wanted.getMetadata().getNamespace() == null) {
            wanted.getMetadata().setNamespace(cluster.defaultNamespace());
        }
        ObjectRef workload = Observed.metadata(wanted).ref();
        if (strategy.isPresent() && strategy.get() instanceof Driven driven) {
            return new DrivenRollout(cluster, options, rollback, onProgress).run(driven, workload, wanted);
        }
        strategy.flatMap(Rollout::model).ifPresent(wanted.getSpec()::setStrategy);
        return new PlainRollout(cluster, options, rollback, onProgress).run(workload, wanted);
    }

    private static Optional<DeploymentStrategy> model(Strategy strategy) {
        if (strategy instanceof RollingUpdate rolling) {
            return Optional.of(rolling.toModel());
        }
        return strategy instanceof Recreate recreate ? Optional.of(recreate.toModel()) : Optional.empty();
    }

    /** The Deployment's name. Where it names no namespace it is {@code default} here, and the cluster's own in {@link #run}. */
    public ObjectRef workload() {
        String namespace = deployment.getMetadata().getNamespace();
        return new ObjectRef(
                "Deployment",
                namespace == null ? "default" : namespace,
                deployment.getMetadata().getName());
    }
}
