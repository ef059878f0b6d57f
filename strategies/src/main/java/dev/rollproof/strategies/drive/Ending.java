// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.verifier.Cause;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Why a driven rollout does not go on to the new version.
 *
 * @param why one sentence for people
 * @param since when it turned back, by the clock of whoever drove then; empty before it did
 */
public record Ending(Kind kind, String why, List<Cause> causes, Optional<Instant> since) {
    /** Which verdict it becomes. */
    public enum Kind {
        /** The new version, or a check of it, failed; or somebody said so. */
        FAILED,
        TIMED_OUT,
        /** Somebody else changed the template meanwhile. */
        SUPERSEDED
    }

    public Ending {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(why, "why");
        causes = List.copyOf(causes);
        since = since.map(time -> time.truncatedTo(ChronoUnit.MILLIS));
    }

    /** As it is before it turns back. */
    public Ending(Kind kind, String why, List<Cause> causes) {
        this(kind, why, causes, Optional.empty());
    }

    Ending since(Instant at) {
        return new Ending(kind, why, causes, Optional.of(at));
    }

    public static Ending failed(String why, List<Cause> causes) {
        return new Ending(Kind.FAILED, why, causes);
    }
}
