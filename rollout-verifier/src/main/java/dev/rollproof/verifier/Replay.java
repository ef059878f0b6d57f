// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.verifier.judge.Assessment;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Judge;
import dev.rollproof.verifier.judge.Memory;
import dev.rollproof.verifier.judge.Status;
import dev.rollproof.verifier.recording.Recording;
import dev.rollproof.verifier.recording.RecordingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges a recording as if it happened now: the same judge, fed with the same changes at the same times. Immutable.
 */
public final class Replay {
    /** A recording's time is its own; any instant serves as its start. */
    private static final Instant START = Instant.EPOCH;

    private final Recording recording;
    private final Optional<Named> workload;
    private final Optional<Duration> from;
    private final VerifierOptions options;

    private Replay(Recording recording, Optional<Named> workload, Optional<Duration> from, VerifierOptions options) {
        this.recording = recording;
        this.workload = workload;
        this.from = from;
        this.options = options;
    }

    /** Of what was recorded, with the verifier's defaults. */
    public static Replay of(Recording recording) {
        return new Replay(
                Objects.requireNonNull(recording, "recording"),
                Optional.empty(),
                Optional.empty(),
                VerifierOptions.defaults());
    }

    /** A workload as people name it. */
    private record Named(String kind, String name) {
        static Named of(ObjectRef ref) {
            return new Named(ref.kind(), ref.name());
        }

        @Override
        public String toString() {
            return kind.toLowerCase(Locale.ROOT) + "/" + name;
        }
    }

    /** Which Deployment to judge; needed where the recording has several workloads. */
    public Replay deployment(String name) {
        return workload("Deployment", name);
    }

    /**
     * Which workload to judge; needed where the recording has several.
     *
     * @param kind {@code Deployment}, {@code StatefulSet} or {@code DaemonSet}
     */
    public Replay workload(String kind, String name) {
        return new Replay(recording, Optional.of(new Named(kind, name)), from, options);
    }

    /**
     * When verification begins, in the recording's time. What was changed before is taken as it stood then. Default: as it was
     * recorded, and the start where it was not.
     */
    public Replay from(Duration start) {
        if (start.isNegative()) {
            throw new IllegalArgumentException("from must not be negative, was " + start);
        }
        return new Replay(recording, workload, Optional.of(start), options);
    }

    /** Judged by other options than it was at the time. */
    public Replay with(VerifierOptions value) {
        return new Replay(recording, workload, from, Objects.requireNonNull(value, "options"));
    }

    /**
     * Judges.
     *
     * @return the verdict; {@link Verdict.TimedOut} where the recording is as long as the timeout and has none, and
     *     {@link Verdict.Undecided} where it ends before
     * @throws RecordingException if the recording has no such workload, or several and none is named
     */
    public Verdict judge() {
        return new Run(chosen()).play();
    }

    private Named chosen() {
        TreeMap<String, Named> found = new TreeMap<>();
        for (Recording.Entry entry : recording.entries()) {
            if (entry.object() instanceof ObservedWorkload seen) {
                Named named = Named.of(seen.ref());
                found.put(named.toString(), named);
            }
        }
        if (found.isEmpty()) {
            throw new RecordingException(
                    "the recording has no Deployment, StatefulSet or DaemonSet in it, so there is nothing to judge");
        }
        if (workload.isPresent()) {
            if (!found.containsValue(workload.get())) {
                throw new RecordingException(
                        "the recording has no " + workload.get() + "; it has " + names(found.values()));
            }
            return workload.get();
        }
        if (found.size() > 1) {
            throw new RecordingException("the recording has several "
                    + (areDeployments(found.values()) ? "Deployments" : "workloads") + " (" + names(found.values())
                    + "); say which one, such as --workload " + found.firstKey());
        }
        return found.firstEntry().getValue();
    }

    private static boolean areDeployments(Collection<Named> all) {
        return all.stream().allMatch(named -> named.kind().equals("Deployment"));
    }

    private static String names(Collection<Named> all) {
        return all.stream()
                .map(named -> areDeployments(all) ? named.name() : named.toString())
                .collect(Collectors.joining(", "));
    }

    /** One pass over the recording. */
    private final class Run {
        private final Sight sight;
        private final Chronicle chronicle = new Chronicle();
        private final Optional<Recording.Begin> begin;
        private final Duration start;
        private final Duration deadline;
        private Memory memory = Memory.empty();
        private Optional<Instant> recheckAt = Optional.empty();
        private Status status;
        private @Nullable Judge judge;
        private @Nullable Expectation expected;
        private final Named named;

