// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.k8s.rolling.RollingArithmetic;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.LabelSelectors;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' Deployment controller (pkg/controller/deployment): each sync makes at most one kind of move, on what its
 * caches say, and reports what the ReplicaSets report. Priority: deletion, pause, rollback, scaling, rollout.
 */
final class DeploymentController {
    private static final String ROLLBACK_TO = "deprecated.deployment.rollback.to";
    private static final int RETRIES = 15;

    private final ApiServer api;
    private final boolean countsTerminating;
    private final Informer<Deployment> deployments;
    private final Informer<ReplicaSet> sets;
    private final Informer<Pod> pods;
    private final EventRecorder events;
    private final DeploymentWrites writes;
    private final NewReplicaSet newReplicaSet;
    private final Templates templates = new Templates();
    final WorkQueue<ObjectKey> queue;

    DeploymentController(
            ControlPlane plane, Informer<Deployment> deployments, Informer<ReplicaSet> sets, Informer<Pod> pods) {
        this.api = plane.api();
        this.countsTerminating = plane.countsTerminating();
        this.deployments = deployments;
        this.sets = sets;
        this.pods = pods;
        this.events = new EventRecorder(api, "deployment-controller", null);
        this.writes = new DeploymentWrites(api, events);
        this.newReplicaSet = new NewReplicaSet(api, sets, events, writes, templates);
        this.queue = ControllerManager.queue(plane, "deployment", RETRIES, this::sync);
        deployments.addHandler((previous, deployment, deleted) -> queue.add(ObjectKey.of(deployment)));
        sets.addHandler(this::onReplicaSet);
        pods.addHandler(this::onPod);
    }

    private void onReplicaSet(@Nullable ReplicaSet previous, ReplicaSet set, boolean deleted) {
        if (deleted) {
            templates.forget(set.getMetadata().getUid());
        }
        Deployment owner = ownerOf(set);
        if (owner != null) {
            queue.add(ObjectKey.of(owner));
        } else if (Metadata.controllerOf(set) == null && !deleted) {
            for (Deployment deployment : deployments.in(Metadata.namespace(set))) {
                if (LabelSelectors.matches(
                        deployment.getSpec().getSelector(), set.getMetadata().getLabels())) {
                    queue.add(ObjectKey.of(deployment));
                }
            }
        }
    }

    /** Pods wake the controller in one case only: a Recreate Deployment has none left. */
    private void onPod(@Nullable Pod previous, Pod pod, boolean deleted) {
        if (!deleted) {
            return;
        }
        OwnerReference setReference = Metadata.controllerOf(pod);
        ReplicaSet set = setReference == null ? null : sets.find(Metadata.namespace(pod), setReference.getName());
        Deployment owner = set == null ? null : ownerOf(set);
        if (owner == null || Fenceposts.isRolling(owner)) {
            return;
        }
        for (ReplicaSet sibling : sets.ownedBy(owner)) {
            if (!pods.ownedBy(sibling).isEmpty()) {
                return;
            }
        }
        queue.add(ObjectKey.of(owner));
    }

    private @Nullable Deployment ownerOf(ReplicaSet set) {
        OwnerReference reference = Metadata.controllerOf(set);
        if (reference == null || !"Deployment".equals(reference.getKind())) {
            return null;
        }
        Deployment owner = deployments.find(Metadata.namespace(set), reference.getName());
        return owner != null && owner.getMetadata().getUid().equals(reference.getUid()) ? owner : null;
    }

    private int sync(ObjectKey key) {
        Deployment deployment = deployments.find(key.namespace(), key.name());
        if (deployment == null) {
            return 0;
        }
        if (LabelSelectors.isEmpty(deployment.getSpec().getSelector())) {
            events.warning(
                    deployment,
                    "SelectingAll",
                    "This deployment is selecting all pods. A non-empty selector is required.");
            return 0;
        }
        DeploymentSync sync = new DeploymentSync(deployment, claimed(deployment));
        if (Metadata.terminating(deployment)) {
            newReplicaSet.resolve(sync, false);
            writeStatus(sync);
            return sync.writes;
        }
        checkPaused(sync);
        if (sync.paused()) {
            scaleAndReport(sync);
        } else if (Metadata.annotation(deployment, ROLLBACK_TO) != null) {
            rollBack(sync);
        } else if (isScaling(sync)) {
            scaleAndReport(sync);
        } else if (Fenceposts.isRolling(deployment)) {
            roll(sync);
        } else {
            recreate(sync);
        }
        return sync.writes;
    }

