// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a driven rollout stands. All of it is kept in the cluster, written together with the change that it belongs to.
 *
 * @param phase one of the strategy's few
 * @param step which of the strategy's steps; counted from 0
 * @param since when this phase of this step began, by the clock of whoever drove then; whole milliseconds
 * @param ending why it goes back; empty while it goes forward
 */
public record State<P extends Enum<P>>(P phase, int step, Instant since, Optional<Ending> ending) {
    public State {
        Objects.requireNonNull(phase, "phase");
        Objects.requireNonNull(ending, "ending");
        since = since.truncatedTo(ChronoUnit.MILLIS);
    }

    public static <P extends Enum<P>> State<P> first(P phase, Instant at) {
        return new State<>(phase, 0, at, Optional.empty());
    }

    /** Forward. */
    public State<P> to(P nextPhase, int nextStep, Instant at) {
        return new State<>(nextPhase, nextStep, at, ending);
    }

    /** Back, for a reason. */
    public State<P> back(P nextPhase, Ending reason, Instant at) {
        return new State<>(nextPhase, step, at, Optional.of(reason.since(at)));
    }
}
