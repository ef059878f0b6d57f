// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import java.util.Comparator;

/**
 * Who writes.
 *
 * @param name as the client gives it
 * @param subresource through which he writes, such as {@code scale}; empty for the object itself
 */
public record FieldManager(String name, String subresource) implements Comparable<FieldManager> {
    private static final Comparator<FieldManager> ORDER =
            Comparator.comparing(FieldManager::name).thenComparing(FieldManager::subresource);

    /** Who writes objects themselves. */
    public static FieldManager of(String name) {
        return new FieldManager(name, "");
    }

    @Override
    public int compareTo(FieldManager other) {
        return ORDER.compare(this, other);
    }

    /** As conflicts name him. */
    @Override
    public String toString() {
        return "\"" + name + "\"" + (subresource.isEmpty() ? "" : " with subresource \"" + subresource + "\"");
    }
}
