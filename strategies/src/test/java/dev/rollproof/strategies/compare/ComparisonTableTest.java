// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
    private static final Scenario SCENARIO = Scenes.scenario(3).withBadImage(Scenes.BAD, "clock:1.2, but bad");

    private static Measured good(long seed, long downMillis, int failed) {
        return new Measured(
                seed,
                "complete",
                Duration.ofMillis(downMillis),
                failed,
                4,
                0,
                Optional.of(Duration.ofMillis(6600)),
                Duration.ZERO,
                0,
                Optional.empty(),
                Optional.empty());
    }

    private static Measured bad(long seed, Optional<Duration> restored) {
        return new Measured(
                seed,
                "failed",
                Duration.ZERO,
                9,
                4,
                0,
                Optional.empty(),
                Duration.ZERO,
                20,
                Optional.of(Duration.ofSeconds(8)),
                restored);
    }

    private static ComparisonReport report(Scenario scenario, int seeds, List<Measured> good, List<Measured> bad) {
        return new ComparisonReport(
                scenario,
                ComparisonOptions.defaults(),
                1,
                seeds,
                List.of(new Standing("Recreate", good, bad)),
                List.of("BlueGreen: there is no Service to switch"),
                List.of("Canary 25: with a label"));
    }

    @Test
    void belowTheMedianIsTheWorstWithItsSeedWhereItDiffers() {
        List<String> lines = ComparisonTable.of(report(
                SCENARIO,
                3,
                List.of(good(1, 2200, 86), good(2, 2240, 90), good(3, 2100, 80)),
                List.of(
                        bad(1, Optional.of(Duration.ofSeconds(1))),
                        bad(2, Optional.empty()),
                        bad(3, Optional.of(Duration.ofSeconds(1))))));
        assertThat(String.join("\n", lines)).startsWith("""
                Deployment/clock in default, 3 replicas, from clock:1.1 to clock:1.2: 3 rollouts by each strategy, with the seeds 1 to 3.
                Medians; below them the worst, where it differs, with the first seed that has it.

                                    requests  most  least               mixed  met the   failed    time to
                strategy  downtime    failed  pods  ready  duration  versions  bad one  with it  roll back
                Recreate     2.2 s        86     4      0     6.6 s      none       20        9      1.0 s
                                       90 #2                                                      never #2

                - Recreate: the bad version was not stopped in 1 trial, the first with the seed 2 (verdict: failed)
                - Canary 25: with a label
                - left out: BlueGreen: there is no Service to switch

                downtime           nobody answers new connections, for 0.25 s or more at a time
                """);
        assertThat(lines).contains("the bad one        clock:1.2, but bad").anyMatch(line -> line.contains("5 %"));
    }

    @Test
    void withoutABadVersionThereAreNoColumnsForIt() {
        List<String> lines = ComparisonTable.of(report(Scenes.scenario(1), 1, List.of(good(4, 0, 0)), List.of()));
        assertThat(lines.get(0))
                .isEqualTo(
                        "Deployment/clock in default, 1 replica, from clock:1.1 to clock:1.2: one rollout by each strategy,"
                                + " with the seed 1.");
        assertThat(lines).noneMatch(line -> line.contains("bad") || line.contains("roll back"));
        assertThat(lines).anyMatch(line -> line.matches("Recreate +none +0 +4 +0 +6\\.6 s +none"));
    }
}
