// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.LabelSelectors;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' StatefulSet controller (pkg/controller/statefulset): keeps the revisions of each set and has
 * {@link StatefulSetSync} look after its pods.
 */
final class StatefulSetController {
    private final ApiServer api;
    private final int minor;
    private final Informer<StatefulSet> sets;
    private final Informer<Pod> pods;
    private final Informer<PersistentVolumeClaim> claims;
    private final Revisions revisions;
    private final StatefulSetPods podControl;
    private final Map<String, Written> written = new HashMap<>();
    final WorkQueue<ObjectKey> queue;

    /** The newest versions that a set's syncs wrote. */
    private static final class Written {
        long pod;
        long claim;
        long set;
    }

    private record Resolved(ControllerRevision current, ControllerRevision update, int collisions) {}

    StatefulSetController(
            ControlPlane plane,
            Informer<StatefulSet> sets,
            Informer<Pod> pods,
            Informer<PersistentVolumeClaim> claims,
            Informer<ControllerRevision> history) {
        this.api = plane.api();
        this.minor = plane.minor();
        this.sets = sets;
        this.pods = pods;
        this.claims = claims;
        this.revisions = new Revisions(api, history);
        EventRecorder events = new EventRecorder(api, "statefulset-controller", null);
        StatefulSetClaims claimControl = new StatefulSetClaims(
                api,
                events,
                minor,
                claims,
                (set, claim) -> written(set.getMetadata().getUid()).claim = Metadata.version(claim));
        this.podControl = new StatefulSetPods(api, events, minor, claimControl, this::noteWritten);
        this.queue = ControllerManager.queue(plane, "statefulset", Integer.MAX_VALUE, this::sync);
        sets.addHandler((previous, set, deleted) -> {
            if (deleted) {
                written.remove(set.getMetadata().getUid());
            }
            queue.add(ObjectKey.of(set));
        });
        pods.addHandler(this::onPod);
    }

    private void noteWritten(Pod pod) {
        OwnerReference owner = Metadata.controllerOf(pod);
        if (owner != null) {
            written(owner.getUid()).pod = Metadata.version(pod);
        }
    }

    private Written written(String uid) {
        return written.computeIfAbsent(uid, unknown -> new Written());
    }

    private void onPod(@Nullable Pod previous, Pod pod, boolean deleted) {
        OwnerReference before = previous == null ? null : Metadata.controllerOf(previous);
        OwnerReference owner = Metadata.controllerOf(pod);
        if (before != null && (owner == null || !owner.getUid().equals(before.getUid()))) {
            wake(pod, before);
        }
        if (owner != null) {
            StatefulSet set = wake(pod, owner);
            boolean turnedReady = !deleted && previous != null && Pods.isReady(pod) && !Pods.isReady(previous);
            if (set != null && turnedReady) {
                int seconds = DeploymentSync.orZero(set.getSpec().getMinReadySeconds());
                if (seconds > 0) {
                    queue.addAfter(ObjectKey.of(set), seconds * 1_000_000_000L);
                }
            }
        } else if (!deleted) {
            for (StatefulSet set : sets.in(Metadata.namespace(pod))) {
                if (LabelSelectors.matches(
                        set.getSpec().getSelector(), pod.getMetadata().getLabels())) {
                    queue.add(ObjectKey.of(set));
                }
            }
        }
    }

    private @Nullable StatefulSet wake(Pod pod, OwnerReference owner) {
        if (!owner.getKind().equals("StatefulSet")) {
            return null;
        }
        StatefulSet set = sets.find(Metadata.namespace(pod), owner.getName());
        if (set == null || !set.getMetadata().getUid().equals(owner.getUid())) {
            return null;
        }
        queue.add(ObjectKey.of(set));
        return set;
    }

    private int sync(ObjectKey key) {
        StatefulSet set = sets.find(key.namespace(), key.name());
        if (set == null || !hasSeenOwnWrites(set)) {
            return 0;
        }
        List<ControllerRevision> known = revisions.of(set, set.getSpec().getSelector());
        if (!Metadata.terminating(set)) {
            revisions.adopt(set, known);
        }
        List<Pod> claimed = claimed(set);
        Resolved resolved = resolve(set, known);
        Instant now = api.loop().now();
        StatefulSetSync sync =
                new StatefulSetSync(set, claimed, resolved.current, resolved.update, podControl, minor, now);
        sync.run();
        StatefulSetStatus status = sync.status(resolved.collisions);
        int writes = sync.writes() + writeStatus(set, status);
        writes += truncate(set, claimed, known, resolved);
        lookAgainWhenAvailable(key, set, status, claimed, now);
        if (sync.failure() != null) {
            throw sync.failure();
        }
        return writes;
    }

    /** Since 1.36 (KEP-5647) it waits for its cache to show what it wrote; the change that does wakes it up again. */
    private boolean hasSeenOwnWrites(StatefulSet set) {
        Written own = written.get(set.getMetadata().getUid());
        return minor < 36
                || own == null
                || (own.pod <= pods.lastVersion()
                        && own.claim <= claims.lastVersion()
                        && own.set <= Metadata.version(set));
    }