    /** The ReplicaSets that are ours: owned and matching, and orphans that match, which are adopted. */
    private List<ReplicaSet> claimed(Deployment deployment) {
        List<ReplicaSet> owned = new ArrayList<>();
        for (ReplicaSet set : sets.ownedBy(deployment)) {
            if (LabelSelectors.matches(
                    deployment.getSpec().getSelector(), set.getMetadata().getLabels())) {
                owned.add(set);
            } else if (!Metadata.terminating(deployment)) {
                Ownership.release(api, ResourceType.REPLICA_SETS, set, deployment);
            }
        }
        if (!Metadata.terminating(deployment)) {
            for (ReplicaSet orphan : sets.orphans(Metadata.namespace(deployment))) {
                if (!Metadata.terminating(orphan)
                        && LabelSelectors.matches(
                                deployment.getSpec().getSelector(),
                                orphan.getMetadata().getLabels())) {
                    owned.add(Ownership.adopt(api, ResourceType.REPLICA_SETS, orphan, deployment));
                }
            }
        }
        return owned;
    }

    private void roll(DeploymentSync sync) {
        newReplicaSet.resolve(sync, true);
        if (!reconcileNew(sync) && !reconcileOld(sync) && DeploymentStatuses.complete(sync, sync.status())) {
            cleanUpHistory(sync);
        }
        writeRolloutStatus(sync);
    }

    private boolean reconcileNew(DeploymentSync sync) {
        ReplicaSet fresh = sync.fresh;
        if (fresh == null) {
            return false;
        }
        int spec = DeploymentSync.spec(fresh);
        int size = RollingArithmetic.reconcileNew(
                true, sync.replicas, sync.fenceposts.surge(), DeploymentSync.specs(sync.sets()), spec);
        return size != spec && writes.scale(sync, fresh, size);
    }

    private boolean reconcileOld(DeploymentSync sync) {
        ReplicaSet fresh = sync.fresh;
        if (fresh == null) {
            return false;
        }
        List<ReplicaSet> active = sync.activeOld();
        RollingArithmetic.Down down = RollingArithmetic.reconcileOld(
                sync.replicas,
                sync.fenceposts.unavailable(),
                active.stream()
                        .map(set -> new RollingArithmetic.Size(DeploymentSync.spec(set), DeploymentSync.available(set)))
                        .toList(),
                new RollingArithmetic.Size(DeploymentSync.spec(fresh), DeploymentSync.available(fresh)));
        writes.scaleDown(sync, writes.scaleDown(sync, active, down.cleaned()), down.specs());
        return down.pods() > 0;
    }

    private void recreate(DeploymentSync sync) {
        newReplicaSet.resolve(sync, false);
        boolean scaled = false;
        for (ReplicaSet set : sync.activeOld()) {
            scaled |= writes.scale(sync, set, 0);
        }
        if (scaled || oldPodsRun(sync)) {
            writeRolloutStatus(sync);
            return;
        }
        if (sync.fresh == null) {
            newReplicaSet.resolve(sync, true);
        }
        if (sync.fresh != null) {
            writes.scale(sync, sync.fresh, sync.replicas);
        }
        if (DeploymentStatuses.complete(sync, sync.status())) {
            cleanUpHistory(sync);
        }
        writeRolloutStatus(sync);
    }

    /** Whether a pod of an old version may still do something; one that terminates may. */
    private boolean oldPodsRun(DeploymentSync sync) {
        int reported = 0;
        List<String> phases = new ArrayList<>();
        for (ReplicaSet set : sync.old) {
            reported += DeploymentSync.pods(set);
            for (Pod pod : pods.ownedBy(set)) {
                phases.add(Pods.phase(pod));
            }
        }
        return oldPodsRun(reported, phases);
    }

    static boolean oldPodsRun(int reported, List<String> phases) {
        return reported > 0 || phases.stream().anyMatch(phase -> !Pods.isFinal(phase));
    }

    /** Whether some active ReplicaSet was sized for another number of replicas. */
    private boolean isScaling(DeploymentSync sync) {
        newReplicaSet.resolve(sync, false);
        for (ReplicaSet set : DeploymentSync.active(sync.sets())) {
            String desired = Metadata.annotation(set, RevisionHistory.DESIRED);
            if (desired != null && RevisionHistory.count(desired) != sync.replicas) {
                return true;
            }
        }
        return false;
    }

