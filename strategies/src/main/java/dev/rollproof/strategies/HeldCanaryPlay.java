// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.ObservedDeployment.UpdateStrategy;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.BackTo;
import dev.rollproof.strategies.drive.Command;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Play;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.RolloutActionException;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A canary within one Deployment. Its new pods become ready, and serve, but with such a minReadySeconds they never count as
 * available, so the Deployment controller stops where maxSurge and maxUnavailable end: at R - U old pods and min(R, S + U)
 * new ones, as long as U is below R. A weight is reached in two moves: new pods on top first, and when they are ready,
 * old ones away, so that nobody is missed. All fields are put back in the patch that promotes, or turns back.
 *
 * <pre>
 * SHIFTING  → SHIFTING, HOLDING or PROMOTING, as the next step is, when both versions have their pods and these are ready
 * HOLDING   → SHIFTING, HOLDING or PROMOTING, as the next step is, when the pause or the check is passed
 * PROMOTING → over, when the rolling update is complete
 * SHIFTING, HOLDING, PROMOTING → ABORTING, when new pods or a check fail, the cluster refuses, time is up, somebody else
 *             changes the template, or says so
 * ABORTING  → over, when the rolling update back is complete, or fails
 * </pre>
 */
final class HeldCanaryPlay implements Play<CanaryPlay.Phase> {
    /** Longer than anybody lives; one less than the deadline, as validation wants it. */
    static final int NEVER_AVAILABLE = Integer.MAX_VALUE - 1;

    private final Canary strategy;
    private final Versions versions;
    private final Duration patience;
    private final ObjectRef ref;
    private final int replicas;

    private HeldCanaryPlay(Canary strategy, Versions versions, Duration patience) {
        this.strategy = strategy;
        this.versions = versions;
        this.patience = patience;
        this.ref = versions.ref();
        this.replicas = versions.replicasBefore();
    }

    /**
     * @throws RolloutActionException if the Deployment cannot be held
     */
    static HeldCanaryPlay of(Canary strategy, Versions versions, Duration patience) {
        if (versions.replicasBefore() < 2) {
            throw new RolloutActionException(versions.ref() + " has " + versions.replicasBefore()
                    + " replicas: to hold two versions within one Deployment it needs 2 or more");
        }
        if (versions.replicasBefore() != versions.replicasAfter()) {
            throw new RolloutActionException(versions.ref() + " would go from " + versions.replicasBefore() + " to "
                    + versions.replicasAfter()
                    + " replicas with the new version: scale it before or after, not while it is held");
        }
        if (versions.observedAfter().strategy().isRecreate()) {
            throw new RolloutActionException(versions.ref()
                    + " has the strategy Recreate, which cannot be held half-way; it needs RollingUpdate");
        }
        return new HeldCanaryPlay(strategy, versions, patience);
    }

    @Override
    public ObjectRef keeper() {
        return ref;
    }

    @Override
    public List<Participant> participants() {
        return List.of(new Participant(ref, versions.observedBefore().labelSelector()));
    }

    @Override
    public Expectation expected(State<CanaryPlay.Phase> state, Deployment stored) {
        return Casting.expected(versions, true, state.phase() == CanaryPlay.Phase.ABORTING, stored);
    }

    @Override
    public List<ObjectRef> services() {
        return List.of();
    }

    @Override
    public List<ObjectRef> versions() {
        return List.of(ref, ref);
    }

    @Override
    public Optional<BackTo> backTo() {
        return versions.backTo();
    }

    @Override
    public Class<CanaryPlay.Phase> phases() {
        return CanaryPlay.Phase.class;
    }

    @Override
    public Map<String, Object> script() {
        return Casting.script(strategy, versions, patience);
    }

    /** The new template and the brakes come in one patch: without them the whole Deployment would roll. */
    @Override
    public Decision<CanaryPlay.Phase> first(Instant at) {
        if (strategy.steps().isEmpty()) {
            return Decision.acting(
                    State.first(CanaryPlay.Phase.PROMOTING, at),
                    new Action.Change(ref, versions.forward()),
                    "promoting");
        }
        Decision<CanaryPlay.Phase> first = enter(State.first(CanaryPlay.Phase.SHIFTING, at), 0, at);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(versions.forward());
        fields.put("/spec/minReadySeconds", NEVER_AVAILABLE);
        fields.put("/spec/progressDeadlineSeconds", NEVER_AVAILABLE + 1);
        fields.put("/spec/strategy", limits(podsAt(0), 0));
        return Decision.acting(first.next(), new Action.Change(ref, fields), first.line());
    }

