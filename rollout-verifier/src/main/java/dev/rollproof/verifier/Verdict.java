// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.verifier.promises.Finding;
import dev.rollproof.verifier.promises.PromiseReport;
import java.util.List;
import java.util.Locale;

/**
 * How a rollout ended. A failed rollout is data, not an exception; {@link #orElseThrow()} makes it one. A rollout that failed and
 * was rolled back has failed: {@link Evidence#rollback()} tells the rest.
 */
public sealed interface Verdict {
    /** What it rests on. */
    Evidence evidence();

    /** The outcome as the command prints it: {@code complete}, {@code failed}, {@code timedOut}, … */
    String outcome();

    /** The outcome as a person says it, such as {@code was not complete in time}. */
    String inWords();

    /**
     * One sentence for a tired person: workload, outcome, time, cause, promises that were broken, and what became of a rollback.
     * Promises that were kept are in the evidence.
     */
    default String summary() {
        Evidence evidence = evidence();
        StringBuilder summary = new StringBuilder();
        summary.append(evidence.workload()).append(' ').append(inWords());
        summary.append(
                String.format(Locale.ROOT, " after %.1f s", evidence.elapsed().toMillis() / 1000.0));
        summary.append(": ").append(evidence.status());
        for (Cause cause : evidence.causes()) {
            summary.append("; ").append(cause);
        }
        for (String unseen : evidence.unseen()) {
            summary.append(" (").append(unseen).append(')');
        }
        for (Finding.Broken broken :
                evidence.promises().map(PromiseReport::broken).orElse(List.of())) {
            summary.append("; ").append(broken.inWords());
        }
        evidence.rollback().ifPresent(rollback -> summary.append("; ").append(rollback.inWords()));
        return summary.toString();
    }

    /** Whether the new version is rolled out, whole. */
    default boolean isComplete() {
        return this instanceof Complete;
    }

    /** Returns this verdict if the rollout is complete, else throws what it says. */
    default Verdict orElseThrow() {
        if (!isComplete()) {
            throw new RolloutException(this);
        }
        return this;
    }

    /** Every wanted pod is of the wanted template and available, and none of another is left to be scaled down. */
    record Complete(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "complete";
        }

        @Override
        public String inWords() {
            return "is complete";
        }
    }

    /** It will not complete by itself; the causes say why. */
    record Failed(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "failed";
        }

        @Override
        public String inWords() {
            return "failed";
        }
    }

    /** It was not complete in the time given; the causes say what it was waiting for. */
    record TimedOut(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "timedOut";
        }

        @Override
        public String inWords() {
            return "was not complete in time";
        }
    }

    /** A recording ended before there was a verdict. Only a replay says so. */
    record Undecided(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "undecided";
        }

        @Override
        public String inWords() {
            return "is undecided, the recording ends";
        }
    }

    /** Somebody else changed the template: another revision is being rolled out now. */
    record Superseded(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "superseded";
        }

        @Override
        public String inWords() {
            return "was superseded";
        }
    }

    /** The workload is paused: it goes on when somebody resumes it, or, with updateStrategy OnDelete, deletes the old pods. */
    record Paused(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "paused";
        }

        @Override
        public String inWords() {
            return "is paused";
        }
    }

    /** The workload is not there, or no longer. */
    record Deleted(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "deleted";
        }

        @Override
        public String inWords() {
            return "is deleted";
        }
    }

    /** The cluster could not be asked. */
    record Unreachable(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "unreachable";
        }

        @Override
        public String inWords() {
            return "could not be verified";
        }
    }
}