    private void scaleAndReport(DeploymentSync sync) {
        newReplicaSet.resolve(sync, false);
        scale(sync);
        if (sync.paused() && Metadata.annotation(sync.cached, ROLLBACK_TO) == null) {
            cleanUpHistory(sync);
        }
        writeStatus(sync);
    }

    private void scale(DeploymentSync sync) {
        ReplicaSet only = activeOrLatest(sync);
        if (only != null) {
            if (DeploymentSync.spec(only) != sync.replicas) {
                writes.scale(sync, only, sync.replicas);
            }
            return;
        }
        if (sync.fresh != null && isSaturated(sync, sync.fresh)) {
            for (ReplicaSet set : sync.activeOld()) {
                writes.scale(sync, set, 0);
            }
            return;
        }
        if (!Fenceposts.isRolling(sync.cached)) {
            return;
        }
        List<ReplicaSet> active = DeploymentSync.active(sync.sets());
        List<Integer> sizes = ProportionalScaling.scale(
                active.stream()
                        .map(set -> new ProportionalScaling.Part(
                                set.getMetadata().getName(),
                                DeploymentSync.created(set),
                                DeploymentSync.spec(set),
                                RevisionHistory.count(Metadata.annotation(set, RevisionHistory.MAX))))
                        .toList(),
                sync.replicas,
                sync.fenceposts.surge(),
                DeploymentSync.orZero(sync.status().getReplicas()));
        for (int i = 0; i < sizes.size(); i++) {
            writes.scale(sync, active.get(i), sizes.get(i));
        }
    }

    /** The one ReplicaSet that has to follow the Deployment's size; null where there are several. */
    private static @Nullable ReplicaSet activeOrLatest(DeploymentSync sync) {
        List<ReplicaSet> active = DeploymentSync.active(sync.sets());
        if (active.size() == 1) {
            return active.get(0);
        }
        if (!active.isEmpty()) {
            return null;
        }
        if (sync.fresh != null) {
            return sync.fresh;
        }
        return sync.old.isEmpty() ? null : sync.old.get(sync.old.size() - 1);
    }

    private static boolean isSaturated(DeploymentSync sync, ReplicaSet set) {
        return DeploymentSync.spec(set) == sync.replicas
                && RevisionHistory.count(Metadata.annotation(set, RevisionHistory.DESIRED)) == sync.replicas
                && DeploymentSync.available(set) == sync.replicas;
    }

    private void checkPaused(DeploymentSync sync) {
        Conditions conditions = sync.conditions();
        DeploymentCondition progressing = conditions.find(Conditions.PROGRESSING);
        if (!sync.hasDeadline() || ProgressRules.TIMED_OUT.equals(DeploymentStatuses.reason(progressing))) {
            return;
        }
        boolean toldPaused = ProgressRules.PAUSED.equals(DeploymentStatuses.reason(progressing));
        if (sync.paused() == toldPaused) {
            return;
        }
        conditions.set(Conditions.of(
                Conditions.PROGRESSING,
                "Unknown",
                sync.paused() ? ProgressRules.PAUSED : ProgressRules.RESUMED,
                sync.paused() ? "Deployment is paused" : "Deployment is resumed",
                api.timestamps().now()));
        sync.keep(conditions);
        writes.status(sync);
    }

