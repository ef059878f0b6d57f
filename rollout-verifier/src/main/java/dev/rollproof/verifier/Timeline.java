// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import java.time.Duration;
import java.util.List;

/** What was observed, and when: the evidence behind a verdict, in the order in which it was observed. */
public record Timeline(List<Entry> entries) {
    /**
     * One observation worth telling.
     *
     * @param at since the start of the verification
     * @param subject what it is about, such as {@code deployment/clock} or {@code pod/clock-5d8f-x2x7p}
     * @param what what was observed, such as {@code Ready} or {@code CrashLoopBackOff, exit 1}
     */
    public record Entry(Duration at, String subject, String what) {}

    public Timeline {
        entries = List.copyOf(entries);
    }
}
