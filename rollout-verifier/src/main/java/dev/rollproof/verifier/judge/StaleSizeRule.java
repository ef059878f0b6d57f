// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.verifier.Cause;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Deployment controller never comes to roll out, since it takes every look for a scaling: by its rule (isScalingEvent) there is one as long as
 * a ReplicaSet with pods says in an annotation that another size is wanted than the Deployment says; and where that is the only one with pods and has
 * the right size already, it does nothing about it, not even to the annotation (scale). It comes to that where somebody scales a Deployment without
 * maxSurge to the size that its old ReplicaSet was just brought down to. No deadline passes then. See kubernetes/kubernetes#102551.
 */
final class StaleSizeRule {
    private static final String DESIRED = "deployment.kubernetes.io/desired-replicas";

    private StaleSizeRule() {}

    /**
     * @param sets those of the Deployment
     * @param newSet the one of its template; null where there is none yet
     */
    static Optional<Trouble> troubleOf(
            ObservedDeployment d,
            List<ObservedReplicaSet> sets,
            @Nullable ObservedReplicaSet newSet,
            Patience patience) {
        List<ObservedReplicaSet> active =
                sets.stream().filter(set -> set.replicas() > 0).toList();
        if (active.size() != 1 || active.get(0).equals(newSet) || active.get(0).replicas() != d.replicas()) {
            return Optional.empty();
        }
        ObservedReplicaSet set = active.get(0);
        String said = set.metadata().annotations().getOrDefault(DESIRED, "");
        if (!isAnotherSize(said, d.replicas())) {
            return Optional.empty();
        }
        String name = set.metadata().name();
        String message = "ReplicaSet \"" + name + "\" has the " + d.replicas()
                + " pods that are wanted, and its annotation "
                + DESIRED + " still says " + said
                + ": the Deployment controller takes that for a scaling at every look, and never"
                + " comes to roll out (kubernetes/kubernetes#102551); set it right with: kubectl annotate replicaset "
                + name + " --namespace " + set.metadata().namespace() + " --overwrite " + DESIRED + "=" + d.replicas();
        return Optional.of(Trouble.fatalAfter(
                patience.replicaSetCreation(),
                "stale-size/" + set.metadata().uid(),
                new Cause("ScalingNeverEnds", message, "", "", 0)));
    }

    /** As the controller reads it: what is no number says nothing. */
    private static boolean isAnotherSize(String said, int wanted) {
        try {
            return Integer.parseInt(said) != wanted;
        } catch (NumberFormatException none) {
            return false;
        }
    }
}
