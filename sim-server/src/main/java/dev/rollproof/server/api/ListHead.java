// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The metadata of a list.
 *
 * @param version of the store, at which the list is true
 * @param next where the next part of it begins; {@code ""} where there is none
 * @param remaining how many objects are left; negative where that is not said
 */
record ListHead(long version, String next, long remaining) {
    Map<String, Object> tree() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("resourceVersion", Long.toString(version));
        if (!next.isEmpty()) {
            metadata.put("continue", next);
            if (remaining >= 0) {
                metadata.put("remainingItemCount", remaining);
            }
        }
        return metadata;
    }
}
