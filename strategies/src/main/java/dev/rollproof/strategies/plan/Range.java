// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.plan;

import java.time.Duration;
import java.util.Locale;

/** From the least to the most that something takes. */
public record Range(Duration least, Duration most) {
    /** No time at all. */
    public static final Range NOTHING = new Range(Duration.ZERO, Duration.ZERO);

    /** @throws IllegalArgumentException if the least is negative, or more than the most */
    public Range {
        if (least.isNegative() || most.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    "a range goes from its least, not negative, to its most; was from " + least + " to " + most);
        }
    }

    /** From the one to the other, both included. */
    public static Range of(Duration least, Duration most) {
        return new Range(least, most);
    }

    /** One after the other. */
    public Range plus(Range other) {
        return new Range(least.plus(other.least), most.plus(other.most));
    }

    /** So many, one after the other. */
    public Range times(int factor) {
        return new Range(least.multipliedBy(factor), most.multipliedBy(factor));
    }

    /** Half-way between the two. */
    public Duration middle() {
        return least.plus(most).dividedBy(2);
    }

    /** Whether a time lies within, or is one of the two. */
    public boolean contains(Duration duration) {
        return duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0;
    }

    /** Such as {@code 1.0 to 4.5 s}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f to %.1f s", least.toMillis() / 1000.0, most.toMillis() / 1000.0);
    }
}
