// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.verifier.Cause;
import java.util.List;

/**
 * How a rollout stands. What only the loop can know, that time is up or the cluster silent, is not here: see
 * {@link dev.rollproof.verifier.Verdict}.
 */
public sealed interface Status {
    /** One line for people. */
    String line();

    /**
     * Under way.
     *
     * @param line what is waited for, with counts
     * @param causes what holds it up and is not yet, or never by itself, a failure
     */
    record Progressing(String line, List<Cause> causes) implements Status {
        public Progressing {
            causes = List.copyOf(causes);
        }
    }

    /** Complete, for as long as was asked. */
    record Complete(String line) implements Status {}

    /** It will not complete by itself. */
    record Failed(String line, List<Cause> causes) implements Status {
        public Failed {
            causes = List.copyOf(causes);
        }
    }

    /** Another template is being rolled out. */
    record Superseded(String line) implements Status {}

    /** Paused by somebody. */
    record Paused(String line) implements Status {}

    /** Gone, or going. */
    record Deleted(String line) implements Status {}

    /** Whether it cannot become anything else: nobody has to look any more. */
    default boolean isFinal() {
        return !(this instanceof Progressing);
    }

    /** Its causes; none where it has none. */
    default List<Cause> causesOrNone() {
        if (this instanceof Failed failed) {
            return failed.causes();
        }
        return this instanceof Progressing progressing ? progressing.causes() : List.of();
    }
}
