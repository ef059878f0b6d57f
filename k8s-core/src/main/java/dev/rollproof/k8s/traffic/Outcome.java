// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.util.Objects;
import java.util.Optional;

/** What became of a request. A new case may be added. */
public sealed interface Outcome {
    /** Why the request failed; empty where it did not. */
    Optional<FailureCause> failure();

    default boolean failed() {
        return failure().isPresent();
    }

    /**
     * An answer. With a status of 500 or more it counts as failed; one of 400 or more says that the load asks for the wrong
     * thing, and spoils a baseline.
     *
     * @param version the version that answered; {@code ""} where the answer does not say
     * @param pod the pod that answered; {@code ""} where the answer does not say
     */
    record Answered(int status, String version, String pod) implements Outcome {
        public Answered {
            if (status < 100 || status > 999) {
                throw new IllegalArgumentException("an HTTP status has three digits, was " + status);
            }
            Objects.requireNonNull(version, "version");
            Objects.requireNonNull(pod, "pod");
        }

        @Override
        public Optional<FailureCause> failure() {
            return status >= 500 ? Optional.of(FailureCause.SERVER_ERROR) : Optional.empty();
        }
    }

    /** See {@link FailureCause#REFUSED}. */
    record Refused() implements Outcome {
        @Override
        public Optional<FailureCause> failure() {
            return Optional.of(FailureCause.REFUSED);
        }
    }

    /** See {@link FailureCause#RESET}. */
    record Reset() implements Outcome {
        @Override
        public Optional<FailureCause> failure() {
            return Optional.of(FailureCause.RESET);
        }
    }

    /** See {@link FailureCause#TIMED_OUT}. */
    record TimedOut() implements Outcome {
        @Override
        public Optional<FailureCause> failure() {
            return Optional.of(FailureCause.TIMED_OUT);
        }
    }

    /**
     * Another failure of the network, or an answer that is not HTTP.
     *
     * @param message what was said about it
     */
    record Broken(String message) implements Outcome {
        public Broken {
            Objects.requireNonNull(message, "message");
        }

        @Override
        public Optional<FailureCause> failure() {
            return Optional.of(FailureCause.OTHER);
        }
    }
}
