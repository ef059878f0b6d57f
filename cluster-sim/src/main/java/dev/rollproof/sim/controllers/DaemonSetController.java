// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.LabelSelectors;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' DaemonSet controller (pkg/controller/daemon): does what a {@link DaemonSetPlan} says, and says what there is.
 */
final class DaemonSetController {
    private static final int BURST = 250;

    private final ApiServer api;
    private final int minor;
    private final Informer<DaemonSet> sets;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final DaemonSetHistory history;
    private final EventRecorder events;
    private final Expectations expectations = new Expectations();
    private final FailedPods failed = new FailedPods();
    private final Map<String, Long> written = new HashMap<>();
    final WorkQueue<ObjectKey> queue;

    DaemonSetController(
            ControlPlane plane,
            Informer<DaemonSet> sets,
            Informer<Pod> pods,
            Informer<Node> nodes,
            Informer<ControllerRevision> revisions) {
        this.api = plane.api();
        this.minor = plane.minor();
        this.sets = sets;
        this.pods = pods;
        this.nodes = nodes;
        this.history = new DaemonSetHistory(api, new Revisions(api, revisions));
        this.events = new EventRecorder(api, "daemonset-controller", null);
        this.queue = ControllerManager.queue(plane, "daemonset", Integer.MAX_VALUE, this::sync);
        sets.addHandler((previous, set, deleted) -> {
            if (deleted) {
                expectations.forget(set.getMetadata().getUid());
                written.remove(set.getMetadata().getUid());
            }
            queue.add(ObjectKey.of(set));
        });
        pods.addHandler(this::onPod);
        nodes.addHandler(this::onNode);
    }

    private void onPod(@Nullable Pod previous, Pod pod, boolean deleted) {
        OwnerReference owner = Metadata.controllerOf(pod);
        OwnerReference before = previous == null ? null : Metadata.controllerOf(previous);
        if (before != null && (owner == null || !owner.getUid().equals(before.getUid()))) {
            wake(pod, before);
        }
        if (owner == null) {
            for (DaemonSet set : deleted ? List.<DaemonSet>of() : sets.in(Metadata.namespace(pod))) {
                if (LabelSelectors.matches(
                        set.getSpec().getSelector(), pod.getMetadata().getLabels())) {
                    queue.add(ObjectKey.of(set));
                }
            }
            return;
        }
        DaemonSet set = wake(pod, owner);
        if (set == null) {
            return;
        }
        if (deleted || Metadata.terminating(pod)) {
            expectations.deleted(owner.getUid(), pod.getMetadata().getUid());
        } else if (previous == null) {
            expectations.created(owner.getUid());
        } else if (Pods.isReady(pod) && !Pods.isReady(previous) && minReadySeconds(set) > 0) {
            queue.addAfter(ObjectKey.of(set), (minReadySeconds(set) + 1) * 1_000_000_000L);
        }
    }

    private @Nullable DaemonSet wake(Pod pod, OwnerReference owner) {
        DaemonSet set =
                owner.getKind().equals("DaemonSet") ? sets.find(Metadata.namespace(pod), owner.getName()) : null;
        if (set == null || !set.getMetadata().getUid().equals(owner.getUid())) {
            return null;
        }
        queue.add(ObjectKey.of(set));
        return set;
    }

    /** A node that is new, or has other labels or taints, may want other daemons. One that goes takes its pods with it. */
    private void onNode(@Nullable Node previous, Node node, boolean deleted) {
        if (deleted
                || previous != null
                        && Objects.equals(
                                previous.getMetadata().getLabels(),
                                node.getMetadata().getLabels())
                        && Objects.equals(previous.getSpec(), node.getSpec())) {
            return;
        }
        sets.all().forEach(set -> queue.add(ObjectKey.of(set)));
    }

    private static int minReadySeconds(DaemonSet set) {
        return DeploymentSync.orZero(set.getSpec().getMinReadySeconds());
    }

