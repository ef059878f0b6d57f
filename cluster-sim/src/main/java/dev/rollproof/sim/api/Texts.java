// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import org.jspecify.annotations.Nullable;

/** Texts as Go has them, where none and an empty one are the same. */
public final class Texts {
    private Texts() {}

    /** Whether it says nothing. */
    public static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    /** The text; an empty one for none. */
    public static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** What a failure says first; libraries go on with where and how. */
    public static String firstLine(Throwable failure) {
        return orEmpty(failure.getMessage()).lines().findFirst().orElse("");
    }
}
