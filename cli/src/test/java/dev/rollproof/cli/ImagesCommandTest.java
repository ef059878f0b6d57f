// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.TarImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ImagesCommandTest {
    @TempDir
    Path directory;

    @Test
    @EnabledOnOs(OS.LINUX)
    void itWritesATarForEachImageAndSaysHowToLoadAndPushThem() throws Exception {
        Path output = directory.resolve("made/here");
        // Without it each has its own Java, which takes seconds to link; ClockImagesTest does that.
        Path base = directory.resolve("base.tar");
        Jib.fromScratch().containerize(Containerizer.to(TarImage.at(base).named("base")));
        Command command = Command.run("images", "--output", output.toString(), "--base", "tar://" + base);
        assertThat(command.exitCode()).as(command.err()).isZero();
        List<String> lines = command.out().lines().toList();
        List<String> tags = List.of("1.0", "1.1", "1.2", "broken");
        for (int i = 0; i < tags.size(); i++) {
            Path tar = output.resolve("clock-" + tags.get(i) + ".tar");
            assertThat(tar).isNotEmptyFile();
            assertThat(lines.get(i))
                    .startsWith("clock:" + tags.get(i))
                    .contains(tar + "  ")
                    .matches(".* MB  sha256:[0-9a-f]{64}");
        }
        assertThat(lines.subList(4, lines.size()))
                .containsExactly(
                        "load:  docker load -i " + output.resolve("clock-1.0.tar"),
                        "k3s:   ctr -n k8s.io images import " + output.resolve("clock-1.0.tar"),
                        "push:  docker tag clock:1.0 REGISTRY/clock:1.0 && docker push REGISTRY/clock:1.0");
    }

    @Test
    void withoutADirectoryItSaysWhichOptionIsMissing() {
        assertThat(refused()).startsWith("rollproof: Missing required option: '--output=DIR'");
    }

    @Test
    void aDirectoryThatIsAFileIsNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(refused("--output", file.toString()))
                .isEqualTo("rollproof: " + file + " is no directory; choose another");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDirectoryThatCannotBeWrittenIsNamed() {
        // For root too: nobody makes a directory there.
        assertThat(refused("--output", "/proc/rollproof"))
                .startsWith("rollproof: the directory /proc/rollproof cannot be made (")
                .endsWith("; choose another")
                .doesNotContain("\n");
    }

    @Test
    void aBaseImageThatIsNoNameIsNamed() {
        assertThat(refused("--output", directory.toString(), "--base", "No Name"))
                .isEqualTo("rollproof: \"No Name\" is not the name of an image; write, say, eclipse-temurin:21-jre");
    }

    private static String refused(String... options) {
        String[] args = new String[options.length + 1];
        args[0] = "images";
        System.arraycopy(options, 0, args, 1, options.length);
        Command command = Command.run(args);
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.out()).isEmpty();
        return command.sentence();
    }
}