    private int sync(ObjectKey key) {
        DaemonSet set = sets.find(key.namespace(), key.name());
        if (set == null || Metadata.terminating(set)) {
            return 0;
        }
        String uid = set.getMetadata().getUid();
        Long own = written.get(uid);
        if (own != null && minor >= 36 && Metadata.version(set) < own) {
            // Its own last write is not in the cache yet (KEP-5647): the change that brings it wakes this up again.
            return 0;
        }
        DaemonSetHistory.Found found = history.of(set);
        String hash = found.hash();
        List<Pod> claimed = claimed(set);
        Instant now = api.loop().now();
        DaemonSetPlan plan = new DaemonSetPlan(set, nodes.all(), claimed, hash, now);
        boolean satisfied = isSatisfied(uid);
        int writes = 0;
        ClusterException failure = null;
        if (satisfied) {
            DaemonSetPlan.Steps steps = plan.manage((node, pod) -> mayReplace(key, set, node, pod));
            failure = take(set, hash, steps);
            writes += steps.create().size() + steps.delete().size();
            if (failure == null && DaemonSetPods.isRolling(set) && isSatisfied(uid)) {
                DaemonSetPlan.Steps more = plan.roll();
                failure = take(set, hash, more);
                writes += more.create().size() + more.delete().size();
            }
            writes += failure == null ? history.truncate(set, found, claimed) : 0;
        }
        DaemonSetStatus status = plan.status();
        writes += writeStatus(set, status, satisfied);
        if (minReadySeconds(set) > 0
                && DeploymentSync.orZero(status.getNumberReady())
                        != DeploymentSync.orZero(status.getNumberAvailable())) {
            queue.addAfter(key, minReadySeconds(set) * 1_000_000_000L);
        }
        if (failure != null) {
            throw failure;
        }
        return writes;
    }

    private boolean isSatisfied(String uid) {
        return expectations.satisfied(uid, api.loop().elapsedNanos());
    }

    /** The pods that are ours: owned and matching, and orphans that match, which are adopted. */
    private List<Pod> claimed(DaemonSet set) {
        List<Pod> claimed = new ArrayList<>();
        for (Pod pod : pods.ownedBy(set)) {
            if (LabelSelectors.matches(
                    set.getSpec().getSelector(), pod.getMetadata().getLabels())) {
                claimed.add(pod);
            } else {
                Ownership.release(api, ResourceType.PODS, pod, set);
            }
        }
        for (Pod orphan : pods.orphans(Metadata.namespace(set))) {
            if (!Metadata.terminating(orphan)
                    && LabelSelectors.matches(
                            set.getSpec().getSelector(), orphan.getMetadata().getLabels())) {
                claimed.add(Ownership.adopt(api, ResourceType.PODS, orphan, set));
            }
        }
        return claimed;
    }

    /** A pod that has failed is replaced, and again after a time that doubles; one that succeeded at once. */
    private boolean mayReplace(ObjectKey key, DaemonSet set, String node, Pod pod) {
        String name = key.namespace() + "/" + pod.getMetadata().getName();
        if (Pods.phase(pod).equals("Succeeded")) {
            events.normal(
                    set,
                    "SucceededDaemonPod",
                    "Found succeeded daemon pod " + name + " on node " + node + ", will try to delete it");
            return true;
        }
        long wait = failed.waitNanos(set, node, api.loop().elapsedNanos());
        if (wait > 0) {
            queue.addAfter(key, wait);
            return false;
        }
        events.warning(
                set,
                "FailedDaemonPod",
                "Found failed daemon pod " + name + " on node " + node + ", will try to kill it");
        return true;
    }

