// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {
    private static final byte[] FALSE = FalseProgram.of(Processor.AMD64);

    @TempDir
    Path directory;

    @Test
    void whatIsNotLoadedIsCutOff() {
        byte[] withSymbols = Arrays.copyOf(FALSE, FALSE.length + 1000);
        Arrays.fill(withSymbols, FALSE.length, withSymbols.length, (byte) 7);
        withSymbols[0x28] = (byte) FALSE.length; // its table of sections
        withSymbols[0x3C] = 5; // five of them
        assertThat(ElfFile.loadedPart(withSymbols)).isEqualTo(FALSE);
    }

    @Test
    void whatIsAllLoadedStaysAsItIs() {
        assertThat(ElfFile.loadedPart(FALSE)).isEqualTo(FALSE);
    }

    @Test
    void aFileThatIsShorterThanItSaysIsLeftAlone() {
        byte[] torn = Arrays.copyOf(FALSE, FALSE.length - 4);
        assertThat(ElfFile.loadedPart(torn)).isSameAs(torn);
    }

    @Test
    void anythingElseIsLeftAlone() throws IOException {
        for (String content : new String[] {"", "#!/bin/sh\nexit 0\n", "\u007FELF"}) {
            Path file = Files.writeString(directory.resolve("file"), content);
            ElfFile.cut(file);
            assertThat(file).hasContent(content);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProgramThatWasCutStillRuns() throws Exception {
        Path program = Files.copy(
                Path.of("/bin/ls").toRealPath(), directory.resolve("ls"), StandardCopyOption.COPY_ATTRIBUTES);
        long before = Files.size(program);
        ElfFile.cut(program);
        assertThat(Files.size(program)).isLessThan(before);
        Process ls = new ProcessBuilder(program.toString(), directory.toString()).start();
        assertThat(ls.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(new String(ls.getInputStream().readAllBytes(), UTF_8)).isEqualTo("ls\n");
        assertThat(ls.exitValue()).isZero();
    }
}
