// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.selection.Selectors;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.LabelSelectors;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' ReplicaSet controller (pkg/controller/replicaset): creates and deletes pods until as many are active as
 * asked for. The status that a sync writes is counted from the pods before its own creations and deletions.
 */
final class ReplicaSetController {
    private static final int BURST = 500;

    private final ApiServer api;
    private final int minor;
    private final boolean countsTerminating;
    private final Informer<ReplicaSet> sets;
    private final Informer<Pod> pods;
    private final EventRecorder events;
    private final Expectations expectations = new Expectations();
    private final Map<String, Long> written = new HashMap<>();
    final WorkQueue<ObjectKey> queue;

    ReplicaSetController(ControlPlane plane, Informer<ReplicaSet> sets, Informer<Pod> pods) {
        this.api = plane.api();
        this.minor = plane.minor();
        this.countsTerminating = plane.countsTerminating();
        this.sets = sets;
        this.pods = pods;
        this.events = new EventRecorder(api, "replicaset-controller", null);
        this.queue = ControllerManager.queue(plane, "replicaset", Integer.MAX_VALUE, this::sync);
        sets.addHandler(this::onReplicaSet);
        pods.addHandler(this::onPod);
    }

    private void onReplicaSet(@Nullable ReplicaSet previous, ReplicaSet set, boolean deleted) {
        if (deleted) {
            expectations.forget(set.getMetadata().getUid());
            written.remove(set.getMetadata().getUid());
        }
        queue.add(ObjectKey.of(set));
    }

    private void onPod(@Nullable Pod previous, Pod pod, boolean deleted) {
        OwnerReference owner = Metadata.controllerOf(pod);
        if (owner == null) {
            if (!deleted) {
                wakeAdopters(pod);
            }
            OwnerReference before = previous == null ? null : Metadata.controllerOf(previous);
            if (before != null) {
                queue.add(new ObjectKey(Metadata.namespace(pod), before.getName()));
            }
            return;
        }
        if (deleted || Metadata.terminating(pod)) {
            expectations.deleted(owner.getUid(), pod.getMetadata().getUid());
        } else if (previous == null) {
            expectations.created(owner.getUid());
        }
        ObjectKey key = new ObjectKey(Metadata.namespace(pod), owner.getName());
        queue.add(key);
        if (!deleted && previous != null && Pods.isReady(pod) && !Pods.isReady(previous) && minor < 35) {
            ReplicaSet set = sets.find(key.namespace(), key.name());
            if (set != null && minReadySeconds(set) > 0) {
                queue.addAfter(key, minReadySeconds(set) * 1_000_000_000L + 1_000_000_000L);
            }
        }
    }

    private void wakeAdopters(Pod orphan) {
        for (ReplicaSet set : sets.in(Metadata.namespace(orphan))) {
            if (LabelSelectors.matches(
                    set.getSpec().getSelector(), orphan.getMetadata().getLabels())) {
                queue.add(ObjectKey.of(set));
            }
        }
    }

    private int sync(ObjectKey key) {
        ReplicaSet set = sets.find(key.namespace(), key.name());
        if (set == null) {
            return 0;
        }
        String uid = set.getMetadata().getUid();
        Long own = written.get(uid);
        if (own != null && minor >= 36 && Metadata.version(set) < own) {
            // Its own last write is not in the cache yet (KEP-5647): the change that brings it wakes this up again.
            return 0;
        }
        List<Pod> claimed = claimed(set);
        List<Pod> active = new ArrayList<>(claimed.size());
        for (Pod pod : claimed) {
            if (Pods.isActive(pod)) {
                active.add(pod);
            }
        }
        int writes = 0;
        ClusterException failure = null;
        int missing = DeploymentSync.spec(set) - active.size();
        if (!Metadata.terminating(set) && expectations.satisfied(uid, api.loop().elapsedNanos())) {
            failure = missing > 0 ? create(set, Math.min(missing, BURST)) : delete(set, active, -missing);
            writes = Math.abs(missing);
        }
        Instant now = api.loop().now();
        ReplicaSetStatus status = counted(set, claimed, active, failure, missing, now);
        if (!Objects.equals(status, set.getStatus())) {
            writes++;
            writeStatus(set, status);
        }
        lookAgainWhenAvailable(key, set, status, active, now);
        if (failure != null) {
            throw failure;
        }
        return writes;
    }

    /** The pods that are ours: owned and matching, and orphans that match, which are adopted. */
    private List<Pod> claimed(ReplicaSet set) {
        List<Pod> owned = pods.ownedBy(set);
        List<Pod> orphans = pods.orphans(Metadata.namespace(set));
        boolean allMatch = true;
        Map<String, String> given = set.getSpec().getTemplate().getMetadata().getLabels();
        for (Pod pod : owned) {
            Map<String, String> labels = pod.getMetadata().getLabels();
            allMatch &=
                    same(given, labels) || LabelSelectors.matches(set.getSpec().getSelector(), labels);
        }
        if ((allMatch && orphans.isEmpty()) || Metadata.terminating(set)) {
            return owned;
        }
        List<Pod> claimed = new ArrayList<>();
        for (Pod pod : owned) {
            if (LabelSelectors.matches(
                    set.getSpec().getSelector(), pod.getMetadata().getLabels())) {
                claimed.add(pod);
            } else {
                Ownership.release(api, ResourceType.PODS, pod, set);
            }
        }
        for (Pod orphan : orphans) {
            if (Pods.isActive(orphan)
                    && LabelSelectors.matches(
                            set.getSpec().getSelector(), orphan.getMetadata().getLabels())) {
                claimed.add(Ownership.adopt(api, ResourceType.PODS, orphan, set));
            }
        }
        return claimed;
    }

