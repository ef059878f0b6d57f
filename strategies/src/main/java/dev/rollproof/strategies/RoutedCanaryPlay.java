// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.strategies.ReplicaRatio.Counts;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.BackTo;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Play;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.Split;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A canary of two Deployments whose share of the requests is a weight in an HTTPRoute.
 *
 * <pre>
 * SHIFTING  → SHIFTING, HOLDING or PROMOTING, as the next step is, when both have the pods of the weight and the route has it;
 *             → SETTLING when pods are left over then
 * SETTLING  → SHIFTING, HOLDING or PROMOTING, as the next step is, when the gateway had its time and these pods are gone
 * HOLDING   → SHIFTING, HOLDING or PROMOTING, as the next step is, when the pause or the check is passed
 *             → SHIFTING, back to its weight, when no pod of the canary is ready
 * PROMOTING → RETIRING when the stable Deployment has the new version and its size, and the weights are as before
 * SHIFTING, SETTLING, HOLDING, PROMOTING → ABORTING, when the canary or a check fails, the cluster refuses, time is up, somebody
 *             else changes the stable Deployment's template or the weights, or says so
 * ABORTING  → RETIRING when the weights are as before, and the stable Deployment has the old version and its size
 * RETIRING  → over, when the gateway had its time, the canary is gone, and the stable Deployment is complete
 * </pre>
 *
 * A version gets a weight after its pods are available, and loses pods after the gateway had its time to follow. While no pod of
 * the canary is ready its weight is taken away: a gateway answers its part with errors.
 */
final class RoutedCanaryPlay implements Play<RoutedCanaryPlay.Phase> {
    /** See the table above. */
    enum Phase {
        SHIFTING,
        SETTLING,
        HOLDING,
        PROMOTING,
        ABORTING,
        RETIRING
    }

    private final Canary strategy;
    private final Versions versions;
    private final Duration patience;
    private final CanaryPair pair;
    private final ObjectRef stable;
    private final ObjectRef canary;
    private final WeighedRoute route;
    private final RoutedScale scale;
    private final Duration gatewayFollows;

    /**
     * @param beside the canary's Deployment, with whatever size
     * @param weights as they were in the route before
     * @param patience how long a move may take
     */
    RoutedCanaryPlay(
            Canary strategy,
            Versions versions,
            Deployment beside,
            Split split,
            RouteWeights weights,
            Duration patience) {
        Canary.Shift.ThroughRoute shift = (Canary.Shift.ThroughRoute) strategy.shift();
        this.strategy = strategy;
        this.versions = versions;
        this.patience = patience;
        this.pair = new CanaryPair(versions, beside);
        this.stable = pair.stable();
        this.canary = pair.canary();
        this.route = new WeighedRoute(split, weights, strategy.steps());
        this.scale = new RoutedScale(
                versions.replicasBefore(), versions.replicasAfter(), shift.canaryPods(), shift.dynamicStableScale());
        this.gatewayFollows = shift.gatewayFollows();
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
        boolean promoted = state.phase() == Phase.PROMOTING || state.phase() == Phase.RETIRING;
        boolean back = state.phase() == Phase.ABORTING || state.ending().isPresent();
        return Casting.expected(versions, promoted, back, stored);
    }

    @Override
    public List<ObjectRef> services() {
        return List.of();
    }

    @Override
    public Optional<Split> split() {
        return Optional.of(route.split());
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
        return Casting.script(strategy, versions, patience, route.weights());
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
        if (state.phase() == Phase.RETIRING) {
            return retiring(state, seen, at);
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
            case SETTLING -> settling(state, seen, at);
            case HOLDING -> holding(state, seen, at);
            case PROMOTING -> promoting(state, seen, at);
            case ABORTING, RETIRING -> throw new IllegalStateException("decided above: " + state);
        };
    }

    /** The state of a step, with the change that comes with it. */
    private Decision<Phase> enter(State<Phase> state, int index, Instant at) {
        if (index >= strategy.steps().size()) {
            return Decision.acting(
                    state.to(Phase.PROMOTING, index, at), new Action.Change(stable, versions.forward()), "promoting");
        }
        Step step = strategy.steps().get(index);
        Phase phase = step instanceof Step.Weight ? Phase.SHIFTING : Phase.HOLDING;
        return Decision.waiting(state.to(phase, index, at), step.inWords());
    }

    private Optional<Ending> trouble(State<Phase> state, Seen seen, Instant at) {
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        boolean timed = state.phase() == Phase.SHIFTING || state.phase() == Phase.PROMOTING;
        boolean late = timed && !at.isBefore(seen.tooLate(state, patience));
        return CanaryTrouble.of(seen, state.step(), old, next, state.phase() == Phase.PROMOTING)
                .or(() -> routeTrouble(state, seen))
                .or(() -> late
                        ? Optional.of(CanaryTrouble.timedOut(state.phase(), patience, old, next))
                        : Optional.empty());
    }

