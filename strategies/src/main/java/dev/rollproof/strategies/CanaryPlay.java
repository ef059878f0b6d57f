// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.ReplicaRatio.Counts;
import dev.rollproof.strategies.ReplicaRatio.Sized;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.BackTo;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Play;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.State;
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
 * A canary of two Deployments, the stable one and the canary beside it.
 *
 * <pre>
 * SHIFTING  → SHIFTING, HOLDING or PROMOTING, as the next step is, when both versions have the sizes of the weight
 * HOLDING   → SHIFTING, HOLDING or PROMOTING, as the next step is, when the pause or the check is passed
 * HOLDING   → SHIFTING, to the same weight again, when the canary has no pod that is ready any more
 * PROMOTING → over, when the stable Deployment has the new version and its size, and the canary is gone
 * SHIFTING, HOLDING, PROMOTING → ABORTING, when the canary or a check fails, the cluster refuses, time is up,
 *             somebody else changes the stable Deployment's template, or says so
 * ABORTING  → over, when the canary is gone and the stable Deployment has the old version and its size, and is complete, or
 *             fails
 * </pre>
 *
 * The canary takes part in the traffic until the stable Deployment's new pods are available, so traffic never depends on
 * pods that are not ready.
 */
final class CanaryPlay implements Play<CanaryPlay.Phase> {
    /** See the table above. */
    enum Phase {
        SHIFTING,
        HOLDING,
        PROMOTING,
        ABORTING
    }

    private final Canary strategy;
    private final Versions versions;
    private final Duration patience;
    private final CanaryPair pair;
    private final ObjectRef stable;
    private final ObjectRef canary;
    private final Fenceposts posts;

    /**
     * @param beside the canary's Deployment, with whatever size
     * @param patience how long a move may take
     */
    CanaryPlay(Canary strategy, Versions versions, Deployment beside, Duration patience) {
        this.strategy = strategy;
        this.versions = versions;
        this.patience = patience;
        this.pair = new CanaryPair(versions, beside);
        this.stable = pair.stable();
        this.canary = pair.canary();
        this.posts = Fenceposts.of(versions.after());
    }

    @Override
    public ObjectRef keeper() {
        return stable;
    }

    @Override
    public List<Participant> participants() {
        return pair.participants();
    }

    @Override
    public Expectation expected(State<Phase> state, Deployment stored) {
        return Casting.expected(versions, state.phase() == Phase.PROMOTING, state.phase() == Phase.ABORTING, stored);
    }

    @Override
    public List<ObjectRef> services() {
        return List.of();
    }

    @Override
    public List<ObjectRef> versions() {
        return pair.both();
    }

    @Override
    public Optional<BackTo> backTo() {
        return versions.backTo();
    }

    @Override
    public Class<Phase> phases() {
        return Phase.class;
    }

    @Override
    public Map<String, Object> script() {
        return Casting.script(strategy, versions, patience);
    }

    @Override
    public Decision<Phase> first(Instant at) {
        return enter(State.first(Phase.SHIFTING, at), 0, at);
    }

    @Override
    public Decision<Phase> next(State<Phase> state, Seen seen, Instant at) {
        if (state.phase() == Phase.ABORTING) {
            return aborting(state, seen, at);
        }
        if (state.ending().isPresent()) {
            throw new IllegalStateException(
                    state.phase() + " cannot go on to " + state.ending().get());
        }
        Optional<Ending> trouble = trouble(state, seen, at);
        if (trouble.isPresent()) {
            return Decision.turningBack(
                    state, Phase.ABORTING, trouble.get(), trouble.get().why(), at);
        }
        if (!seen.side(stable).fresh() || !seen.side(canary).fresh()) {
            return Decision.waiting(state, "waiting for the last change to be seen");
        }
        return switch (state.phase()) {
            case SHIFTING -> shifting(state, seen, at);
            case HOLDING -> holding(state, seen, at);
            case PROMOTING -> promoting(state, seen);
            case ABORTING -> throw new IllegalStateException("aborting is decided above: " + state);
        };
    }

