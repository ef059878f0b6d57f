// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.PodTemplate;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Puts the template of an earlier revision back: reads, asks {@link RestoreStep}, does it, and again. Each write is refused by the
 * server if anybody wrote in between. One use, one thread.
 */
final class Restoration {
    /** Owns for a moment what a rollback writes. */
    static final String MANAGER = "rollproof-rollback";

    private static final String HELD = Rollback.HELD;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final int TRIES = 10;

    /** How long a server may give no answer to whoever lets go: somebody may be waiting for it to end. */
    private static final Duration LET_GO_WITHIN = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final GuardedWrite write;
    private final ObjectRef workload;
    private final Optional<Undesired> undesired;
    private final Optional<RollbackTarget> remembered;
    private final Duration unreachable;
    private final List<String> notes = new ArrayList<>();

    /** Whether a hold was sent or found, and is not over. One that was sent may be stored though its answer got lost. */
    private boolean holding;

    /** What was put back, if the server says so: its answer may have got lost. */
    private Optional<Sent> sent = Optional.empty();

    /** @param note what was not as it should be */
    private record Sent(PodTemplate template, RollbackTarget target, Optional<String> note) {}

    /** What is to be gone back from, so that nobody else's change is. */
    record Undesired(String uid, PodTemplate template) {}

    /** How it ended: with a Deployment whose way back is to be verified, or with a reason why not. */
    record Outcome(Optional<Deployment> restored, Optional<RollbackTarget> target, String reason, List<String> notes) {}

    /**
     * @param undesired empty to go back from whatever is there
     * @param remembered what this process saw complete before the rollout
     * @param unreachable how long the server may give no answer
     */
    Restoration(
            Cluster cluster,
            ObjectRef workload,
            Optional<Undesired> undesired,
            Optional<RollbackTarget> remembered,
            Duration unreachable) {
        this.cluster = cluster;
        this.write = new GuardedWrite(cluster, WriteOptions.defaults().withFieldManager(MANAGER));
        this.workload = workload;
        this.undesired = undesired;
        this.remembered = remembered;
        this.unreachable = unreachable;
    }

    Outcome run(Duration settleWithin) throws InterruptedException {
        Instant heard = cluster.time().now();
        Instant settleBy = heard.plus(settleWithin);
        try {
            while (true) {
                Instant looked = cluster.time().now();
                boolean answered = true;
                try {
                    Optional<Outcome> outcome = look(!looked.isBefore(settleBy), settleWithin);
                    if (outcome.isPresent()) {
                        return outcome.get();
                    }
                } catch (ClusterException failed) {
                    answered = failed.reason() == Reason.CONFLICT;
                    if (!answered && !failed.reason().isTransient()) {
                        return stopped("the cluster refused: " + failed.getMessage());
                    }
                    if (!answered && since(heard).compareTo(unreachable) >= 0) {
                        return stopped("the cluster did not answer for "
                                + since(heard).toSeconds() + " s: " + failed.getMessage());
                    }
                }
                cluster.time().awaitUntil(cluster.time().now().plus(LOOK_AGAIN), () -> false);
                if (answered) {
                    heard = cluster.time().now();
                } else {
                    // The controllers may have had no answer either.
                    settleBy = settleBy.plus(since(looked));
                }
            }
        } catch (InterruptedException interrupted) {
            letGo();
            throw interrupted;
        }
    }

    private Duration since(Instant instant) {
        return Duration.between(instant, cluster.time().now());
    }