    private @Nullable ClusterException take(DaemonSet set, String hash, DaemonSetPlan.Steps steps) {
        if (steps.isEmpty()) {
            return null;
        }
        String uid = set.getMetadata().getUid();
        List<String> create =
                steps.create().subList(0, Math.min(BURST, steps.create().size()));
        List<Pod> delete =
                steps.delete().subList(0, Math.min(BURST, steps.delete().size()));
        Set<String> deleted = new LinkedHashSet<>();
        delete.forEach(pod -> deleted.add(pod.getMetadata().getUid()));
        expectations.expect(uid, create.size(), deleted, api.loop().elapsedNanos());
        ClusterException first = create(set, hash, create);
        for (Pod pod : delete) {
            ClusterException failure = delete(set, pod);
            first = first == null ? failure : first;
        }
        return first;
    }

    private @Nullable ClusterException create(DaemonSet set, String hash, List<String> onNodes) {
        PodSpec tolerant = DaemonSetPods.tolerant(set);
        Iterator<String> next = onNodes.iterator();
        SlowStart start = SlowStart.run(onNodes.size(), () -> {
            try {
                Pod pod = api.create(ResourceType.PODS, DaemonSetPods.fresh(set, tolerant, next.next(), hash));
                events.normal(
                        set,
                        "SuccessfulCreate",
                        "Created pod: " + pod.getMetadata().getName());
            } catch (ClusterException refused) {
                events.warning(set, "FailedCreate", "Error creating: " + refused.getMessage());
                throw refused;
            }
        });
        for (int i = start.successes(); i < onNodes.size(); i++) {
            expectations.created(set.getMetadata().getUid());
        }
        return start.error();
    }

    private @Nullable ClusterException delete(DaemonSet set, Pod pod) {
        String name = pod.getMetadata().getName();
        try {
            api.delete(ResourceType.PODS, Metadata.namespace(set), name, DeleteOptions.defaults());
            events.normal(set, "SuccessfulDelete", "Deleted pod: " + name);
            return null;
        } catch (ClusterException refused) {
            expectations.deleted(set.getMetadata().getUid(), pod.getMetadata().getUid());
            if (refused.reason() == Reason.NOT_FOUND) {
                return null;
            }
            events.warning(set, "FailedDelete", "Error deleting: " + refused.getMessage());
            return refused;
        }
    }

    /** @param observed whether it is about the present generation, and not only about the pods */
    private int writeStatus(DaemonSet set, DaemonSetStatus status, boolean observed) {
        DaemonSetStatus before = Objects.requireNonNullElseGet(set.getStatus(), DaemonSetStatus::new);
        status.setObservedGeneration(
                observed ? Long.valueOf(Metadata.generation(set)) : before.getObservedGeneration());
        status.setCollisionCount(before.getCollisionCount());
        status.setConditions(before.getConditions());
        if (status.equals(before)) {
            return 0;
        }
        DaemonSet stored = StatusWrites.write(api, ResourceType.DAEMON_SETS, set, copy -> copy.setStatus(status));
        written.put(set.getMetadata().getUid(), Metadata.version(stored));
        return 1;
    }

    /** How long to wait before a failed pod of a node is replaced once more: 1 s, 2 s, 4 s and so on up to 15 min. */
    private static final class FailedPods {
        private static final long FIRST_NANOS = 1_000_000_000L;
        private static final long LONGEST_NANOS = 900_000_000_000L;

        private record Key(String uid, long generation, String node) {}

        private record Waits(long sinceNanos, long nanos) {}

        private final Map<Key, Waits> byNode = new HashMap<>();

        /** 0 where it is time; then the next wait begins. */
        long waitNanos(DaemonSet set, String node, long now) {
            Long observed = set.getStatus() == null ? null : set.getStatus().getObservedGeneration();
            Key key = new Key(set.getMetadata().getUid(), observed == null ? 0 : observed, node);
            Waits before = byNode.get(key);
            if (before != null && now - before.sinceNanos < before.nanos) {
                return before.nanos;
            }
            boolean again = before != null && now - before.sinceNanos <= 2 * LONGEST_NANOS;
            long nanos = before != null && again ? Math.min(2 * before.nanos, LONGEST_NANOS) : FIRST_NANOS;
            byNode.put(key, new Waits(now, nanos));
            return 0;
        }
    }
}
