// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.Rollback;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is left to be done when a rollout is over: nothing of it stays in the cluster but its outcome. */
record Cleanup(Cluster cluster, Play<?> play, Owners owners, FencedWrites writes, Keeper keeper) {
    /**
     * Marks a version as seen complete, for rollbacks to come, if it is.
     *
     * @return why it could not be marked; empty where it was, or is not complete
     */
    static Optional<String> markComplete(Cluster cluster, ObjectRef ref, Map<ObjectRef, Side> sides) {
        Side side = sides.get(ref);
        return side != null && side.complete()
                ? cluster.get(Deployment.class, ref.namespace(), ref.name())
                        .flatMap(seen -> Rollback.markComplete(cluster, seen))
                : Optional.empty();
    }

    /**
     * Takes the marks away, the state last, and gives the fields to who is to own them now.
     *
     * @param others all objects but the keeper
     * @param turnedBack whether it ended with the old version
     */
    void run(List<ObjectRef> others, boolean turnedBack) throws InterruptedException {
        // A route has its old weights again, whichever way it ended; a Service its old selector only on the way back.
        Optional<ObjectRef> route = play.split().map(Split::route);
        others.forEach(ref -> writes.release(
                ref, turnedBack || route.filter(ref::equals).isPresent() ? owners::givenBack : Cleanup::unchanged));
        boolean promoted = !turnedBack && play.promoted().equals(play.keeper());
        keeper.end(turnedBack ? owners::givenBack : promoted ? owners::applied : Cleanup::unchanged);
        FencedWrites.sweepReplicaSets(
                cluster,
                play.participants().stream()
                        .map(Play.Participant::ref)
                        .flatMap(ref -> cluster.get(Deployment.class, ref.namespace(), ref.name()).stream())
                        .toList());
    }

    private static Optional<List<Map<String, Object>>> unchanged(HasMetadata object) {
        return Optional.empty();
    }
}
