// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.verifier.judge.Assessment;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The one loop: take the newest, judge, wait for a change or for the time that the judge names. For one use. */
final class Verification {
    private final Time time;
    private final VerifierOptions options;
    private final Consumer<Progress> onProgress;
    private final Chronicle chronicle;
    private final Following following;
    private Instant startedAt;

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
    }

    /** The evidence where nothing could be observed at all. */
    static Evidence nothingSeen(ObjectRef workload, String status) {
        return new Evidence(workload, 0, Duration.ZERO, status, List.of(), new Timeline(List.of()), List.of());
    }

    Verdict run(Expectation expected) throws InterruptedException {
        startedAt = time.now();
        following.begin(expected, startedAt);
        Instant deadline = startedAt.plus(options.timeout());
        while (true) {
            Instant at = time.now();
            Assessment assessment = following.look(at);
            Optional<String> notAllowed = following.notAllowed();
            if (notAllowed.isPresent()) {
                return new Verdict.Unreachable(evidence(at, new Status.Progressing(notAllowed.get(), List.of())));
            }
            tell(at, assessment.status());
            if (assessment.status().isFinal()) {
                return Verdicts.of(assessment.status(), evidence(at, assessment.status()));
            }
            if (!at.isBefore(deadline)) {
                return new Verdict.TimedOut(evidence(at, assessment.status()));
            }
            if (!at.isBefore(following.outOfReachAt())) {
                return new Verdict.Unreachable(evidence(at, new Status.Progressing(following.outOfReach(), List.of())));
            }
            if (!at.isBefore(following.nextLook()) && following.lookDirectly(at)) {
                continue;
            }
            time.awaitUntil(earliest(deadline, assessment.recheckAt(), at), following::hasNews);
        }
    }

    private void tell(Instant at, Status status) {
        Duration elapsed = Duration.between(startedAt, at);
        chronicle.note(elapsed, "rollout", "", status.line());
        onProgress.accept(new Progress(elapsed, following.snapshot(), status, chronicle.news()));
    }

    private Instant earliest(Instant deadline, Optional<Instant> recheckAt, Instant at) {
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
                .deployment()
                .map(ObservedDeployment::metadata)
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
