// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.verifier.judge.Assessment;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Snapshot;
import dev.rollproof.verifier.judge.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Follows several workloads at once and judges each, look by look, with one timeline for all: for whoever acts between the
 * looks. {@link RolloutVerifier} is for everybody else. For one thread, which does all the looking and waiting.
 */
public final class Lookout implements AutoCloseable {
    /**
     * One look at a Deployment.
     *
     * @param seen the newest that was observed around it
     * @param status how it stands, measured by what is expected of it
     */
    public record Look(Snapshot seen, Status status) {}

    /** Listens to no change: then events that say that all goes well are looked at when something else is. */
    public static final Consumer<Change> NOBODY = change -> {};

    private final Cluster cluster;
    private final VerifierOptions options;
    private final Consumer<Change> onChange;
    private final Time time;
    private final Instant startedAt;
    private final Chronicle chronicle = new Chronicle();
    private final Map<ObjectRef, Following> followed = new LinkedHashMap<>();
    private Optional<Instant> recheckAt = Optional.empty();

    private Lookout(Cluster cluster, VerifierOptions options, Consumer<Change> onChange) {
        this.cluster = cluster;
        this.options = options;
        this.onChange = onChange;
        this.time = cluster.time();
        this.startedAt = time.now();
    }

    /** Follows nothing yet. */
    public static Lookout on(Cluster cluster, VerifierOptions options, Consumer<Change> onChange) {
        return new Lookout(cluster, options, onChange);
    }

    /** Follows a Deployment, which need not exist yet, or expects something else of one that is followed. */
    public void expect(Expectation expected) {
        Following known = followed.get(expected.workload());
        if (known == null) {
            Following opened = new Following(cluster, options, expected, chronicle, onChange, change -> {});
            opened.begin(expected, startedAt);
            followed.put(expected.workload(), opened);
        } else {
            known.expect(expected);
        }
    }

    /** What is expected of a Deployment that is followed. */
    public Expectation expected(ObjectRef deployment) {
        return following(deployment).expected();
    }

    /** Judges a Deployment that is followed, by all that was observed up to now. */
    public Look look(ObjectRef deployment, Instant at) {
        Following following = following(deployment);
        Assessment assessment = following.look(at);
        assessment
                .recheckAt()
                .filter(time -> recheckAt.isEmpty() || time.isBefore(recheckAt.get()))
                .ifPresent(time -> recheckAt = Optional.of(time));
        return new Look(following.snapshot(), assessment.status());
    }

    private Following following(ObjectRef deployment) {
        Following following = followed.get(deployment);
        if (following == null) {
            throw new IllegalArgumentException(deployment + " is not followed");
        }
        return following;
    }

    /** Whether all that is followed has been seen once. */
    public boolean synced() {
        for (Following following : followed.values()) {
            if (!following.synced()) {
                return false;
            }
        }
        return true;
    }

    /** Says that the cluster has been out of reach for too long, and why; empty while it is not. */
    public Optional<String> outOfReach(Instant at) {
        for (Following following : followed.values()) {
            if (!at.isBefore(following.outOfReachAt())) {
                return Optional.of(following.outOfReach());
            }
        }
        return Optional.empty();
    }

    /**
     * Waits until something changed, or one of the times has come that the judges, the watchdogs or the caller named. Asks
     * the server itself where the watches are silent.
     */
    public void await(Optional<Instant> callersRecheckAt) throws InterruptedException {
        Instant at = time.now();
        Instant until = at.plus(options.watchdog());
        List<Instant> candidates = new ArrayList<>();
        callersRecheckAt.ifPresent(candidates::add);
        recheckAt.ifPresent(candidates::add);
        recheckAt = Optional.empty();
        for (Following following : followed.values()) {
            if (!at.isBefore(following.nextLook()) && following.lookDirectly(at)) {
                return;
            }
            candidates.add(following.nextLook());
            candidates.add(following.outOfReachAt());
        }
        for (Instant candidate : candidates) {
            if (candidate.isAfter(at) && candidate.isBefore(until)) {
                until = candidate;
            }
        }
        time.awaitUntil(until, this::hasNews);
    }

    /**
     * Asks the server itself, whatever the watches say: for decisions that nobody may take by what was so a moment ago. Returns
     * whether that told something new, by which to judge again.
     */
    public boolean ask() {
        Instant at = time.now();
        boolean found = false;
        for (Following following : followed.values()) {
            found |= following.ask(at);
        }
        return found;
    }

    /** Asked after every event of a simulated cluster. */
    private boolean hasNews() {
        for (Following following : followed.values()) {
            if (following.hasNews()) {
                return true;
            }
        }
        return false;
    }

    /** Adds to the timeline, unless the last that was added about this subject says the same. */
    public void note(Instant at, String subject, String what) {
        chronicle.note(elapsed(at), subject, "", what);
    }

    /** The time since it was opened. */
    public Duration elapsed(Instant at) {
        return Duration.between(startedAt, at);
    }

    /** All that was noted up to now, of all that are followed. */
    public Timeline timeline() {
        return chronicle.timeline();
    }

    /** What was added to the timeline since the last call. */
    public List<Timeline.Entry> news() {
        return chronicle.news();
    }

    /** What could not be looked at, for want of rights. */
    public List<String> unseen() {
        return followed.values().stream()
                .flatMap(following -> following.unseen().stream())
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        followed.values().forEach(Following::close);
    }
}