    /** New pods at a step: the nearest to its weight that leaves each version one. */
    private int podsAt(int index) {
        return podsFor(replicas, Canary.weightAt(strategy.steps(), index));
    }

    static int podsFor(int replicas, int weight) {
        int nearest = ReplicaRatio.approximate(replicas, weight, 100, 0).next();
        return Math.max(1, Math.min(replicas - 1, nearest));
    }

    private static Map<String, Object> limits(int surge, int unavailable) {
        return new UpdateLimits(surge, unavailable).tree();
    }

    /** A strategy's two limits in whole pods. */
    private record UpdateLimits(int surge, int unavailable) {
        Map<String, Object> tree() {
            return Map.of(
                    "type", "RollingUpdate", "rollingUpdate", Map.of("maxSurge", surge, "maxUnavailable", unavailable));
        }

        static Optional<UpdateLimits> of(UpdateStrategy strategy) {
            try {
                return Optional.of(new UpdateLimits(
                        Integer.parseInt(strategy.maxSurge()), Integer.parseInt(strategy.maxUnavailable())));
            } catch (NumberFormatException notOurs) {
                return Optional.empty();
            }
        }
    }

    @Override
    public Decision<CanaryPlay.Phase> next(State<CanaryPlay.Phase> state, Seen seen, Instant at) {
        Side side = seen.side(ref);
        if (state.phase() == CanaryPlay.Phase.ABORTING) {
            return aborting(state, seen, side, at);
        }
        if (state.ending().isPresent()) {
            throw new IllegalStateException(
                    state.phase() + " cannot go on to " + state.ending().get());
        }
        Optional<Ending> trouble = trouble(state, seen, side, at);
        if (trouble.isPresent()) {
            return Decision.turningBack(
                    state,
                    CanaryPlay.Phase.ABORTING,
                    trouble.get(),
                    trouble.get().why(),
                    at);
        }
        if (!side.fresh()) {
            return Decision.waiting(state, "waiting for the last change to be seen");
        }
        return switch (state.phase()) {
            case SHIFTING -> shifting(state, seen, side, at);
            case HOLDING -> holding(state, seen, at);
            case PROMOTING -> promoting(state, seen, side);
            case ABORTING -> throw new IllegalStateException("aborting is decided above: " + state);
        };
    }

    private Decision<CanaryPlay.Phase> enter(State<CanaryPlay.Phase> state, int index, Instant at) {
        if (index >= strategy.steps().size()) {
            return Decision.acting(
                    state.to(CanaryPlay.Phase.PROMOTING, index, at),
                    new Action.Change(ref, released(versions.forward(), versions.after())),
                    "promoting");
        }
        Step step = strategy.steps().get(index);
        CanaryPlay.Phase phase = step instanceof Step.Weight ? CanaryPlay.Phase.SHIFTING : CanaryPlay.Phase.HOLDING;
        return Decision.waiting(state.to(phase, index, at), step.inWords());
    }

