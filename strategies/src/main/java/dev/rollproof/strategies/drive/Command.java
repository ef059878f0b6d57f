// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import java.util.Optional;

/**
 * What somebody tells a driver from outside, by an annotation.
 *
 * @param step the step that is to be passed, so that a command that comes late passes no other; of no meaning for an abort
 */
public record Command(Verb verb, int step) {
    /** Past a pause, or back. */
    public enum Verb {
        PROMOTE,
        ABORT
    }

    String text() {
        return verb == Verb.ABORT ? "abort" : "promote step " + step;
    }

    static Optional<Command> from(String text) {
        if (text.equals("abort")) {
            return Optional.of(new Command(Verb.ABORT, 0));
        }
        try {
            return text.startsWith("promote step ")
                    ? Optional.of(new Command(Verb.PROMOTE, Integer.parseInt(text.substring(13))))
                    : Optional.empty();
        } catch (NumberFormatException unknown) {
            return Optional.empty();
        }
    }
}
