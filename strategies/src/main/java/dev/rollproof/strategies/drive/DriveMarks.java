// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.RolloutActionException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a driven rollout leaves in the annotations of its Deployment while it is under way, for others to read and to answer. */
public final class DriveMarks {
    private DriveMarks() {}

    /** What is being rolled out and how; empty where nothing is. */
    public static Optional<String> script(Deployment deployment) {
        return Annotations.of(deployment).containsKey(Keeper.STATE)
                ? Optional.ofNullable(Annotations.of(deployment).get(Keeper.SCRIPT))
                : Optional.empty();
    }

    /** Who drives the rollout that is under way. */
    public static Optional<String> driver(Deployment deployment) {
        return Optional.ofNullable(Annotations.of(deployment).get(Keeper.STATE)).map(StateText::driver);
    }

    /** Past the step at which it stands now. */
    public static void promote(Cluster cluster, Deployment deployment) {
        tell(cluster, deployment, new Command(Command.Verb.PROMOTE, StateText.step(state(deployment))));
    }

    /** Back. */
    public static void abort(Cluster cluster, Deployment deployment) {
        tell(cluster, deployment, new Command(Command.Verb.ABORT, StateText.step(state(deployment))));
    }

    private static String state(Deployment deployment) {
        String state = Annotations.of(deployment).get(Keeper.STATE);
        if (state == null) {
            throw new RolloutActionException("no rollout of Deployment/"
                    + deployment.getMetadata().getName() + " in "
                    + deployment.getMetadata().getNamespace() + " is under way that somebody drives");
        }
        return state;
    }

    private static void tell(Cluster cluster, Deployment deployment, Command command) {
        cluster.patch(
                Deployment.class,
                deployment.getMetadata().getNamespace(),
                deployment.getMetadata().getName(),
                Patch.merge(Models.toJson(
                        Map.of("metadata", Map.of("annotations", Map.of(Keeper.COMMAND, command.text()))))),
                WriteOptions.defaults());
    }

    /**
     * Takes away what the Deployment controller has copied to ReplicaSets of a rollout that is over: of this Deployment, and of those
     * beside it, of which one had the other version. Those that a driver still marks are left as they are.
     */
    public static void sweep(Cluster cluster, Deployment deployment) throws InterruptedException {
        FencedWrites.sweepReplicaSets(cluster, unmarkedBeside(cluster, deployment));
    }

    private static List<Deployment> unmarkedBeside(Cluster cluster, Deployment deployment) {
        String namespace = deployment.getMetadata().getNamespace();
        try {
            // A namespace may have hundreds of Deployments: only of those with a copy the ReplicaSets are read again.
            Set<String> withCopies = cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace)).stream()
                    .filter(DriveMarks::isMarked)
                    .flatMap(set -> Observed.metadata(set).controller().stream())
                    .map(owner -> owner.uid())
                    .collect(Collectors.toSet());
            withCopies.add(deployment.getMetadata().getUid());
            return cluster.list(Query.of(Deployment.class).inNamespace(namespace)).stream()
                    .filter(one -> withCopies.contains(one.getMetadata().getUid()) && !isMarked(one))
                    .toList();
        } catch (ClusterException hidden) {
            if (hidden.reason() != Reason.FORBIDDEN) {
                throw hidden;
            }
            return List.of(deployment);
        }
    }

    private static boolean isMarked(HasMetadata object) {
        return Annotations.of(object).keySet().stream().anyMatch(Keeper.ALL::contains);
    }
}
