// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.rolling.Fenceposts;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The arithmetic of Kubernetes' ResolveFenceposts and MaxUnavailable, and the validation of the API server. */
class RollingUpdateTest {
    private static IntOrPercent limit(String text) {
        return text.endsWith("%") ? IntOrPercent.from(text) : IntOrPercent.of(Integer.parseInt(text));
    }

    @ParameterizedTest(name = "{0} and {1} of {2}: surge {3}, unavailable {4}")
    @CsvSource({
        "25%, 25%, 3, 1, 0",
        "25%, 25%, 4, 1, 1",
        "25%, 25%, 10, 3, 2",
        "40%, 2, 3, 2, 2",
        "40%, 2, 10, 4, 2",
        "1, 0, 3, 1, 0",
        "0, 1, 3, 0, 1",
        "1%, 0%, 2, 1, 0",
        "0, 1%, 2, 0, 1",
        "0, 39%, 10, 0, 3",
        "1, 5, 10, 1, 5",
        "1, 10, 5, 1, 5",
        "100%, 100%, 7, 7, 7",
        "200%, 0, 5, 10, 0",
        "25%, 25%, 0, 0, 0",
        "25%, 25%, 1, 1, 0",
    })
    void limitsOfANumberOfReplicas(String surge, String unavailable, int replicas, int pods, int missing) {
        RollingUpdate strategy = RollingUpdate.of(limit(surge), limit(unavailable));
        assertThat(strategy.fenceposts(replicas)).isEqualTo(new Fenceposts(pods, missing));
    }

    @Test
    void somethingCanAlwaysMove() {
        long seed = Long.getLong("rollproof.seed", 20261124);
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            int surge = random.nextInt(101);
            int unavailable = random.nextInt(101);
            int replicas = 1 + random.nextInt(1000);
            if (surge + unavailable == 0) {
                continue;
            }
            RollingUpdate strategy =
                    RollingUpdate.of(new IntOrPercent(surge, true), new IntOrPercent(unavailable, true));
            Fenceposts posts = strategy.fenceposts(replicas);
            assertThat(posts.surge() + posts.unavailable())
                    .as("seed %d: %s of %d", seed, strategy, replicas)
                    .isPositive();
            assertThat(posts.surge() * 100L).isGreaterThanOrEqualTo((long) surge * replicas);
            assertThat(posts.unavailable()).isBetween(0, replicas);
        }
    }

    @Test
    void defaultsAreKubernetes() {
        assertThat(RollingUpdate.of()).isEqualTo(RollingUpdate.of(IntOrPercent.from("25%"), IntOrPercent.from("25%")));
    }

    @Test
    void bothZeroIsRefused() {
        assertThatThrownBy(() -> RollingUpdate.of(IntOrPercent.of(0), IntOrPercent.of(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("maxUnavailable: may not be 0 when maxSurge is 0");
        assertThatThrownBy(() -> RollingUpdate.of(IntOrPercent.from("0%"), IntOrPercent.of(0)))
                .hasMessageStartingWith("maxUnavailable: may not be 0 when maxSurge is 0");
    }

    @Test
    void moreThanAllCannotBeUnavailable() {
        assertThatThrownBy(() -> RollingUpdate.of().maxUnavailable("101%"))
                .hasMessage("maxUnavailable: must not be greater than 100%, was 101%");
    }

    @Test
    void negativeNumbersAreRefused() {
        assertThatThrownBy(() -> RollingUpdate.of().maxSurge(-1))
                .hasMessage("maxSurge: must be greater than or equal to 0, was -1");
        assertThatThrownBy(() -> RollingUpdate.of().maxUnavailable(-2))
                .hasMessage("maxUnavailable: must be greater than or equal to 0, was -2");
        assertThatThrownBy(() -> RollingUpdate.of().fenceposts(-1)).hasMessage("replicas must not be negative, was -1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "25", "-1%", "2.5%", "25 %", "x%", "25%%"})
    void aTextThatIsNoPercentageIsRefusedAndNamed(String text) {
        assertThatThrownBy(() -> RollingUpdate.of().maxSurge(text))
                .hasMessageStartingWith("maxSurge: \"" + text + "\": a valid percent string must be");
    }

    @Test
    void aPercentageBeyondAllNumbersIsRefused() {
        assertThatThrownBy(() -> RollingUpdate.of().maxSurge("99999999999%"))
                .hasMessage("maxSurge: \"99999999999%\" is too large");
    }

    @Test
    void theArithmeticIsExplained() {
        assertThat(RollingUpdate.of().maxSurge("40%").maxUnavailable(2).explain(3))
                .isEqualTo(
                        "surge: 40% of 3 rounds up to 2, so at most 5 pods are wanted at once; unavailable: 2 of 3, so at"
                                + " least 1 stay ready");
        assertThat(RollingUpdate.of().explain(3))
                .isEqualTo("surge: 25% of 3 rounds up to 1, so at most 4 pods are wanted at once; unavailable: 25% of 3"
                        + " rounds down to 0, so at least 3 stay ready");
        assertThat(RollingUpdate.of(IntOrPercent.of(0), IntOrPercent.from("25%"))
                        .explain(3))
                .contains("rounds down to 0, and since nothing could move then it is 1");
    }

    @Test
    void asAModelItIsWhatAManifestWouldSay() {
        var model = RollingUpdate.of().maxSurge("40%").maxUnavailable(2).toModel();
        assertThat(model.getType()).isEqualTo("RollingUpdate");
        assertThat(model.getRollingUpdate().getMaxSurge().getStrVal()).isEqualTo("40%");
        assertThat(model.getRollingUpdate().getMaxUnavailable().getIntVal()).isEqualTo(2);
        assertThat(Recreate.of().toModel().getType()).isEqualTo("Recreate");
        assertThat(Recreate.of().toModel().getRollingUpdate()).isNull();
        assertThat(Recreate.of().explain(3)).isEqualTo("all 3 old pods go before the first new one comes");
    }
}