    /** Labels are frozen, and a pod shares those of its template as long as nobody edits them. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean same(@Nullable Map<String, String> template, @Nullable Map<String, String> labels) {
        return template == labels;
    }

    private @Nullable ClusterException create(ReplicaSet set, int count) {
        ObjectMeta owner = set.getMetadata();
        PodTemplateSpec template = set.getSpec().getTemplate();
        List<OwnerReference> owners = List.of(NewReplicaSet.ownedBy("apps/v1", "ReplicaSet", owner));
        expectations.expectCreations(owner.getUid(), count, api.loop().elapsedNanos());
        SlowStart start = SlowStart.run(count, () -> {
            ObjectMeta metadata = new ObjectMeta();
            metadata.setGenerateName(owner.getName() + "-");
            metadata.setNamespace(owner.getNamespace());
            metadata.setLabels(template.getMetadata().getLabels());
            metadata.setAnnotations(template.getMetadata().getAnnotations());
            metadata.setFinalizers(template.getMetadata().getFinalizers());
            metadata.setOwnerReferences(owners);
            Pod pod = new Pod();
            pod.setMetadata(metadata);
            pod.setSpec(template.getSpec());
            try {
                Pod created = api.create(ResourceType.PODS, pod);
                events.normal(
                        set,
                        "SuccessfulCreate",
                        "Created pod: " + created.getMetadata().getName());
            } catch (ClusterException refused) {
                events.warning(set, "FailedCreate", "Error creating: " + refused.getMessage());
                throw refused;
            }
        });
        for (int i = start.successes(); i < count; i++) {
            expectations.created(owner.getUid());
        }
        return start.error();
    }

    private @Nullable ClusterException delete(ReplicaSet set, List<Pod> active, int surplus) {
        if (surplus <= 0) {
            return null;
        }
        String uid = set.getMetadata().getUid();
        List<Pod> chosen = chosen(set, active, Math.min(surplus, BURST));
        Set<String> uids = new LinkedHashSet<>();
        chosen.forEach(pod -> uids.add(pod.getMetadata().getUid()));
        expectations.expectDeletions(uid, uids, api.loop().elapsedNanos());
        ClusterException first = null;
        for (Pod pod : chosen) {
            String name = pod.getMetadata().getName();
            try {
                api.delete(
                        ResourceType.PODS,
                        Metadata.namespace(set),
                        name,
                        DeleteOptions.defaults().onlyUid(pod.getMetadata().getUid()));
                events.normal(set, "SuccessfulDelete", "Deleted pod: " + name);
            } catch (ClusterException refused) {
                expectations.deleted(uid, pod.getMetadata().getUid());
                if (refused.reason() != Reason.NOT_FOUND) {
                    events.warning(set, "FailedDelete", "Error deleting: " + refused.getMessage());
                    first = first == null ? refused : first;
                }
            }
        }
        return first;
    }

    private List<Pod> chosen(ReplicaSet set, List<Pod> active, int count) {
        if (count >= active.size()) {
            return active;
        }
        Map<String, Integer> ranks = new HashMap<>();
        for (ReplicaSet sibling : siblings(set)) {
            for (Pod pod : pods.ownedBy(sibling)) {
                if (Pods.isActive(pod) && pod.getSpec().getNodeName() != null) {
                    ranks.merge(pod.getSpec().getNodeName(), 1, Integer::sum);
                }
            }
        }
        return chosen(
                active,
                count,
                pod -> ranks.getOrDefault(pod.getSpec().getNodeName(), 0),
                api.loop().now());
    }

    /** The first so many in the order of deletion. */
    static List<Pod> chosen(List<Pod> active, int count, ToIntFunction<Pod> rank, Instant now) {
        if (count >= active.size()) {
            return active;
        }
        record Ranked(Pod pod, PodDeletionOrder.Candidate candidate) {}
        PodDeletionOrder order = new PodDeletionOrder(now, true);
        List<Ranked> ranked = new ArrayList<>();
        for (Pod pod : active) {
            ObjectMeta metadata = pod.getMetadata();
            String created = metadata.getCreationTimestamp();
            ranked.add(new Ranked(
                    pod,
                    new PodDeletionOrder.Candidate(
                            metadata.getUid() == null ? "" : metadata.getUid(),
                            pod.getSpec().getNodeName() != null,
                            Pods.phase(pod),
                            Pods.isReady(pod),
                            deletionCost(pod),
                            rank.applyAsInt(pod),
                            Pods.readySince(pod),
                            Pods.mostRestarts(pod),
                            created == null ? null : Times.parse(created))));
        }
        ranked = order.sorted(ranked, Ranked::candidate);
        return ranked.subList(0, count).stream().map(Ranked::pod).toList();
    }