        Run(Named named) {
            this.named = named;
            this.status = new Status.Progressing("waiting for the " + named.kind() + " to appear", List.of());
            this.sight = new Sight(named.kind(), named.name());
            this.begin = from.isPresent()
                    ? Optional.empty()
                    : recording.begins().stream()
                            .filter(begun -> Named.of(begun.workload()).equals(named))
                            .findFirst();
            this.start = from.or(() -> begin.map(Recording.Begin::at)).orElse(Duration.ZERO);
            this.deadline = start.plus(options.timeout());
        }

        /** With what became of a Deployment's promises. */
        Verdict play() {
            Verdict verdict = judged();
            Evidence evidence = verdict.evidence();
            if (!named.kind().equals("Deployment")) {
                return verdict;
            }
            return Verdicts.with(
                    verdict,
                    evidence.with(RecordedPromises.of(
                            recording, evidence.workload(), begin, start, start.plus(evidence.elapsed()))));
        }

        private Verdict judged() {
            int index = 0;
            for (Recording.Entry entry : recording.entries()) {
                boolean before = begin.isPresent()
                        ? index < begin.get().index()
                        : entry.at().compareTo(start) < 0;
                index++;
                if (!before && entry.at().compareTo(start) > 0) {
                    Optional<Verdict> verdict = passTimeUpTo(entry.at());
                    if (verdict.isPresent()) {
                        return verdict.get();
                    }
                }
                boolean deleted = entry.type() == Change.Type.DELETED;
                sight.accept(entry.object(), deleted);
                if (before) {
                    chronicle.knows(entry.object());
                } else {
                    chronicle.observed(sinceStart(entry.at()), entry.object(), deleted);
                    Optional<Verdict> verdict = judgeAt(entry.at());
                    if (verdict.isPresent()) {
                        return verdict.get();
                    }
                }
            }
            Duration end = recording.end().compareTo(start) < 0 ? start : recording.end();
            return passTimeUpTo(end)
                    .or(() -> judgeAt(end))
                    .orElseGet(() -> new Verdict.Undecided(evidence(
                            end,
                            new Status.Progressing(
                                    status.line() + "; the recording ends "
                                            + String.format(
                                                    Locale.ROOT,
                                                    "%.1f s before the timeout",
                                                    deadline.minus(end).toMillis() / 1000.0),
                                    status.causesOrNone()))));
        }

        /** Looks at all times that the judge named up to then, and at the deadline. */
        private Optional<Verdict> passTimeUpTo(Duration then) {
            if (judge == null) {
                Optional<Verdict> first = judgeAt(start);
                if (first.isPresent()) {
                    return first;
                }
            }
            while (recheckAt.isPresent() && recheckAt.get().isBefore(START.plus(min(then, deadline)))) {
                Duration at = Duration.between(START, recheckAt.get());
                recheckAt = Optional.empty();
                Optional<Verdict> verdict = judgeAt(at);
                if (verdict.isPresent()) {
                    return verdict;
                }
            }
            if (then.compareTo(deadline) >= 0) {
                return judgeAt(deadline).or(() -> Optional.of(new Verdict.TimedOut(evidence(deadline, status))));
            }
            return Optional.empty();
        }

        private Optional<Verdict> judgeAt(Duration at) {
            if (judge == null) {
                Optional<ObservedWorkload> changed = sight.workload()
                        .filter(seen -> begin.isEmpty()
                                || seen.metadata().generation() >= begin.get().generation());
                if (changed.isEmpty()) {
                    return Optional.empty();
                }
                expected = Expectation.of(changed.get());
                judge = new Judge(expected, options.patience(), options.stableFor(), options.waitForOldPods());
            }
            Assessment assessment = judge.next(memory, sight.snapshot(), START.plus(at));
            memory = assessment.memory();
            recheckAt = assessment.recheckAt();
            status = assessment.status();
            chronicle.note(sinceStart(at), "rollout", "", status.line());
            return status.isFinal() ? Optional.of(Verdicts.of(status, evidence(at, status))) : Optional.empty();
        }

        private Duration sinceStart(Duration at) {
            return at.compareTo(start) < 0 ? Duration.ZERO : at.minus(start);
        }

        private Evidence evidence(Duration at, Status said) {
            ObjectRef judged = sight.workload()
                    .map(ObservedWorkload::ref)
                    .or(() -> Optional.ofNullable(expected).map(Expectation::workload))
                    .orElse(new ObjectRef(named.kind(), "", named.name()));
            return new Evidence(
                    judged,
                    expected == null ? 0 : expected.generation(),
                    sinceStart(at),
                    said.line(),
                    said.causesOrNone(),
                    chronicle.timeline(),
                    List.of());
        }

        private static Duration min(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? one : other;
        }
    }
}
