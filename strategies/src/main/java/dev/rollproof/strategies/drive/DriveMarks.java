// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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

    /** Past the step at which it stands now; where it has passed it meanwhile, nothing is told. */
    public static void promote(Cluster cluster, ObjectRef deployment) {
        tell(cluster, deployment, state -> new Command(Command.Verb.PROMOTE, StateText.step(state)));
    }

    /** Back. */
    public static void abort(Cluster cluster, ObjectRef deployment) {
        tell(cluster, deployment, state -> new Command(Command.Verb.ABORT, 0));
    }

    /** Under the state that it is meant for alone: a command that outlived its rollout would be told to the next one. */
    private static void tell(Cluster cluster, ObjectRef deployment, Function<String, Command> meant) {
        Command command = meant.apply(state(deployment, existing(cluster, deployment)));
        FencedWrites.untilNoRace(() -> {
            String state = state(deployment, existing(cluster, deployment));
            if (!meant.apply(state).equals(command)) {
                return;
            }
            cluster.patch(
                    Deployment.class,
                    deployment.namespace(),
                    deployment.name(),
                    Patch.json(Models.toJson(List.of(
                            Keeper.operation("test", Annotations.pointer(Keeper.STATE), state),
                            Keeper.operation("add", Annotations.pointer(Keeper.COMMAND), command.text())))),
                    WriteOptions.defaults());
        });
    }

    private static String state(ObjectRef ref, Deployment deployment) {
        String state = Annotations.of(deployment).get(Keeper.STATE);
        if (state == null) {
            throw new RolloutActionException("no rollout of " + ref + " is under way that somebody drives");
        }
        return state;
    }

    /** The Deployment that is to be driven, or was. */
    public static Deployment existing(Cluster cluster, ObjectRef deployment) {
        if (!deployment.kind().equals("Deployment")) {
            throw new IllegalArgumentException("only Deployments are rolled out, not " + deployment);
        }
        return cluster.get(Deployment.class, deployment.namespace(), deployment.name())
                .orElseThrow(() -> new RolloutActionException(deployment + " does not exist"));
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