    private static int deletionCost(Pod pod) {
        String cost = Metadata.annotation(pod, "controller.kubernetes.io/pod-deletion-cost");
        try {
            return cost == null ? 0 : Integer.parseInt(cost);
        } catch (NumberFormatException ignored) {
            return 0;
        }
    }

    /** All ReplicaSets of the same Deployment, this one too. */
    private List<ReplicaSet> siblings(ReplicaSet set) {
        OwnerReference owner = Metadata.controllerOf(set);
        return owner == null ? List.of(set) : sets.ownedBy(owner.getUid());
    }

    private ReplicaSetStatus counted(
            ReplicaSet set,
            List<Pod> claimed,
            List<Pod> active,
            @Nullable ClusterException failure,
            int missing,
            Instant now) {
        int ready = 0;
        int available = 0;
        int labelled = 0;
        Map<String, String> templateLabels =
                set.getSpec().getTemplate().getMetadata().getLabels();
        int minReadySeconds = minReadySeconds(set);
        for (Pod pod : active) {
            Map<String, String> labels = pod.getMetadata().getLabels();
            labelled += templateLabels == null
                            || same(templateLabels, labels)
                            || Selectors.containsAll(labels, templateLabels)
                    ? 1
                    : 0;
            ready += Pods.isReady(pod) ? 1 : 0;
            available += Pods.isAvailable(pod, minReadySeconds, now) ? 1 : 0;
        }
        ReplicaSetStatus status = new ReplicaSetStatus();
        status.setReplicas(active.size());
        status.setFullyLabeledReplicas(labelled == 0 ? null : labelled);
        status.setReadyReplicas(ready == 0 ? null : ready);
        status.setAvailableReplicas(available == 0 ? null : available);
        status.setObservedGeneration(Metadata.generation(set));
        if (countsTerminating) {
            int terminating = 0;
            for (Pod pod : claimed) {
                terminating += Metadata.terminating(pod) && !Pods.isFinal(Pods.phase(pod)) ? 1 : 0;
            }
            status.setTerminatingReplicas(terminating);
        }
        status.setConditions(conditions(set, failure, missing));
        return status;
    }

    private List<ReplicaSetCondition> conditions(ReplicaSet set, @Nullable ClusterException failure, int missing) {
        List<ReplicaSetCondition> before =
                set.getStatus() == null || set.getStatus().getConditions() == null
                        ? List.of()
                        : set.getStatus().getConditions();
        boolean told = false;
        for (ReplicaSetCondition condition : before) {
            told |= Conditions.REPLICA_FAILURE.equals(condition.getType());
        }
        if (failure == null) {
            return told
                    ? before.stream()
                            .filter(c -> !Conditions.REPLICA_FAILURE.equals(c.getType()))
                            .toList()
                    : before;
        }
        if (told) {
            return before;
        }
        ReplicaSetCondition condition = new ReplicaSetCondition();
        condition.setType(Conditions.REPLICA_FAILURE);
        condition.setStatus("True");
        condition.setReason(missing > 0 ? "FailedCreate" : "FailedDelete");
        condition.setMessage(failure.getMessage());
        condition.setLastTransitionTime(api.timestamps().now());
        List<ReplicaSetCondition> longer = new ArrayList<>(before);
        longer.add(condition);
        return longer;
    }

    private void writeStatus(ReplicaSet set, ReplicaSetStatus status) {
        ReplicaSet stored = StatusWrites.write(api, ResourceType.REPLICA_SETS, set, copy -> copy.setStatus(status));
        written.put(set.getMetadata().getUid(), Metadata.version(stored));
    }

    /** Nothing will tell that a pod has been ready for long enough, so the controller looks again by itself. */
    private void lookAgainWhenAvailable(
            ObjectKey key, ReplicaSet set, ReplicaSetStatus status, List<Pod> active, Instant now) {
        int minReadySeconds = minReadySeconds(set);
        int ready = DeploymentSync.orZero(status.getReadyReplicas());
        if (minReadySeconds == 0 || ready == DeploymentSync.orZero(status.getAvailableReplicas())) {
            return;
        }
        if (minor < 35) {
            if (ready == DeploymentSync.spec(set)) {
                queue.addAfter(key, minReadySeconds * 1_000_000_000L);
            }
            return;
        }
        Duration next = null;
        for (Pod pod : active) {
            Duration left = Pods.untilAvailable(Pods.isReady(pod), Pods.readySince(pod), minReadySeconds, now);
            if (left != null && (next == null || left.compareTo(next) < 0)) {
                next = left;
            }
        }
        if (next != null) {
            queue.addAfter(key, next.toNanos() + 1_000_000);
        }
    }

    private static int minReadySeconds(ReplicaSet set) {
        return DeploymentSync.orZero(set.getSpec().getMinReadySeconds());
    }
}
