// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

/** There is more to explore than was allowed; nothing is known then. */
public final class TooManyStatesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyStatesException(Setting setting, int limit) {
        super("more than " + limit + " states to explore for " + setting
                + "; what is false is false for fewer replicas already, so explore fewer, or allow more states");
    }
}
