// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What images do: declared in Java or in YAML; what is wrong in a file is one sentence with its line. */
class ImagesTest {
    private static final ImageBehavior WELL = ImageBehavior.wellBehaved();

    private static void isRefused(String text, String sentence) {
        assertThatThrownBy(() -> Images.fromYaml(text, "images.yaml"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images.yaml" + sentence);
    }

    @Test
    void anImageThatNobodyDeclaredIsWellBehaved() {
        assertThat(new Images().of("clock:1.0")).isEqualTo(WELL);
    }

    @Test
    void anOptionMakesItNotFound() {
        Images images = new Images().declare("clock:1.0", WELL).unknownAreNotFound();
        assertThat(images.of("clock:1.0")).isEqualTo(WELL);
        assertThat(images.of("clock:9.9").pullError()).endsWith("clock:9.9: not found");
    }

    @Test
    void yamlSaysTheSameAsJava() {
        Images images = Images.fromYaml("""
                images:
                  clock:1.1: {readyAfter: 2s}
                  clock:1.2:
                    crashAfter: 500ms..1s
                    exitCode: 3
                    crashes: 2
                  clock:fat: {outOfMemoryAfter: 1m}
                  clock:deaf: {ignoresSigterm: true}
                  clock:slow: {pullTakes: 10s, startsIn: 1s, stopsIn: 4s}
                  clock:1.3:
                unknownImages: notFound
                """, "images.yaml");
        assertThat(images.of("clock:1.1")).isEqualTo(WELL.readyAfter(Duration.ofSeconds(2)));
        assertThat(images.of("clock:1.2"))
                .isEqualTo(WELL.crashesAfter(Duration.ofMillis(500), Duration.ofSeconds(1))
                        .withExitCode(3)
                        .times(2));
        assertThat(images.of("clock:fat")).isEqualTo(WELL.outOfMemoryAfter(Duration.ofMinutes(1)));
        assertThat(images.of("clock:deaf")).isEqualTo(WELL.ignoresSigterm());
        assertThat(images.of("clock:slow"))
                .isEqualTo(WELL.pullTakes(Duration.ofSeconds(10))
                        .startsIn(Duration.ofSeconds(1))
                        .stopsIn(Duration.ofSeconds(4)));
        assertThat(images.of("clock:1.3")).isEqualTo(WELL);
        assertThat(images.of("other").pullError()).endsWith("other: not found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'readyAfter: soon'   | 'readyAfter: \"soon\" is not a duration; write it like 500ms, 2s, 1.5m or 1h, or as a range like 1s..3s'",
                "'readyAfter: 3s..1s' | 'readyAfter: \"3s..1s\" goes backwards; write the shorter time first'",
                "'exitCode: 999'      | 'exitCode: \"999\" is not a whole number from 0 to 255'",
                "'exitCode: -1'       | 'exitCode: \"-1\" is not a whole number from 0 to 255'",
                "'neverReady: maybe'  | 'neverReady: \"maybe\" is not true or false'",
            })
    void valuesThatCannotBeAreNamedWithTheirLine(String word, String sentence) {
        isRefused("images:\n  clock:1.0:\n    " + word + "\n", ", line 3: images.clock:1.0." + sentence);
    }

    @Test
    void wordsThatDoNotExistAreNamedWithThoseThatDo() {
        assertThatThrownBy(() -> Images.fromYaml("images:\n  clock:1.0:\n    explodes: true\n", "images.yaml"))
                .hasMessageStartingWith("images.yaml, line 3: images.clock:1.0.explodes: unknown word; use one of ")
                .hasMessageContaining("crashAfter")
                .hasMessageContaining("neverReady");
    }

    @Test
    void filesThatAreSomethingElse() {
        isRefused("image: {}\n", ", line 1: unknown key \"image\"; use images or unknownImages");
        isRefused(
                "- a\n",
                ", line 1: the file must hold keys and values; write images: and, below it, one line per image");
        isRefused(
                "images: 7\n",
                ", line 1: images must hold keys and values; write one line per image, such as clock:1.2:"
                        + " {readyAfter: 2s}");
        isRefused("unknownImages: lost\n", ", line 1: unknownImages is \"lost\"; use notFound or wellBehaved");
        isRefused("images:\n  a: {}\n  a: {}\n", ", line 3: image \"a\" is declared twice; remove one");
        assertThatThrownBy(() -> Images.fromYaml("images: {", "images.yaml"))
                .hasMessageStartingWith("images.yaml, line ")
                .hasMessageContaining("this is not YAML");
        assertThat(Images.fromYaml("", "images.yaml").of("clock:1.0")).isEqualTo(WELL);
    }
}