    /** The pods that are ours by their names: owned and matching, and orphans that match, which are adopted. */
    private List<Pod> claimed(StatefulSet set) {
        List<Pod> claimed = new ArrayList<>();
        for (Pod pod : pods.ownedBy(set)) {
            if (isOurs(set, pod)) {
                claimed.add(pod);
            } else if (!Metadata.terminating(set)) {
                Ownership.release(api, ResourceType.PODS, pod, set);
            }
        }
        if (!Metadata.terminating(set)) {
            for (Pod orphan : pods.orphans(Metadata.namespace(set))) {
                if (!Metadata.terminating(orphan) && isOurs(set, orphan)) {
                    Pod adopted = Ownership.adopt(api, ResourceType.PODS, orphan, set);
                    noteWritten(adopted);
                    claimed.add(adopted);
                }
            }
        }
        return claimed;
    }

    private static boolean isOurs(StatefulSet set, Pod pod) {
        return StatefulSetPods.isMember(set, pod)
                && LabelSelectors.matches(
                        set.getSpec().getSelector(), pod.getMetadata().getLabels());
    }

    /** Which revision the set has, and which it is to get; one that it had before gets a new number. */
    private Resolved resolve(StatefulSet set, List<ControllerRevision> known) {
        int collisions = set.getStatus() == null
                ? 0
                : DeploymentSync.orZero(set.getStatus().getCollisionCount());
        Map<String, Object> data = Revisions.data(set.getSpec().getTemplate());
        ControllerRevision last = known.isEmpty() ? null : known.get(known.size() - 1);
        long next = last == null ? 1 : last.getRevision() + 1;
        ControllerRevision update = null;
        if (last != null && Revisions.same(last, data)) {
            update = last;
        } else {
            for (ControllerRevision revision : known) {
                update = Revisions.same(revision, data) ? revision : update;
            }
            if (update != null) {
                update = revisions.renumber(update, next);
            }
        }
        while (update == null) {
            update = revisions.create(revision(set, data, next, collisions));
            collisions += update == null ? 1 : 0;
        }
        String name = set.getStatus() == null ? null : set.getStatus().getCurrentRevision();
        ControllerRevision current = update;
        for (ControllerRevision revision : known) {
            if (revision.getMetadata().getName().equals(name)) {
                current = revision;
            }
        }
        return new Resolved(current, update, collisions);
    }

    /** The label keeps the hash of no collisions, as in Kubernetes. */
    private static ControllerRevision revision(StatefulSet set, Map<String, Object> data, long number, int collisions) {
        int before = set.getStatus() == null
                ? 0
                : DeploymentSync.orZero(set.getStatus().getCollisionCount());
        Map<String, String> labels = Frozen.with(
                set.getSpec().getTemplate().getMetadata().getLabels(),
                "controller.kubernetes.io/hash",
                Revisions.hash(data, before));
        String name = Revisions.name(set.getMetadata().getName(), Revisions.hash(data, collisions));
        return Revisions.fresh(set, name, labels, data, number);
    }

    /** Forgets the oldest revisions that nothing uses, down to the limit. */
    private int truncate(StatefulSet set, List<Pod> claimed, List<ControllerRevision> known, Resolved resolved) {
        Set<String> live = new HashSet<>();
        live.add(resolved.current.getMetadata().getName());
        live.add(resolved.update.getMetadata().getName());
        claimed.forEach(pod -> live.add(StatefulSetPods.revision(pod)));
        List<ControllerRevision> unused = known.stream()
                .filter(revision -> !live.contains(revision.getMetadata().getName()))
                .toList();
        Integer limit = set.getSpec().getRevisionHistoryLimit();
        int beyond = limit == null || limit < 0 ? 0 : Math.max(0, unused.size() - limit);
        unused.subList(0, beyond).forEach(revisions::delete);
        return beyond;
    }

    private int writeStatus(StatefulSet set, StatefulSetStatus status) {
        if (!isNews(set.getStatus(), status)) {
            return 0;
        }
        StatefulSet stored = StatusWrites.write(api, ResourceType.STATEFUL_SETS, set, copy -> copy.setStatus(status));
        written(set.getMetadata().getUid()).set = Metadata.version(stored);
        return 1;
    }

    /** A count of collisions alone is none. */
    private static boolean isNews(@Nullable StatefulSetStatus before, StatefulSetStatus status) {
        if (before == null) {
            return true;
        }
        StatefulSetStatus comparable = Frozen.copy(before, StatefulSetStatus::new);
        comparable.setCollisionCount(status.getCollisionCount());
        comparable.setConditions(status.getConditions());
        return !Objects.equals(comparable, status);
    }

    /** Nothing will tell that a pod has been ready for long enough, so the controller looks again by itself. */
    private void lookAgainWhenAvailable(
            ObjectKey key, StatefulSet set, StatefulSetStatus status, List<Pod> claimed, Instant now) {
        int seconds = DeploymentSync.orZero(set.getSpec().getMinReadySeconds());
        if (seconds == 0
                || DeploymentSync.orZero(status.getReadyReplicas())
                        == DeploymentSync.orZero(status.getAvailableReplicas())) {
            return;
        }
        Duration next = Duration.ofSeconds(seconds);
        if (minor >= 35) {
            for (Pod pod : claimed) {
                Duration left = Pods.untilAvailable(Pods.isReady(pod), Pods.readySince(pod), seconds, now);
                next = left != null && left.compareTo(next) < 0 ? left : next;
            }
        }
        queue.addAfter(key, next.toNanos() + 1_000_000);
    }
}
