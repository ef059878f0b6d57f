// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.observed.PodTemplate;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * What people do to rollouts, as kubectl does it: apply, history, undo, pause, resume, restart, scale, a new image. Each returns the
 * Deployment as it is then, ready to be verified. What cannot be done is a {@link RolloutActionException} with kubectl's own
 * reason, and changes nothing. Immutable and thread-safe.
 */
public final class RolloutActions {
    private static final String CHANGE_CAUSE = RollbackTarget.CHANGE_CAUSE;
    private static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";
    /** Somebody else's write in between is met by reading again; more often than this it is a fight. */
    private static final int TRIES = 10;

    private final Cluster cluster;
    private final WriteOptions options;

    private RolloutActions(Cluster cluster, WriteOptions options) {
        this.cluster = Objects.requireNonNull(cluster, "cluster");
        this.options = Objects.requireNonNull(options, "options");
    }

    /** On this cluster, written as {@code rollproof}. */
    public static RolloutActions on(Cluster cluster) {
        return new RolloutActions(cluster, WriteOptions.defaults());
    }

    /** Written under another name, or only tried. */
    public RolloutActions with(WriteOptions value) {
        return new RolloutActions(cluster, value);
    }

    /**
     * Server-side apply, also where a Deployment goes from RollingUpdate to Recreate. There the server refuses to apply (as
     * of 1.37) because of the {@code rollingUpdate} that it has itself filled in; it is taken out first, by a write that
     * changes no pod, and put back if the rest is refused after all.
     *
     * @throws ClusterException if the cluster refuses the Deployment, and nothing was changed; or if nobody answers, with a reason
     *     that {@linkplain Reason#isTransient() may pass}: whether it was applied is not known then, and to apply it again is safe
     */
    public Deployment apply(Deployment manifest) {
        try {
            return cluster.apply(manifest, options);
        } catch (ClusterException refused) {
            if (!isAboutDefaultedRollingUpdate(manifest, refused)) {
                throw refused;
            }
            return applyRecreate(manifest);
        }
    }

    private static boolean isAboutDefaultedRollingUpdate(Deployment manifest, ClusterException refused) {
        DeploymentStrategy strategy =
                manifest.getSpec() == null ? null : manifest.getSpec().getStrategy();
        return refused.reason() == Reason.INVALID
                && strategy != null
                && "Recreate".equals(strategy.getType())
                && strategy.getRollingUpdate() == null
                && refused.causes().stream().anyMatch(cause -> cause.field().equals("spec.strategy.rollingUpdate"));
    }

