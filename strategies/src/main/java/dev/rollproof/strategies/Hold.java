// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.check.CheckRun;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.Command;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.Cause;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a step that waits: a pause, or a check. Pure.
 *
 * <pre>
 * pause          passed when its time is over
 * until promoted passed when somebody promotes this very step
 * check          passed when successful, or over and a dry run; failed when failed or in error;
 *                when inconclusive, a person decides: passed when promoted
 * </pre>
 *
 * @param passed whether the step is over and well
 * @param failure why it is not well
 * @param action what is to be measured now
 * @param recheckAt when to look again at the latest
 */
record Hold(
        boolean passed, Optional<Ending> failure, Optional<Action> action, Optional<Instant> recheckAt, String line) {
    static Hold of(Step step, int index, Instant since, Seen seen, Instant at) {
        if (step instanceof Step.Pause pause) {
            Instant end = since.plus(pause.time());
            return at.isBefore(end) && !seen.toldTo(Command.Verb.PROMOTE, index)
                    ? waiting(step.inWords() + ", until " + end, Optional.of(end))
                    : over();
        }
        if (step instanceof Step.UntilPromoted) {
            return seen.toldTo(Command.Verb.PROMOTE, index)
                    ? over()
                    : waiting("waiting to be promoted past step " + index, Optional.empty());
        }
        if (step instanceof Step.Checked checked) {
            return ofCheck(checked, index, seen, at);
        }
        throw new IllegalStateException("not a step to wait at: " + step);
    }

    private static Hold ofCheck(Step.Checked step, int index, Seen seen, Instant at) {
        Action measure = new Action.Measure(step.check());
        Optional<CheckRun> run = seen.check();
        if (run.isEmpty()) {
            return new Hold(false, Optional.empty(), Optional.of(measure), Optional.empty(), step.inWords());
        }
        CheckRun check = run.get();
        String line = step.inWords() + ": " + check.line();
        if (!check.isOver()) {
            return at.isBefore(check.nextAt())
                    ? waiting(line, Optional.of(check.nextAt()))
                    : new Hold(false, Optional.empty(), Optional.of(measure), Optional.empty(), line);
        }
        if (step.check().limits().dryRun()) {
            return over();
        }
        return switch (check.phase()) {
            case SUCCESSFUL -> over();
            case INCONCLUSIVE ->
                seen.toldTo(Command.Verb.PROMOTE, index)
                        ? over()
                        : waiting(line + "; inconclusive, waiting to be promoted past step " + index, Optional.empty());
            default -> {
                boolean error = check.phase() == CheckRun.Phase.ERROR;
                Cause cause = new Cause(error ? "CheckError" : "CheckFailed", line, "", "", 0);
                yield new Hold(
                        false,
                        Optional.of(Ending.failed(
                                step.inWords() + (error ? " could not be measured" : " failed"), List.of(cause))),
                        Optional.empty(),
                        Optional.empty(),
                        line);
            }
        };
    }

    /**
     * What to do about a step that is not passed yet.
     *
     * @param aborting the phase to turn back to where it failed
     */
    <P extends Enum<P>> Decision<P> notPassed(State<P> state, P aborting, Instant at) {
        if (failure.isPresent()) {
            return Decision.turningBack(state, aborting, failure.get(), line, at);
        }
        Decision<P> decision = action.map(measure -> Decision.acting(state, measure, line))
                .orElseGet(() -> Decision.waiting(state, line));
        return recheckAt.map(decision::until).orElse(decision);
    }

    private static Hold over() {
        return new Hold(true, Optional.empty(), Optional.empty(), Optional.empty(), "");
    }

    private static Hold waiting(String line, Optional<Instant> recheckAt) {
        return new Hold(false, Optional.empty(), Optional.empty(), recheckAt, line);
    }
}
