// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static dev.rollproof.strategies.Scenes.COMPLETE;
import static dev.rollproof.strategies.Scenes.FAILED;
import static dev.rollproof.strategies.Scenes.PROGRESSING;
import static dev.rollproof.strategies.Scenes.SUPERSEDED;
import static dev.rollproof.strategies.Scenes.T;
import static dev.rollproof.strategies.Scenes.absent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.strategies.Canary.Shift.ThroughRoute;
import dev.rollproof.strategies.RoutedCanaryPlay.Phase;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.Split;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table of the canary through a route, row by row, without a cluster and without time. */
class RoutedPlayTableTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String LABELS = "app: clock, track: stable";
    private static final ObjectRef CANARY = new ObjectRef("Deployment", "default", "clock-canary");
    private static final Ending REASON = Ending.failed("it is bad", List.of());
    private static final Canary STEPS =
            Canary.of().weight(10).pause(Duration.ofMinutes(2)).weight(50);
    private static final ThroughRoute ROUTE = ThroughRoute.of("clock", "clock-stable", "clock-canary");

    private final RoutedCanaryPlay play = play(STEPS.through(ROUTE));
    private final RoutedCanaryPlay dynamic = play(STEPS.through(ROUTE.withDynamicStableScale()));
    private final RoutedCanaryPlay stepwise =
            play(STEPS.through(ROUTE.withDynamicStableScale()).abortStepByStep());

    private static RoutedCanaryPlay play(Canary canary) {
        Versions versions = Versions.of(old(), young());
        return new RoutedCanaryPlay(
                canary,
                versions,
                CanaryManifest.beside(versions, "uid"),
                Routes.SPLIT,
                new RouteWeights(List.of(new RouteWeights.Rule(1, true))),
                PATIENCE);
    }

    private static Deployment old() {
        return Workloads.labelled(10, "clock:1.0", LABELS);
    }

    private static Deployment young() {
        return Workloads.labelled(10, "clock:1.1", LABELS);
    }

    private static Side stable(int pods, Status status) {
        return Scenes.of(old(), pods, status);
    }

    private static Side promoted(int pods, Status status) {
        return Scenes.of(young(), pods, status);
    }

    private static Side canary(int pods, Status status) {
        return Scenes.of(Workloads.labelled(10, "clock:1.1", "app: clock, track: canary"), pods, status);
    }

    private static Side unready(int pods) {
        return Scenes.of(Workloads.labelled(10, "clock:1.1", "app: clock, track: canary"), pods, PROGRESSING, 0, 0, 0);
    }

    private static State<Phase> at(Phase phase, int step) {
        State<Phase> state = new State<>(phase, step, T, Optional.empty());
        return phase == Phase.ABORTING ? state.back(phase, REASON, T) : state;
    }

    private static Action weigh(int stable, int canary) {
        return new Action.Weigh(Routes.SPLIT, List.of(new Split.Weights(stable, canary)));
    }

    private static Decision<Phase> next(
            RoutedCanaryPlay play, State<Phase> state, Side stable, Side canary, int seconds, int... weights) {
        List<Split.Weights> seen = weights.length == 0 ? List.of() : List.of(new Split.Weights(weights[0], weights[1]));
        return play.next(
                state, Scenes.seen(Map.of(Workloads.CLOCK, stable, CANARY, canary), seen), T.plusSeconds(seconds));
    }

    private Decision<Phase> next(State<Phase> state, Side stable, Side canary, int... weights) {
        return next(play, state, stable, canary, 1, weights);
    }

    @Test
    void shiftingBringsThePodsAndThenTheWeight() {
        State<Phase> shifting = at(Phase.SHIFTING, 0);
        assertThat(next(shifting, stable(10, COMPLETE), absent(), 1, 0).action())
                .hasValueSatisfying(action -> assertThat(
                                ((Action.Create) action).manifest().getSpec().getReplicas())
                        .isEqualTo(1));
        assertThat(next(shifting, stable(10, COMPLETE), unready(1), 1, 0).action())
                .as("never to pods that are not available")
                .isEmpty();
        assertThat(next(shifting, stable(10, PROGRESSING), canary(1, COMPLETE), 1, 0)
                        .action())
                .isEmpty();
        assertThat(next(shifting, stable(10, COMPLETE), canary(1, COMPLETE), 1, 0)
                        .action())
                .contains(weigh(90, 10));
        assertThat(next(shifting, stable(10, COMPLETE), canary(1, COMPLETE), 90, 10)
                        .next())
                .isEqualTo(new State<>(Phase.HOLDING, 1, T.plusSeconds(1), Optional.empty()));
        assertThat(next(at(Phase.SHIFTING, 2), stable(10, COMPLETE), canary(1, COMPLETE), 90, 10)
                        .action())
                .contains(Action.scale(CANARY, 5));
        assertThat(next(at(Phase.SHIFTING, 2), stable(10, COMPLETE), canary(5, COMPLETE), 50, 50)
                        .next()
                        .phase())
                .isEqualTo(Phase.PROMOTING);
    }

    @Test
    void nothingIsDecidedByWhatIsOlderThanTheLastWrite() {
        Decision<Phase> decision =
                next(at(Phase.SHIFTING, 0), stable(10, COMPLETE), Scenes.stale(canary(1, COMPLETE)), 1, 0);
        assertThat(decision.action()).isEmpty();
        assertThat(decision.next()).isEqualTo(at(Phase.SHIFTING, 0));
    }

    @Test
    void whatIsLeftOverGoesWhenTheGatewayHadItsTime() {
        RoutedCanaryPlay down = play(Canary.steps(50, 10).through(ROUTE));
        assertThat(next(down, at(Phase.SHIFTING, 1), stable(10, COMPLETE), canary(5, COMPLETE), 1, 50, 50)
                        .action())
                .as("the weight before the pods")
                .contains(weigh(90, 10));
        assertThat(next(down, at(Phase.SHIFTING, 1), stable(10, COMPLETE), canary(5, COMPLETE), 1, 90, 10)
                        .next()
                        .phase())
                .isEqualTo(Phase.SETTLING);
        Decision<Phase> settling =
                next(down, at(Phase.SETTLING, 1), stable(10, COMPLETE), canary(5, COMPLETE), 4, 90, 10);
        assertThat(settling.action()).isEmpty();
        assertThat(settling.recheckAt()).contains(T.plusSeconds(5));
        assertThat(next(down, at(Phase.SETTLING, 1), stable(10, COMPLETE), canary(5, COMPLETE), 5, 90, 10)
                        .action())
                .contains(Action.scale(CANARY, 1));
        assertThat(next(down, at(Phase.SETTLING, 1), stable(10, COMPLETE), canary(1, COMPLETE), 6, 90, 10)
                        .next()
                        .phase())
                .isEqualTo(Phase.PROMOTING);
    }

    @Test
    void aStableVersionThatScalesDynamicallyShrinksAfterItsWeightAndGrowsBeforeIt() {
        State<Phase> settling = at(Phase.SETTLING, 2);
        assertThat(next(dynamic, at(Phase.SHIFTING, 2), stable(9, COMPLETE), canary(5, COMPLETE), 1, 50, 50)
                        .next()
                        .phase())
                .isEqualTo(Phase.SETTLING);
        assertThat(next(dynamic, settling, stable(9, COMPLETE), canary(5, COMPLETE), 5, 50, 50)
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 5));
        RoutedCanaryPlay down = play(Canary.steps(50, 10).through(ROUTE.withDynamicStableScale()));
        assertThat(next(down, at(Phase.SHIFTING, 1), stable(5, COMPLETE), canary(5, COMPLETE), 1, 50, 50)
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 9));
        // Otherwise how many pods the stable version has is not this strategy's.
        assertThat(next(at(Phase.SHIFTING, 2), stable(14, COMPLETE), canary(5, COMPLETE), 50, 50)
                        .next()
                        .phase())
                .isEqualTo(Phase.PROMOTING);
    }

    @Test
    void holdingGoesOnWhenItsTimeIsOverAndGivesTheWeightAwayWhenNoPodIsReady() {
        State<Phase> holding = at(Phase.HOLDING, 1);
        assertThat(next(play, holding, stable(10, COMPLETE), canary(1, COMPLETE), 119, 90, 10)
                        .recheckAt())
                .contains(T.plusSeconds(120));
        assertThat(next(play, holding, stable(10, COMPLETE), canary(1, COMPLETE), 120, 90, 10)
                        .next()
                        .phase())
                .isEqualTo(Phase.SHIFTING);
        assertThat(next(holding, stable(10, COMPLETE), unready(1), 90, 10).next())
                .isEqualTo(new State<>(Phase.SHIFTING, 0, T.plusSeconds(1), Optional.empty()));
        assertThat(next(at(Phase.SHIFTING, 0), stable(10, COMPLETE), unready(1), 90, 10)
                        .action())
                .contains(weigh(1, 0));
    }

    @Test
    void promotingPutsTheWeightsBackWhenAllPodsAreNew() {
        State<Phase> promoting = at(Phase.PROMOTING, 3);
        assertThat(next(promoting, promoted(10, PROGRESSING), canary(5, COMPLETE), 50, 50)
                        .action())
                .isEmpty();
        assertThat(next(dynamic, promoting, promoted(5, COMPLETE), canary(5, COMPLETE), 1, 50, 50)
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 10));
        assertThat(next(promoting, promoted(10, COMPLETE), canary(5, COMPLETE), 50, 50)
                        .action())
                .contains(weigh(1, 0));
        assertThat(next(promoting, promoted(10, PROGRESSING), unready(5), 50, 50)
                        .action())
                .as("no pod of the canary is ready")
                .contains(weigh(1, 0));
        assertThat(next(promoting, promoted(10, COMPLETE), canary(5, COMPLETE), 1, 0)
                        .next()
                        .phase())
                .isEqualTo(Phase.RETIRING);
    }

    @Test
    void retiringRemovesTheCanaryWhenTheGatewayHadItsTime() {
        State<Phase> retiring = at(Phase.RETIRING, 3);
        assertThat(next(play, retiring, promoted(10, COMPLETE), canary(5, COMPLETE), 4, 1, 0)
                        .action())
                .isEmpty();
        assertThat(next(play, retiring, promoted(10, COMPLETE), canary(5, COMPLETE), 5, 1, 0)
                        .action())
                .contains(new Action.Remove(CANARY));
        assertThat(next(play, retiring, promoted(10, COMPLETE), absent(), 5, 1, 0)
                        .over())
                .isTrue();
        State<Phase> back = retiring.back(Phase.RETIRING, REASON, T);
        assertThat(next(play, back, stable(10, PROGRESSING), absent(), 5, 1, 0).over())
                .isFalse();
        assertThat(next(play, back, stable(10, COMPLETE), absent(), 5, 1, 0).over())
                .isTrue();
    }

    @Test
    void everyPhaseButTheLastTwoTurnsBackForEveryReason() {
        for (Phase phase : List.of(Phase.SHIFTING, Phase.SETTLING, Phase.HOLDING, Phase.PROMOTING)) {
            State<Phase> state = at(phase, 1);
            Side stable = stable(10, COMPLETE);
            Side canary = canary(1, COMPLETE);
            for (Decision<Phase> decision : List.of(
                    next(state, stable, canary(1, FAILED), 90, 10),
                    next(state, stable(10, FAILED), canary, 90, 10),
                    next(state, stable(10, SUPERSEDED), canary, 90, 10),
                    next(state, stable, canary, 40, 60),
                    next(state, stable, canary))) {
                assertThat(decision.next().phase()).isEqualTo(Phase.ABORTING);
                assertThat(decision.next().ending()).isPresent();
            }
            boolean timed = phase == Phase.SHIFTING || phase == Phase.PROMOTING;
            Decision<Phase> late = next(play, state, stable(10, PROGRESSING), canary, 60, 90, 10);
            assertThat(late.next()
                            .ending()
                            .filter(ending -> ending.kind() == Ending.Kind.TIMED_OUT)
                            .isPresent())
                    .as(phase.name())
                    .isEqualTo(timed);
        }
    }

    @Test
    void whoTakesTheWeightAwayWhileItHoldsIsNotFought() {
        Decision<Phase> decision = next(at(Phase.HOLDING, 1), stable(10, COMPLETE), canary(1, COMPLETE), 100, 0);
        assertThat(decision.next().ending())
                .hasValueSatisfying(ending -> assertThat(ending.why())
                        .isEqualTo(
                                "somebody else changed the weights in HTTPRoute/clock in default to 100/0, which were"
                                        + " 90/10"));
        assertThat(next(at(Phase.ABORTING, 1), stable(10, COMPLETE), canary(1, COMPLETE), 100, 0)
                        .next()
                        .phase())
                .as("theirs stay")
                .isEqualTo(Phase.RETIRING);
    }

    @Test
    void abortingPutsTheWeightsBackFirst() {
        State<Phase> aborting = at(Phase.ABORTING, 2);
        assertThat(next(aborting, Scenes.stale(stable(10, COMPLETE)), canary(5, FAILED), 50, 50)
                        .action())
                .as("before anything is known for sure")
                .contains(weigh(1, 0));
        assertThat(next(aborting, stable(10, COMPLETE), canary(5, FAILED), 50, 50)
                        .action())
                .contains(weigh(1, 0));
        assertThat(next(aborting, stable(10, COMPLETE), canary(5, FAILED), 1, 0)
                        .next()
                        .phase())
                .isEqualTo(Phase.RETIRING);
        // A promotion that is under way is held until no pod is on its way.
        Side rolling = Scenes.of(young(), 10, PROGRESSING, 2, 8, 0);
        assertThat(next(aborting, rolling, canary(5, COMPLETE), 1, 0).action())
                .hasValueSatisfying(
                        action -> assertThat(((Action.Change) action).fields()).containsEntry("/spec/paused", true));
        Side unsettled = Scenes.of(held(young()), 10, PROGRESSING, 2, 8, 1);
        assertThat(next(aborting, unsettled, canary(5, COMPLETE), 1, 0).action())
                .isEmpty();
        Side settled = Scenes.of(held(young()), 10, PROGRESSING, 2, 8, 0);
        assertThat(next(aborting, settled, canary(5, COMPLETE), 1, 0).action())
                .hasValueSatisfying(action -> assertThat(((Action.Change) action).fields())
                        .containsKey("/spec/template")
                        .containsEntry("/spec/paused", null));
        // A rule that is gone has no weights to be put back.
        assertThat(next(aborting, stable(10, COMPLETE), canary(5, FAILED))
                        .next()
                        .phase())
                .isEqualTo(Phase.RETIRING);
    }

    private static Deployment held(Deployment model) {
        model.getSpec().setPaused(true);
        model.getMetadata().setAnnotations(Map.of("rollproof.dev/held-for-rollback", "true"));
        return model;
    }

    @Test
    void anOldVersionWithoutPodsGetsThemBeforeItGetsTheRequestsBack() {
        State<Phase> aborting = at(Phase.ABORTING, 2);
        assertThat(next(dynamic, aborting, stable(0, COMPLETE), canary(5, COMPLETE), 1, 50, 50)
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 10));
        assertThat(next(dynamic, aborting, stable(0, COMPLETE), unready(5), 1, 50, 50)
                        .action())
                .contains(weigh(1, 0));
    }

    /** Argo Rollouts' cases of a weight that steps down on an abort: with 9 of 10 stable pods from 50 to 10; or else to 0. */
    @Test
    void abortingStepByStepLowersTheWeightAsOldPodsAreThere() {
        State<Phase> aborting = at(Phase.ABORTING, 2);
        assertThat(next(stepwise, aborting, stable(5, COMPLETE), canary(5, COMPLETE), 1, 50, 50)
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 9));
        assertThat(next(stepwise, aborting, Scenes.of(old(), 9, PROGRESSING, 5, 0, 0), canary(5, COMPLETE), 1, 50, 50)
                        .action())
                .isEmpty();
        assertThat(next(stepwise, aborting, stable(9, COMPLETE), canary(5, COMPLETE), 1, 50, 50)
                        .action())
                .contains(weigh(90, 10));
        assertThat(next(stepwise, aborting, stable(9, COMPLETE), canary(5, COMPLETE), 1, 90, 10)
                        .next()
                        .step())
                .isZero();
        assertThat(next(stepwise, at(Phase.ABORTING, 0), stable(9, COMPLETE), canary(5, COMPLETE), 1, 90, 10)
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 10));
        assertThat(next(stepwise, at(Phase.ABORTING, 0), stable(10, COMPLETE), canary(5, COMPLETE), 1, 90, 10)
                        .action())
                .contains(weigh(1, 0));
        assertThat(next(dynamic, aborting, stable(9, COMPLETE), canary(5, COMPLETE), 1, 50, 50)
                        .action())
                .contains(weigh(1, 0));
        assertThat(next(stepwise, aborting, stable(5, COMPLETE), unready(5), 1, 50, 50)
                        .action())
                .as("a canary that answers nothing gets nothing")
                .contains(weigh(1, 0));
    }

    @Test
    void whatDoesNotFitIsAnIllegalStateThatNamesBoth() {
        State<Phase> torn = new State<>(Phase.SHIFTING, 0, T, Optional.of(REASON));
        assertThatThrownBy(() -> next(torn, stable(10, COMPLETE), absent(), 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SHIFTING")
                .hasMessageContaining("it is bad");
        State<Phase> causeless = new State<>(Phase.ABORTING, 0, T, Optional.empty());
        assertThatThrownBy(() -> next(causeless, stable(10, COMPLETE), absent(), 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ABORTING without a reason");
    }
}