    /** The fields of a version, with the brakes off: each as it is in that version, or not there. */
    private static Map<String, @Nullable Object> released(Map<String, @Nullable Object> fields, Deployment version) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(fields);
        Map<String, Object> spec = Models.toTree(version.getSpec());
        for (String brake : List.of("minReadySeconds", "progressDeadlineSeconds", "strategy")) {
            all.put("/spec/" + brake, spec.get(brake));
        }
        return all;
    }

    private Optional<Ending> trouble(State<CanaryPlay.Phase> state, Seen seen, Side side, Instant at) {
        if (seen.refused().isPresent()) {
            return Optional.of(
                    Ending.failed("the cluster refused: " + seen.refused().get(), List.of()));
        }
        if (seen.toldTo(Command.Verb.ABORT, state.step())) {
            return Optional.of(Ending.failed("somebody told it to turn back", List.of()));
        }
        if (side.status() instanceof Status.Superseded other) {
            return Optional.of(new Ending(Ending.Kind.SUPERSEDED, other.line(), List.of()));
        }
        if (side.status() instanceof Status.Failed failed) {
            return Optional.of(Ending.failed("the new version failed: " + failed.line(), failed.causes()));
        }
        if (state.phase() == CanaryPlay.Phase.SHIFTING && side.fresh() && side.replicas() != replicas) {
            // No weight could be reached any more: which pods go and come is up to the Deployment controller.
            return Optional.of(Ending.failed(
                    "somebody scaled " + ref + " from " + replicas + " to " + side.replicas()
                            + ", and two versions within one Deployment are held at one size: scale it before or after, or"
                            + " let the canary have a Deployment of its own",
                    List.of()));
        }
        if (state.phase() != CanaryPlay.Phase.HOLDING && !at.isBefore(seen.tooLate(state, patience))) {
            return Optional.of(new Ending(
                    Ending.Kind.TIMED_OUT,
                    "no end of " + state.phase() + " within " + patience.toSeconds() + " s: "
                            + side.status().line(),
                    side.status().causesOrNone()));
        }
        return Optional.empty();
    }

    private Decision<CanaryPlay.Phase> shifting(State<CanaryPlay.Phase> state, Seen seen, Side side, Instant at) {
        int pods = podsAt(state.step());
        String line = "weight " + Canary.weightAt(strategy.steps(), state.step()) + ": " + side.newReady() + " of "
                + pods + " new pods ready, " + side.oldReady() + " old";
        Instant end = seen.tooLate(state, patience);
        UpdateLimits now =
                side.deployment().flatMap(d -> UpdateLimits.of(d.strategy())).orElse(new UpdateLimits(0, 0));
        boolean newOnesReady = side.newWanted() == pods && side.newReady() >= pods;
        if (now.surge() == 0 && now.unavailable() == pods) {
            boolean there = newOnesReady
                    && side.oldWanted() == replicas - pods
                    && side.oldReady() >= replicas - pods
                    && side.settled();
            return there
                    ? enter(state, state.step() + 1, at)
                    : Decision.waiting(state, line).until(end);
        }
        if (now.surge() + now.unavailable() != pods) {
            return Decision.acting(
                    state,
                    new Action.Change(
                            ref, Map.of("/spec/strategy", limits(pods - now.unavailable(), now.unavailable()))),
                    line);
        }
        // The status never says available here, so the workload's own minReadySeconds is counted by the pods.
        Instant availableAt =
                side.newReadySince().plusSeconds(versions.observedAfter().minReadySeconds());
        if (newOnesReady && !at.isBefore(availableAt)) {
            return Decision.acting(state, new Action.Change(ref, Map.of("/spec/strategy", limits(0, pods))), line);
        }
        return newOnesReady
                ? Decision.waiting(state, line).until(availableAt).until(end)
                : Decision.waiting(state, line).until(end);
    }

    private Decision<CanaryPlay.Phase> holding(State<CanaryPlay.Phase> state, Seen seen, Instant at) {
        Hold hold = Hold.of(strategy.steps().get(state.step()), state.step(), state.since(), seen, at);
        return hold.passed()
                ? enter(state, state.step() + 1, at)
                : hold.notPassed(state, CanaryPlay.Phase.ABORTING, at);
    }

    private Decision<CanaryPlay.Phase> promoting(State<CanaryPlay.Phase> state, Seen seen, Side side) {
        String line = side.newReady() + " of " + side.replicas() + " pods have the new version and are ready";
        return side.complete()
                ? Decision.over(state, "promoted: " + line)
                : Decision.waiting(state, "promoting: " + line).until(seen.tooLate(state, patience));
    }

    private Decision<CanaryPlay.Phase> aborting(State<CanaryPlay.Phase> state, Seen seen, Side side, Instant at) {
        Ending ending =
                state.ending().orElseThrow(() -> new IllegalStateException("ABORTING without a reason: " + state));
        Instant end = seen.tooLate(state, patience);
        boolean timeIsUp = !at.isBefore(end);
        if (!side.fresh()) {
            return Decision.waiting(state, "turning back: waiting for the last change to be seen");
        }
        boolean held = side.deployment()
                .map(d -> d.minReadySeconds() == NEVER_AVAILABLE)
                .orElse(false);
        if (ending.kind() == Ending.Kind.SUPERSEDED) {
            // Their template stays; the brakes are ours to take away.
            return held
                    ? Decision.acting(
                            state, new Action.Change(ref, released(Map.of(), versions.before())), "releasing it")
                    : Decision.over(state, "released");
        }
        boolean restored = !held && side.has(versions.templateBack());
        String line = "turning back: " + (restored ? side.newReady() : side.oldReady()) + " of "
                + side.replicas()
                + " pods of the old version ready";
        Map<String, @Nullable Object> fields = versions.back(side);
        Optional<Decision<CanaryPlay.Phase>> back = GoingBack.next(
                state, ref, side, held ? released(fields, versions.before()) : fields, restored, at, end, line);
        if (back.isPresent()) {
            return back.get();
        }
        return side.complete() || side.status() instanceof Status.Failed || timeIsUp
                ? Decision.over(
                        state, "back on the old version: " + side.newReady() + " of " + side.replicas() + " pods ready")
                : Decision.waiting(state, line).until(end);
    }
}
