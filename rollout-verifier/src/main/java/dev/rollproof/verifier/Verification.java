// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.verifier.judge.Assessment;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The one loop: take the newest, judge, wait for a change or for the time that the judge names. Or its steps. For one use. */
final class Verification implements AutoCloseable {
    private final Time time;
    private final VerifierOptions options;
    private final Consumer<Progress> onProgress;
    private final Chronicle chronicle;
    private final Following following;
    private Instant startedAt;
    private Instant deadline;
    private Instant nextStep;

    Verification(
            Time time,
            VerifierOptions options,
            Following following,
            Chronicle chronicle,
            Consumer<Progress> onProgress) {
        this.time = time;
        this.options = options;
        this.onProgress = onProgress;
        this.chronicle = chronicle;
        this.following = following;
        this.startedAt = time.now();
        this.deadline = startedAt;
        this.nextStep = startedAt;
    }

    /** Begins to observe what was not observed before; it is to be closed. */
    static Verification open(
            Cluster cluster,
            VerifierOptions options,
            Expectation expected,
            Consumer<Progress> onProgress,
            Consumer<Change> onChange) {
        Chronicle chronicle = new Chronicle();
        Following following = new Following(cluster, options, expected, chronicle, onChange, change -> {});
        return new Verification(cluster.time(), options, following, chronicle, onProgress);
    }

    /** Ends the observation. */
    @Override
    public void close() {
        following.close();
    }

    /** The evidence where nothing could be observed at all. */
    static Evidence nothingSeen(ObjectRef workload, String status) {
        return new Evidence(workload, 0, Duration.ZERO, status, List.of(), new Timeline(List.of()), List.of());
    }

    Verdict run(Expectation expected) throws InterruptedException {
        begin(expected);
        Optional<Verdict> verdict = step();
        while (verdict.isEmpty()) {
            time.awaitUntil(nextStep, following::hasNews);
            verdict = step();
        }
        return verdict.get();
    }

    /** Its time counts from here. */
    void begin(Expectation expected) {
        startedAt = time.now();
        deadline = startedAt.plus(options.timeout());
        following.begin(expected, startedAt);
    }

    /** Takes what was observed, and judges. Empty until there is a verdict; then {@link #nextStep} says when to step again. */
    Optional<Verdict> step() {
        while (true) {
            Instant at = time.now();
            Assessment assessment = following.look(at);
            Optional<String> notAllowed = following.notAllowed();
            if (notAllowed.isPresent()) {
                return Optional.of(
                        new Verdict.Unreachable(evidence(at, new Status.Progressing(notAllowed.get(), List.of()))));
            }
            tell(at, assessment.status());
            if (assessment.status().isFinal()) {
                return Optional.of(Verdicts.of(assessment.status(), evidence(at, assessment.status())));
            }
            if (!at.isBefore(deadline)) {
                return Optional.of(new Verdict.TimedOut(evidence(at, assessment.status())));
            }
            if (!at.isBefore(following.outOfReachAt())) {
                return Optional.of(new Verdict.Unreachable(
                        evidence(at, new Status.Progressing(following.outOfReach(), List.of()))));
            }
            if (at.isBefore(following.nextLook()) || !following.lookDirectly(at)) {
                nextStep = earliest(assessment.recheckAt(), at);
                return Optional.empty();
            }
        }
    }

    /** When to step again, unless there is news before. */
    Instant nextStep() {
        return nextStep;
    }

    boolean hasNews() {
        return following.hasNews();
    }

    private void tell(Instant at, Status status) {
        Duration elapsed = Duration.between(startedAt, at);
        chronicle.note(elapsed, "rollout", "", status.line());
        onProgress.accept(
                new Progress(following.expected().workload(), elapsed, following.snapshot(), status, chronicle.news()));
    }

    private Instant earliest(Optional<Instant> recheckAt, Instant at) {
        Instant earliest = deadline;
        for (Instant candidate : List.of(recheckAt.orElse(deadline), following.nextLook(), following.outOfReachAt())) {
            if (candidate.isAfter(at) && candidate.isBefore(earliest)) {
                earliest = candidate;
            }
        }
        return earliest;
    }

    private Evidence evidence(Instant at, Status status) {
        Expectation expected = following.expected();
        long generation = following
                .snapshot()
                .workload()
                .map(ObservedWorkload::metadata)
                .map(metadata -> Math.max(metadata.generation(), expected.generation()))
                .orElse(expected.generation());
        return new Evidence(
                expected.workload(),
                status instanceof Status.Superseded ? expected.generation() : generation,
                Duration.between(startedAt, at),
                status.line(),
                status.causesOrNone(),
                chronicle.timeline(),
                following.unseen());
    }
}
