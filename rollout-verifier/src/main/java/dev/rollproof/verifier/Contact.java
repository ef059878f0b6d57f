// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.promises.Promise.Kind;
import dev.rollproof.verifier.promises.PromiseLedger;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The connection of one verification to the cluster: of the workload, what it owns, and events; and direct looks where they
 * are silent. */
final class Contact implements AutoCloseable {
    private final Cluster cluster;
    private final Class<? extends HasMetadata> model;
    private final Observation workloads;
    private final Optional<Observation> replicaSets;
    private final Observation pods;
    private final Observation events;
    private final List<Observation> all;
    private final Query<ReplicaSet> replicaSetQuery;
    private final Query<Pod> podQuery;
    private Optional<Instant> lastLook = Optional.empty();

    private Contact(Cluster cluster, Expectation expected, Consumer<Change> onChange) {
        this.cluster = cluster;
        String namespace = expected.workload().namespace();
        this.model = WorkloadKinds.modelOf(expected.workload());
        this.replicaSetQuery = Query.of(ReplicaSet.class).inNamespace(namespace).withLabels(expected.labelSelector());
        this.podQuery = Query.of(Pod.class).inNamespace(namespace).withLabels(expected.labelSelector());
        this.workloads = cluster.observe(
                Query.of(model).inNamespace(namespace).named(expected.workload().name()), onChange);
        this.replicaSets = WorkloadKinds.hasReplicaSets(expected.workload())
                ? Optional.of(cluster.observe(replicaSetQuery, onChange))
                : Optional.empty();
        this.pods = cluster.observe(podQuery, onChange);
        this.events = cluster.observe(Query.of(Event.class).inNamespace(namespace), onChange);
        this.all = Stream.of(Optional.of(workloads), replicaSets, Optional.of(pods), Optional.of(events))
                .flatMap(Optional::stream)
                .toList();
    }

    static Contact open(Cluster cluster, Expectation expected, Consumer<Change> onChange) {
        return new Contact(cluster, expected, onChange);
    }

    /** Whether all that can be seen has been seen once. Events may come later: they are never needed. */
    boolean synced() {
        return workloads.synced()
                && (replicaSets.isEmpty() || replicaSets.get().synced() || replicaSetsHidden())
                && (pods.synced() || podsHidden());
    }

    boolean workloadSynced() {
        return workloads.synced();
    }

    /** Tells a ledger of promises of which kinds it is not known what there is. */
    void tellUnobserved(PromiseLedger ledger) {
        replicaSets.ifPresent(observation -> ledger.lookFor(Kind.REPLICA_SETS, observation));
        ledger.lookFor(Kind.PODS, pods);
    }

    /** Why the workload itself may not be seen, without which there is nothing to judge. */
    Optional<ClusterException> workloadHidden() {
        return isHidden(workloads) ? workloads.trouble() : Optional.empty();
    }

    boolean replicaSetsHidden() {
        return replicaSets.isPresent() && isHidden(replicaSets.get());
    }

    boolean podsHidden() {
        return isHidden(pods);
    }

    private static boolean isHidden(Observation observation) {
        return observation
                .trouble()
                .filter(trouble -> trouble.reason() == Reason.FORBIDDEN || trouble.reason() == Reason.UNAUTHORIZED)
                .isPresent();
    }

    /** What cannot be looked at for want of rights, one sentence each. */
    List<String> unseen() {
        List<String> unseen = new ArrayList<>();
        replicaSets.ifPresent(observation -> addHidden(unseen, "replicasets", observation));
        addHidden(unseen, "pods", pods);
        addHidden(unseen, "events", events);
        return unseen;
    }

    private static void addHidden(List<String> unseen, String kind, Observation observation) {
        if (isHidden(observation)) {
            unseen.add("judged without " + kind + ": "
                    + observation.trouble().map(ClusterException::getMessage).orElse("no right to see them"));
        }
    }

    /** Anything but missing rights that keeps an observation from hearing. */
    Optional<ClusterException> trouble() {
        return all.stream()
                .flatMap(observation -> observation.trouble().stream())
                .filter(trouble -> trouble.reason() != Reason.FORBIDDEN)
                .findFirst();
    }

