// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FalseProgramTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void itIsAProgramThatEndsWithOneAndSaysNothing(@TempDir Path directory) throws Exception {
        Path program = FalseProgram.writeInto(directory);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Process process =
                new ProcessBuilder(program.toString()).redirectErrorStream(true).start();
        assertThat(process.getInputStream().readAllBytes()).isEmpty();
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void thereIsOneForEachProcessor() {
        // The machine's number in an ELF header: 62 and 183.
        assertThat(FalseProgram.of(Processor.from("amd64"))[18]).isEqualTo((byte) 62);
        assertThat(FalseProgram.of(Processor.from("aarch64"))[18]).isEqualTo((byte) 183);
        assertThat(Processor.from("x86_64").platform()).isEqualTo("amd64");
        assertThat(Processor.from("arm64").platform()).isEqualTo("arm64");
        assertThatThrownBy(() -> Processor.from("s390x"))
                .isInstanceOf(ImageBuildException.class)
                .hasMessage("no images can be built for the processor s390x; build them on amd64 or aarch64");
    }
}
