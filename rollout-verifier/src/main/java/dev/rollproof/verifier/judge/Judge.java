// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedWorkload;
import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Judges one rollout of a Deployment, StatefulSet or DaemonSet. A ladder: is it still ours, has the controller seen it, will it fail, and only then,
 * is it complete? Pods are the evidence; the numbers in a status lie for moments. Immutable and thread-safe; what it has to
 * remember goes out with each {@link Assessment} and comes in again.
 */
public final class Judge {
    /** A trouble that was away for longer than this is a new one when it comes back. */
    private static final Duration FORGET_AFTER = Duration.ofSeconds(5);

    private final Expectation expected;
    private final Patience patience;
    private final Duration stableFor;
    private final boolean waitForOldPods;

    /**
     * @param stableFor how long the rollout must stay complete before it counts
     * @param waitForOldPods whether the old pods must be gone, not only going
     */
    public Judge(Expectation expected, Patience patience, Duration stableFor, boolean waitForOldPods) {
        this.expected = Objects.requireNonNull(expected, "expected");
        this.patience = Objects.requireNonNull(patience, "patience");
        this.stableFor = Objects.requireNonNull(stableFor, "stableFor");
        this.waitForOldPods = waitForOldPods;
    }

    /** Judges what was observed up to now. */
    public Assessment next(Memory memory, Snapshot seen, Instant at) {
        if (seen.workload().isEmpty()) {
            return done(memory, new Status.Deleted(expected.workload() + " does not exist"));
        }
        ObservedWorkload workload = seen.workload().get();
        ObservedMetadata metadata = workload.metadata();
        if (!metadata.uid().equals(expected.uid())) {
            return done(memory, new Status.Deleted("it was deleted, and another one was created under its name"));
        }
        if (metadata.terminating()) {
            return done(memory, new Status.Deleted("it is being deleted"));
        }
        if (metadata.generation() < expected.generation()) {
            return waiting(memory, "the change to be seen, generation " + expected.generation());
        }
        if (!workload.template().equals(expected.template())) {
            return done(memory, new Status.Superseded(supersededBy(workload)));
        }
        if (workload.paused()) {
            return done(memory, new Status.Paused("it is paused, and goes on when somebody resumes it"));
        }
        if (workload.observedGeneration() < metadata.generation()) {
            return waiting(
                    memory, "the " + metadata.kind() + " controller to observe generation " + metadata.generation());
        }
        return new Look(memory, seen, Standing.of(seen, workload, waitForOldPods), at).assess();
    }

    private static String supersededBy(ObservedWorkload workload) {
        OptionalLong number = workload instanceof ObservedDeployment d ? d.revision() : OptionalLong.empty();
        String revision = number.isPresent() ? ", revision " + number.getAsLong() : "";
        return "somebody changed its template: generation "
                + workload.metadata().generation() + revision + " is "
                + String.join(", ", workload.template().images());
    }

    private static Assessment done(Memory memory, Status status) {
        return new Assessment(memory, status, Optional.empty());
    }

    private static Assessment waiting(Memory memory, String forWhat) {
        return new Assessment(memory, new Status.Progressing("waiting for " + forWhat, List.of()), Optional.empty());
    }

    /** One look at a workload that is ours and that the controller has seen. */
    private final class Look {
        private final Memory before;
        private final Snapshot seen;
        private final Standing standing;
        private final Instant at;
        private final int restarts;
        private final Map<String, Instant> since;
        private final Map<String, Instant> awaySince;
        private final Map<String, Integer> firstSight;
        private final Map<String, Instant> told;
        private Optional<Instant> recheckAt = Optional.empty();

        Look(Memory before, Snapshot seen, Standing standing, Instant at) {
            this.before = before;
            this.seen = seen;
            this.standing = standing;
            this.at = at;
            this.restarts = Standing.restarts(standing.awaited());
            this.since = new HashMap<>(before.since());
            this.awaySince = new HashMap<>(before.awaySince());
            this.firstSight = firstSight();
            this.told = new HashMap<>(before.toldAtFirstSight());
        }

