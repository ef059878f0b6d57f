// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.promises;

import dev.rollproof.k8s.ObjectRef;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What became of one promise. A new case is a breaking change for exhaustive switches. */
public sealed interface Finding {
    Promise promise();

    /** One line for people. */
    String line();

    /**
     * It held on every event.
     *
     * @param bound the most or the least that was promised
     * @param seen how near it came
     * @param events how many events it was checked on
     */
    record Kept(Promise promise, int bound, int seen, int events) implements Finding {
        /** How much room was left; 0 where the promise was used to the full. */
        public int margin() {
            return Math.abs(bound - seen);
        }

        @Override
        public String line() {
            return promise.statement(bound) + ": kept, " + (promise.isUpperBound() ? "most" : "least") + " seen " + seen
                    + ", " + events + " events";
        }
    }

    /**
     * It did not hold.
     *
     * @param bound the most or the least that was promised
     * @param by the first event that broke it
     */
    record Broken(Promise promise, int bound, Sighting by) implements Finding {
        /** One clause for a verdict: what was promised, and which event broke it. */
        public String inWords() {
            return "a promise was broken, " + promise.statement(bound) + ", by " + by;
        }

        @Override
        public String line() {
            return promise.statement(bound) + ": BROKEN by " + by;
        }
    }

    /**
     * It was not promised, or could not be checked.
     *
     * @param why one clause, such as {@code the replicas were changed from 4 to 6}
     * @param given whether the strategy gives it at all, so that it was only the conditions that failed, or the sight
     * @param beyond the first event on which its number was passed nevertheless: worth a warning, no broken promise
     */
    record NotApplicable(Promise promise, String why, boolean given, Optional<Sighting> beyond) implements Finding {
        @Override
        public String line() {
            return promise.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": not promised, " + why
                    + beyond.map(event -> "; warning, it would be broken by " + event)
                            .orElse("");
        }
    }

    /**
     * An event and the number it led to.
     *
     * @param object what changed
     * @param resourceVersion its version then
     * @param at when it was observed, counted from just before the change
     * @param seen the number that the promise is about
     * @param numbers all numbers of that moment, for people
     */
    record Sighting(ObjectRef object, String resourceVersion, Duration at, int seen, String numbers) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s at version %s after %.3f s: %s",
                    object,
                    resourceVersion,
                    at.toMillis() / 1000.0,
                    numbers);
        }
    }
}