    Optional<Instant> lastHeard() {
        Optional<Instant> last = Optional.empty();
        for (Observation observation : all) {
            Optional<Instant> heard = observation.lastHeard();
            if (heard.isPresent() && (last.isEmpty() || heard.get().isAfter(last.get()))) {
                last = heard;
            }
        }
        return last;
    }

    /** When the server was last asked directly. */
    Optional<Instant> lastLook() {
        return lastLook;
    }

    /**
     * Reads the objects themselves and puts what is newer into sight; returns whether anything was.
     *
     * @param told what was found, as a list tells it
     */
    boolean look(Sight sight, Expectation expected, Instant at, Consumer<Change> told) {
        lastLook = Optional.of(at);
        boolean news = lookAtWorkload(sight, expected, told);
        if (replicaSets.isPresent() && !replicaSetsHidden()) {
            news |= take(
                    cluster.list(replicaSetQuery), List.copyOf(sight.snapshot().replicaSets()), sight, told);
        }
        if (!podsHidden()) {
            news |= take(cluster.list(podQuery), List.copyOf(sight.snapshot().pods()), sight, told);
        }
        return news;
    }

    private static boolean take(
            List<? extends HasMetadata> listed,
            Collection<? extends ObservedObject> known,
            Sight sight,
            Consumer<Change> told) {
        boolean news = false;
        Set<String> uids = new HashSet<>();
        for (HasMetadata object : listed) {
            uids.add(object.getMetadata().getUid());
            news |= acceptIfNewer(sight, known, object, told);
        }
        for (ObservedObject before : known) {
            if (!uids.contains(before.metadata().uid())) {
                accept(sight, Change.Type.DELETED, before, () -> bare(before.metadata()), told);
                news = true;
            }
        }
        return news;
    }

    /** Reads the workload itself and puts it into sight if it is newer; returns whether it was, or has gone. */
    boolean lookAtWorkload(Sight sight, Expectation expected, Consumer<Change> told) {
        Optional<? extends HasMetadata> current = cluster.get(
                model, expected.workload().namespace(), expected.workload().name());
        List<? extends ObservedObject> known = sight.workload().stream().toList();
        if (current.isPresent()) {
            return acceptIfNewer(sight, known, current.get(), told);
        }
        known.forEach(gone -> accept(sight, Change.Type.DELETED, gone, () -> bare(gone.metadata()), told));
        return !known.isEmpty();
    }

    private static boolean acceptIfNewer(
            Sight sight, Collection<? extends ObservedObject> known, HasMetadata found, Consumer<Change> told) {
        ObservedObject object = Observed.from(found);
        Change.Type type = Change.Type.ADDED;
        for (ObservedObject candidate : known) {
            if (candidate.metadata().uid().equals(object.metadata().uid())) {
                if (object.metadata().isOlderThan(candidate.metadata())
                        || object.metadata()
                                .resourceVersion()
                                .equals(candidate.metadata().resourceVersion())) {
                    return false;
                }
                type = Change.Type.MODIFIED;
            }
        }
        accept(sight, type, object, () -> Models.copy(found), told);
        return true;
    }

    private static void accept(
            Sight sight,
            Change.Type type,
            ObservedObject object,
            Supplier<? extends HasMetadata> manifest,
            Consumer<Change> told) {
        sight.accept(object, type == Change.Type.DELETED);
        told.accept(new Change(type, object, manifest, true));
    }

    /** Of what is gone, and nobody has the whole of: which one it was. */
    private static HasMetadata bare(ObservedMetadata gone) {
        return Models.fromTree(Map.of(
                "apiVersion",
                gone.kind().equals("Pod") ? "v1" : "apps/v1",
                "kind",
                gone.kind(),
                "metadata",
                Map.of(
                        "namespace", gone.namespace(),
                        "name", gone.name(),
                        "uid", gone.uid(),
                        "resourceVersion", gone.resourceVersion())));
    }

    @Override
    public void close() {
        all.forEach(Observation::close);
    }
}
