// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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

    /** Reads the objects themselves and puts what is newer into sight; returns whether anything was. */
    boolean look(Sight sight, Expectation expected, Instant at) {
        lastLook = Optional.of(at);
        boolean news = lookAtWorkload(sight, expected);
        if (replicaSets.isPresent() && !replicaSetsHidden()) {
            List<ObservedObject> listed = list(replicaSetQuery);
            for (ObservedObject set : listed) {
                news |= acceptIfNewer(sight, sight.snapshot().replicaSets(), set);
            }
            sight.keepOnlyReplicaSets(uids(listed));
        }
        if (!podsHidden()) {
            List<ObservedObject> listed = list(podQuery);
            for (ObservedObject pod : listed) {
                news |= acceptIfNewer(sight, sight.snapshot().pods(), pod);
            }
            int before = sight.snapshot().pods().size();
            sight.keepOnlyPods(uids(listed));
            news |= sight.snapshot().pods().size() != before;
        }
        return news;
    }

    /** Reads the workload itself and puts it into sight if it is newer; returns whether it was, or has gone. */
    boolean lookAtWorkload(Sight sight, Expectation expected) {
        Optional<? extends HasMetadata> current = cluster.get(
                model, expected.workload().namespace(), expected.workload().name());
        if (current.isPresent()) {
            return acceptIfNewer(sight, sight.workload().stream().toList(), Observed.from((HasMetadata) current.get()));
        }
        boolean gone = sight.workload().isPresent();
        sight.workload().ifPresent(known -> sight.accept(known, true));
        return gone;
    }

    private <T extends HasMetadata> List<ObservedObject> list(Query<T> query) {
        List<ObservedObject> listed = new ArrayList<>();
        for (T object : cluster.list(query)) {
            listed.add(Observed.from((HasMetadata) object));
        }
        return listed;
    }

    private static Set<String> uids(Collection<ObservedObject> objects) {
        return objects.stream().map(object -> object.metadata().uid()).collect(Collectors.toCollection(HashSet::new));
    }

    private static boolean acceptIfNewer(
            Sight sight, Collection<? extends ObservedObject> known, ObservedObject object) {
        for (ObservedObject candidate : known) {
            if (candidate.metadata().uid().equals(object.metadata().uid())
                    && (object.metadata().isOlderThan(candidate.metadata())
                            || object.metadata()
                                    .resourceVersion()
                                    .equals(candidate.metadata().resourceVersion()))) {
                return false;
            }
        }
        sight.accept(object, false);
        return true;
    }

    @Override
    public void close() {
        all.forEach(Observation::close);
    }
}
