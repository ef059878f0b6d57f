// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import java.time.Duration;
import java.util.Locale;

/**
 * A time without an answer in one lane, with failed requests in it.
 *
 * @param from when the last request before it that was answered was due, or the first request of all
 * @param to when the next that was answered was due, or the last request of all
 * @param ended whether an answer followed; without, the outage was longer than anybody saw
 */
public record Outage(Lane lane, Duration from, Duration to, boolean ended) {
    /** From the last request that was answered before it to the next that was. */
    public Duration length() {
        return to.minus(from);
    }

    /** Such as {@code 3.16 s from 0.16 s on fresh connections}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s%.2f s from %.2f s on %s",
                ended ? "" : "at least ",
                length().toNanos() / 1e9,
                from.toNanos() / 1e9,
                lane);
    }
}