    /** The rollback of the first API versions, which clients still reach by an annotation. */
    private void rollBack(DeploymentSync sync) {
        newReplicaSet.resolve(sync, true);
        long revision = RevisionHistory.count(Metadata.annotation(sync.cached, ROLLBACK_TO));
        if (revision == 0) {
            revision =
                    sync.old.stream().mapToLong(DeploymentSync::revision).max().orElse(0);
        }
        ReplicaSet target = null;
        for (ReplicaSet set : sync.sets()) {
            if (revision > 0 && DeploymentSync.revision(set) == revision) {
                target = set;
            }
        }
        Deployment changed = ResourceType.DEPLOYMENTS.shallowCopy().apply(sync.cached);
        ObjectMeta metadata = Metadata.copy(sync.cached.getMetadata());
        Map<String, String> annotations = Frozen.with(metadata.getAnnotations(), ROLLBACK_TO, "");
        annotations.remove(ROLLBACK_TO);
        metadata.setAnnotations(annotations);
        changed.setMetadata(metadata);
        if (target == null) {
            events.warning(
                    sync.cached, "DeploymentRollbackRevisionNotFound", "Unable to find the revision to rollback to.");
        } else if (Templates.equalIgnoringHash(
                sync.cached.getSpec().getTemplate(), target.getSpec().getTemplate())) {
            events.warning(
                    sync.cached,
                    "DeploymentRollbackTemplateUnchanged",
                    "The rollback revision contains the same template as current deployment \"" + metadata.getName()
                            + "\"");
        } else {
            DeploymentSpec spec = Frozen.copy(sync.cached.getSpec(), DeploymentSpec::new);
            spec.setTemplate(withoutHash(target.getSpec().getTemplate()));
            changed.setSpec(spec);
            events.normal(
                    sync.cached,
                    "DeploymentRollback",
                    "Rolled back deployment \"" + metadata.getName() + "\" to revision " + revision);
        }
        sync.writes++;
        api.update(ResourceType.DEPLOYMENTS, changed);
    }

    private static PodTemplateSpec withoutHash(PodTemplateSpec template) {
        ObjectMeta metadata = Metadata.copy(template.getMetadata());
        Map<String, String> labels = Frozen.with(metadata.getLabels(), Templates.HASH_LABEL, "");
        labels.remove(Templates.HASH_LABEL);
        metadata.setLabels(labels);
        PodTemplateSpec bare = new PodTemplateSpec();
        bare.setMetadata(metadata);
        bare.setSpec(template.getSpec());
        return bare;
    }

    private void cleanUpHistory(DeploymentSync sync) {
        Integer limit = sync.cached.getSpec().getRevisionHistoryLimit();
        if (limit == null || sync.old.size() <= limit) {
            return;
        }
        List<RevisionHistory.Old> old = sync.old.stream()
                .map(set -> new RevisionHistory.Old(
                        set.getMetadata().getName(),
                        DeploymentSync.revision(set),
                        DeploymentSync.created(set),
                        DeploymentSync.spec(set),
                        DeploymentSync.pods(set),
                        set.getStatus() != null
                                && set.getStatus().getObservedGeneration() != null
                                && Metadata.generation(set) <= set.getStatus().getObservedGeneration(),
                        Metadata.terminating(set)))
                .toList();
        for (RevisionHistory.Old forgotten : RevisionHistory.superfluous(old, limit)) {
            try {
                sync.writes++;
                api.delete(
                        ResourceType.REPLICA_SETS,
                        Metadata.namespace(sync.cached),
                        forgotten.name(),
                        DeleteOptions.defaults());
            } catch (ClusterException refused) {
                if (refused.reason() != Reason.NOT_FOUND) {
                    throw refused;
                }
            }
        }
    }

    private void writeStatus(DeploymentSync sync) {
        writes.statusIfChanged(
                sync,
                DeploymentStatuses.counted(
                        sync, countsTerminating, api.timestamps().now()));
    }

    private void writeRolloutStatus(DeploymentSync sync) {
        Instant now = api.loop().now();
        String timestamp = api.timestamps().now();
        DeploymentStatus status = DeploymentStatuses.counted(sync, countsTerminating, timestamp);
        DeploymentStatuses.judge(sync, status, now, timestamp);
        if (!writes.statusIfChanged(sync, status)) {
            lookAgainIfStuck(sync, status, now);
        }
    }

    /** Nothing will tell that the deadline has passed, so the controller looks again by itself. */
    private void lookAgainIfStuck(DeploymentSync sync, DeploymentStatus status, Instant now) {
        DeploymentCondition progressing = sync.conditions().find(Conditions.PROGRESSING);
        Duration after = ProgressRules.checkAgainAfter(
                sync.deadlineSeconds(),
                DeploymentStatuses.reason(progressing),
                DeploymentStatuses.lastUpdate(progressing),
                DeploymentStatuses.complete(sync, status),
                now);
        if (after != null) {
            ObjectKey key = ObjectKey.of(sync.cached);
            if (after.isZero()) {
                queue.addRateLimited(key);
            } else {
                queue.addAfter(key, after.plusSeconds(1).toNanos());
            }
        }
    }
}
