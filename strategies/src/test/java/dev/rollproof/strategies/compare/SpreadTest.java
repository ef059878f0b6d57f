// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpreadTest {
    static Measured trial(long seed, int failed, int leastReady, Optional<Duration> restored) {
        return new Measured(
                seed,
                "complete",
                Duration.ZERO,
                failed,
                4,
                leastReady,
                Optional.of(Duration.ofSeconds(failed)),
                Duration.ZERO,
                0,
                Optional.empty(),
                restored);
    }

    private static Measured trial(long seed, int failed, int leastReady) {
        return trial(seed, failed, leastReady, Optional.of(Duration.ofSeconds(seed)));
    }

    @Test
    void theMedianIsMeasuredAndOfTwoInTheMiddleTheBetterOne() {
        List<Measured> trials = List.of(trial(1, 30, 2), trial(2, 10, 3), trial(3, 20, 1), trial(4, 40, 0));
        assertThat(Spread.of(Metric.FAILED, trials)).isEqualTo(new Spread(10, 20, 40, 4));
        assertThat(Spread.of(Metric.LEAST_READY, trials)).as("more is better").isEqualTo(new Spread(3, 2, 0, 4));
        assertThat(Spread.of(Metric.DURATION, trials)).isEqualTo(new Spread(10, 20, 40, 4));
    }

    @Test
    void theWorstNamesTheFirstSeedThatHasIt() {
        List<Measured> trials = List.of(trial(7, 1, 3), trial(8, 5, 3), trial(9, 5, 3));
        assertThat(Spread.of(Metric.FAILED, trials).worstSeed()).isEqualTo(8);
        assertThat(Spread.of(Metric.LEAST_READY, trials).isEven()).isTrue();
        assertThat(Spread.of(Metric.LEAST_READY, trials).worstSeed()).isEqualTo(7);
    }

    @Test
    void whatNeverHappenedIsWorseThanAllThatDid() {
        List<Measured> trials = List.of(trial(1, 0, 3, Optional.empty()), trial(2, 0, 3), trial(3, 0, 3));
        Spread spread = Spread.of(Metric.RESTORED, trials);
        assertThat(spread.worst()).isInfinite();
        assertThat(spread.worstSeed()).isEqualTo(1);
        assertThat(spread.median()).isEqualTo(3);
    }

    @Test
    void overNoTrialsThereIsNone() {
        assertThatThrownBy(() -> Spread.of(Metric.FAILED, List.of()))
                .hasMessage("there is no spread of FAILED over no trials");
        assertThat(new Standing("Recreate", List.of(trial(1, 0, 3)), List.of()).spread(Metric.RESTORED))
                .as("no bad version was tried")
                .isEmpty();
    }
}
