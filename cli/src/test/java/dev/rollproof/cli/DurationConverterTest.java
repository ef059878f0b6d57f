// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationConverterTest {
    @ParameterizedTest
    @CsvSource({"60s, PT1M", "1m30s, PT1M30S", "500ms, PT0.5S", "1.5s, PT1.5S", "2h, PT2H", "0s, PT0S"})
    void asKubernetesToolsWriteIt(String text, Duration duration) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "60", "s", "-1s", "1 s", "1s2", "PT1M", "1d"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> new DurationConverter().convert(text)).hasMessageContaining("is no duration");
    }
}
