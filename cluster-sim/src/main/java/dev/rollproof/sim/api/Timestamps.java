// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.sim.engine.EventLoop;
import java.time.Instant;
import java.time.temporal.ChronoField;

/** Timestamps as the API writes them: in whole seconds, or in microseconds for the fields that have them. */
public final class Timestamps {
    private final EventLoop loop;
    private long second = Long.MIN_VALUE;
    private String text = "";

    public Timestamps(EventLoop loop) {
        this.loop = loop;
    }

    /** Now, in whole seconds, cut off. Callers hold the simulation's lock. */
    public String now() {
        long current = loop.now().getEpochSecond();
        if (current != second) {
            second = current;
            text = Instant.ofEpochSecond(current).toString();
        }
        return text;
    }

    /** Now, in microseconds, cut off. */
    public String inMicroseconds() {
        String seconds = now();
        // A million more has the zeros in front.
        String micros = Integer.toString(1_000_000 + loop.now().get(ChronoField.MICRO_OF_SECOND));
        return seconds.substring(0, seconds.length() - 1) + '.' + micros.substring(1) + 'Z';
    }

    /** Some seconds from now, in whole seconds. */
    public String inSeconds(long seconds) {
        return seconds == 0
                ? now()
                : Instant.ofEpochSecond(loop.now().getEpochSecond() + seconds).toString();
    }
}
