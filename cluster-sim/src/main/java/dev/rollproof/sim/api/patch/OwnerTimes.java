// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.patch;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * When who owns fields of one object last wrote what he owns, as RFC 3339 in whole seconds and UTC, so that texts are in the order of
 * times. Who is not in here has no time, as real servers have some without: who applies what is so already, who scales, and those
 * whose time a client has taken away. Immutable.
 *
 * @param applied by managers that apply
 * @param updated by managers that write in other ways
 */
public record OwnerTimes(Map<FieldManager, String> applied, Map<FieldManager, String> updated) {
    private static final OwnerTimes NONE = new OwnerTimes(Map.of(), Map.of());

    public OwnerTimes {
        applied = Map.copyOf(applied);
        updated = Map.copyOf(updated);
    }

    public static OwnerTimes none() {
        return NONE;
    }

    /** The same, but for who has applied. */
    OwnerTimes withApplied(FieldManager manager, String at) {
        return new OwnerTimes(with(applied, Map.of(manager, at)), updated);
    }

    /** The same, but for who has written in another way. */
    public OwnerTimes withUpdated(FieldManager manager, String at) {
        return new OwnerTimes(applied, with(updated, Map.of(manager, at)));
    }

    /** Those of both; of who is in both, the other's. */
    OwnerTimes with(OwnerTimes other) {
        return new OwnerTimes(with(applied, other.applied), with(updated, other.updated));
    }

    /** Those of who still owns something. */
    OwnerTimes of(Set<FieldManager> appliers, Set<FieldManager> updaters) {
        return appliers.containsAll(applied.keySet()) && updaters.containsAll(updated.keySet())
                ? this
                : new OwnerTimes(only(applied, appliers), only(updated, updaters));
    }

    private static Map<FieldManager, String> with(Map<FieldManager, String> times, Map<FieldManager, String> others) {
        Map<FieldManager, String> both = new HashMap<>(times);
        both.putAll(others);
        return both;
    }

    private static Map<FieldManager, String> only(Map<FieldManager, String> times, Set<FieldManager> managers) {
        Map<FieldManager, String> left = new HashMap<>(times);
        left.keySet().retainAll(managers);
        return left;
    }
}