        private Map<String, Integer> firstSight() {
            Map<String, Integer> known = before.restartsAtFirstSight();
            Map<String, Integer> more = null;
            for (ObservedPod pod : standing.awaited()) {
                for (ObservedContainer container : pod.containers()) {
                    String key = ContainerRules.key("container", pod, container);
                    if (!known.containsKey(key)) {
                        more = more == null ? new HashMap<>(known) : more;
                        more.put(key, container.ready() ? container.restartCount() : 0);
                    }
                }
            }
            return more == null ? known : more;
        }

        Assessment assess() {
            List<Trouble> troubles = troubles();
            List<Cause> failures = ripe(troubles);
            List<Cause> all = merge(troubles.stream().map(Trouble::cause).toList());
            String line = standing.line();
            if (!failures.isEmpty()) {
                return assessment(new Status.Failed(line, standing.advise(failures)), Optional.empty());
            }
            Optional<Cause> exceeded = standing.deadlineExceeded();
            if (exceeded.isPresent()) {
                List<Cause> causes = new ArrayList<>(all);
                causes.add(exceeded.get());
                return assessment(new Status.Failed(line, causes), Optional.empty());
            }
            Optional<String> standstill = standing.standstill();
            if (standstill.isPresent()) {
                return assessment(new Status.Paused(standstill.get()), Optional.empty());
            }
            if (!standing.complete()) {
                return assessment(new Status.Progressing(line, all), Optional.empty());
            }
            Instant completeSince = before.completeSince()
                    .filter(earlier -> restarts == before.restarts())
                    .orElse(at);
            Instant stableAt = completeSince.plus(stableFor);
            if (at.isBefore(stableAt)) {
                recheckAt(stableAt);
                return assessment(
                        new Status.Progressing(
                                line + ", to stay so until " + stableFor.toSeconds() + " s have passed", all),
                        Optional.of(completeSince));
            }
            return assessment(new Status.Complete(line), Optional.of(completeSince));
        }

        private Assessment assessment(Status status, Optional<Instant> completeSince) {
            return new Assessment(
                    new Memory(since, awaySince, completeSince, firstSight, told, restarts), status, recheckAt);
        }

        private void recheckAt(Instant time) {
            if (recheckAt.isEmpty() || time.isBefore(recheckAt.get())) {
                recheckAt = Optional.of(time);
            }
        }

        private List<Trouble> troubles() {
            return standing.troubles(new PodRules(patience, seen.events(), firstSight, told), patience);
        }

        /** The causes of those troubles that have lasted too long; remembers all of them. */
        private List<Cause> ripe(List<Trouble> troubles) {
            List<Cause> ripe = new ArrayList<>();
            forgetWhatIsOver(troubles);
            for (Trouble trouble : troubles) {
                since.putIfAbsent(trouble.key(), at);
                if (trouble.grace().isPresent()) {
                    Instant end = since.getOrDefault(trouble.key(), at)
                            .plus(trouble.grace().get());
                    if (at.isBefore(end)) {
                        recheckAt(end);
                    } else {
                        ripe.add(trouble.cause());
                    }
                }
            }
            return merge(ripe);
        }

        /** Looks may be far apart, so a trouble is over only if it was found away, and for a while. */
        private void forgetWhatIsOver(List<Trouble> troubles) {
            if (since.isEmpty() && awaySince.isEmpty()) {
                return;
            }
            Set<String> present = new HashSet<>();
            for (Trouble trouble : troubles) {
                present.add(trouble.key());
            }
            since.keySet().stream()
                    .filter(key -> !present.contains(key))
                    .forEach(key -> awaySince.putIfAbsent(key, at));
            awaySince.entrySet().removeIf(away -> {
                boolean over = away.getValue().plus(FORGET_AFTER).isBefore(at);
                if (over) {
                    since.remove(away.getKey());
                }
                return over || present.contains(away.getKey());
            });
        }

        /** The same trouble of several pods is one cause with their number. */
        private List<Cause> merge(List<Cause> causes) {
            if (causes.isEmpty()) {
                return List.of();
            }
            Map<String, Cause> merged = new LinkedHashMap<>();
            for (Cause cause : causes) {
                merged.merge(
                        cause.reason() + "/" + cause.container(),
                        cause,
                        (first, other) -> new Cause(
                                first.reason(),
                                first.message(),
                                first.pod(),
                                first.container(),
                                first.count() + other.count()));
            }
            return List.copyOf(merged.values());
        }
    }
}
