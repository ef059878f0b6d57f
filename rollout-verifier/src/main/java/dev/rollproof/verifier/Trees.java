// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is in a tree of maps. */
final class Trees {
    private Trees() {}

    /** What is under these keys, one in the other; {@code null} where nothing is. */
    static @Nullable Object at(@Nullable Object tree, String... path) {
        Object here = tree;
        for (String step : path) {
            here = here instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return here;
    }
}
