// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.verifier.Cause;
import java.util.List;
import java.util.Objects;

/**
 * Why a driven rollout does not go on to the new version.
 *
 * @param why one sentence for people
 */
public record Ending(Kind kind, String why, List<Cause> causes) {
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
    }

    public static Ending failed(String why, List<Cause> causes) {
        return new Ending(Kind.FAILED, why, causes);
    }
}
