// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists as Go has them, where none and an empty one are the same. */
public final class Lists {
    private Lists() {}

    /** The list; an empty one for none. */
    public static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