    private Deployment applyRecreate(Deployment manifest) {
        ObjectRef deployment = new ObjectRef(
                "Deployment",
                Objects.requireNonNullElse(manifest.getMetadata().getNamespace(), cluster.defaultNamespace()),
                manifest.getMetadata().getName());
        // Everything but the strategy is checked before anything is written.
        Deployment others = Models.copy(manifest);
        others.getSpec().setStrategy(null);
        Deployment checked = cluster.apply(others, options.withDryRun());
        DeploymentStrategy before = existing(deployment).getSpec().getStrategy();
        Deployment switched =
                setStrategy(deployment, "{\"spec\":{\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":null}}}");
        if (options.dryRun()) {
            checked.getSpec().setStrategy(switched.getSpec().getStrategy());
            return checked;
        }
        try {
            return cluster.apply(manifest, options);
        } catch (ClusterException refused) {
            if (refused.reason().isTransient()) {
                // It may be stored all the same: then the other strategy would play it.
                throw refused;
            }
            setStrategy(deployment, Models.toJson(Map.of("spec", Map.of("strategy", Models.toTree(before)))));
            throw refused;
        }
    }

    private Deployment setStrategy(ObjectRef deployment, String mergePatch) {
        return cluster.patch(
                Deployment.class, deployment.namespace(), deployment.name(), Patch.merge(mergePatch), options);
    }

    /** All revisions that are kept, oldest first. */
    public List<Revision> history(ObjectRef deployment) {
        Deployment d = existing(deployment);
        PodTemplate current = Observed.from(d).template();
        List<Revision> revisions = new ArrayList<>();
        for (ReplicaSet model : OwnReplicaSets.of(cluster, Observed.from(d))) {
            ObservedReplicaSet set = Observed.from(model);
            if (set.revision().isPresent()) {
                revisions.add(new Revision(
                        set.revision().getAsLong(),
                        set.metadata().annotations().getOrDefault(CHANGE_CAUSE, ""),
                        set.metadata().name(),
                        set.template(),
                        set.metadata().creationTimestamp(),
                        set.template().equals(current)));
            }
        }
        revisions.sort(Comparator.comparingLong(Revision::number));
        return List.copyOf(revisions);
    }

    /**
     * Goes back to the revision before the current one: the last that was tried, not the last that worked. It is the highest
     * number among those with another template, so that it is right also while the controller has not numbered the current
     * one yet; kubectl, which takes the second-highest number, goes one too far then.
     *
     * <p>As kubectl's, it is a single write at once. Soon after a change that may cost more ready pods than maxUnavailable
     * allows, all of them even; {@link Rollback} goes back to what worked, and safely.
     */
    public Deployment undo(ObjectRef deployment) {
        return rollBack(deployment, (current, revisions) -> {
            PodTemplate now = Observed.from(current).template();
            for (int i = revisions.size() - 1; i >= 0; i--) {
                if (!Observed.from(revisions.get(i)).template().equals(now)) {
                    return revisions.get(i);
                }
            }
            throw new RolloutActionException("no rollout history found for deployment \"" + deployment.name() + "\"");
        });
    }

    /** Goes back to a revision of the {@link #history}. */
    public Deployment undo(ObjectRef deployment, long revision) {
        return rollBack(
                deployment,
                (current, revisions) -> revisions.stream()
                        .filter(candidate -> Observed.from(candidate).revision().orElse(0) == revision)
                        .findFirst()
                        .orElseThrow(() -> new RolloutActionException("unable to find specified revision " + revision
                                + " in history of deployment \"" + deployment.name() + "\"")));
    }

    private Deployment rollBack(ObjectRef deployment, BiFunction<Deployment, List<ReplicaSet>, ReplicaSet> choice) {
        return changing(deployment, d -> {
            if (Observed.from(d).paused()) {
                throw new RolloutActionException("deployment \"" + deployment.name()
                        + "\" is paused and cannot be rolled back; resume it first and try again");
            }
            List<ReplicaSet> numbered = new ArrayList<>(OwnReplicaSets.of(cluster, Observed.from(d)));
            numbered.removeIf(set -> Observed.from(set).revision().isEmpty());
            numbered.sort(Comparator.comparingLong(
                    set -> Observed.from(set).revision().orElse(0)));
            ReplicaSet target = choice.apply(d, numbered);
            PodTemplateSpec template = Models.copy(target.getSpec().getTemplate());
            template.getMetadata().getLabels().remove(PodTemplate.HASH_LABEL);
            d.getSpec().setTemplate(template);
            copyAnnotations(target, d);
        });
    }

    /** The change cause belongs to the template that it explains; the controller's own and last-applied stay with theirs. */
    private static void copyAnnotations(ReplicaSet from, Deployment to) {
        Map<String, String> source = from.getMetadata().getAnnotations();
        Map<String, String> annotations = new TreeMap<>();
        if (to.getMetadata().getAnnotations() != null) {
            annotations.putAll(to.getMetadata().getAnnotations());
        }
        String cause = source == null ? null : source.get(CHANGE_CAUSE);
        if (cause == null) {
            annotations.remove(CHANGE_CAUSE);
        } else {
            annotations.put(CHANGE_CAUSE, cause);
        }
        to.getMetadata().setAnnotations(annotations);
    }

    /** Holds the rollout; what is under way is finished. */
    public Deployment pause(ObjectRef deployment) {
        return changing(deployment, d -> {
            if (Observed.from(d).paused()) {
                throw new RolloutActionException("deployment \"" + deployment.name() + "\" is already paused");
            }
            d.getSpec().setPaused(true);
        });
    }

    /** Lets a held rollout go on. */
    public Deployment resume(ObjectRef deployment) {
        return changing(deployment, d -> {
            if (!Observed.from(d).paused()) {
                throw new RolloutActionException("deployment \"" + deployment.name() + "\" is not paused");
            }
            d.getSpec().setPaused(null);
        });
    }

    /**
     * Replaces all pods by new ones of the same template, by an annotation with the time. The time is exact to the
     * nanosecond, so that two restarts within a second are two.
     */
    public Deployment restart(ObjectRef deployment) {
        return changing(deployment, d -> {
            if (Observed.from(d).paused()) {
                throw new RolloutActionException("deployment \"" + deployment.name()
                        + "\" is paused and cannot be restarted; resume it first and try again");
            }
            Map<String, String> annotations = new LinkedHashMap<>();
            var metadata = d.getSpec().getTemplate().getMetadata();
            if (metadata.getAnnotations() != null) {
                annotations.putAll(metadata.getAnnotations());
            }
            String before = annotations.get(RESTARTED_AT);
            String now = cluster.time().now().truncatedTo(ChronoUnit.NANOS).toString();
            annotations.put(
                    RESTARTED_AT,
                    now.equals(before) ? cluster.time().now().plusNanos(1).toString() : now);
            metadata.setAnnotations(annotations);
        });
    }

    /** Gives a container another image; an init container's too. */
    public Deployment setImage(ObjectRef deployment, String container, String image) {
        if (image.isBlank()) {
            throw new RolloutActionException("image must not be blank");
        }
        return changing(deployment, d -> {
            var spec = d.getSpec().getTemplate().getSpec();
            List<io.fabric8.kubernetes.api.model.Container> all = new ArrayList<>(spec.getContainers());
            if (spec.getInitContainers() != null) {
                all.addAll(spec.getInitContainers());
            }
            all.stream()
                    .filter(candidate -> container.equals(candidate.getName()))
                    .findFirst()
                    .orElseThrow(() -> new RolloutActionException(
                            "unable to find container named \"" + container + "\" in deployment \"" + deployment.name()
                                    + "\"; it has "
                                    + all.stream()
                                            .map(io.fabric8.kubernetes.api.model.Container::getName)
                                            .toList()))
                    .setImage(image);
        });
    }

    /** Sets the number of pods, through the scale subresource. */
    public Deployment scale(ObjectRef deployment, int replicas) {
        if (replicas < 0) {
            throw new RolloutActionException("replicas must not be negative, was " + replicas);
        }
        cluster.scale(Deployment.class, deployment.namespace(), deployment.name(), replicas, options);
        return existing(deployment);
    }

    /** A change to a Deployment that was just read. */
    private interface Edit {
        void apply(Deployment current);
    }

    /** Reads, changes, and writes on the condition that nobody wrote in between; reads again if somebody did. */
    private Deployment changing(ObjectRef deployment, Edit edit) {
        ClusterException lastConflict = null;
        for (int i = 0; i < TRIES; i++) {
            Deployment current = existing(deployment);
            Deployment changed = Models.copy(current);
            edit.apply(changed);
            try {
                return new GuardedWrite(cluster, options).write(current, changed);
            } catch (ClusterException refused) {
                if (refused.reason() != Reason.CONFLICT) {
                    throw refused;
                }
                lastConflict = refused;
            }
        }
        throw Objects.requireNonNull(lastConflict);
    }

    private Deployment existing(ObjectRef deployment) {
        if (!deployment.kind().equals("Deployment")) {
            throw new IllegalArgumentException("only Deployments have rollouts that can be changed, not " + deployment);
        }
        return cluster.get(Deployment.class, deployment.namespace(), deployment.name())
                .orElseThrow(() -> new RolloutActionException(deployment + " does not exist"));
    }
}
