// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateStatefulSetStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One look at a StatefulSet: the pods with a place among the replicas, those beyond, and what is done about them. Source:
 * pkg/controller/statefulset/stateful_set_control.go.
 */
final class StatefulSetSync {
    private final StatefulSet set;
    private final ControllerRevision current;
    private final ControllerRevision update;
    private final StatefulSetPods pods;
    private final int minor;
    private final Instant now;
    private final int minReadySeconds;
    private final boolean ordered;
    private final @Nullable RollingUpdateStatefulSetStrategy rolling;
    private final List<Pod> replicas = new ArrayList<>();
    private final List<Pod> condemned = new ArrayList<>();
    private @Nullable Pod firstUnavailable;
    private int goneFromCurrent;
    private int writes;
    private @Nullable ClusterException failure;

    StatefulSetSync(
            StatefulSet set,
            List<Pod> claimed,
            ControllerRevision current,
            ControllerRevision update,
            StatefulSetPods pods,
            int minor,
            Instant now) {
        this.set = set;
        this.current = current;
        this.update = update;
        this.pods = pods;
        this.minor = minor;
        this.now = now;
        this.minReadySeconds = DeploymentSync.orZero(set.getSpec().getMinReadySeconds());
        this.ordered = !"Parallel".equals(set.getSpec().getPodManagementPolicy());
        this.rolling = set.getSpec().getUpdateStrategy() == null
                ? null
                : set.getSpec().getUpdateStrategy().getRollingUpdate();
        place(claimed);
    }

    private void place(List<Pod> claimed) {
        int start = start(set);
        for (int i = 0; i < replicas(set); i++) {
            int ordinal = start + i;
            replicas.add(claimed.stream()
                    .filter(pod -> StatefulSetPods.ordinal(pod) == ordinal)
                    .findFirst()
                    .orElseGet(() -> StatefulSetPods.fresh(set, revisionFor(ordinal), ordinal)));
        }
        for (Pod pod : claimed) {
            int ordinal = StatefulSetPods.ordinal(pod);
            if (ordinal >= 0 && (ordinal < start || ordinal >= start + replicas.size())) {
                condemned.add(pod);
            }
        }
        condemned.sort(Comparator.comparingInt(StatefulSetPods::ordinal).reversed());
        for (Pod pod : replicas) {
            noteUnavailable(pod);
        }
        for (int i = condemned.size() - 1; i >= 0; i--) {
            noteUnavailable(condemned.get(i));
        }
    }

    private void noteUnavailable(Pod pod) {
        if (firstUnavailable == null && isUnavailable(pod)) {
            firstUnavailable = pod;
        }
    }

    static int start(StatefulSet set) {
        return set.getSpec().getOrdinals() == null
                ? 0
                : DeploymentSync.orZero(set.getSpec().getOrdinals().getStart());
    }

    static int replicas(StatefulSet set) {
        Integer replicas = set.getSpec().getReplicas();
        return replicas == null ? 1 : replicas;
    }

    /** What is below the partition comes back as it was. */
    private ControllerRevision revisionFor(int ordinal) {
        int beyond;
        if (rolling != null) {
            beyond = DeploymentSync.orZero(rolling.getPartition());
        } else if (isRolling()) {
            beyond = set.getStatus() == null
                    ? 0
                    : DeploymentSync.orZero(set.getStatus().getCurrentReplicas());
        } else {
            return update;
        }
        return ordinal < start(set) + beyond ? current : update;
    }

    private boolean isRolling() {
        return set.getSpec().getUpdateStrategy() == null
                || !"OnDelete".equals(set.getSpec().getUpdateStrategy().getType());
    }

    private boolean isUnavailable(Pod pod) {
        return !Pods.isAvailable(pod, minReadySeconds, now) || Metadata.terminating(pod);
    }

    private static boolean isRunningAndReady(Pod pod) {
        return Pods.phase(pod).equals("Running") && Pods.isReady(pod);
    }

    /** Does what is to be done now; a failure is kept for after the status is written. */
    void run() {
        try {
            if (!Metadata.terminating(set)
                    && runForAll(replicas, this::stopsAtReplica)
                    && runForAll(condemned, this::ownClaims)
                    && runForAll(condemned, this::stopsAtCondemned)
                    && isRolling()) {
                if (minor >= 37) {
                    rollUpToMaxUnavailable();
                } else {
                    rollOneByOne();
                }
            }
        } catch (ClusterException refused) {
            failure = refused;
        }
    }

    /** In order until one has to be waited for, or all at once; returns whether there is nothing to wait for. */
    private boolean runForAll(List<Pod> all, Predicate<Pod> stopsAt) {
        if (ordered) {
            return all.stream().noneMatch(stopsAt);
        }
        Iterator<Pod> next = all.iterator();
        SlowStart start = SlowStart.run(all.size(), () -> {
            boolean ignored = stopsAt.test(next.next());
        });
        if (start.error() != null) {
            throw start.error();
        }
        return true;
    }

