// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
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
import java.util.Set;

/**
 * Judges one rollout of a Deployment. A ladder: is it still ours, has the controller seen it, will it fail, and only then,
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
        if (seen.deployment().isEmpty()) {
            return done(memory, new Status.Deleted(expected.workload() + " does not exist"));
        }
        ObservedDeployment d = seen.deployment().get();
        if (!d.metadata().uid().equals(expected.uid())) {
            return done(memory, new Status.Deleted("it was deleted, and another one was created under its name"));
        }
        if (d.metadata().terminating()) {
            return done(memory, new Status.Deleted("it is being deleted"));
        }
        if (d.metadata().generation() < expected.generation()) {
            return waiting(memory, "the change to be seen, generation " + expected.generation());
        }
        if (!d.template().equals(expected.template())) {
            return done(memory, new Status.Superseded(supersededBy(d)));
        }
        if (d.paused()) {
            return done(memory, new Status.Paused("it is paused, and goes on when somebody resumes it"));
        }
        if (d.observedGeneration() < d.metadata().generation()) {
            return waiting(
                    memory,
                    "the Deployment controller to observe generation "
                            + d.metadata().generation());
        }
        return new Look(memory, seen, d, at).assess();
    }

    private static String supersededBy(ObservedDeployment d) {
        String revision =
                d.revision().isPresent() ? ", revision " + d.revision().getAsLong() : "";
        return "somebody changed its template: generation " + d.metadata().generation() + revision + " is "
                + String.join(", ", d.template().images());
    }

    private static Assessment done(Memory memory, Status status) {
        return new Assessment(memory, status, Optional.empty());
    }

    private static Assessment waiting(Memory memory, String forWhat) {
        return new Assessment(memory, new Status.Progressing("waiting for " + forWhat, List.of()), Optional.empty());
    }

    /** One look at a Deployment that is ours and that the controller has seen. */
    private final class Look {
        private final Memory before;
        private final Snapshot seen;
        private final ObservedDeployment d;
        private final Instant at;
        private final Optional<ObservedReplicaSet> newSet;
        private final PodCount pods;
        private final Map<String, Instant> since;
        private final Map<String, Instant> awaySince;
        private final Map<String, Integer> firstSight;
        private final Map<String, Instant> told;
        private Optional<Instant> recheckAt = Optional.empty();

        Look(Memory before, Snapshot seen, ObservedDeployment d, Instant at) {
            this.before = before;
            this.seen = seen;
            this.d = d;
            this.at = at;
            this.newSet = newReplicaSet();
            this.pods = PodCount.of(seen, d, newSet);
            this.since = new HashMap<>(before.since());
            this.awaySince = new HashMap<>(before.awaySince());
            this.firstSight = firstSight();
            this.told = new HashMap<>(before.toldAtFirstSight());
        }

        private Map<String, Integer> firstSight() {
            Map<String, Integer> known = before.restartsAtFirstSight();
            Map<String, Integer> more = null;
            for (ObservedPod pod : pods.newLive()) {
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

        /** The oldest ReplicaSet of the Deployment with its template: the controller's own rule (findNewReplicaSet). */
        private Optional<ObservedReplicaSet> newReplicaSet() {
            ObservedReplicaSet oldest = null;
            for (ObservedReplicaSet set : seen.replicaSets()) {
                if (set.metadata().isControlledBy(d.metadata().uid())
                        && set.template().equals(d.template())
                        && (oldest == null || isOlder(set, oldest))) {
                    oldest = set;
                }
            }
            return Optional.ofNullable(oldest);
        }

        private boolean isOlder(ObservedReplicaSet set, ObservedReplicaSet than) {
            Instant created = set.metadata().creationTimestamp().orElse(Instant.MAX);
            Instant thanCreated = than.metadata().creationTimestamp().orElse(Instant.MAX);
            int byAge = created.compareTo(thanCreated);
            return byAge != 0
                    ? byAge < 0
                    : set.metadata().name().compareTo(than.metadata().name()) < 0;
        }

        Assessment assess() {
            List<Trouble> troubles = troubles();
            List<Cause> failures = ripe(troubles);
            List<Cause> all = merge(troubles.stream().map(Trouble::cause).toList());
            String line = line();
            if (!failures.isEmpty()) {
                return assessment(new Status.Failed(line, failures), Optional.empty());
            }
            if (deadlineExceeded()) {
                List<Cause> causes = new ArrayList<>(all);
                causes.add(new Cause(
                        "ProgressDeadlineExceeded",
                        "no progress for " + d.progressDeadlineSeconds().orElse(0) + " s",
                        "",
                        "",
                        0));
                return assessment(new Status.Failed(line, causes), Optional.empty());
            }
            if (!complete()) {
                return assessment(new Status.Progressing(line, all), Optional.empty());
            }
            Instant completeSince = before.completeSince()
                    .filter(earlier -> pods.restarts() == before.restarts())
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
                    new Memory(since, awaySince, completeSince, firstSight, told, pods.restarts()), status, recheckAt);
        }

        private void recheckAt(Instant time) {
            if (recheckAt.isEmpty() || time.isBefore(recheckAt.get())) {
                recheckAt = Optional.of(time);
            }
        }

        private List<Trouble> troubles() {
            List<Trouble> troubles = new ArrayList<>();
            PodRules rules = new PodRules(patience, seen.events(), firstSight, told);
            for (ObservedPod pod : pods.newLive()) {
                troubles.addAll(rules.troublesOf(pod));
            }
            newSet.flatMap(set -> ReplicaFailureRule.troubleOf(set, seen.pods(), patience))
                    .ifPresent(troubles::add);
            d.condition("Progressing")
                    .filter(c -> c.isFalse() && c.reason().equals("ReplicaSetCreateError"))
                    .ifPresent(c -> troubles.add(Trouble.fatalAfter(
                            patience.replicaSetCreation(),
                            "create-error/" + d.metadata().uid(),
                            new Cause(c.reason(), c.message(), "", "", 0))));
            return troubles;
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

        /**
         * The condition counts only if it is about our ReplicaSet: it may be left over from the template before, even when
         * the status is of this generation (kubernetes/kubernetes#124264).
         */
        private boolean deadlineExceeded() {
            Optional<ObservedCondition> exceeded = d.condition("Progressing")
                    .filter(c -> c.isFalse() && c.reason().equals("ProgressDeadlineExceeded"));
            if (exceeded.isEmpty()) {
                return false;
            }
            String message = exceeded.get().message();
            if (!message.startsWith("ReplicaSet \"")) {
                return true;
            }
            return !seen.seesReplicaSets()
                    || newSet.isPresent()
                            && message.contains("\"" + newSet.get().metadata().name() + "\"");
        }

        private boolean complete() {
            boolean statusSays = d.updatedReplicas() == d.replicas()
                    && d.statusReplicas() == d.replicas()
                    && d.availableReplicas() == d.replicas();
            if (!statusSays) {
                return false;
            }
            if (seen.seesReplicaSets()) {
                if (newSet.isEmpty() || newSet.get().replicas() != d.replicas() || pods.oldWanted() > 0) {
                    return false;
                }
            }
            if (seen.seesPods() && seen.seesReplicaSets()) {
                return pods.newLive().size() == d.replicas()
                        && pods.newReady() == d.replicas()
                        && pods.oldLive() == 0
                        && (!waitForOldPods || pods.leaving() == 0);
            }
            return true;
        }

        private String line() {
            if (newSet.isEmpty() && seen.seesReplicaSets()) {
                return "waiting for the new ReplicaSet to be created";
            }
            if (!seen.seesPods() || !seen.seesReplicaSets()) {
                return d.availableReplicas() + " of " + d.replicas() + " pods available, by the status alone";
            }
            StringBuilder line = new StringBuilder();
            line.append(pods.newReady()).append(" of ").append(d.replicas()).append(" new pods ready");
            if (pods.newReady() == d.replicas() && d.availableReplicas() < d.replicas()) {
                line.append(", ").append(d.availableReplicas()).append(" available");
            }
            if (pods.newLive().size() > d.replicas()) {
                line.append(", ").append(pods.newLive().size() - d.replicas()).append(" too many");
            }
            if (pods.oldLive() > 0) {
                line.append(", ").append(pods.oldLive()).append(" old to be replaced");
            }
            if (waitForOldPods && pods.leaving() > 0) {
                line.append(", ").append(pods.leaving()).append(" still leaving");
            }
            return line.toString();
        }
    }
}
