// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.verifier.promises.Finding.Sighting;
import dev.rollproof.verifier.promises.Promise.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps account of the promises of one rollout. Pure and immutable: {@link #next} returns the book with one more event in it.
 *
 * <p>First it is told what is there, then {@link #begin} is called, then the change is made; every event from then on counts. Each
 * promise is judged by the events of one kind in their order. A new list after a broken watch tells of many changes in no order, and so
 * do events of a kind whose version goes back: what is seen within a second of one counts for nothing.
 */
public final class PromiseBook {
    private static final Duration UNORDERED = Duration.ofSeconds(1);

    private final ObjectRef workload;
    private final Terms terms;
    private final Sizes sizes;
    private final Pods pods;
    private final Map<Promise, Extreme> extremes;
    private final Extreme leastReady;
    private final Map<Kind, Stream> streams;
    private final Optional<String> unsettled;
    private final boolean begun;

    /**
     * How far a kind's stream is.
     *
     * @param version the highest seen
     * @param orderedFrom when events count again
     */
    private record Stream(long version, Duration orderedFrom, int events, String hidden) {}

    private PromiseBook(
            ObjectRef workload,
            Terms terms,
            Sizes sizes,
            Pods pods,
            Map<Promise, Extreme> extremes,
            Extreme leastReady,
            Map<Kind, Stream> streams,
            Optional<String> unsettled,
            boolean begun) {
        this.workload = workload;
        this.terms = terms;
        this.sizes = sizes;
        this.pods = pods;
        this.extremes = extremes;
        this.leastReady = leastReady;
        this.streams = streams;
        this.unsettled = unsettled;
        this.begun = begun;
    }

    /** An empty book about a Deployment. */
    public static PromiseBook of(ObjectRef deployment) {
        Map<Promise, Extreme> extremes = new EnumMap<>(Promise.class);
        for (Promise promise : Promise.values()) {
            extremes.put(promise, Extreme.of(promise.isUpperBound()));
        }
        Map<Kind, Stream> streams = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            streams.put(kind, new Stream(0, Duration.ZERO, 0, ""));
        }
        return new PromiseBook(
                deployment,
                Terms.unknown(),
                new Sizes(Map.of()),
                new Pods(Map.of(), 0),
                Collections.unmodifiableMap(extremes),
                Extreme.of(false),
                Collections.unmodifiableMap(streams),
                Optional.empty(),
                false);
    }

    /**
     * Writes an event down. Objects that do not belong to the Deployment are passed over.
     *
     * @param at since the start
     * @param deleted whether it is gone; the object is then its last state
     * @param listed whether a list tells of it, and not a watch
     */
    public PromiseBook next(Duration at, ObservedObject object, boolean deleted, boolean listed) {
        if (object instanceof ObservedDeployment d && d.ref().equals(workload)) {
            return with(begun || terms.newest().isEmpty() ? terms.next(d, deleted) : terms.start(d));
        }
        if (object instanceof ObservedReplicaSet set && isOurs(set)) {
            return with(sizes.with(set, deleted), pods).seen(Kind.REPLICA_SETS, at, object.metadata(), listed);
        }
        if (object instanceof ObservedPod pod && isOurs(pod)) {
            return with(sizes, pods.with(pod, deleted)).seen(Kind.PODS, at, object.metadata(), listed);
        }
        return this;
    }

    /** By name, which needs no other stream: ReplicaSets are named for their Deployment and the hash of their template. */
    private boolean isOurs(ObservedReplicaSet set) {
        return set.metadata()
                .controller()
                .filter(owner ->
                        owner.kind().equals("Deployment") && owner.name().equals(workload.name()))
                .isPresent();
    }

    private boolean isOurs(ObservedPod pod) {
        return pod.metadata()
                .controller()
                .filter(owner -> owner.kind().equals("ReplicaSet")
                        && owner.name().equals(workload.name() + "-" + pod.podTemplateHash()))
                .isPresent();
    }

    /** The change comes next: what is there now is what it meets. */
    public PromiseBook begin() {
        if (terms.newest().isEmpty()) {
            return beginUnseen(Terms.NOTHING_TO_CHANGE);
        }
        PromiseBook begun =
                new PromiseBook(workload, terms, sizes, pods, extremes, leastReady, streams, restless(), true);
        return terms.newest()
                .map(d -> begun.judged(Duration.ZERO, d.metadata(), List.of(Kind.values())))
                .orElse(begun);
    }

    /** The change comes next, and nothing is promised of it: what it meets could not be seen, or is not there. */
    public PromiseBook beginUnseen(String why) {
        return new PromiseBook(
                workload, terms.brokenOff(why), sizes, pods, extremes, leastReady, streams, Optional.empty(), true);
    }

    /** Whether a change would find everything at rest; what is not, in one clause, where it would not. */
    public Optional<String> restless() {
        if (terms.newest().isEmpty()) {
            return Optional.of(Terms.NOTHING_TO_CHANGE);
        }
        ObservedDeployment d = terms.newest().get();
        String unrest = unrest(d);
        return unrest.isEmpty() ? Optional.empty() : Optional.of("the change did not meet a state of rest: " + unrest);
    }

    private String unrest(ObservedDeployment d) {
        int wanted = d.replicas();
        if (d.observedGeneration() != d.metadata().generation()) {
            return "the controller had not seen the last change";
        }
        if (!saysItIsAtRest()) {
            return d.availableReplicas() + " of " + wanted + " pods were available, " + d.statusReplicas() + " there";
        }
        if (stream(Kind.PODS).hidden.isEmpty()) {
            if (pods.ready() != wanted || pods.live() != wanted) {
                return pods.ready() + " of " + wanted + " pods were ready, " + pods.live() + " lived";
            }
            if (pods.versionsRunning() > 1) {
                return "pods of another version still ran";
            }
        }
        return sizes.unsettled().orElse("");
    }

    /** Whether the Deployment's own status says so: where the other kinds do not, they may only be seen late. */
    boolean saysItIsAtRest() {
        return terms.newest()
                .filter(d -> d.observedGeneration() == d.metadata().generation())
                .filter(d -> d.updatedReplicas() == d.replicas()
                        && d.statusReplicas() == d.replicas()
                        && d.availableReplicas() == d.replicas())
                .isPresent();
    }

    /** A kind that cannot be observed, and why, in one clause. */
    PromiseBook without(Kind kind, String why) {
        Stream stream = stream(kind);
        return with(kind, new Stream(stream.version, stream.orderedFrom, stream.events, why));
    }

    private PromiseBook seen(Kind kind, Duration at, ObservedMetadata metadata, boolean listed) {
        Stream stream = stream(kind);
        long version = version(metadata, stream.version);
        if (!begun) {
            return with(kind, new Stream(Math.max(version, stream.version), Duration.ZERO, 0, stream.hidden));
        }
        if (listed || version < stream.version) {
            return with(
                            kind,
                            new Stream(
                                    Math.max(version, stream.version),
                                    at.plus(UNORDERED),
                                    stream.events + 1,
                                    stream.hidden))
                    .withdrawn(kind, at.minus(UNORDERED));
        }
        PromiseBook counted = with(kind, new Stream(version, stream.orderedFrom, stream.events + 1, stream.hidden));
        return at.compareTo(stream.orderedFrom) < 0 ? counted : counted.judged(at, metadata, List.of(kind));
    }

    /** Versions of one kind are numbers that grow (KEP-5504); one that is no number is taken to be in order. */
    private static long version(ObservedMetadata metadata, long otherwise) {
        try {
            return Long.parseLong(metadata.resourceVersion());
        } catch (NumberFormatException opaque) {
            return otherwise;
        }
    }

    private PromiseBook judged(Duration at, ObservedMetadata by, List<Kind> kinds) {
        Map<Promise, Extreme> judged = null;
        for (Map.Entry<Promise, Extreme> entry : extremes.entrySet()) {
            Promise promise = entry.getKey();
            if (kinds.contains(promise.kind())) {
                Extreme seen = entry.getValue()
                        .see(
                                number(promise),
                                number -> new Sighting(by.ref(), by.resourceVersion(), at, number, numbers(promise)));
                if (seen != entry.getValue()) {
                    judged = judged == null ? new EnumMap<>(extremes) : judged;
                    judged.put(promise, seen);
                }
            }
        }
        Extreme least = kinds.contains(Kind.PODS)
                ? leastReady.see(
                        pods.ready(),
                        number -> new Sighting(by.ref(), by.resourceVersion(), at, number, pods.numbers()))
                : leastReady;
        return judged == null && least == leastReady ? this : with(judged == null ? extremes : judged, least);
    }

    private int number(Promise promise) {
        return switch (promise) {
            case SIZES_WITHIN_SURGE -> sizes.sum();
            case NO_SIZE_ABOVE_REPLICAS -> sizes.largest();
            case LIVE_PODS_BOUNDED -> pods.live();
            case READY_PODS_KEPT -> pods.ready() + pods.losses();
            case ONE_VERSION_AT_A_TIME -> pods.versionsRunning();
        };
    }

    private String numbers(Promise promise) {
        return promise.kind() == Kind.PODS ? pods.numbers() : sizes.numbers();
    }

    private PromiseBook withdrawn(Kind kind, Duration after) {
        Map<Promise, Extreme> fewer = new EnumMap<>(extremes);
        fewer.replaceAll((promise, extreme) -> promise.kind() == kind ? extreme.without(after) : extreme);
        return with(fewer, kind == Kind.PODS ? leastReady.without(after) : leastReady);
    }

    /** What became of each promise so far. */
    public PromiseReport report() {
        List<Finding> findings = new ArrayList<>();
        for (Promise promise : Promise.values()) {
            findings.add(finding(promise));
        }
        int events = streams.values().stream().mapToInt(Stream::events).sum();
        Extreme live = extremes.getOrDefault(Promise.LIVE_PODS_BOUNDED, Extreme.of(true));
        return new PromiseReport(workload, findings, live.seen(), leastReady.seen(), events);
    }

    private Finding finding(Promise promise) {
        Extreme extreme = extremes.getOrDefault(promise, Extreme.of(promise.isUpperBound()));
        Optional<Sighting> beyond = terms.bound(promise).flatMap(bound -> extreme.firstBeyond(promise, bound));
        Stream stream = stream(promise.kind());
        String whyNot = terms.whyNot(promise);
        if (whyNot.isEmpty()) {
            whyNot = stream.hidden.isEmpty() ? unsettled.orElse("") : stream.hidden;
        }
        boolean given = terms.newest()
                .filter(d -> promise.givenBy(d.strategy().isRecreate()))
                .isPresent();
        if (!whyNot.isEmpty()) {
            return new Finding.NotApplicable(promise, whyNot, given, given ? beyond : Optional.empty());
        }
        int bound = terms.bound(promise).orElseThrow();
        return beyond.<Finding>map(by -> new Finding.Broken(promise, bound, by))
                .orElseGet(() -> new Finding.Kept(promise, bound, extreme.seen(), stream.events));
    }

    private Stream stream(Kind kind) {
        return java.util.Objects.requireNonNull(streams.get(kind));
    }

    private PromiseBook with(Terms changed) {
        return new PromiseBook(workload, changed, sizes, pods, extremes, leastReady, streams, unsettled, begun);
    }

    private PromiseBook with(Sizes changedSizes, Pods changedPods) {
        return new PromiseBook(
                workload, terms, changedSizes, changedPods, extremes, leastReady, streams, unsettled, begun);
    }

    private PromiseBook with(Map<Promise, Extreme> changed, Extreme least) {
        return new PromiseBook(
                workload, terms, sizes, pods, Collections.unmodifiableMap(changed), least, streams, unsettled, begun);
    }

    private PromiseBook with(Kind kind, Stream changed) {
        Map<Kind, Stream> with = new EnumMap<>(streams);
        with.put(kind, changed);
        return new PromiseBook(
                workload,
                terms,
                sizes,
                pods,
                extremes,
                leastReady,
                Collections.unmodifiableMap(with),
                unsettled,
                begun);
    }
}