    private boolean stopsAtReplica(Pod pod) {
        if (Pods.isFinal(Pods.phase(pod))) {
            if (!Metadata.terminating(pod)) {
                delete(pod);
            }
            return true;
        }
        if (!StatefulSetPods.isCreated(pod)) {
            if (!pods.hasStaleClaims(set, pod)) {
                writes += pods.create(set, pod);
            }
            return true;
        }
        if (Pods.phase(pod).equals("Pending")) {
            writes += pods.mendClaims(set, pod);
        }
        boolean waits =
                Metadata.terminating(pod) || !isRunningAndReady(pod) || !Pods.isAvailable(pod, minReadySeconds, now);
        if (ordered && waits) {
            return true;
        }
        writes += pods.mend(set, pod) ? 1 : 0;
        return false;
    }

    private boolean ownClaims(Pod pod) {
        writes += pods.ownClaims(set, pod);
        return false;
    }

    private boolean stopsAtCondemned(Pod pod) {
        if (Metadata.terminating(pod)) {
            return true;
        }
        boolean healthy = isRunningAndReady(pod) && Pods.isAvailable(pod, minReadySeconds, now);
        if (ordered && !healthy && !pod.equals(firstUnavailable)) {
            return true;
        }
        delete(pod);
        return true;
    }

    private void delete(Pod pod) {
        pods.delete(set, pod);
        writes++;
    }

    private boolean isOld(Pod pod) {
        return !StatefulSetPods.revision(pod).equals(update.getMetadata().getName());
    }

    private void deleteForUpdate(Pod pod) {
        delete(pod);
        goneFromCurrent++;
    }

    private int partition() {
        return rolling == null ? 0 : DeploymentSync.orZero(rolling.getPartition());
    }

    /** Before maxUnavailable (KEP-961, on since 1.37): the highest old one, if all above it are available. */
    private void rollOneByOne() {
        for (int i = replicas.size() - 1; i >= partition(); i--) {
            Pod pod = replicas.get(i);
            if (isOld(pod) && !Metadata.terminating(pod)) {
                deleteForUpdate(pod);
                return;
            }
            if (isUnavailable(pod)) {
                return;
            }
        }
    }

    private int maxUnavailable() {
        IntOrString max = rolling == null ? null : rolling.getMaxUnavailable();
        return max == null ? 1 : Math.max(1, Fenceposts.scaled(max, replicas.size(), false));
    }

    private void rollUpToMaxUnavailable() {
        int unavailable = 0;
        int unavailableAndOld = 0;
        for (Pod pod : replicas) {
            if (isUnavailable(pod)) {
                unavailable++;
                unavailableAndOld += !ordered && isOld(pod) && !Metadata.terminating(pod) ? 1 : 0;
            }
        }
        if (unavailable >= maxUnavailable() && unavailableAndOld == 0) {
            return;
        }
        if (!ordered) {
            // What serves nobody goes whatever the number.
            for (int i = replicas.size() - 1; i >= partition(); i--) {
                Pod pod = replicas.get(i);
                if (isOld(pod) && !Pods.isAvailable(pod, minReadySeconds, now) && !Metadata.terminating(pod)) {
                    deleteForUpdate(pod);
                }
            }
        }
        int left = maxUnavailable() - unavailable;
        for (int i = replicas.size() - 1; i >= partition() && left > 0; i--) {
            Pod pod = replicas.get(i);
            if (isOld(pod) && (ordered ? !Metadata.terminating(pod) : !isUnavailable(pod))) {
                deleteForUpdate(pod);
                left--;
            }
        }
    }

    int writes() {
        return writes;
    }

    @Nullable
    ClusterException failure() {
        return failure;
    }

    /** The status after what was done, counted from the pods as they were before. */
    StatefulSetStatus status(int collisions) {
        int created = 0;
        int ready = 0;
        int available = 0;
        int ofCurrent = 0;
        int ofUpdate = 0;
        List<Pod> all = new ArrayList<>(replicas);
        all.addAll(condemned);
        for (Pod pod : all) {
            if (!StatefulSetPods.isCreated(pod)) {
                continue;
            }
            created++;
            if (isRunningAndReady(pod)) {
                ready++;
                available += Pods.isAvailable(pod, minReadySeconds, now) ? 1 : 0;
            }
            if (!Metadata.terminating(pod)) {
                String revision = StatefulSetPods.revision(pod);
                ofCurrent += revision.equals(current.getMetadata().getName()) ? 1 : 0;
                ofUpdate += revision.equals(update.getMetadata().getName()) ? 1 : 0;
            }
        }
        ofCurrent -= goneFromCurrent;
        String currentRevision = current.getMetadata().getName();
        int wanted = replicas(set);
        if ((isRolling() || minor >= 35) && ofUpdate == wanted && ready == wanted && created == wanted) {
            ofCurrent = ofUpdate;
            currentRevision = update.getMetadata().getName();
        }
        StatefulSetStatus status = new StatefulSetStatus();
        status.setObservedGeneration(Metadata.generation(set));
        status.setReplicas(created);
        status.setReadyReplicas(orNull(ready));
        status.setAvailableReplicas(available);
        status.setCurrentReplicas(orNull(ofCurrent));
        status.setUpdatedReplicas(orNull(ofUpdate));
        status.setCurrentRevision(currentRevision);
        status.setUpdateRevision(update.getMetadata().getName());
        status.setCollisionCount(collisions);
        if (set.getStatus() != null) {
            status.setConditions(set.getStatus().getConditions());
        }
        return status;
    }

    private static @Nullable Integer orNull(int number) {
        return number == 0 ? null : number;
    }
}
