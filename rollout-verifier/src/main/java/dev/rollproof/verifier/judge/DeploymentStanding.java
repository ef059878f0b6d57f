// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.verifier.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A Deployment: its new pods are those of the ReplicaSet of its template. */
final class DeploymentStanding implements Standing {
    private final Snapshot seen;
    private final ObservedDeployment d;
    private final boolean waitForOldPods;
    private final List<ObservedReplicaSet> sets;
    private final @Nullable ObservedReplicaSet newSet;
    private final PodCount pods;

    DeploymentStanding(Snapshot seen, ObservedDeployment d, boolean waitForOldPods) {
        this.seen = seen;
        this.d = d;
        this.waitForOldPods = waitForOldPods;
        this.sets = seen.replicaSets().stream()
                .filter(set -> set.metadata().isControlledBy(d.metadata().uid()))
                .toList();
        this.newSet = newReplicaSet(sets, d);
        this.pods = PodCount.of(seen.pods(), sets, newSet);
    }

    /** The oldest ReplicaSet of the Deployment with its template: the controller's own rule (findNewReplicaSet). */
    private static @Nullable ObservedReplicaSet newReplicaSet(List<ObservedReplicaSet> sets, ObservedDeployment d) {
        ObservedReplicaSet oldest = null;
        for (ObservedReplicaSet set : sets) {
            if (set.template().equals(d.template()) && (oldest == null || isOlder(set, oldest))) {
                oldest = set;
            }
        }
        return oldest;
    }

    private static boolean isOlder(ObservedReplicaSet set, ObservedReplicaSet than) {
        Instant created = set.metadata().creationTimestamp().orElse(Instant.MAX);
        Instant thanCreated = than.metadata().creationTimestamp().orElse(Instant.MAX);
        int byAge = created.compareTo(thanCreated);
        return byAge != 0
                ? byAge < 0
                : set.metadata().name().compareTo(than.metadata().name()) < 0;
    }

    @Override
    public List<ObservedPod> newLive() {
        return pods.newLive();
    }

    @Override
    public List<Trouble> troubles(PodRules rules, Patience patience) {
        List<Trouble> troubles = new ArrayList<>();
        for (ObservedPod pod : pods.newLive()) {
            troubles.addAll(rules.troublesOf(pod));
        }
        if (newSet != null) {
            ReplicaFailureRule.troubleOf(newSet, pods.newLive(), seen.pods(), patience)
                    .ifPresent(troubles::add);
        }
        if (d.strategy().isRecreate() || waitForOldPods) {
            for (ObservedPod pod : pods.leaving()) {
                rules.onLostNode(pod, "and is waited for until it has ended").ifPresent(troubles::add);
            }
        }
        StaleSizeRule.troubleOf(d, sets, newSet, patience).ifPresent(troubles::add);
        Optional<ObservedCondition> progressing = d.condition("Progressing");
        if (progressing.isPresent()
                && progressing.get().isFalse()
                && progressing.get().reason().equals("ReplicaSetCreateError")) {
            troubles.add(Trouble.fatalAfter(
                    patience.replicaSetCreation(),
                    "create-error/" + d.metadata().uid(),
                    new Cause(progressing.get().reason(), progressing.get().message(), "", "", 0)));
        }
        return troubles;
    }

    /**
     * The condition counts only if it is about our ReplicaSet: it may be left over from the template before, even when
     * the status is of this generation (kubernetes/kubernetes#124264).
     */
    @Override
    public Optional<Cause> deadlineExceeded() {
        Optional<ObservedCondition> exceeded =
                d.condition("Progressing").filter(c -> c.isFalse() && c.reason().equals("ProgressDeadlineExceeded"));
        if (exceeded.isEmpty() || !isAboutTheNewSet(exceeded.get().message())) {
            return Optional.empty();
        }
        return Optional.of(new Cause(
                "ProgressDeadlineExceeded",
                "no progress for " + d.progressDeadlineSeconds().orElse(0) + " s",
                "",
                "",
                0));
    }

    private boolean isAboutTheNewSet(String message) {
        return !message.startsWith("ReplicaSet \"")
                || !seen.seesReplicaSets()
                || newSet != null && message.contains("\"" + newSet.metadata().name() + "\"");
    }

    @Override
    public boolean complete() {
        boolean statusSays = d.updatedReplicas() == d.replicas()
                && d.statusReplicas() == d.replicas()
                && d.availableReplicas() == d.replicas();
        if (!statusSays) {
            return false;
        }
        if (seen.seesReplicaSets()) {
            if (newSet == null || newSet.replicas() != d.replicas() || pods.oldWanted() > 0) {
                return false;
            }
        }
        if (seen.seesPods() && seen.seesReplicaSets()) {
            return pods.newLive().size() == d.replicas()
                    && pods.newReady() == d.replicas()
                    && pods.oldLive() == 0
                    && (!waitForOldPods || pods.leaving().isEmpty());
        }
        return true;
    }

    @Override
    public String line() {
        if (newSet == null && seen.seesReplicaSets()) {
            return "waiting for the new ReplicaSet to be created";
        }
        if (!seen.seesPods() || !seen.seesReplicaSets()) {
            return d.availableReplicas() + " of " + d.replicas() + " pods available, by the status alone";
        }
        StringBuilder line = new StringBuilder();
        line.append(pods.newReady()).append(" of ").append(d.replicas()).append(" new pods ready");
        if (pods.newReady() == d.replicas() && d.availableReplicas() < d.replicas()) {
            line.append(", ").append(d.availableReplicas()).append(" available");
        }
        Standing.addRest(
                line,
                pods.newLive().size() - d.replicas(),
                pods.oldLive(),
                waitForOldPods ? pods.leaving().size() : 0);
        return line.toString();
    }
}
