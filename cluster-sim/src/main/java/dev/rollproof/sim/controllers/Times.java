// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads timestamps. The same few are read again and again, so the last ones are remembered. Under the simulation's lock. */
final class Times {
    private static final int REMEMBERED = 1024;

    private record Read(String text, Instant time) {}

    private static final @Nullable Read[] READ = new Read[REMEMBERED];

    private Times() {}

    static Instant parse(String text) {
        int slot = text.hashCode() & (REMEMBERED - 1);
        Read before = READ[slot];
        if (before != null && before.text.equals(text)) {
            return before.time;
        }
        Instant time = Instant.parse(text);
        READ[slot] = new Read(text, time);
        return time;
    }
}
