// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.engine.Delay;
import dev.rollproof.sim.engine.Randomness;
import java.time.Duration;

/** How long a kubelet and its container runtime take for each step, as recorded on an idle node, and the draws of it. */
final class Timing {
    static final Delay SYNC = Delay.ofMillis(5, 60);
    static final Delay REPORT = Delay.ofMillis(5, 40);
    static final Delay SANDBOX = Delay.ofMillis(100, 350);
    static final Delay RESTART = Delay.ofMillis(200, 500);
    static final Delay BACK_OFF_SHOWN = Delay.ofMillis(400, 1500);
    static final Delay RESYNC = Delay.between(Duration.ofSeconds(11), Duration.ofSeconds(15));
    static final Delay FIRST_PROBE = Delay.ofMillis(300, 400);
    static final Delay TEARDOWN = Delay.ofMillis(50, 250);
    static final Delay REMOVAL = Delay.ofMillis(50, 300);
    static final Delay LATE = Delay.ofMillis(200, 1500);

    private final Randomness random;
    private final boolean jitter;

    Timing(Randomness random, boolean jitter) {
        this.random = random;
        this.jitter = jitter;
    }

    long draw(Delay delay) {
        return jitter ? delay.nanos(random) : delay.least().toNanos();
    }

    /** An id of so many hexadecimal digits, 16 at a time. */
    String hex(int digits) {
        StringBuilder hex = new StringBuilder(digits);
        while (hex.length() < digits) {
            String more = Long.toHexString(random.between(Long.MIN_VALUE, Long.MAX_VALUE - 1));
            hex.append("0".repeat(16 - more.length())).append(more);
        }
        return hex.toString();
    }
}
