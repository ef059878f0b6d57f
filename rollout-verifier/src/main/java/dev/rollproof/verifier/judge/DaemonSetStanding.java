// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedDaemonSet;
import dev.rollproof.k8s.observed.ObservedPod;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A DaemonSet: as many new pods as nodes are to run one. Which revision is the newest no status says, only ControllerRevisions do,
 * and to see those takes a right more; but the API server counts the template's changes, and each pod says with which count it was
 * created. A pod from before a quick undo has an older count and the newest revision: it is known by those that are new, or by its being
 * the only one that can be meant.
 */
final class DaemonSetStanding implements Standing {
    private final Snapshot seen;
    private final ObservedDaemonSet set;
    private final boolean waitForOldPods;
    private final String newestRevision;
    private final List<ObservedPod> newLive = new ArrayList<>();
    private final List<ObservedPod> old = new ArrayList<>();
    private final List<ObservedPod> leaving = new ArrayList<>();

    DaemonSetStanding(Snapshot seen, ObservedDaemonSet set, boolean waitForOldPods) {
        this.seen = seen;
        this.set = set;
        this.waitForOldPods = waitForOldPods;
        List<ObservedPod> own = new ArrayList<>();
        for (ObservedPod pod : seen.pods()) {
            if (pod.metadata().isControlledBy(set.metadata().uid())) {
                own.add(pod);
            }
        }
        this.newestRevision = newestRevision(own);
        for (ObservedPod pod : own) {
            if (pod.metadata().terminating()) {
                leaving.add(pod);
            } else if (pod.live()) {
                (isNew(pod) ? newLive : old).add(pod);
            }
        }
    }

    /** {@code ""} while no pod tells it. */
    private String newestRevision(List<ObservedPod> own) {
        Set<String> known = new HashSet<>();
        Set<String> replaced = new HashSet<>();
        String newest = set.templateGeneration();
        String before = countBefore(newest);
        for (ObservedPod pod : own) {
            if (isOf(newest, pod)) {
                return pod.revisionHash();
            }
            known.add(pod.revisionHash());
            if (isOf(before, pod)) {
                // The template was changed since, so this is not its revision.
                replaced.add(pod.revisionHash());
            }
        }
        known.removeAll(replaced);
        // Undone before an old pod was replaced: the controller counts those as updated.
        return known.size() == 1 && set.updatedNumberScheduled() > 0
                ? known.iterator().next()
                : "";
    }

    private static String countBefore(String count) {
        try {
            return String.valueOf(Long.parseLong(count) - 1);
        } catch (NumberFormatException noCount) {
            return "";
        }
    }

    /** Whether a pod was created when the template had been changed so often. */
    private static boolean isOf(String count, ObservedPod pod) {
        return !count.isEmpty()
                && count.equals(pod.metadata().labels().getOrDefault(ObservedDaemonSet.TEMPLATE_GENERATION_LABEL, ""));
    }

    /** As the controller itself decides (IsPodUpdated). */
    private boolean isNew(ObservedPod pod) {
        return isOf(set.templateGeneration(), pod)
                || !newestRevision.isEmpty() && pod.revisionHash().equals(newestRevision);
    }

    @Override
    public List<ObservedPod> newLive() {
        return newLive;
    }

    @Override
    public List<Trouble> troubles(PodRules rules, Patience patience) {
        List<Trouble> troubles = new ArrayList<>();
        for (ObservedPod pod : newLive) {
            troubles.addAll(rules.troublesOf(pod));
        }
        for (ObservedPod pod : leaving) {
            rules.onLostNode(pod, "and counts against maxUnavailable until it has ended")
                    .ifPresent(troubles::add);
        }
        if (newLive.size() < set.desiredNumberScheduled()) {
            rules.refusals().troubleOf(set, seen.pods()).ifPresent(troubles::add);
        }
        return troubles;
    }

    @Override
    public Optional<String> standstill() {
        if (!set.updateStrategy().isOnDelete()) {
            return Optional.empty();
        }
        if (seen.seesPods()) {
            return Standing.onDelete(old);
        }
        int behind = set.currentNumberScheduled() - set.updatedNumberScheduled();
        return behind > 0 ? Optional.of(Standing.onDelete(behind)) : Optional.empty();
    }

    @Override
    public boolean complete() {
        int desired = set.desiredNumberScheduled();
        boolean statusSays = set.updatedNumberScheduled() >= desired && set.numberAvailable() >= desired;
        if (!statusSays || !seen.seesPods()) {
            return statusSays;
        }
        return Standing.ready(newLive) >= desired && old.isEmpty() && (!waitForOldPods || leaving.isEmpty());
    }

    @Override
    public String line() {
        int desired = set.desiredNumberScheduled();
        if (!seen.seesPods()) {
            return set.updatedNumberScheduled() + " of " + desired + " pods updated, " + set.numberAvailable()
                    + " available, by the status alone";
        }
        StringBuilder line = new StringBuilder();
        int newReady = Standing.ready(newLive);
        if (desired == 0) {
            line.append("no node is to run a pod of it");
        } else {
            line.append(newReady).append(" of ").append(desired).append(" new pods ready");
        }
        if (newReady >= desired && set.numberAvailable() < desired) {
            line.append(", ").append(set.numberAvailable()).append(" available");
        }
        Standing.addRest(line, newLive.size() - desired, old.size(), waitForOldPods ? leaving.size() : 0);
        return line.toString();
    }
}
