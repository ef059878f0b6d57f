// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.k8s.rolling.RollingArithmetic;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the ReplicaSet of a Deployment's template, keeps its revision up to date, or creates it. */
final class NewReplicaSet {
    private static final Set<String> NOT_COPIED = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            RevisionHistory.REVISION,
            RevisionHistory.HISTORY,
            RevisionHistory.DESIRED,
            RevisionHistory.MAX,
            "deprecated.deployment.rollback.to");

    private final ApiServer api;
    private final Informer<ReplicaSet> sets;
    private final EventRecorder events;
    private final DeploymentWrites writes;
    private final Templates templates;

    NewReplicaSet(
            ApiServer api,
            Informer<ReplicaSet> sets,
            EventRecorder events,
            DeploymentWrites writes,
            Templates templates) {
        this.api = api;
        this.sets = sets;
        this.events = events;
        this.writes = writes;
        this.templates = templates;
    }

    /** The oldest of those with the Deployment's template; null where there is none. */
    @Nullable
    ReplicaSet existing(DeploymentSync sync) {
        PodTemplateSpec wanted = sync.cached.getSpec().getTemplate();
        for (ReplicaSet set : sync.all) {
            if (templates.equal(
                    set.getMetadata().getUid(), wanted, set.getSpec().getTemplate())) {
                return set;
            }
        }
        return null;
    }

    /** Sorts the ReplicaSets into the new one and the old ones, writes revisions, and creates the new one if asked to. */
    void resolve(DeploymentSync sync, boolean create) {
        ReplicaSet existing = existing(sync);
        List<ReplicaSet> old = new ArrayList<>(sync.all);
        if (existing != null) {
            old.remove(existing);
        }
        sync.old = old;
        long last = 0;
        for (ReplicaSet set : sync.old) {
            last = Math.max(last, DeploymentSync.revision(set));
        }
        if (existing != null) {
            sync.fresh = updated(sync, existing, last + 1);
        } else if (create) {
            sync.fresh = created(sync, last + 1);
        } else {
            sync.fresh = null;
        }
    }

    private ReplicaSet updated(DeploymentSync sync, ReplicaSet existing, long revision) {
        Map<String, String> annotations = annotations(sync, existing, revision);
        boolean annotated = annotations.equals(existing.getMetadata().getAnnotations());
        Integer minReady = existing.getSpec().getMinReadySeconds();
        if (!annotated || DeploymentSync.orZero(minReady) != sync.minReadySeconds()) {
            ReplicaSet changed = ResourceType.REPLICA_SETS.shallowCopy().apply(existing);
            ObjectMeta metadata = Metadata.copy(existing.getMetadata());
            metadata.setAnnotations(annotations);
            changed.setMetadata(metadata);
            ReplicaSetSpec spec = Frozen.copy(existing.getSpec(), ReplicaSetSpec::new);
            spec.setMinReadySeconds(sync.cached.getSpec().getMinReadySeconds());
            changed.setSpec(spec);
            sync.writes++;
            return api.update(ResourceType.REPLICA_SETS, changed);
        }
        boolean write = setRevision(sync, annotations.getOrDefault(RevisionHistory.REVISION, ""));
        Conditions conditions = sync.conditions();
        if (sync.hasDeadline() && conditions.find(Conditions.PROGRESSING) == null) {
            conditions.set(Conditions.of(
                    Conditions.PROGRESSING,
                    "True",
                    ProgressRules.FOUND_REPLICA_SET,
                    "Found new replica set \"" + existing.getMetadata().getName() + "\"",
                    api.timestamps().now()));
            sync.keep(conditions);
            write = true;
        }
        if (write) {
            writes.status(sync);
        }
        return existing;
    }

    private static Map<String, String> annotations(DeploymentSync sync, @Nullable ReplicaSet set, long revision) {
        Map<String, String> annotations = new LinkedHashMap<>();
        Map<String, String> own = set == null ? null : set.getMetadata().getAnnotations();
        if (own != null) {
            annotations.putAll(own);
        }
        Map<String, String> given = sync.cached.getMetadata().getAnnotations();
        if (given != null) {
            given.forEach((key, value) -> {
                if (!NOT_COPIED.contains(key)) {
                    annotations.put(key, value);
                }
            });
        }
        long before = set == null ? 0 : DeploymentSync.revision(set);
        if (before < revision) {
            annotations.put(RevisionHistory.REVISION, Long.toString(revision));
            if (before > 0) {
                annotations.put(
                        RevisionHistory.HISTORY,
                        RevisionHistory.append(annotations.getOrDefault(RevisionHistory.HISTORY, ""), before));
            }
        }
        return annotations;
    }

    private static boolean setRevision(DeploymentSync sync, String revision) {
        if (revision.equals(Metadata.annotation(sync.changed, RevisionHistory.REVISION))) {
            return false;
        }
        ObjectMeta metadata = sync.changed.getMetadata();
        metadata.setAnnotations(Frozen.with(metadata.getAnnotations(), RevisionHistory.REVISION, revision));
        return true;
    }

    private ReplicaSet created(DeploymentSync sync, long revision) {
        ReplicaSet wanted = wanted(sync, revision);
        String name = wanted.getMetadata().getName();
        ReplicaSet created;
        boolean already = false;
        try {
            sync.writes++;
            created = api.create(ResourceType.REPLICA_SETS, wanted);
        } catch (ClusterException refused) {
            if (refused.reason() != Reason.ALREADY_EXISTS) {
                failed(sync, name, refused);
                throw refused;
            }
            created = ownOrCollision(sync, name, refused);
            already = true;
        }
        int size = DeploymentSync.spec(created);
        if (!already && size > 0) {
            events.normal(sync.cached, "ScalingReplicaSet", "Scaled up replica set " + name + " from 0 to " + size);
        }
        boolean write = setRevision(sync, Long.toString(revision));
        if (!already && sync.hasDeadline()) {
            Conditions conditions = sync.conditions();
            conditions.set(Conditions.of(
                    Conditions.PROGRESSING,
                    "True",
                    ProgressRules.NEW_REPLICA_SET,
                    "Created new replica set \"" + name + "\"",
                    api.timestamps().now()));
            sync.keep(conditions);
            write = true;
        }
        if (write) {
            writes.status(sync);
        }
        return created;
    }

    private ReplicaSet wanted(DeploymentSync sync, long revision) {
        ObjectMeta owner = sync.cached.getMetadata();
        PodTemplateSpec template = sync.cached.getSpec().getTemplate();
        String hash = Templates.hash(template, sync.status().getCollisionCount());
        ObjectMeta templateMetadata =
                template.getMetadata() == null ? new ObjectMeta() : Metadata.copy(template.getMetadata());
        templateMetadata.setLabels(Frozen.with(templateMetadata.getLabels(), Templates.HASH_LABEL, hash));
        PodTemplateSpec labelled = new PodTemplateSpec();
        labelled.setMetadata(templateMetadata);
        labelled.setSpec(template.getSpec());

        LabelSelector given = sync.cached.getSpec().getSelector();
        LabelSelector selector = new LabelSelector();
        selector.setMatchExpressions(given.getMatchExpressions());
        selector.setMatchLabels(Frozen.with(given.getMatchLabels(), Templates.HASH_LABEL, hash));

        ReplicaSetSpec spec = new ReplicaSetSpec();
        spec.setReplicas(RollingArithmetic.newReplicas(
                Fenceposts.isRolling(sync.cached),
                sync.replicas,
                sync.fenceposts.surge(),
                DeploymentSync.specs(sync.old),
                0));
        spec.setMinReadySeconds(sync.cached.getSpec().getMinReadySeconds());
        spec.setSelector(selector);
        spec.setTemplate(labelled);

        Map<String, String> annotations = annotations(sync, null, revision);
        annotations.put(RevisionHistory.DESIRED, Integer.toString(sync.replicas));
        annotations.put(RevisionHistory.MAX, Integer.toString(sync.replicas + sync.fenceposts.surge()));
        ObjectMeta metadata = new ObjectMeta();
        metadata.setName(owner.getName() + "-" + hash);
        metadata.setNamespace(owner.getNamespace());
        metadata.setLabels(templateMetadata.getLabels());
        metadata.setAnnotations(annotations);
        metadata.setOwnerReferences(List.of(ownedBy("apps/v1", "Deployment", owner)));
        ReplicaSet wanted = new ReplicaSet();
        wanted.setMetadata(metadata);
        wanted.setSpec(spec);
        return wanted;
    }

    static OwnerReference ownedBy(String apiVersion, String kind, ObjectMeta owner) {
        return new OwnerReference(apiVersion, true, true, kind, owner.getName(), owner.getUid());
    }

    /** The name is taken: by our own set that the cache has not shown yet, or by a stranger, whose hash ours must not have. */
    private ReplicaSet ownOrCollision(DeploymentSync sync, String name, ClusterException refused) {
        ReplicaSet taken = sets.find(Metadata.namespace(sync.cached), name);
        if (taken == null) {
            throw refused;
        }
        if (Metadata.isControlledBy(taken, sync.cached)
                && Templates.equalIgnoringHash(
                        sync.cached.getSpec().getTemplate(), taken.getSpec().getTemplate())) {
            return taken;
        }
        DeploymentStatus status = Frozen.copy(sync.status(), DeploymentStatus::new);
        status.setCollisionCount(DeploymentSync.orZero(sync.status().getCollisionCount()) + 1);
        sync.changed.setStatus(status);
        writes.status(sync);
        throw refused;
    }

    private void failed(DeploymentSync sync, String name, ClusterException refused) {
        String message = "Failed to create new replica set \"" + name + "\": "
                + Objects.requireNonNullElse(
                        refused.getMessage(), refused.reason().text());
        if (sync.hasDeadline()) {
            Conditions conditions = sync.conditions();
            conditions.set(Conditions.of(
                    Conditions.PROGRESSING,
                    "False",
                    ProgressRules.CREATE_FAILED,
                    message,
                    api.timestamps().now()));
            sync.keep(conditions);
            writes.status(sync);
        }
        events.warning(sync.cached, ProgressRules.CREATE_FAILED, message);
    }
}
