// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.Play.Participant;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;

/** The two Deployments of a canary: the stable one, which stays, and the canary beside it, which comes and goes. */
final class CanaryPair {
    private final Versions versions;
    private final Deployment beside;
    private final ObjectRef canary;

    /** @param beside the canary's Deployment, with whatever size */
    CanaryPair(Versions versions, Deployment beside) {
        this.versions = versions;
        this.beside = beside;
        this.canary = new ObjectRef(
                "Deployment", versions.ref().namespace(), beside.getMetadata().getName());
    }

    ObjectRef stable() {
        return versions.ref();
    }

    ObjectRef canary() {
        return canary;
    }

    List<ObjectRef> both() {
        return List.of(stable(), canary);
    }

    List<Participant> participants() {
        return List.of(
                new Participant(stable(), versions.observedBefore().labelSelector()),
                new Participant(canary, Observed.from(beside).labelSelector()));
    }

    /** The canary with so many pods, from the beginning or as a change of the one that is there. */
    Action canaryOf(int replicas, boolean exists) {
        if (exists) {
            return Action.scale(canary, replicas);
        }
        Deployment sized = Models.copy(beside);
        sized.getSpec().setReplicas(replicas);
        return new Action.Create(sized);
    }
}