    private Optional<Ending> routeTrouble(State<Phase> state, Seen seen) {
        List<Integer> besides = switch (state.phase()) {
            case SHIFTING -> List.of(Canary.weightAt(strategy.steps(), state.step() - 1), 0);
            case PROMOTING -> List.of(0);
            default -> List.of();
        };
        return route.trouble(seen, Canary.weightAt(strategy.steps(), state.step()), besides);
    }

    private Decision<Phase> shifting(State<Phase> state, Seen seen, Instant at) {
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        int wanted = Canary.weightAt(strategy.steps(), state.step());
        int now = route.inForce(seen).orElse(0);
        if (now > 0 && next.newReady() == 0) {
            return Decision.acting(state, route.weigh(0), "no pod of the canary is ready: its weight is taken away");
        }
        Counts needed = scale.counts(wanted, now);
        String line = "weight " + wanted + ": " + next.newReady() + " of " + needed.next() + " canary pods ready, "
                + old.newReady() + " of " + old.replicas() + " stable";
        Optional<Action> growth = growth(old, next, needed);
        if (growth.isPresent()) {
            return Decision.acting(state, growth.get(), line);
        }
        if (!old.complete() || !next.complete()) {
            return Decision.waiting(state, line).until(seen.tooLate(state, patience));
        }
        if (now != wanted) {
            return Decision.acting(state, route.weigh(wanted), line + "; " + route.text(wanted));
        }
        return shrinkage(old, next, scale.counts(wanted, wanted)).isPresent()
                ? Decision.waiting(state.to(Phase.SETTLING, state.step(), at), line)
                : enter(state, state.step() + 1, at);
    }

    private Optional<Action> growth(Side old, Side next, Counts needed) {
        if (next.replicas() < needed.next()) {
            return Optional.of(pair.canaryOf(needed.next(), next.exists()));
        }
        return scale.dynamicStableScale() && old.replicas() < needed.stable()
                ? Optional.of(Action.scale(stable, needed.stable()))
                : Optional.empty();
    }

    /** Where the old version keeps its pods, how many it has is not this strategy's: somebody may scale it. */
    private Optional<Action> shrinkage(Side old, Side next, Counts needed) {
        if (next.replicas() > needed.next()) {
            return Optional.of(Action.scale(canary, needed.next()));
        }
        return scale.dynamicStableScale() && old.replicas() > needed.stable()
                ? Optional.of(Action.scale(stable, needed.stable()))
                : Optional.empty();
    }

    private Decision<Phase> settling(State<Phase> state, Seen seen, Instant at) {
        int weight = Canary.weightAt(strategy.steps(), state.step());
        String line = "weight " + weight + ": the gateway follows, then pods go that it does not need";
        Instant followed = state.since().plus(gatewayFollows);
        if (at.isBefore(followed)) {
            return Decision.waiting(state, line).until(followed);
        }
        return shrinkage(seen.side(stable), seen.side(canary), scale.counts(weight, weight))
                .map(action -> Decision.acting(state, action, line))
                .orElseGet(() -> enter(state, state.step() + 1, at));
    }

    private Decision<Phase> holding(State<Phase> state, Seen seen, Instant at) {
        int weight = Canary.weightAt(strategy.steps(), state.step());
        if (weight > 0 && seen.side(canary).newReady() == 0) {
            return CanaryTrouble.backToWeight(state, Phase.SHIFTING, strategy.steps(), at);
        }
        Hold hold = Hold.of(strategy.steps().get(state.step()), state.step(), state.since(), seen, at);
        return hold.passed() ? enter(state, state.step() + 1, at) : hold.notPassed(state, Phase.ABORTING, at);
    }

    /** The canary keeps its weight until all pods of the stable Deployment have the new version. */
    private Decision<Phase> promoting(State<Phase> state, Seen seen, Instant at) {
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        int now = route.inForce(seen).orElse(0);
        String line = "promoting: " + old.newReady() + " of " + versions.replicasAfter()
                + " stable pods have the new version and are ready, " + next.newReady() + " canary pods beside them";
        if (now > 0 && next.newReady() == 0 && serves(old)) {
            return Decision.acting(
                    state, route.weigh(0), line + "; no pod of the canary is ready: its weight is taken away");
        }
        if (!old.complete()) {
            return Decision.waiting(state, line).until(seen.tooLate(state, patience));
        }
        if (old.replicas() != versions.replicasAfter()) {
            return Decision.acting(state, Action.scale(stable, versions.replicasAfter()), line);
        }
        return now > 0
                ? Decision.acting(state, route.weigh(0), line + "; the weights are put back")
                : Decision.waiting(state.to(Phase.RETIRING, state.step(), at), line);
    }

