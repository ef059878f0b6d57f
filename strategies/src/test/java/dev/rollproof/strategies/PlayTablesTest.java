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
import dev.rollproof.strategies.check.Check;
import dev.rollproof.strategies.check.CheckRun;
import dev.rollproof.strategies.check.Measurement;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.Command;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The tables of the three state machines, row by row, without a cluster and without time. */
class PlayTablesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ObjectRef CANARY = new ObjectRef("Deployment", "default", "clock-canary");
    private static final ObjectRef GREEN = new ObjectRef("Deployment", "default", "clock-green");
    private static final ObjectRef SERVICE = new ObjectRef("Service", "default", "clock");
    private static final Ending REASON = Ending.failed("it is bad", List.of());
    private static final Check CHECK = Check.of("good", context -> true);

    private static Deployment old(String labels) {
        return limited(Workloads.labelled(10, "clock:1.0", labels));
    }

    private static Deployment young(String labels) {
        return limited(Workloads.labelled(10, "clock:1.1", labels));
    }

    private static Deployment limited(Deployment d) {
        d.getSpec()
                .setStrategy(RollingUpdate.of().maxSurge(1).maxUnavailable("0%").toModel());
        return d;
    }

    /** Two Deployments. */
    private static final class Pair {
        static final String LABELS = "app: clock, track: stable";
        final CanaryPlay play;

        Pair(Canary canary) {
            Versions versions = Versions.of(old(LABELS), young(LABELS));
            play = new CanaryPlay(canary, versions, CanaryManifest.beside(versions, "uid"), PATIENCE);
        }

        static State<CanaryPlay.Phase> at(CanaryPlay.Phase phase, int step) {
            State<CanaryPlay.Phase> state = new State<>(phase, step, T, Optional.empty());
            return phase == CanaryPlay.Phase.ABORTING ? state.back(phase, REASON, T) : state;
        }

        static Side canary(int pods, Status status) {
            return Scenes.of(young("app: clock, track: canary"), pods, status);
        }

        Decision<CanaryPlay.Phase> next(State<CanaryPlay.Phase> state, Side stable, Side canary) {
            return play.next(state, seen(stable, canary), T.plusSeconds(1));
        }

        static Seen seen(Side stable, Side canary) {
            return Scenes.seen(
                    Map.of(Workloads.CLOCK, stable, CANARY, canary),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    private static Side stable(int pods, Status status) {
        return Scenes.of(old(Pair.LABELS), pods, status);
    }

    private static Side promoted(int pods, Status status) {
        return Scenes.of(young(Pair.LABELS), pods, status);
    }

    private final Pair pair =
            new Pair(Canary.of().weight(10).pause(Duration.ofMinutes(2)).weight(50));

    @Test
    void shiftingGrowsTheCanaryFirstAndThenShrinksTheStableOne() {
        var shifting = Pair.at(CanaryPlay.Phase.SHIFTING, 0);
        assertThat(pair.next(shifting, stable(10, COMPLETE), absent()).action())
                .hasValueSatisfying(action -> assertThat(
                                ((Action.Create) action).manifest().getSpec().getReplicas())
                        .isEqualTo(1));
        assertThat(pair.next(shifting, stable(10, COMPLETE), Pair.canary(1, COMPLETE))
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 9));
        // Not before it is available.
        Side notReady = Scenes.of(young("app: clock, track: canary"), 1, PROGRESSING, 0, 0, 0);
        assertThat(pair.next(shifting, stable(10, COMPLETE), notReady).action()).isEmpty();
    }

    @Test
    void shiftingGoesToTheNextStepWhenBothHaveTheirSizesAndAreComplete() {
        var first = pair.next(Pair.at(CanaryPlay.Phase.SHIFTING, 0), stable(9, COMPLETE), Pair.canary(1, COMPLETE));
        assertThat(first.next())
                .isEqualTo(new State<>(CanaryPlay.Phase.HOLDING, 1, T.plusSeconds(1), Optional.empty()));
        var waiting =
                pair.next(Pair.at(CanaryPlay.Phase.SHIFTING, 0), stable(9, PROGRESSING), Pair.canary(1, COMPLETE));
        assertThat(waiting.next().phase()).isEqualTo(CanaryPlay.Phase.SHIFTING);
        assertThat(waiting.recheckAt()).contains(T.plus(PATIENCE));
        var last = pair.next(Pair.at(CanaryPlay.Phase.SHIFTING, 2), stable(5, COMPLETE), Pair.canary(5, COMPLETE));
        assertThat(last.next().phase()).isEqualTo(CanaryPlay.Phase.PROMOTING);
        // The promotion's change comes with the state.
        assertThat(last.action())
                .hasValueSatisfying(
                        action -> assertThat(((Action.Change) action).fields()).containsOnlyKeys("/spec/template"));
    }

    @Test
    void nothingIsDecidedByWhatIsOlderThanTheLastWrite() {
        var decision = pair.next(
                Pair.at(CanaryPlay.Phase.SHIFTING, 0), Scenes.stale(stable(9, COMPLETE)), Pair.canary(1, COMPLETE));
        assertThat(decision.action()).isEmpty();
        assertThat(decision.next()).isEqualTo(Pair.at(CanaryPlay.Phase.SHIFTING, 0));
    }

    @Test
    void holdingGoesOnWhenItsTimeIsOver() {
        var holding = Pair.at(CanaryPlay.Phase.HOLDING, 1);
        Seen seen = Pair.seen(stable(9, COMPLETE), Pair.canary(1, COMPLETE));
        assertThat(pair.play.next(holding, seen, T.plusSeconds(119)).recheckAt())
                .contains(T.plusSeconds(120));
        assertThat(pair.play.next(holding, seen, T.plusSeconds(120)).next().phase())
                .isEqualTo(CanaryPlay.Phase.SHIFTING);
    }

    @Test
    void promotingLetsTheStableOneGrowAndRemovesTheCanaryLast() {
        var promoting = Pair.at(CanaryPlay.Phase.PROMOTING, 3);
        assertThat(pair.next(promoting, promoted(5, PROGRESSING), Pair.canary(5, COMPLETE))
                        .action())
                .isEmpty();
        assertThat(pair.next(promoting, promoted(5, COMPLETE), Pair.canary(5, COMPLETE))
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 6));
        assertThat(pair.next(promoting, promoted(6, COMPLETE), Pair.canary(5, COMPLETE))
                        .action())
                .contains(Action.scale(CANARY, 4));
        assertThat(pair.next(promoting, promoted(10, COMPLETE), Pair.canary(1, COMPLETE))
                        .action())
                .contains(new Action.Remove(CANARY));
        assertThat(pair.next(promoting, promoted(10, COMPLETE), absent()).over())
                .isTrue();
    }

    @Test
    void everyPhaseButAbortingTurnsBackForEveryReason() {
        for (CanaryPlay.Phase phase :
                List.of(CanaryPlay.Phase.SHIFTING, CanaryPlay.Phase.HOLDING, CanaryPlay.Phase.PROMOTING)) {
            var state = Pair.at(phase, 1);
            Side stable = stable(9, COMPLETE);
            Side canary = Pair.canary(1, COMPLETE);
            assertThat(pair.next(state, stable, Pair.canary(1, FAILED)).next().ending())
                    .hasValueSatisfying(ending -> assertThat(ending.kind()).isEqualTo(Ending.Kind.FAILED));
            assertThat(pair.next(state, stable(9, FAILED), canary).next().phase())
                    .isEqualTo(CanaryPlay.Phase.ABORTING);
            assertThat(pair.next(state, stable(9, SUPERSEDED), canary).next().ending())
                    .hasValueSatisfying(ending -> assertThat(ending.kind()).isEqualTo(Ending.Kind.SUPERSEDED));
            Seen refused = Scenes.seen(
                    Pair.seen(stable, canary).deployments(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("exceeded quota"));
            assertThat(pair.play.next(state, refused, T).next().ending())
                    .hasValueSatisfying(ending -> assertThat(ending.why()).contains("exceeded quota"));
            Seen told = Scenes.seen(
                    Pair.seen(stable, canary).deployments(),
                    Map.of(),
                    Optional.empty(),
                    Optional.of(new Command(Command.Verb.ABORT, 0)),
                    Optional.empty());
            assertThat(pair.play.next(state, told, T).next().phase()).isEqualTo(CanaryPlay.Phase.ABORTING);
            boolean timed = phase != CanaryPlay.Phase.HOLDING;
            assertThat(pair.play
                            .next(state, Pair.seen(stable(9, PROGRESSING), canary), T.plus(PATIENCE))
                            .next()
                            .ending()
                            .filter(ending -> ending.kind() == Ending.Kind.TIMED_OUT)
                            .isPresent())
                    .isEqualTo(timed);
        }
    }

    @Test
    void abortingAtOnceBringsTheOldVersionBackAndTakesTheCanaryAway() {
        var aborting = Pair.at(CanaryPlay.Phase.ABORTING, 2);
        assertThat(pair.next(aborting, stable(5, COMPLETE), Pair.canary(5, FAILED))
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 10));
        assertThat(pair.next(aborting, stable(10, PROGRESSING), Pair.canary(5, FAILED))
                        .action())
                .contains(new Action.Remove(CANARY));
        assertThat(pair.next(aborting, stable(10, PROGRESSING), absent()).over())
                .isFalse();
        assertThat(pair.next(aborting, stable(10, COMPLETE), absent()).over()).isTrue();
    }

    @Test
    void abortingAPromotionHoldsItUntilTheControllersHaveSettled() {
        var aborting = Pair.at(CanaryPlay.Phase.ABORTING, 3);
        Side rolling = Scenes.of(young(Pair.LABELS), 5, PROGRESSING, 2, 4, 0);
        assertThat(pair.next(aborting, rolling, Pair.canary(5, COMPLETE)).action())
                .contains(HOLD);
        Side unsettled = Scenes.of(held(young(Pair.LABELS)), 5, PROGRESSING, 2, 4, 1);
        assertThat(pair.next(aborting, unsettled, Pair.canary(5, COMPLETE)).action())
                .isEmpty();
        Side settled = Scenes.of(held(young(Pair.LABELS)), 5, PROGRESSING, 2, 4, 0);
        assertThat(pair.next(aborting, settled, Pair.canary(5, COMPLETE)).action())
                .hasValueSatisfying(action -> assertThat(((Action.Change) action).fields())
                        .containsOnlyKeys("/spec/template", "/spec/paused", HELD)
                        .containsEntry("/spec/paused", null)
                        .containsEntry(HELD, null));
    }

    @Test
    void whatHasNoPodsToLoseIsNotHeld() {
        Side started = Scenes.of(young(Pair.LABELS), 5, PROGRESSING, 2, 0, 0);
        assertThat(pair.next(Pair.at(CanaryPlay.Phase.ABORTING, 3), started, absent())
                        .action())
                .hasValueSatisfying(
                        action -> assertThat(((Action.Change) action).fields()).containsOnlyKeys("/spec/template"));
    }

    @Test
    void somebodyElsesPauseStays() {
        Deployment paused = young(Pair.LABELS);
        paused.getSpec().setPaused(true);
        assertThat(pair.next(
                                Pair.at(CanaryPlay.Phase.ABORTING, 3),
                                Scenes.of(paused, 5, PROGRESSING, 2, 4, 0),
                                absent())
                        .action())
                .hasValueSatisfying(
                        action -> assertThat(((Action.Change) action).fields()).containsOnlyKeys("/spec/template"));
    }

    private static final String HELD = "/metadata/annotations/rollproof.dev~1held-for-rollback";
    private static final Action HOLD = new Action.Change(Workloads.CLOCK, Map.of("/spec/paused", true, HELD, "true"));

    private static Deployment held(Deployment model) {
        model.getSpec().setPaused(true);
        model.getMetadata().setAnnotations(Map.of("rollproof.dev/held-for-rollback", "true"));
        return model;
    }

    @Test
    void abortingStepByStepGoesDownThroughTheWeights() {
        Pair stepwise = new Pair(Canary.steps(10, 50).abortStepByStep());
        var aborting = Pair.at(CanaryPlay.Phase.ABORTING, 1);
        assertThat(stepwise.next(aborting, stable(5, COMPLETE), Pair.canary(5, COMPLETE))
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 6));
        assertThat(stepwise.next(aborting, stable(6, COMPLETE), Pair.canary(5, COMPLETE))
                        .action())
                .contains(Action.scale(CANARY, 4));
        var lower = stepwise.next(aborting, stable(9, COMPLETE), Pair.canary(1, COMPLETE));
        assertThat(lower.next().step()).isZero();
        assertThat(stepwise.next(Pair.at(CanaryPlay.Phase.ABORTING, 0), stable(9, COMPLETE), Pair.canary(1, COMPLETE))
                        .action())
                .contains(Action.scale(Workloads.CLOCK, 10));
    }

    @Test
    void whatDoesNotFitIsAnIllegalStateThatNamesBoth() {
        State<CanaryPlay.Phase> torn = new State<>(CanaryPlay.Phase.SHIFTING, 0, T, Optional.of(REASON));
        assertThatThrownBy(() -> pair.next(torn, stable(10, COMPLETE), absent()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SHIFTING")
                .hasMessageContaining("it is bad");
        State<CanaryPlay.Phase> causeless = new State<>(CanaryPlay.Phase.ABORTING, 0, T, Optional.empty());
        assertThatThrownBy(() -> pair.next(causeless, stable(10, COMPLETE), absent()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ABORTING without a reason");
    }

    private static CheckRun checkRun(Measurement measurement) {
        return CheckRun.begin(CHECK.limits(), T).measured(measurement, T);
    }

    @Test
    void aCheckIsMeasuredAndPassedAndFailed() {
        Pair checked = new Pair(Canary.of().weight(10).check(CHECK));
        var holding = Pair.at(CanaryPlay.Phase.HOLDING, 1);
        var deployments =
                Pair.seen(stable(9, COMPLETE), Pair.canary(1, COMPLETE)).deployments();
        Seen unmeasured = Scenes.seen(deployments, Map.of(), Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(checked.play.next(holding, unmeasured, T).action()).contains(new Action.Measure(CHECK));
        Seen passed = Scenes.seen(
                deployments,
                Map.of(),
                Optional.of(checkRun(Measurement.successful(""))),
                Optional.empty(),
                Optional.empty());
        assertThat(checked.play.next(holding, passed, T).next().phase()).isEqualTo(CanaryPlay.Phase.PROMOTING);
        Seen failed = Scenes.seen(
                deployments,
                Map.of(),
                Optional.of(checkRun(Measurement.failed(""))),
                Optional.empty(),
                Optional.empty());
        assertThat(checked.play.next(holding, failed, T).next().phase()).isEqualTo(CanaryPlay.Phase.ABORTING);
        Optional<CheckRun> unclear = Optional.of(checkRun(Measurement.inconclusive("")));
        Seen inconclusive = Scenes.seen(deployments, Map.of(), unclear, Optional.empty(), Optional.empty());
        assertThat(checked.play.next(holding, inconclusive, T).next()).isEqualTo(holding);
        Seen decided = Scenes.seen(
                deployments, Map.of(), unclear, Optional.of(new Command(Command.Verb.PROMOTE, 1)), Optional.empty());
        assertThat(checked.play.next(holding, decided, T).next().phase()).isEqualTo(CanaryPlay.Phase.PROMOTING);
        Seen another = Scenes.seen(
                deployments, Map.of(), unclear, Optional.of(new Command(Command.Verb.PROMOTE, 0)), Optional.empty());
        assertThat(checked.play.next(holding, another, T).next()).isEqualTo(holding);
        Pair dry = new Pair(Canary.of().weight(10).check(CHECK.dryRun()));
        assertThat(dry.play.next(holding, failed, T).next().phase()).isEqualTo(CanaryPlay.Phase.PROMOTING);
    }

    private final Versions held = Versions.of(old("app: clock"), young("app: clock"));
    private final HeldCanaryPlay heldPlay = HeldCanaryPlay.of(Canary.steps(20).withinOneDeployment(), held, PATIENCE);

    private Side heldSide(int surge, int unavailable, int newPods, int oldPods, Status status) {
        Deployment model = young("app: clock");
        model.getSpec().setMinReadySeconds(HeldCanaryPlay.NEVER_AVAILABLE);
        model.getSpec()
                .getStrategy()
                .getRollingUpdate()
                .setMaxSurge(IntOrPercent.of(surge).toModel());
        model.getSpec()
                .getStrategy()
                .getRollingUpdate()
                .setMaxUnavailable(IntOrPercent.of(unavailable).toModel());
        return Scenes.of(model, 10, status, newPods, oldPods, 0);
    }

    private Decision<CanaryPlay.Phase> heldNext(CanaryPlay.Phase phase, Side side) {
        Seen seen = Scenes.seen(
                Map.of(Workloads.CLOCK, side), Map.of(), Optional.empty(), Optional.empty(), Optional.empty());
        return heldPlay.next(Pair.at(phase, 0), seen, T.plusSeconds(1));
    }

    @Test
    void theHeldCanaryBeginsWithAllBrakesInOneChange() {
        Decision<CanaryPlay.Phase> first = heldPlay.first(T);
        assertThat(((Action.Change) first.action().orElseThrow()).fields())
                .containsKey("/spec/template")
                .containsEntry("/spec/minReadySeconds", 2147483646)
                .containsEntry("/spec/progressDeadlineSeconds", 2147483647)
                .containsEntry(
                        "/spec/strategy",
                        Map.of("type", "RollingUpdate", "rollingUpdate", Map.of("maxSurge", 2, "maxUnavailable", 0)));
    }

    @Test
    void theHeldCanarySurgesFirstAndLetsOldPodsGoWhenTheNewOnesAreReady() {
        assertThat(heldNext(CanaryPlay.Phase.SHIFTING, heldSide(2, 0, 1, 10, PROGRESSING))
                        .action())
                .isEmpty();
        assertThat(heldNext(CanaryPlay.Phase.SHIFTING, heldSide(2, 0, 2, 10, PROGRESSING))
                        .action())
                .contains(new Action.Change(
                        Workloads.CLOCK,
                        Map.of(
                                "/spec/strategy",
                                Map.of(
                                        "type",
                                        "RollingUpdate",
                                        "rollingUpdate",
                                        Map.of("maxSurge", 0, "maxUnavailable", 2)))));
        Decision<CanaryPlay.Phase> promoting = heldNext(CanaryPlay.Phase.SHIFTING, heldSide(0, 2, 2, 8, PROGRESSING));
        assertThat(promoting.next().phase()).isEqualTo(CanaryPlay.Phase.PROMOTING);
        assertThat(((Action.Change) promoting.action().orElseThrow()).fields())
                .containsEntry("/spec/minReadySeconds", null)
                .containsEntry("/spec/progressDeadlineSeconds", null);
    }

    @Test
    void theHeldCanaryTurnsBackAndPutsEverythingBack() {
        assertThat(heldNext(CanaryPlay.Phase.SHIFTING, heldSide(2, 0, 1, 10, FAILED))
                        .next()
                        .phase())
                .isEqualTo(CanaryPlay.Phase.ABORTING);
        assertThat(heldNext(CanaryPlay.Phase.ABORTING, heldSide(2, 0, 1, 10, FAILED))
                        .action())
                .contains(HOLD);
        assertThat(((Action.Change) heldNext(CanaryPlay.Phase.ABORTING, heldSide(2, 0, 1, 0, FAILED))
                                .action()
                                .orElseThrow())
                        .fields())
                .containsKeys(
                        "/spec/template", "/spec/minReadySeconds", "/spec/progressDeadlineSeconds", "/spec/strategy");
        assertThat(heldNext(CanaryPlay.Phase.ABORTING, Scenes.of(old("app: clock"), 10, COMPLETE))
                        .over())
                .isTrue();
        assertThat(heldNext(CanaryPlay.Phase.PROMOTING, Scenes.of(young("app: clock"), 10, COMPLETE))
                        .over())
                .isTrue();
    }

    /** Blue is live, green is next. */
    private static final class Colored {
        static final String LABELS = "app: clock, color: blue";
        final BlueGreenPlay play;

        Colored(BlueGreen strategy) {
            play = new BlueGreenPlay(
                    strategy, Versions.of(old(LABELS), young(LABELS)), new Colors("blue", "blue"), PATIENCE);
        }

        static Side green(int pods, Status status) {
            return Scenes.of(young("app: clock, color: green"), pods, status);
        }

        static State<BlueGreenPlay.Phase> at(BlueGreenPlay.Phase phase) {
            State<BlueGreenPlay.Phase> state = new State<>(phase, 0, T, Optional.empty());
            return phase == BlueGreenPlay.Phase.ABORTING ? state.back(phase, REASON, T) : state;
        }

        Decision<BlueGreenPlay.Phase> next(BlueGreenPlay.Phase phase, String selected, Side green, int seconds) {
            return next(phase, selected, COMPLETE, green, seconds);
        }

        /** With the Service back at blue, which stands so. */
        Decision<BlueGreenPlay.Phase> next(BlueGreenPlay.Phase phase, Status blue, Side green, int seconds) {
            return next(phase, "blue", blue, green, seconds);
        }

        private Decision<BlueGreenPlay.Phase> next(
                BlueGreenPlay.Phase phase, String selected, Status blue, Side green, int seconds) {
            Seen seen = Scenes.seen(
                    Map.of(Workloads.CLOCK, Scenes.of(old(LABELS), 10, blue), GREEN, green),
                    Map.of(SERVICE, Map.of("app", "clock", "color", selected)),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            return play.next(at(phase), seen, T.plusSeconds(seconds));
        }
    }

    private static final Action TO_GREEN = new Action.Change(SERVICE, Map.of("/spec/selector/color", "green"));
    private static final Action TO_BLUE = new Action.Change(SERVICE, Map.of("/spec/selector/color", "blue"));
    private final Colored colored = new Colored(BlueGreen.behind("clock").keepOldFor(Duration.ofMinutes(3)));

    @Test
    void blueGreenPreparesChecksSwitchesKeepsAndRetires() {
        assertThat(colored.next(BlueGreenPlay.Phase.PREPARING, "blue", absent(), 1)
                        .action())
                .hasValueSatisfying(action -> assertThat(action).isInstanceOf(Action.Create.class));
        Side notYet = Scenes.of(young("app: clock, color: green"), 10, PROGRESSING, 9, 0, 0);
        assertThat(colored.next(BlueGreenPlay.Phase.PREPARING, "blue", notYet, 1)
                        .next()
                        .phase())
                .isEqualTo(BlueGreenPlay.Phase.PREPARING);
        Side green = Colored.green(10, COMPLETE);
        assertThat(colored.next(BlueGreenPlay.Phase.PREPARING, "blue", green, 1)
                        .next()
                        .phase())
                .isEqualTo(BlueGreenPlay.Phase.SWITCHING);
        assertThat(new Colored(BlueGreen.behind("clock").check(CHECK))
                        .next(BlueGreenPlay.Phase.PREPARING, "blue", green, 1)
                        .next()
                        .phase())
                .isEqualTo(BlueGreenPlay.Phase.CHECKING);
        assertThat(new Colored(BlueGreen.behind("clock").pause(Duration.ofSeconds(9)))
                        .next(BlueGreenPlay.Phase.CHECKING, "blue", green, 9)
                        .next()
                        .phase())
                .isEqualTo(BlueGreenPlay.Phase.SWITCHING);
        assertThat(colored.next(BlueGreenPlay.Phase.SWITCHING, "blue", notYet, 1)
                        .action())
                .as("never to pods that are not available")
                .isEmpty();
        assertThat(colored.next(BlueGreenPlay.Phase.SWITCHING, "blue", green, 1).action())
                .contains(TO_GREEN);
        assertThat(colored.next(BlueGreenPlay.Phase.SWITCHING, "green", green, 1)
                        .next()
                        .phase())
                .isEqualTo(BlueGreenPlay.Phase.KEEPING);
        assertThat(colored.next(BlueGreenPlay.Phase.KEEPING, "green", green, 179)
                        .recheckAt())
                .contains(T.plusSeconds(180));
        assertThat(colored.next(BlueGreenPlay.Phase.KEEPING, "green", green, 180)
                        .next()
                        .phase())
                .isEqualTo(BlueGreenPlay.Phase.RETIRING);
        assertThat(colored.next(BlueGreenPlay.Phase.RETIRING, "green", green, 1).action())
                .contains(Action.scale(Workloads.CLOCK, 0));
    }

    @Test
    void blueGreenTurnsBackWithOnePatchAndScalesTheNewVersionDownAfterwards() {
        for (BlueGreenPlay.Phase phase :
                List.of(BlueGreenPlay.Phase.PREPARING, BlueGreenPlay.Phase.SWITCHING, BlueGreenPlay.Phase.KEEPING)) {
            assertThat(colored.next(phase, "blue", Colored.green(10, FAILED), 1)
                            .next()
                            .phase())
                    .isEqualTo(BlueGreenPlay.Phase.ABORTING);
        }
        Side green = Colored.green(10, COMPLETE);
        assertThat(colored.next(BlueGreenPlay.Phase.ABORTING, "green", green, 1).action())
                .contains(TO_BLUE);
        assertThat(colored.next(BlueGreenPlay.Phase.ABORTING, "blue", green, 1).action())
                .as("while the proxies follow")
                .isEmpty();
        assertThat(colored.next(BlueGreenPlay.Phase.ABORTING, "blue", green, 5).action())
                .contains(Action.scale(GREEN, 0));
        assertThat(colored.next(BlueGreenPlay.Phase.ABORTING, "blue", Colored.green(0, COMPLETE), 5)
                        .over())
                .isTrue();
        assertThat(colored.next(BlueGreenPlay.Phase.ABORTING, PROGRESSING, Colored.green(0, COMPLETE), 5)
                        .over())
                .as("while the old version is not complete")
                .isFalse();
        assertThat(colored.next(BlueGreenPlay.Phase.ABORTING, FAILED, Colored.green(0, COMPLETE), 5)
                        .over())
                .as("when it will not be")
                .isTrue();
    }

    @Test
    void theOldVersionIsNotRetiredWhileTheNewOneCannotHaveAllUsers() {
        Side crashed = Scenes.of(young("app: clock, color: green"), 10, PROGRESSING, 9, 0, 0);
        for (Side unwell : List.of(crashed, Colored.green(0, COMPLETE))) {
            Decision<BlueGreenPlay.Phase> kept = colored.next(BlueGreenPlay.Phase.KEEPING, "green", unwell, 180);
            assertThat(kept.next().phase()).isEqualTo(BlueGreenPlay.Phase.KEEPING);
            assertThat(kept.line()).isEqualTo("keeping blue: waiting for the new pods");
            Instant tooLate = T.plusSeconds(180).plus(PATIENCE);
            assertThat(kept.recheckAt()).contains(tooLate);
            Decision<BlueGreenPlay.Phase> back = colored.next(BlueGreenPlay.Phase.KEEPING, "green", unwell, (int)
                    Duration.between(T, tooLate).toSeconds());
            assertThat(back.next().phase()).isEqualTo(BlueGreenPlay.Phase.ABORTING);
            assertThat(back.next().ending().orElseThrow().kind()).isEqualTo(Ending.Kind.TIMED_OUT);
            assertThat(colored.next(BlueGreenPlay.Phase.SWITCHING, "blue", unwell, 1)
                            .action())
                    .as("nor do users come to it")
                    .isEmpty();
        }
    }

    @Test
    void theOldVersionStaysWhenSomebodyPointsTheServiceAtItAgain() {
        Side green = Colored.green(10, COMPLETE);
        for (int seconds : new int[] {1, 180}) {
            Decision<BlueGreenPlay.Phase> back = colored.next(BlueGreenPlay.Phase.KEEPING, "blue", green, seconds);
            assertThat(back.next().phase()).isEqualTo(BlueGreenPlay.Phase.ABORTING);
            Ending ending = back.next().ending().orElseThrow();
            assertThat(ending.kind()).isEqualTo(Ending.Kind.SUPERSEDED);
            assertThat(ending.why()).isEqualTo("somebody pointed " + SERVICE + " away from green after the switch");
        }
        assertThat(colored.next(BlueGreenPlay.Phase.RETIRING, "blue", green, 1).action())
                .as("when there is no way back, users come with it")
                .contains(TO_GREEN);
    }

    @Test
    void onceTheOldVersionIsScaledDownThereIsNoWayBack() {
        Side failed = Colored.green(10, FAILED);
        assertThat(colored.next(BlueGreenPlay.Phase.RETIRING, "green", failed, 1)
                        .next()
                        .phase())
                .as("before that there is")
                .isEqualTo(BlueGreenPlay.Phase.ABORTING);
        Seen retired = Scenes.seen(
                Map.of(Workloads.CLOCK, Scenes.of(old(Colored.LABELS), 0, COMPLETE), GREEN, failed),
                Map.of(SERVICE, Map.of("app", "clock", "color", "green")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        Decision<BlueGreenPlay.Phase> over =
                colored.play.next(Colored.at(BlueGreenPlay.Phase.RETIRING), retired, T.plusSeconds(1));
        assertThat(over.over()).isTrue();
        assertThat(over.next().phase()).isEqualTo(BlueGreenPlay.Phase.RETIRING);
    }
}
