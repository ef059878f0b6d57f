// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.observed.PodTemplate;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Snapshot;
import dev.rollproof.verifier.judge.Status;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One of the Deployments of a driven rollout, as it was seen.
 *
 * @param deployment empty where there is none
 * @param fresh whether what is seen is not older than the driver's own last write to it: nothing may be decided before
 * @param status how it stands, as the judge says
 * @param newWanted the size of the ReplicaSet of its present template
 * @param newReady how many pods of that are ready
 * @param oldWanted the sizes of its other ReplicaSets, added up
 * @param oldReady how many pods of those are ready
 * @param newReadySince since when, by the driver's clock, so many pods of its present template are ready without a break
 * @param settled whether the controllers have seen all that was asked of it, and taken every pod away that was too many: before
 *     that, going back to another template may take ready pods away
 */
public record Side(
        Optional<ObservedDeployment> deployment,
        boolean fresh,
        Status status,
        int newWanted,
        int newReady,
        int oldWanted,
        int oldReady,
        Instant newReadySince,
        boolean settled) {

    static Side of(Expectation expected, Snapshot seen, Status status, boolean wasSeen, Instant at) {
        Optional<ObservedDeployment> deployment = seen.deployment();
        boolean fresh = deployment
                .map(d -> d.metadata().uid().equals(expected.uid())
                        && d.metadata().generation() >= expected.generation())
                .orElse(expected.uid().isEmpty() || wasSeen);
        Map<String, Boolean> isNew = new HashMap<>();
        int[] wanted = new int[2];
        int[] ready = new int[2];
        boolean settled = deployment
                .filter(d -> d.observedGeneration() >= d.metadata().generation())
                .isPresent();
        for (ObservedReplicaSet set : seen.replicaSets()) {
            if (deployment.isEmpty()
                    || !set.metadata()
                            .isControlledBy(deployment.get().metadata().uid())) {
                continue;
            }
            boolean present = set.template().equals(deployment.get().template());
            isNew.put(set.metadata().uid(), present);
            wanted[present ? 1 : 0] += set.replicas();
            settled &=
                    set.observedGeneration() >= set.metadata().generation() && set.statusReplicas() <= set.replicas();
        }
        for (ObservedPod pod : seen.pods()) {
            if (pod.live() && pod.ready()) {
                pod.metadata()
                        .controller()
                        .map(owner -> isNew.get(owner.uid()))
                        .ifPresent(present -> ready[present ? 1 : 0]++);
            }
        }
        return new Side(deployment, fresh, status, wanted[1], ready[1], wanted[0], ready[0], at, settled);
    }

    /** With the time from which on the ready pods were so many, if they were as many the last time. */
    Side after(@Nullable Side before) {
        if (before == null
                || before.newReady != newReady
                || !before.deployment()
                        .map(ObservedDeployment::template)
                        .equals(deployment.map(ObservedDeployment::template))) {
            return this;
        }
        return new Side(
                deployment, fresh, status, newWanted, newReady, oldWanted, oldReady, before.newReadySince, settled);
    }

    public boolean exists() {
        return deployment.isPresent();
    }

    /** Whether its ReplicaSets have not followed yet to a smaller size: what they give up is not free before. */
    public boolean isShrinking() {
        return newWanted + oldWanted > replicas();
    }

    /** Whether it has this template; what does not exist has none. */
    public boolean has(PodTemplate template) {
        return deployment.filter(d -> d.template().equals(template)).isPresent();
    }

    /** The wanted pods; 0 where there is no Deployment. */
    public int replicas() {
        return deployment.map(ObservedDeployment::replicas).orElse(0);
    }

    /** The pods that count as available, by the status and by the pods themselves, whichever says less. */
    public int available() {
        return deployment
                .map(d -> Math.min(d.availableReplicas(), newReady + oldReady))
                .orElse(0);
    }

    public boolean complete() {
        return fresh && status instanceof Status.Complete;
    }
}
