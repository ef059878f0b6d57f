// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code rollproof replay}, on recordings of real clusters. */
class ReplayCommandTest {
    private static Command replay(String name, String... more) {
        Path file = Path.of("..", "rollout-verifier", "src", "test", "resources", "recordings", name + ".jsonl.gz");
        String[] args = new String[2 + more.length];
        args[0] = "replay";
        args[1] = file.toString();
        System.arraycopy(more, 0, args, 2, more.length);
        return Command.run(args);
    }

    @ParameterizedTest(name = "{0} from {1} s: {2}, exit code {4}")
    @CsvSource({
        "1.37-04-rolling-s1-u0-r3,      2.45, complete,   2.6,  0",
        "1.34-06-recreate-r4-drain,     4.96, complete,   7.6,  0",
        "1.37-06-recreate-r4-drain,     5.38, complete,   7.3,  0",
        "1.37-07-crashloop-r4,          13.2, failed,     8.0,  1",
        "1.37-24-missing-secret-volume, 5.4,  failed,     15.8, 1",
        "1.37-11-rollover-r10,          6,    superseded, 2.9,  4",
        "1.37-12-fast-undo-r1-s1-u0,    33.1, superseded, 1.2,  4",
    })
    void verdictsAndExitCodes(String name, String from, String outcome, double seconds, int exitCode) {
        Command command = replay(name, "--from", from, "--output", "json");
        assertThat(command.exitCode()).isEqualTo(exitCode);
        assertThat(command.json())
                .containsEntry("outcome", outcome)
                .containsEntry("workload", "deployment/clock-nginx");
        assertThat(command.seconds()).isCloseTo(seconds, within(0.1));
    }

    @Test
    void theVerdictIsTheLastLine() {
        Command command = replay("1.37-07-crashloop-r4", "--from", "13.2", "--workload", "deployment/clock-nginx");
        assertThat(command.verdict())
                .contains("failed after 8.0 s")
                .contains("CrashLoopBackOff: container \"web\" crashed 2 times with exit 1");
        assertThat(command.out().lines().filter(line -> !line.startsWith("promises  ")))
                .hasSize(3);
    }

    @Test
    void promisesAreShownWhereTheRecordingHasTheChange() {
        assertThat(replay("1.37-04-rolling-s1-u0-r3", "--from", "2.45").out().lines())
                .filteredOn(line -> line.startsWith("promises  "))
                .hasSize(4)
                .allMatch(line -> line.contains(": kept, "))
                .anyMatch(line -> line.contains("at least 3 pods ready (R-U)"));
        assertThat(replay("1.37-06-recreate-r4-drain", "--from", "5.38").out())
                .contains("promises  containers of at most 1 version run at once: kept, most seen 1");
    }

    @Test
    void whereTheChangeIsNotInTheRecordingThatIsSaid() {
        assertThat(replay("1.37-04-rolling-s1-u0-r3", "--from", "0.34").out())
                .contains(
                        "promises  no promise can be checked: the recording does not show the change of the template");
        assertThat(replay("1.37-11-rollover-r10", "--from", "9").out())
                .contains("promises  no promise can be checked: the change did not meet a state of rest");
    }

    @Test
    void aTimeoutAndARecordingThatIsTooShortAreThreeAndSayWhich() {
        Command timedOut = replay("1.37-06-recreate-r4-drain", "--from", "5.38", "--timeout", "3s");
        assertThat(timedOut.exitCode()).isEqualTo(3);
        assertThat(timedOut.verdict()).contains("was not complete in time after 3.0 s");
        Command undecided = replay("1.37-07-crashloop-r4", "--from", "5", "--stable-for", "1h", "--timeout", "2h");
        assertThat(undecided.exitCode()).isIn(3, 4);
    }
}