    private static boolean serves(Side side) {
        return side.newReady() + side.oldReady() > 0;
    }

    private Decision<Phase> aborting(State<Phase> state, Seen seen, Instant at) {
        Ending ending =
                state.ending().orElseThrow(() -> new IllegalStateException("ABORTING without a reason: " + state));
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        Instant end = seen.tooLate(state, patience);
        boolean timeIsUp = !at.isBefore(end);
        boolean someoneElses = ending.kind() == Ending.Kind.SUPERSEDED;
        boolean canaryServes = next.newReady() > 0;
        boolean stepwise = strategy.abort() == Canary.Abort.STEP_BY_STEP && canaryServes && !timeIsUp && !someoneElses;
        boolean isBack = route.isBack(seen);
        String line = "turning back: " + old.newReady() + " of " + versions.replicasBefore()
                + " pods of the old version ready, " + next.newReady() + " canary pods left, weights "
                + RouteWeights.text(seen.weights());
        // First of all, as long as the old version has a pod to answer.
        if (!isBack && !stepwise && (serves(old) || !canaryServes || timeIsUp)) {
            return Decision.acting(state, route.weigh(0), line);
        }
        if (!old.fresh() || !next.fresh()) {
            return Decision.waiting(state, "turning back: waiting for the last change to be seen");
        }
        Optional<Decision<Phase>> back = someoneElses
                ? Optional.empty()
                : GoingBack.next(
                        state, stable, old, versions.back(old), old.has(versions.templateBack()), at, end, line);
        if (back.isPresent()) {
            return back.get();
        }
        if (!isBack && stepwise) {
            return stepDown(state, seen, line, at).until(end);
        }
        if (old.replicas() != versions.replicasBefore()) {
            return Decision.acting(state, Action.scale(stable, versions.replicasBefore()), line);
        }
        return isBack
                ? Decision.waiting(state.to(Phase.RETIRING, state.step(), at), line)
                : Decision.waiting(state, line).until(end);
    }

    /** Towards the weight before the present one, when the old version has the pods for it. */
    private Decision<Phase> stepDown(State<Phase> state, Seen seen, String line, Instant at) {
        Side old = seen.side(stable);
        OptionalInt now = route.inForce(seen);
        if (now.isEmpty()) {
            return Decision.acting(state, route.weigh(0), line);
        }
        int present = Canary.indexOfWeight(strategy.steps(), state.step());
        int lower = Canary.indexOfWeight(strategy.steps(), present - 1);
        int target = Canary.weightAt(strategy.steps(), lower);
        Counts needed = scale.counts(target, now.getAsInt());
        if (scale.dynamicStableScale() && old.replicas() < needed.stable()) {
            return Decision.acting(state, Action.scale(stable, needed.stable()), line);
        }
        if (!old.complete()) {
            return Decision.waiting(state, line);
        }
        return now.getAsInt() == target
                ? Decision.waiting(state.to(Phase.ABORTING, lower, at), line)
                : Decision.acting(state, route.weigh(target), line);
    }

    private Decision<Phase> retiring(State<Phase> state, Seen seen, Instant at) {
        Side old = seen.side(stable);
        Side next = seen.side(canary);
        boolean back = state.ending().isPresent();
        Instant followed = state.since().plus(gatewayFollows);
        Instant end = seen.tooLate(state, patience);
        String line = (back ? "turning back: " : "promoted: ") + old.newReady() + " of " + old.replicas()
                + " stable pods ready, " + next.newReady() + " canary pods left";
        if (!next.fresh()) {
            return Decision.waiting(state, "waiting for the last change to be seen");
        }
        if (next.exists()) {
            return at.isBefore(followed)
                    ? Decision.waiting(state, line + "; the gateway follows").until(followed)
                    : Decision.acting(state, new Action.Remove(canary), line);
        }
        if (!back) {
            return old.complete() || !at.isBefore(end)
                    ? Decision.over(state, "promoted: " + old.newReady() + " of " + old.replicas() + " new pods ready")
                    : Decision.waiting(state, line).until(end);
        }
        boolean someoneElses =
                state.ending().filter(e -> e.kind() == Ending.Kind.SUPERSEDED).isPresent();
        boolean settled = old.fresh() && (old.complete() || old.status() instanceof Status.Failed);
        return settled || someoneElses || !at.isBefore(end)
                ? Decision.over(
                        state, "back on the old version: " + old.newReady() + " of " + old.replicas() + " pods ready")
                : Decision.waiting(state, line).until(end);
    }
}
