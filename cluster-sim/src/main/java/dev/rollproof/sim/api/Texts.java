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
}
