// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedStatefulSet;
import dev.rollproof.verifier.Cause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A StatefulSet: its new pods are those of {@code status.updateRevision}, as many as its partition does not keep back. It has no
 * deadline and no condition; where its controller does not get on, only pods and warnings tell.
 */
final class StatefulSetStanding implements Standing {
    private final Snapshot seen;
    private final ObservedStatefulSet set;
    private final boolean waitForOldPods;

    /** How many pods, from the first on, keep the template that they have. */
    private final int keptBack;

    private final List<ObservedPod> newLive = new ArrayList<>();
    private final List<ObservedPod> old = new ArrayList<>();
    private final List<ObservedPod> kept = new ArrayList<>();
    private final Set<Integer> present = new HashSet<>();
    private int surplus;
    private final List<ObservedPod> leaving = new ArrayList<>();

    StatefulSetStanding(Snapshot seen, ObservedStatefulSet set, boolean waitForOldPods) {
        this.seen = seen;
        this.set = set;
        this.waitForOldPods = waitForOldPods;
        this.keptBack = set.updateStrategy().isOnDelete()
                ? 0
                : Math.min(set.updateStrategy().partition(), set.replicas());
        for (ObservedPod pod : seen.pods()) {
            if (pod.metadata().isControlledBy(set.metadata().uid())) {
                add(pod);
            }
        }
    }

    private void add(ObservedPod pod) {
        int index = index(pod);
        boolean wanted = index >= 0 && index < set.replicas();
        if (wanted) {
            present.add(index);
        }
        if (pod.metadata().terminating()) {
            leaving.add(pod);
        } else if (!pod.live()) {
            // Its controller deletes it, and creates it anew.
            return;
        } else if (!wanted) {
            surplus++;
        } else if (index < keptBack) {
            kept.add(pod);
        } else if (isNew(pod)) {
            newLive.add(pod);
        } else {
            old.add(pod);
        }
    }

    /** Which of the set's pods it is, counted from 0; negative where its name does not say. */
    private int index(ObservedPod pod) {
        String name = pod.metadata().name();
        try {
            return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1)) - set.startOrdinal();
        } catch (NumberFormatException noOrdinal) {
            return -1;
        }
    }

    private boolean isNew(ObservedPod pod) {
        return !set.updateRevision().isEmpty() && pod.revisionHash().equals(set.updateRevision());
    }

    private int wantedNew() {
        return set.replicas() - keptBack;
    }

    @Override
    public List<ObservedPod> newLive() {
        return newLive;
    }

    /**
     * With {@code OrderedReady} no pod is created or replaced while one before it is not ready (kubernetes/kubernetes#67250), so those of
     * an older template are waited for, too.
     */
    @Override
    public List<ObservedPod> awaited() {
        List<ObservedPod> awaited = new ArrayList<>(newLive);
        awaited.addAll(kept);
        if (set.isOrdered()) {
            awaited.addAll(old);
        }
        return awaited;
    }

    @Override
    public List<Trouble> troubles(PodRules rules, Patience patience) {
        List<Trouble> troubles = new ArrayList<>();
        for (ObservedPod pod : newLive) {
            troubles.addAll(rules.troublesOf(pod));
        }
        for (ObservedPod pod : kept) {
            troubles.addAll(rules.troublesOf(pod));
        }
        if (set.isOrdered()) {
            for (ObservedPod pod : old) {
                for (Trouble trouble : rules.troublesOf(pod)) {
                    // If it gets ready for a moment, it is replaced in that moment.
                    troubles.add(trouble.saying(
                            trouble.cause().message()
                                    + "; it is of an older template, and OrderedReady replaces no pod while one is not ready: delete it",
                            patience.startError()));
                }
            }
        }
        for (ObservedPod pod : leaving) {
            rules.onLostNode(pod, "and there is no other of its name before it has ended")
                    .ifPresent(troubles::add);
        }
        if (present.size() < set.replicas()) {
            rules.refusals().troubleOf(set, seen.pods()).ifPresent(troubles::add);
        }
        return troubles;
    }

    /** A pod that never got ready is in the way of every later template, on Kubernetes 1.34 as on 1.37. */
    @Override
    public List<Cause> advise(List<Cause> failures) {
        if (!set.isOrdered() || set.updateStrategy().isOnDelete()) {
            return failures;
        }
        Set<String> fresh = new HashSet<>();
        newLive.forEach(pod -> fresh.add(pod.metadata().name()));
        return failures.stream()
                .map(cause -> fresh.contains(cause.pod())
                        ? new Cause(
                                cause.reason(),
                                cause.message()
                                        + "; with OrderedReady it stays when the template is mended: delete it then",
                                cause.pod(),
                                cause.container(),
                                cause.count())
                        : cause)
                .toList();
    }

    @Override
    public Optional<String> standstill() {
        if (!set.updateStrategy().isOnDelete()) {
            return Optional.empty();
        }
        if (seen.seesPods()) {
            return Standing.onDelete(old);
        }
        int behind = set.statusReplicas() - set.updatedReplicas();
        return set.statusReplicas() == set.replicas() && behind > 0
                ? Optional.of(Standing.onDelete(behind))
                : Optional.empty();
    }

    @Override
    public boolean complete() {
        boolean statusSays = set.statusReplicas() == set.replicas()
                && set.readyReplicas() == set.replicas()
                && set.availableReplicas() == set.replicas()
                && set.updatedReplicas() >= wantedNew();
        if (!statusSays || !seen.seesPods()) {
            return statusSays;
        }
        return Standing.ready(newLive) == wantedNew()
                && Standing.ready(kept) == keptBack
                && old.isEmpty()
                && surplus == 0
                && (!waitForOldPods || leaving.isEmpty());
    }

    @Override
    public String line() {
        if (!seen.seesPods()) {
            return set.updatedReplicas() + " of " + wantedNew() + " pods updated, " + set.availableReplicas() + " of "
                    + set.replicas() + " available, by the status alone";
        }
        StringBuilder line = new StringBuilder();
        int newReady = Standing.ready(newLive);
        line.append(newReady).append(" of ").append(wantedNew()).append(" new pods ready");
        if (newReady == wantedNew() && set.availableReplicas() < set.replicas()) {
            line.append(", ").append(set.availableReplicas()).append(" of ").append(set.replicas());
            line.append(" available");
        }
        if (keptBack > 0) {
            line.append(", ").append(Standing.ready(kept)).append(" of ").append(keptBack);
            line.append(" below partition ")
                    .append(set.updateStrategy().partition())
                    .append(" ready");
        }
        Standing.addRest(line, surplus, old.size(), waitForOldPods ? leaving.size() : 0);
        return line.toString();
    }
}
