// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.verifier.judge.Assessment;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Judge;
import dev.rollproof.verifier.judge.Memory;
import dev.rollproof.verifier.judge.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * The one loop: take the newest, judge, wait for a change or for the time that the judge names. Everything is judged on the
 * thread that runs it; observations only put their changes into a queue.
 */
final class Verification implements AutoCloseable {
    private final Cluster cluster;
    private final Time time;
    private final VerifierOptions options;
    private final Expectation expected;
    private final Judge judge;
    private final Consumer<Progress> onProgress;
    private final Consumer<Change> onChange;
    private final Sight sight;
    private final Chronicle chronicle = new Chronicle();
    private final ConcurrentLinkedQueue<Change> queue = new ConcurrentLinkedQueue<>();
    private final Instant startedAt;
    private Instant lastContact;
    private Memory memory = Memory.empty();
    private Optional<Contact> contact = Optional.empty();

    Verification(
            Cluster cluster,
            VerifierOptions options,
            Expectation expected,
            Consumer<Progress> onProgress,
            Consumer<Change> onChange) {
        this.cluster = cluster;
        this.time = cluster.time();
        this.options = options;
        this.expected = expected;
        this.judge = new Judge(expected, options.patience(), options.stableFor(), options.waitForOldPods());
        this.onProgress = onProgress;
        this.onChange = onChange;
        this.sight = new Sight(expected.workload().name());
        this.startedAt = time.now();
        this.lastContact = startedAt;
    }

    /** The evidence where nothing could be observed at all. */
    static Evidence nothingSeen(ObjectRef workload, String status) {
        return new Evidence(workload, 0, Duration.ZERO, status, List.of(), new Timeline(List.of()), List.of());
    }

    Verdict run() throws InterruptedException {
        contact = Optional.of(Contact.open(cluster, expected, change -> {
            queue.add(change);
            time.wakeUp();
        }));
        Instant deadline = startedAt.plus(options.timeout());
        while (true) {
            Instant at = time.now();
            Contact open = contact.orElseThrow();
            // Asked first: what was told until then is in the queue, and what comes in between is not missed.
            boolean synced = open.synced();
            takeChanges(at);
            sight.seesReplicaSets(!open.replicaSetsHidden());
            sight.seesPods(!open.podsHidden());
            Assessment assessment = synced
                    ? judge.next(memory, sight.snapshot(), at)
                    : new Assessment(
                            memory,
                            new Status.Progressing("waiting for a first look at the cluster", List.of()),
                            Optional.empty());
            memory = assessment.memory();
            tell(at, assessment.status());
            if (assessment.status().isFinal()) {
                return Verdicts.of(assessment.status(), evidence(at, assessment.status(), open));
            }
            if (!at.isBefore(deadline)) {
                return new Verdict.TimedOut(evidence(at, assessment.status(), open));
            }
            if (!at.isBefore(lastContact.plus(options.unreachable()))) {
                return new Verdict.Unreachable(evidence(at, outOfReach(open), open));
            }
            if (!at.isBefore(nextLook(open)) && lookDirectly(open, at)) {
                continue;
            }
            time.awaitUntil(
                    earliest(deadline, assessment.recheckAt(), open, at),
                    () -> !queue.isEmpty() || !synced && open.synced());
        }
    }

    private void takeChanges(Instant at) {
        for (Change change = queue.poll(); change != null; change = queue.poll()) {
            boolean deleted = change.type() == Change.Type.DELETED;
            sight.accept(change.object(), deleted);
            chronicle.observed(Duration.between(startedAt, at), change.object(), deleted);
            lastContact = at;
            onChange.accept(change);
        }
    }

    private void tell(Instant at, Status status) {
        Duration elapsed = Duration.between(startedAt, at);
        chronicle.note(elapsed, "rollout", "", status.line());
        onProgress.accept(new Progress(elapsed, sight.snapshot(), status, chronicle.news()));
    }

    private Instant nextLook(Contact open) {
        Instant heard = open.lastHeard().filter(lastContact::isBefore).orElse(lastContact);
        Instant since = open.lastLook().filter(heard::isBefore).orElse(heard);
        return since.plus(options.watchdog());
    }

    /** The watches are silent: asks the server itself. Returns whether that told something new. */
    private boolean lookDirectly(Contact open, Instant at) {
        try {
            boolean news = open.look(sight, expected, at);
            lastContact = at;
            if (news) {
                chronicle.note(
                        Duration.between(startedAt, at),
                        "rollout",
                        "watchdog",
                        "the watches were silent while the cluster changed; it was asked directly at "
                                + Duration.between(startedAt, at).toSeconds() + " s");
            }
            return news;
        } catch (ClusterException failed) {
            chronicle.note(Duration.between(startedAt, at), "rollout", "contact", "no contact: " + failed.getMessage());
            return false;
        }
    }

    private Instant earliest(Instant deadline, Optional<Instant> recheckAt, Contact open, Instant at) {
        Instant earliest = deadline;
        for (Instant candidate :
                List.of(recheckAt.orElse(deadline), nextLook(open), lastContact.plus(options.unreachable()))) {
            if (candidate.isAfter(at) && candidate.isBefore(earliest)) {
                earliest = candidate;
            }
        }
        return earliest;
    }

    private Status outOfReach(Contact open) {
        String why = open.trouble().map(trouble -> ": " + trouble.getMessage()).orElse("");
        return new Status.Progressing(
                "the cluster could not be reached for " + options.unreachable().toSeconds() + " s" + why, List.of());
    }

    private Evidence evidence(Instant at, Status status, Contact open) {
        long generation = sight.deployment()
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
                open.unseen());
    }

    @Override
    public void close() {
        contact.ifPresent(Contact::close);
    }
}
