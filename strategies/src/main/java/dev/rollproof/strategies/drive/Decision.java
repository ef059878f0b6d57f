// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a strategy decides at one look: where it stands now, at most one thing to do, and when to look again at the latest.
 * A new state is written before anything is done under it; a change of the Deployment that keeps the state may come with it,
 * in the same patch.
 *
 * @param over whether nothing is left to be done
 * @param line what goes on, for people
 */
public record Decision<P extends Enum<P>>(
        State<P> next, Optional<Action> action, Optional<Instant> recheckAt, boolean over, String line) {
    public Decision {
        Objects.requireNonNull(next, "next");
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(recheckAt, "recheckAt");
        Objects.requireNonNull(line, "line");
    }

    public static <P extends Enum<P>> Decision<P> waiting(State<P> state, String line) {
        return new Decision<>(state, Optional.empty(), Optional.empty(), false, line);
    }

    public static <P extends Enum<P>> Decision<P> acting(State<P> state, Action action, String line) {
        return new Decision<>(state, Optional.of(action), Optional.empty(), false, line);
    }

    /** From now on it goes back, for a reason. */
    public static <P extends Enum<P>> Decision<P> turningBack(
            State<P> state, P nextPhase, Ending reason, String why, Instant at) {
        return waiting(state.back(nextPhase, reason, at), "turning back: " + why);
    }

    public static <P extends Enum<P>> Decision<P> over(State<P> state, String line) {
        return new Decision<>(state, Optional.empty(), Optional.empty(), true, line);
    }

    public Decision<P> until(Instant at) {
        Instant earliest = recheckAt.filter(earlier -> earlier.isBefore(at)).orElse(at);
        return new Decision<>(next, action, Optional.of(earliest), over, line);
    }
}
