// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.strategies.check.CheckRun;
import dev.rollproof.strategies.drive.Command;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.Split;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a strategy may see of a Deployment, made by hand. */
final class Scenes {
    static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
    static final Status COMPLETE = new Status.Complete("complete");
    static final Status PROGRESSING = new Status.Progressing("waiting", List.of());
    static final Status FAILED =
            new Status.Failed("crashing", List.of(new Cause("CrashLoopBackOff", "crashed", "pod", "web", 1)));
    static final Status SUPERSEDED = new Status.Superseded("somebody changed its template");

    private Scenes() {}

    static Side absent() {
        return new Side(Optional.empty(), true, PROGRESSING, 0, 0, 0, 0, T, true);
    }

    /** With all its pods ready, and these of one template. */
    static Side of(Deployment model, int replicas, Status status) {
        return of(model, replicas, status, replicas, 0, 0);
    }

    static Side of(Deployment model, int replicas, Status status, int newPods, int oldPods, int restarts) {
        model.getSpec().setReplicas(replicas);
        model.setStatus(new DeploymentStatus());
        model.getStatus().setAvailableReplicas(newPods + oldPods);
        ObservedDeployment observed = Observed.from(model);
        return new Side(Optional.of(observed), true, status, newPods, newPods, oldPods, oldPods, T, restarts == 0);
    }

    static Seen seen(
            Map<ObjectRef, Side> deployments,
            Map<ObjectRef, Map<String, String>> selectors,
            Optional<CheckRun> check,
            Optional<Command> command,
            Optional<String> refused) {
        return new Seen(deployments, selectors, List.of(), check, command, refused, T);
    }

    /** Two Deployments behind a route. */
    static Seen seen(Map<ObjectRef, Side> deployments, List<Split.Weights> weights) {
        return new Seen(deployments, Map.of(), weights, Optional.empty(), Optional.empty(), Optional.empty(), T);
    }

    /** The last write to it has not been seen yet. */
    static Side stale(Side side) {
        return new Side(
                side.deployment(),
                false,
                side.status(),
                side.newWanted(),
                side.newReady(),
                side.oldWanted(),
                side.oldReady(),
                T,
                side.settled());
    }
}
