// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Labels in words, for refusals. */
final class Labels {
    private Labels() {}

    /** Such as {@code app=clock, track=canary}. */
    static String text(Map<String, String> labels) {
        if (labels.isEmpty()) {
            return "nothing";
        }
        return new TreeMap<>(labels)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining(", "));
    }
}
