// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class RandomnessTest {
    @Test
    void theSameSeedDrawsTheSame() {
        assertThat(new Randomness(7).uuid()).isEqualTo(new Randomness(7).uuid());
        assertThat(new Randomness(7).uuid()).isNotEqualTo(new Randomness(8).uuid());
    }

    @Test
    void oneForkDoesNotMoveAnother() {
        Randomness one = new Randomness(7);
        Randomness two = new Randomness(7);
        one.fork("a").word(100);
        assertThat(one.fork("b").word(10)).isEqualTo(two.fork("b").word(10));
        assertThat(one.fork("a").word(10)).isNotEqualTo(one.fork("b").word(10));
    }

    @Test
    void drawsStayWithinTheirBounds() {
        Randomness random = new Randomness(7);
        for (int i = 0; i < 1000; i++) {
            assertThat(random.between(2, 4)).isBetween(2L, 4L);
        }
        assertThat(random.between(5, 5)).isEqualTo(5);
        assertThat(random.chance(0)).isFalse();
        assertThat(random.chance(1)).isTrue();
    }

    @Test
    void uuidsAreOfVersionFour() {
        UUID uuid = UUID.fromString(new Randomness(7).uuid());
        assertThat(uuid.version()).isEqualTo(4);
        assertThat(uuid.variant()).isEqualTo(2);
    }
}
