// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest {
    private static final Map<Integer, Command> PLAYED = new ConcurrentHashMap<>();

    /** The demonstration with a seed, played once for all tests that look at it. */
    private static Command played(int seed) {
        return PLAYED.computeIfAbsent(seed, DemoCommandTest::play);
    }

    private static Command play(int seed) {
        return Command.run("demo", "--manifests", "../examples/clock", "--seed", "" + seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @Tag("thorough")
    @ValueSource(ints = {1, 2, 3})
    void everyStepEndsAsExpectedWithEverySeed(int seed) {
        Command command = played(seed);
        assertThat(command.exitCode()).as(command.out()).isZero();
        assertThat(command.verdict()).isEqualTo("Every step ended as expected.");
    }

    @Test
    void theTableHasALineForEachStepOfTheExercise() {
        Command played = played(3);
        assertThat(played.verdict()).isEqualTo("Every step ended as expected.");
        List<String> lines = played.out().lines().toList();
        List<String> table = lines.subList(lines.lastIndexOf("") - 16, lines.lastIndexOf(""));
        for (String row : List.of("4", "5", "6", "7", "8", "9", "10", "11")) {
            assertThat(table)
                    .anyMatch(line -> line.startsWith(String.format("%3s  ", row))
                            && !line.endsWith("EXPECTED")
                            && line.length() <= 100);
        }
        assertThat(table)
                .anyMatch(line -> line.matches(" +9  a broken image +failed +\\d\\.\\d +4 +3 +none"))
                .anyMatch(line ->
                        line.matches(" 10  Recreate, clock:1.1 to clock:1.2 +complete +.* ([1-9]\\.\\d|0\\.[1-9]) s"));
        assertThat(lines)
                .anyMatch(line -> line.contains("40% of 3 rounds up to 2"))
                .anyMatch(line -> line.matches(" +promises checked on \\d+ events: all kept"))
                .anyMatch(line -> line.contains("never two versions at once: kept"));
    }

    @Test
    void itEndsWithTheStrategiesSideBySide() {
        List<String> lines = played(3).out().lines().toList();
        int title =
                lines.indexOf("14  how the strategies differ, each on clusters of its own with users on the Service");
        assertThat(title).isPositive();
        assertThat(lines.get(title + 2)).endsWith("10 rollouts by each strategy, with the seeds 3 to 12.");
        for (String strategy : List.of("Recreate", "RollingUpdate 1/0", "Canary 25,50", "BlueGreen")) {
            assertThat(lines.subList(title, lines.size()))
                    .anyMatch(line -> line.startsWith(strategy + " ") && line.endsWith(" s"));
        }
    }

    @Test
    void inATerminalReplicaSetsAndPodsAreDrawn() {
        Command command = Command.runIn(
                Map.of("TERM", "xterm", "COLUMNS", "100"), true, "demo", "--manifests", "../examples/clock");
        assertThat(command.out())
                .contains("replicaset/clock-")
                .contains("●●●")
                .contains("◌")
                .contains("✗");
    }

    @Test
    @Tag("thorough")
    void theSameSeedPlaysTheSame() {
        assertThat(play(2).out()).isEqualTo(played(2).out());
    }
}
