// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.strategies.drive.Command;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Ending;
import dev.rollproof.strategies.drive.Seen;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.judge.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Why a canary of two Deployments turns back, whichever way its requests are shifted. Pure. */
final class CanaryTrouble {
    private CanaryTrouble() {}

    /**
     * @param promoted whether the stable Deployment has the new version already
     */
    static Optional<Ending> of(Seen seen, int step, Side stable, Side canary, boolean promoted) {
        if (seen.refused().isPresent()) {
            return Optional.of(
                    Ending.failed("the cluster refused: " + seen.refused().get(), List.of()));
        }
        if (seen.toldTo(Command.Verb.ABORT, step)) {
            return Optional.of(Ending.failed("somebody told it to turn back", List.of()));
        }
        if (stable.status() instanceof Status.Superseded other) {
            return Optional.of(new Ending(Ending.Kind.SUPERSEDED, other.line(), List.of()));
        }
        if (canary.exists() && canary.status() instanceof Status.Failed failed) {
            return Optional.of(Ending.failed("the canary failed: " + failed.line(), failed.causes()));
        }
        if (stable.status() instanceof Status.Failed failed) {
            String which = promoted ? "the promoted version" : "the old version";
            return Optional.of(Ending.failed(which + " failed: " + failed.line(), failed.causes()));
        }
        return Optional.empty();
    }

    /**
     * A step that waits is begun again where the canary has no pod that is ready: what is waited for or measured would say nothing about it.
     *
     * @param shifting the phase that brings the weight about
     */
    static <P extends Enum<P>> Decision<P> backToWeight(State<P> state, P shifting, List<Step> steps, Instant at) {
        return Decision.waiting(
                state.to(shifting, Canary.indexOfWeight(steps, state.step()), at),
                "no pod of the canary is ready: back to weight " + Canary.weightAt(steps, state.step()));
    }

    /** That a move has taken too long, by the side that is not complete. */
    static Ending timedOut(Enum<?> phase, Duration patience, Side stable, Side canary) {
        Side slow = stable.complete() ? canary : stable;
        return new Ending(
                Ending.Kind.TIMED_OUT,
                "no end of " + phase + " within " + patience.toSeconds() + " s: "
                        + slow.status().line(),
                slow.status().causesOrNone());
    }
}