    private Optional<Outcome> look(boolean expired, Duration settleWithin) throws InterruptedException {
        Optional<Deployment> read = cluster.get(Deployment.class, workload.namespace(), workload.name());
        if (read.isEmpty() || Observed.metadata(read.get()).terminating()) {
            return Optional.of(stopped(workload + " is deleted"));
        }
        Deployment current = read.get();
        ObservedDeployment d = Observed.from(current);
        if (isOurs(current, d)) {
            return Optional.of(restored(current, sent.map(Sent::target)));
        }
        if (undesired.isPresent()
                && !(d.metadata().uid().equals(undesired.get().uid())
                        && d.template().equals(undesired.get().template()))) {
            return Optional.of(stopped("somebody else changed it meanwhile, to "
                    + String.join(", ", d.template().images())));
        }
        boolean held = isHeldByUs(current);
        // Whoever goes on with another's hold lets go of it, too.
        holding |= held;
        if (d.paused() && !held) {
            return Optional.of(stoppedAt(current, "it is paused; resume it first"));
        }
        List<ReplicaSet> own = OwnReplicaSets.of(cluster, d);
        if (itselfSeenComplete(d, own)) {
            return Optional.of(stoppedAt(
                    current,
                    "the current revision was itself seen complete, so its template is not what is"
                            + " wrong; undo to a revision of your choice if you think so"));
        }
        Optional<RollbackTarget> there = RollbackTarget.seenComplete(d.template(), own);
        Optional<RollbackTarget> target = RollbackTarget.lastComplete(d.template(), own, remembered);
        if (undesired.isEmpty() && isLastComplete(there, target)) {
            if (!held) {
                notes.add("its template was back already");
                return Optional.of(restored(current, there));
            }
            target = there;
        }
        if (target.isEmpty()) {
            return Optional.of(
                    stoppedAt(current, "no earlier revision was seen complete, so there is nothing to go back to"));
        }
        RestoreStep step = RestoreStep.next(d, target.get().replicaSetAmong(own), pods(), held);
        if (step instanceof RestoreStep.Restore) {
            return Optional.of(restored(restore(current, target.get(), Optional.empty()), target));
        }
        if (expired) {
            String why = step instanceof RestoreStep.Wait wait ? wait.forWhat() : "a moment to hold it";
            String note = "after " + settleWithin.toSeconds() + " s of waiting for " + why
                    + " it went back without, and may have taken ready pods";
            return Optional.of(restored(restore(current, target.get(), Optional.of(note)), target));
        }
        if (step instanceof RestoreStep.Hold) {
            hold(current);
        }
        return Optional.empty();
    }

    /** A rollback that died, or an undo, has put back what was seen complete last of all. Nobody goes further back than that. */
    private static boolean isLastComplete(Optional<RollbackTarget> there, Optional<RollbackTarget> other) {
        return there.isPresent()
                && (other.isEmpty() || there.get().revision() > other.get().revision());
    }

    private Outcome restored(Deployment written, Optional<RollbackTarget> target) throws InterruptedException {
        holding = false;
        sent.flatMap(Sent::note).ifPresent(notes::add);
        return new Outcome(Optional.of(handOver(written)), target, "", List.copyOf(notes));
    }

    /** What is there is what this object sent, and heard nothing of: nobody else owns what it wrote. */
    private boolean isOurs(Deployment current, ObservedDeployment d) {
        List<ManagedFieldsEntry> entries = current.getMetadata().getManagedFields();
        return sent.map(Sent::template).filter(d.template()::equals).isPresent()
                && !isHeldByUs(current)
                && entries != null
                && entries.stream().anyMatch(entry -> MANAGER.equals(entry.getManager()));
    }

    /** Scaling and the like fail too: then the template that was seen complete is the one that is there. */
    private boolean itselfSeenComplete(ObservedDeployment d, List<ReplicaSet> own) {
        return remembered.isEmpty()
                && d.observedGeneration() >= d.metadata().generation()
                && own.stream()
                        .map(Observed::from)
                        .anyMatch(set -> set.template().equals(d.template()) && CompleteMark.isFresh(set));
    }

    /**
     * By this object, or by one like it whose process died. The server knows who paused it, also after others wrote something
     * else; whoever wants it paused as well has the last word.
     */
    private static boolean isHeldByUs(Deployment current) {
        return Boolean.TRUE.equals(current.getSpec().getPaused())
                && annotationsOf(current).containsKey(HELD)
                && FieldOwners.ownsAlone(ownersOf(current), MANAGER, "f:spec", "f:paused");
    }

    private Optional<List<ObservedPod>> pods() {
        try {
            return Optional.of(cluster.list(Query.of(Pod.class).inNamespace(workload.namespace())).stream()
                    .map(Observed::from)
                    .toList());
        } catch (ClusterException hidden) {
            if (hidden.reason() != Reason.FORBIDDEN) {
                throw hidden;
            }
            return Optional.empty();
        }
    }

    private void hold(Deployment current) {
        Deployment changed = Models.copy(current);
        changed.getSpec().setPaused(true);
        Map<String, String> annotations = annotationsOf(changed);
        annotations.put(HELD, "true");
        changed.getMetadata().setAnnotations(annotations);
        holding = true;
        write.write(current, changed);
    }

