// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {
    @ParameterizedTest
    @CsvSource({
        // Calculated by another program, from the formula and its own normal distribution.
        "50, 100, 0.95, 0.403832, 0.596168",
        "0, 10, 0.95, 0, 0.277533",
        "10, 10, 0.95, 0.722467, 1",
        "33, 374, 0.99, 0.057283, 0.133542"
    })
    void theIntervalIsWilsons(int hits, int of, double confidence, double low, double high) {
        Interval interval = Interval.wilson(hits, of, confidence);
        assertThat(interval.low()).isCloseTo(low, within(1e-5));
        assertThat(interval.high()).isCloseTo(high, within(1e-5));
    }

    @Test
    void itHoldsTheTruthAsOftenAsItSays() {
        long seed = 42;
        SplittableRandom random = new SplittableRandom(seed);
        int held = 0;
        for (int run = 0; run < 4000; run++) {
            int hits = 0;
            for (int i = 0; i < 400; i++) {
                hits += random.nextDouble() < 0.1 ? 1 : 0;
            }
            held += Interval.wilson(hits, 400, 0.95).contains(0.1) ? 1 : 0;
        }
        assertThat(held / 4000.0).as("seed %d", seed).isBetween(0.935, 0.965);
    }

    @Test
    void moreConfidenceNeedsMoreRoom() {
        Interval narrow = Interval.wilson(10, 100, 0.9);
        Interval wide = Interval.wilson(10, 100, 0.999);
        assertThat(wide.low()).isLessThan(narrow.low());
        assertThat(wide.high()).isGreaterThan(narrow.high());
    }

    @Test
    void certaintyIsNotToBeHad() {
        assertThatThrownBy(() -> Interval.wilson(1, 2, 1))
                .hasMessage("confidence lies between 0 and 1, such as 0.95, was 1.0");
        assertThatThrownBy(() -> Interval.wilson(1, 2, 95)).hasMessageEndingWith("was 95.0");
    }

    @Test
    void itReadsAsPercentages() {
        assertThat(new Interval(0.0571, 0.1342, 0.99)).hasToString("5.7 % to 13.4 %");
    }
}