    /** The state of a step, with the change that comes with it. */
    private Decision<Phase> enter(State<Phase> state, int index, Instant at) {
        if (index >= strategy.steps().size()) {
            return Decision.acting(
                    state.to(Phase.PROMOTING, index, at), new Action.Change(stable, promotion()), "promoting");
        }
        Step step = strategy.steps().get(index);
        Phase phase = step instanceof Step.Weight ? Phase.SHIFTING : Phase.HOLDING;
        return Decision.waiting(state.to(phase, index, at), step.inWords());
    }

    /** The new version; and where one pod more was used for a better ratio, not that one, for the update needs its room. */
    private Map<String, @Nullable Object> promotion() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(versions.forward());
        int weight = Canary.weightAt(strategy.steps(), strategy.steps().size());
        Counts counts = ReplicaRatio.approximate(versions.replicasAfter(), weight, 100, posts.surge());
        if (counts.next() + counts.stable() > versions.replicasAfter()) {
            fields.put(Action.REPLICAS, versions.replicasAfter() - counts.next());
        }
        return fields;
    }

    private Optional<Ending> trouble(State<Phase> state, Seen seen, Instant at) {
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        boolean late = state.phase() != Phase.HOLDING && !at.isBefore(seen.tooLate(state, patience));
        return CanaryTrouble.of(seen, state.step(), old, next, state.phase() == Phase.PROMOTING)
                .or(() -> late
                        ? Optional.of(CanaryTrouble.timedOut(state.phase(), patience, old, next))
                        : Optional.empty());
    }

    private Decision<Phase> shifting(State<Phase> state, Seen seen, Instant at) {
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        int weight = Canary.weightAt(strategy.steps(), state.step());
        Counts wanted = ReplicaRatio.approximate(versions.replicasAfter(), weight, 100, posts.surge());
        String line = "weight " + weight + ": " + next.newReady() + " of " + wanted.next() + " canary pods ready, "
                + old.newReady() + " of " + wanted.stable() + " stable";
        if (next.replicas() == wanted.next() && old.replicas() == wanted.stable()) {
            return (next.complete() || wanted.next() == 0) && old.complete()
                    ? enter(state, state.step() + 1, at)
                    : Decision.waiting(state, line).until(seen.tooLate(state, patience));
        }
        return move(state, wanted, old, next, line).until(seen.tooLate(state, patience));
    }

    /** One move towards the wanted sizes: first what grows, then what shrinks. */
    private Decision<Phase> move(State<Phase> state, Counts wanted, Side old, Side next, String line) {
        if (old.isShrinking() || next.isShrinking()) {
            return Decision.waiting(state, line);
        }
        Counts to = ReplicaRatio.next(
                versions.replicasAfter(),
                posts,
                wanted,
                new Sized(next.replicas(), next.available()),
                new Sized(old.replicas(), old.available()),
                0);
        boolean stableFirst = to.stable() > old.replicas() || to.next() == next.replicas();
        if (stableFirst && to.stable() != old.replicas()) {
            return Decision.acting(state, Action.scale(stable, to.stable()), line);
        }
        if (to.next() != next.replicas()) {
            return Decision.acting(state, pair.canaryOf(to.next(), next.exists()), line);
        }
        return Decision.waiting(state, line);
    }

    private Decision<Phase> holding(State<Phase> state, Seen seen, Instant at) {
        int weight = Canary.weightAt(strategy.steps(), state.step());
        Counts wanted = ReplicaRatio.approximate(versions.replicasAfter(), weight, 100, posts.surge());
        if (wanted.next() > 0 && seen.side(canary).newReady() == 0) {
            return CanaryTrouble.backToWeight(state, Phase.SHIFTING, strategy.steps(), at);
        }
        Hold hold = Hold.of(strategy.steps().get(state.step()), state.step(), state.since(), seen, at);
        return hold.passed() ? enter(state, state.step() + 1, at) : hold.notPassed(state, Phase.ABORTING, at);
    }

    private Decision<Phase> promoting(State<Phase> state, Seen seen) {
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        String line = "promoting: " + old.newReady() + " of " + versions.replicasAfter()
                + " stable pods have the new version and are ready, " + next.newReady() + " canary pods beside them";
        Instant end = seen.tooLate(state, patience);
        if (!old.complete()) {
            return Decision.waiting(state, line).until(end);
        }
        if (old.replicas() == versions.replicasAfter()) {
            return next.exists()
                    ? Decision.acting(state, new Action.Remove(canary), line)
                    : Decision.over(state, "promoted: " + old.newReady() + " of " + old.replicas() + " new pods ready");
        }
        if (old.replicas() > versions.replicasAfter()) {
            return Decision.acting(state, Action.scale(stable, versions.replicasAfter()), line);
        }
        if (next.isShrinking()) {
            return Decision.waiting(state, line).until(end);
        }
        // The stable Deployment is the one that grows now, within the same limits.
        Counts to = ReplicaRatio.next(
                versions.replicasAfter(),
                posts,
                new Counts(versions.replicasAfter(), 0),
                new Sized(old.replicas(), old.available()),
                new Sized(next.replicas(), next.available()),
                0);
        if (to.next() != old.replicas()) {
            return Decision.acting(state, Action.scale(stable, to.next()), line);
        }
        return to.stable() != next.replicas()
                ? Decision.acting(state, Action.scale(canary, to.stable()), line)
                : Decision.waiting(state, line).until(end);
    }

    private Decision<Phase> aborting(State<Phase> state, Seen seen, Instant at) {
        Ending ending =
                state.ending().orElseThrow(() -> new IllegalStateException("ABORTING without a reason: " + state));
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        if (!old.fresh() || !next.fresh()) {
            return Decision.waiting(state, "turning back: waiting for the last change to be seen");
        }
        Instant end = seen.tooLate(state, patience);
        boolean timeIsUp = !at.isBefore(end);
        boolean someoneElses = ending.kind() == Ending.Kind.SUPERSEDED;
        String line = "turning back: " + old.newReady() + " of " + versions.replicasBefore()
                + " pods of the old version ready, " + next.newReady() + " canary pods left";
        Optional<Decision<Phase>> back = someoneElses
                ? Optional.empty()
                : GoingBack.next(
                        state, stable, old, versions.back(old), old.has(versions.templateBack()), at, end, line);
        if (back.isPresent()) {
            return back.get();
        }
        boolean stepwise = strategy.abort() == Canary.Abort.STEP_BY_STEP && next.exists() && !timeIsUp && !someoneElses;
        if (stepwise) {
            Decision<Phase> down = stepDown(state, old, next, line, at);
            if (down.action().isPresent() || !down.next().equals(state) || next.replicas() > 0) {
                return down.until(end);
            }
        }
        if (old.replicas() != versions.replicasBefore()) {
            return Decision.acting(state, Action.scale(stable, versions.replicasBefore()), line);
        }
        if (next.exists()) {
            return Decision.acting(state, new Action.Remove(canary), line);
        }
        return old.complete() || old.status() instanceof Status.Failed || someoneElses || timeIsUp
                ? Decision.over(
                        state, "back on the old version: " + old.newReady() + " of " + old.replicas() + " pods ready")
                : Decision.waiting(state, line).until(end);
    }

    /** Towards the weight before the present one, and from there to the one before that, down to none. */
    private Decision<Phase> stepDown(State<Phase> state, Side old, Side next, String line, Instant at) {
        int lower = Canary.indexOfWeight(strategy.steps(), Canary.indexOfWeight(strategy.steps(), state.step()) - 1);
        int weight = lower < 0 ? 0 : Canary.weightAt(strategy.steps(), lower);
        Counts wanted = ReplicaRatio.approximate(versions.replicasAfter(), weight, 100, posts.surge());
        if (next.replicas() == wanted.next() && old.replicas() == wanted.stable()) {
            return old.complete() && lower >= 0
                    ? Decision.waiting(state.to(Phase.ABORTING, lower, at), line)
                    : Decision.waiting(state, line);
        }
        return move(state, wanted, old, next, line);
    }
}
