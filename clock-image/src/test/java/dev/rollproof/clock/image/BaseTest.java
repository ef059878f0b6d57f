// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.clock.image.Base.BaseImage;
import dev.rollproof.clock.image.Base.OwnRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BaseTest {
    @Test
    void onLinuxImagesHaveTheirOwnJavaAndNeedNoNetwork() {
        assertThat(Base.of("Linux")).isEqualTo(new OwnRuntime());
        assertThat(Base.of("Linux").needsNetwork()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Mac OS X", "Windows 11", "FreeBSD"})
    void elsewhereTheyStandOnAPublicImage(String system) {
        assertThat(Base.of(system)).isEqualTo(new BaseImage("eclipse-temurin:21-jre"));
        assertThat(Base.of(system).needsNetwork()).isTrue();
    }

    @Test
    void aFileOrAnImageOfTheEngineHereNeedsNoNetwork() {
        assertThat(new BaseImage("tar://base.tar").needsNetwork()).isFalse();
        assertThat(new BaseImage("docker://java:17").needsNetwork()).isFalse();
    }
}
