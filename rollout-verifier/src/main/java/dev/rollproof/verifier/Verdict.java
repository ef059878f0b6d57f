// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

/**
 * How a rollout ended. A failed rollout is data, not an exception; {@link #orElseThrow()} makes it one.
 */
public sealed interface Verdict {
    Evidence evidence();

    /** The outcome as the command prints it: {@code complete}, {@code failed}, {@code timedOut}, … */
    String outcome();

    /** One sentence for a tired person: workload, outcome, time, cause. */
    default String summary() {
        return evidence().workload() + " " + outcome();
    }

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
    }

    /** It will not complete by itself; the causes say why. */
    record Failed(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "failed";
        }
    }

    /** It was not complete in the time given; the causes say what it was waiting for. */
    record TimedOut(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "timedOut";
        }
    }

    /** A recording ended before there was a verdict. Only a replay says so. */
    record Undecided(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "undecided";
        }
    }

    /** Somebody else changed the template: another revision is being rolled out now. */
    record Superseded(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "superseded";
        }
    }

    /** The workload is paused; it goes on when somebody resumes it. */
    record Paused(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "paused";
        }
    }

    /** The workload is not there, or no longer. */
    record Deleted(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "deleted";
        }
    }

    /** The cluster could not be asked. */
    record Unreachable(Evidence evidence) implements Verdict {
        @Override
        public String outcome() {
            return "unreachable";
        }
    }
}
