// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of a rollback. {@link Restored} does not mean that the way back succeeded: its verdict says that.
 */
public sealed interface RollbackResult {
    /** One clause for a tired person, such as {@code rolled back to revision 3 (clock:1.0), complete after 4.2 s}. */
    String inWords();

    /** From the start of the rollback until the earlier revision was complete again; empty where it is not. */
    default Optional<Duration> timeToRestore() {
        return Optional.empty();
    }

    /**
     * The template of an earlier revision was put back.
     *
     * @param revision the number that the revision had when it was seen complete; the controller gives it a new one now
     * @param replicaSet the name of its ReplicaSet; {@code ""} where it had none any more, and the template came from memory
     * @param images the images of its containers, in their order
     * @param verdict how the way back ended, by the same verifier
     * @param elapsed from the start of the rollback to that verdict
     * @param notes what was not as it should be, one sentence each; mostly empty
     */
    record Restored(
            long revision,
            String replicaSet,
            List<String> images,
            Verdict verdict,
            Duration elapsed,
            List<String> notes)
            implements RollbackResult {
        public Restored {
            Objects.requireNonNull(replicaSet, "replicaSet");
            Objects.requireNonNull(verdict, "verdict");
            images = List.copyOf(images);
            notes = List.copyOf(notes);
        }

        @Override
        public Optional<Duration> timeToRestore() {
            return verdict.isComplete() ? Optional.of(elapsed) : Optional.empty();
        }

        @Override
        public String inWords() {
            String target = "revision " + revision + " (" + String.join(", ", images) + ")";
            String end = verdict.isComplete()
                    ? String.format(
                            Locale.ROOT,
                            "rolled back to %s, complete again after %.1f s",
                            target,
                            elapsed.toMillis() / 1000.0)
                    : "the rollback to " + target + " did not succeed: " + verdict.summary();
            return notes.isEmpty() ? end : end + " (" + String.join("; ", notes) + ")";
        }
    }

    /**
     * Nothing was put back, and the template is as it was.
     *
     * @param reason why
     */
    record Omitted(String reason) implements RollbackResult {
        public Omitted {
            Objects.requireNonNull(reason, "reason");
        }

        @Override
        public String inWords() {
            return "not rolled back: " + reason;
        }
    }
}
