// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The page on comparing shows what the command prints: the same words, and the same rows; numbers may move. */
class ComparingPageTest {
    private static final Path ROOT = Path.of("..");

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/comparing.md"));
    }

    /** Without numbers, spaces, and the lines that only have worst ones. */
    private static List<String> words(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("(none|never|#?\\d[\\d.]*( s\\b)?)", "")
                        .replaceAll("\\s+", " ")
                        .strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    @Test
    @Tag("thorough")
    void theTableIsTheCommands() throws IOException {
        String page = page();
        String block =
                page.substring(page.indexOf("```text\n") + 8, page.indexOf("\n```\n", page.indexOf("```text\n")));
        List<String> shown = new ArrayList<>(block.lines().toList());
        String command = shown.remove(0).replace("$ ./rollproof ", "").replace("examples/", "../examples/");
        Command printed = Command.run(command.split(" ", -1));
        assertThat(printed.exitCode()).as(printed.err()).isZero();
        assertThat(words(shown)).isEqualTo(words(printed.out().lines().toList()));
    }

    @Test
    void everyOptionOnItExistsAndEveryOptionIsOnIt() throws IOException {
        CommandLine compare = new CommandLine(new CompareCommand());
        for (String option : page().replaceAll("(?s)```.*?```", "").split("[^-a-z]+", -1)) {
            if (option.matches("--[a-z].*")) {
                assertThat(compare.getCommandSpec().optionsMap()).containsKey(option);
            }
        }
        List<String> usual =
                List.of("--filename", "--image", "--namespace", "--container", "--deployment", "--service");
        for (CommandLine.Model.OptionSpec option : compare.getCommandSpec().options()) {
            if (!usual.contains(option.longestName()) && !option.usageHelp() && !option.versionHelp()) {
                assertThat(page()).contains(option.longestName());
            }
        }
    }

    @Test
    void drainingLosesNone() throws IOException {
        Path images = Files.createTempFile("images", ".yaml");
        Files.writeString(images, "images: {\"clock:*\": {drainsFor: 3s}}");
        Command command = Command.run(
                "compare",
                "-f",
                "../examples/clock/deployment.yaml",
                "../examples/clock/service.yaml",
                "--image",
                "clock:1.2",
                "--seeds",
                "4",
                "--images",
                images.toString());
        Files.delete(images);
        for (String strategy : List.of("RollingUpdate 1/0", "RollingUpdate 0/1", "Canary 25,50", "BlueGreen")) {
            assertThat(command.out().lines()).anyMatch(line -> line.matches(strategy + " +none +0 .*"));
        }
    }
}
