// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The explorer as a command, and that docs/promises.md shows what it prints. */
class ExploreCommandTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "promises.md");
    private static final Pattern SHOWN =
            Pattern.compile("```text\n\\$ \\./rollproof explore (.*)\n(?s:(.*?))```", Pattern.MULTILINE);

    private static Command explore(String options) {
        return Command.run(("explore " + options).split(" "));
    }

    @Test
    void itSaysWhatHoldsAndTheShortestWayToBreakWhatDoesNot() {
        Command command = explore("--replicas 3 --max-surge 1 --max-unavailable 0");
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out())
                .startsWith("3 replicas, maxSurge 1, maxUnavailable 0; no edit on the way\n81 states")
                .containsPattern("at least R-U pods are ready +3 +3 +holds, tight")
                .containsPattern("at most R\\+S pods live +4 +5 +FALSE")
                .contains("\"at most R+S pods live = 4\" is false. A shortest way there, 7 steps;");
        assertThat(command.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
    }

    @Test
    void theDefaultsAreThoseOfADeployment() {
        assertThat(explore("--replicas 4").out())
                .startsWith("4 replicas, maxSurge 1, maxUnavailable 1; no edit on the way");
    }

    @Test
    void whatTheDocumentShowsIsWhatItPrints() throws IOException {
        Matcher shown = SHOWN.matcher(Files.readString(DOCUMENT));
        int blocks = 0;
        while (shown.find()) {
            String printed = explore(shown.group(1)).out();
            String written = shown.group(2).strip().replaceAll("(?m) +$", "");
            assertThat(printed.replaceAll("(?m) +$", ""))
                    .as("explore %s", shown.group(1))
                    .contains(written);
            blocks++;
        }
        assertThat(blocks).isGreaterThanOrEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--replicas 0|--replicas must be between 1 and 15, was 0; what is false is false for few already",
                "--replicas 16|--replicas must be between 1 and 15, was 16; what is false is false for few already",
                "--replicas 3 --max-surge 16|--max-surge must be at most 15 pods, was 16",
                "--replicas 3 --max-surge x|--max-surge must be a number of pods or a percentage such as 25%, was x",
                "--replicas 3 --max-unavailable 120%|maxUnavailable: must not be greater than 100%, was 120%",
                "--replicas 3 --max-surge 0 --max-unavailable 0|maxUnavailable: may not be 0 when maxSurge is 0; nothing"
                        + " could ever move, so give one of them room",
                "--replicas 3 --edit twice|--edit must be none, rollover, rollback or settled-rollback, was twice",
                "--replicas 3 --most-states 0|--most-states must be at least 1, was 0",
                "--replicas 3 --max-surge 1 --most-states 9|more than 9 states to explore for 3 replicas, maxSurge 1,"
                        + " maxUnavailable 0; no edit on the way; what is false is false for fewer replicas already, so"
                        + " explore fewer, or allow more states with --most-states",
            })
    void badInputEndsInOneSentence(String options, String sentence) {
        Command command = explore(options);
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.sentence()).isEqualTo("rollproof: " + sentence);
        assertThat(command.out()).isEmpty();
    }
}
