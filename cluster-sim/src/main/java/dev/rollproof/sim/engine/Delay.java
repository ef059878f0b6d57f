// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * How long something takes: always the same, or anything between two bounds, drawn anew each time.
 *
 * @param least the shortest, and what it is where nothing is left to chance
 * @param most the longest
 */
public record Delay(Duration least, Duration most) {
    /** No time at all. */
    public static final Delay NONE = of(Duration.ZERO);

    public Delay {
        Objects.requireNonNull(least, "least");
        Objects.requireNonNull(most, "most");
        if (least.isNegative() || most.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    "a delay goes from a shortest to a longest time, both not negative, was " + least + " to " + most);
        }
    }

    public static Delay of(Duration always) {
        return new Delay(always, always);
    }

    public static Delay between(Duration least, Duration most) {
        return new Delay(least, most);
    }

    public static Delay ofMillis(long least, long most) {
        return new Delay(Duration.ofMillis(least), Duration.ofMillis(most));
    }

    public boolean isZero() {
        return most.isZero();
    }

    /** One draw, in nanoseconds. */
    public long nanos(Randomness random) {
        long shortest = least.toNanos();
        long longest = most.toNanos();
        return shortest == longest ? shortest : random.between(shortest, longest);
    }

    /** The same without chance: always the shortest. */
    public Delay fixed() {
        return of(least);
    }

    @Override
    public String toString() {
        return least.equals(most) ? least.toString() : least + ".." + most;
    }
}