    private Deployment restore(Deployment current, RollbackTarget target, Optional<String> note) {
        Deployment changed = target.putInto(current);
        changed.getSpec().setPaused(null);
        changed.getMetadata().getAnnotations().remove(HELD);
        sent = Optional.of(new Sent(PodTemplate.from(changed.getSpec().getTemplate()), target, note));
        return write.write(current, changed);
    }

    /** Nothing is put back: whoever holds it lets go, so that nobody finds it paused for a reason that is over. */
    private Outcome stopped(String reason) throws InterruptedException {
        letGo();
        return new Outcome(Optional.empty(), Optional.empty(), reason, List.copyOf(notes));
    }

    /** The same, and a rollback that died after it wrote the template is finished. */
    private Outcome stoppedAt(Deployment current, String reason) throws InterruptedException {
        letGo();
        handOver(current);
        return stopped(reason);
    }

    private void letGo() throws InterruptedException {
        Instant until = cluster.time().now().plus(LET_GO_WITHIN);
        while (holding) {
            try {
                Optional<Deployment> current = cluster.get(Deployment.class, workload.namespace(), workload.name());
                if (current.isPresent() && annotationsOf(current.get()).containsKey(HELD)) {
                    Deployment changed = Models.copy(current.get());
                    if (isHeldByUs(current.get())) {
                        changed.getSpec().setPaused(null);
                    }
                    Map<String, String> annotations = annotationsOf(changed);
                    annotations.remove(HELD);
                    changed.getMetadata().setAnnotations(annotations);
                    handOver(write.write(current.get(), changed));
                }
                holding = false;
            } catch (ClusterException failed) {
                boolean mayPass =
                        failed.reason() == Reason.CONFLICT || failed.reason().isTransient();
                if (mayPass && cluster.time().now().isBefore(until)) {
                    cluster.time().awaitUntil(cluster.time().now().plus(LOOK_AGAIN), () -> false);
                } else {
                    notes.add(workload + " is left paused: " + failed.getMessage());
                    holding = false;
                }
            }
        }
    }

    /** Gives what was written to its owner. It is not worth a failure: if it cannot be, that is noted. */
    private Deployment handOver(Deployment written) throws InterruptedException {
        Instant until = cluster.time().now().plus(unreachable);
        Optional<Deployment> current = Optional.of(written);
        String why = "others kept writing";
        for (int races = 0; races < TRIES; ) {
            try {
                current = current.isPresent()
                        ? current
                        : cluster.get(Deployment.class, workload.namespace(), workload.name());
                Optional<Deployment> changed = current.flatMap(Restoration::handedOver);
                if (changed.isPresent()) {
                    write.write(current.get(), changed.get());
                }
                return written;
            } catch (ClusterException failed) {
                current = Optional.empty();
                if (failed.reason() == Reason.CONFLICT) {
                    races++;
                } else if (failed.reason().isTransient() && cluster.time().now().isBefore(until)) {
                    cluster.time().awaitUntil(cluster.time().now().plus(LOOK_AGAIN), () -> false);
                } else {
                    why = String.valueOf(failed.getMessage());
                    break;
                }
            }
        }
        notes.add("the template's fields are still owned by " + MANAGER
                + ", so that the next server-side apply may have" + " conflicts: " + why);
        return written;
    }

    /** The same with other owners; empty where nothing is owned by a rollback. */
    private static Optional<Deployment> handedOver(Deployment current) {
        return FieldOwners.handedOver(ownersOf(current), MANAGER).map(owners -> {
            Deployment changed = Models.copy(current);
            changed.getMetadata()
                    .setManagedFields(owners.stream()
                            .map(entry -> Models.fromTree(entry, ManagedFieldsEntry.class))
                            .toList());
            return changed;
        });
    }

    private static List<Map<String, Object>> ownersOf(Deployment current) {
        List<ManagedFieldsEntry> entries = current.getMetadata().getManagedFields();
        return entries == null
                ? List.of()
                : entries.stream().map(Models::toTree).toList();
    }

    private static Map<String, String> annotationsOf(Deployment deployment) {
        Map<String, String> annotations = deployment.getMetadata().getAnnotations();
        return annotations == null ? new TreeMap<>() : new TreeMap<>(annotations);
    }
}
