// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.observed.ObservedWorkload;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The newest that was observed of each kind. The kinds are not of one moment: each stream is in order, and no stream waits
 * for another.
 *
 * @param workload what is rolled out; empty where there is none
 * @param replicaSets of the namespace, whoever owns them
 * @param pods of the namespace, whoever owns them
 * @param events those of the namespace that {@link #isJudgedBy tell something}
 * @param seesReplicaSets false where they cannot be looked at, for want of rights
 * @param seesPods likewise
 */
public record Snapshot(
        Optional<ObservedWorkload> workload,
        Collection<ObservedReplicaSet> replicaSets,
        Collection<ObservedPod> pods,
        Collection<ObservedEvent> events,
        boolean seesReplicaSets,
        boolean seesPods) {

    /** Whether an event tells what no status does: warnings, and that a container is ended for its health. */
    public static boolean isJudgedBy(ObservedEvent event) {
        return event.isWarning() || PodRules.isKilling(event);
    }

    /** The workload, if it is a Deployment. */
    @SuppressWarnings("unchecked") // Checked by hand: this is asked for very often.
    public Optional<ObservedDeployment> deployment() {
        return workload.isPresent() && workload.get() instanceof ObservedDeployment
                ? (Optional<ObservedDeployment>) (Optional<?>) workload
                : Optional.empty();
    }

    /**
     * The pods of the workload's present template, neither ended nor being deleted. What its status says counts only once its
     * controller has seen the template.
     */
    public List<ObservedPod> newPods() {
        return workload.map(present -> Standing.of(this, present, false).newLive())
                .orElse(List.of());
    }

    /** Everything can be seen. */
    public static Snapshot of(
            ObservedWorkload workload,
            List<ObservedReplicaSet> replicaSets,
            List<ObservedPod> pods,
            List<ObservedEvent> events) {
        return new Snapshot(Optional.of(workload), replicaSets, pods, events, true, true);
    }
}
