// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * Manifests and patches that are nearly right. Some seconds in every build, from seed 1, so that a build does not fail for what
 * another did not try; {@code -Drollproof.fuzz.seconds=600} and {@code -Drollproof.fuzz.seed=N} go on from elsewhere, and 0 from
 * anywhere. The seed is printed.
 */
class FuzzTest {
    private static final int SECONDS = Integer.getInteger("rollproof.fuzz.seconds", 3);
    /** A cluster is made anew after so many requests: it fills with what was let in. */
    private static final int REQUESTS = 1_000;

    @Test
    void noRequestIsTheServersFaultAndWhatMustHoldHolds() {
        long asked = Long.getLong("rollproof.fuzz.seed", 1);
        long seed = asked == 0 ? ThreadLocalRandom.current().nextLong(1_000_000_000) : asked;
        System.out.println("fuzzing for " + SECONDS + " s from seed " + seed + " (-Drollproof.fuzz.seed=" + seed + ")");
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        int accepted = 0;
        int refused = 0;
        for (long round = seed; round == seed || System.nanoTime() < end; round++) {
            try (Fuzzer fuzzer = new Fuzzer(round)) {
                run(fuzzer, round);
                for (var answers : fuzzer.answered().entrySet()) {
                    if (answers.getKey() < 400) {
                        accepted += answers.getValue();
                    } else {
                        refused += answers.getValue();
                    }
                }
            }
        }
        System.out.println("fuzzed: " + accepted + " accepted, " + refused + " refused");
        assertThat(accepted)
                .as("requests near enough to right ones to be let in")
                .isGreaterThan(refused / 20);
        assertThat(refused).isPositive();
    }

    private static void run(Fuzzer fuzzer, long seed) {
        int[] sent = new int[1];
        try {
            assertTimeoutPreemptively(Duration.ofMinutes(5), () -> {
                for (; sent[0] < REQUESTS; sent[0]++) {
                    fuzzer.step();
                }
            });
        } catch (AssertionError | RuntimeException | StackOverflowError found) {
            throw new AssertionError(
                    "seed " + seed + ", request " + (sent[0] + 1) + ": " + found.getMessage() + "\nlast: "
                            + fuzzer.last(),
                    found);
        }
    }
}
