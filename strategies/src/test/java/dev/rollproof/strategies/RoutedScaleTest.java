// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.strategies.ReplicaRatio.Counts;
import dev.rollproof.strategies.ReplicaRatioTest.Fact;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of Argo Rollouts' own tests that concern a canary with a traffic router; the resource names their sources. */
class RoutedScaleTest {
    /** One more option, a least number of pods for each version, we do not have. */
    static Stream<Named<Fact>> fullStable() {
        return Stream.concat(
                ReplicaRatioTest.facts("traffic_routed_counts")
                        .filter(fact -> fact.getPayload().in().get("minPodsPerReplicaSet") == null),
                ReplicaRatioTest.facts("traffic_routed_simple"));
    }

    static Stream<Named<Fact>> dynamicStable() {
        return ReplicaRatioTest.facts("traffic_routed_dynamic_stable_scale");
    }

    /** Our weights are percentages. */
    static Stream<Named<Fact>> ceilings() {
        return ReplicaRatioTest.facts("weight_to_replicas_ceiling")
                .filter(fact -> fact.getPayload().number("maxWeight") == 100);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fullStable")
    void theOldVersionKeepsItsPodsAndTheCanaryGetsItsPart(Fact fact) {
        OptionalInt pods = fact.in().get("setCanaryScale") instanceof Map<?, ?> asked
                        && !Boolean.TRUE.equals(asked.get("matchTrafficWeight"))
                        && asked.get("replicas") instanceof Number number
                ? OptionalInt.of(number.intValue())
                : OptionalInt.empty();
        boolean aborted = Boolean.TRUE.equals(fact.in().get("aborted"));
        boolean promoted = Boolean.TRUE.equals(fact.in().get("promoteFull"));
        int weight = aborted ? 0 : promoted ? 100 : fact.number("setWeight");
        int replicas = fact.number("replicas");
        assertThat(new RoutedScale(replicas, replicas, pods, false).counts(weight, weight))
                .isEqualTo(new Counts(fact.result("canary"), fact.result("stable")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dynamicStable")
    void theOldVersionFollowsItsWeightAndIsNeverShortOnTheWay(Fact fact) {
        int replicas = fact.number("replicas");
        int observed = fact.number("observedCanaryWeight");
        boolean aborted = Boolean.TRUE.equals(fact.in().get("aborted"));
        int wanted = ((List<?>) Objects.requireNonNull(fact.in().get("setWeights")))
                .stream()
                        .mapToInt(weight -> ((Number) weight).intValue())
                        .filter(weight -> !aborted || weight < observed)
                        .max()
                        .orElse(0);
        assertThat(new RoutedScale(replicas, replicas, OptionalInt.empty(), true).counts(wanted, observed))
                .isEqualTo(new Counts(fact.result("canaryCount"), fact.result("stableCount")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ceilings")
    void aPartOfTheReplicasIsRoundedUp(Fact fact) {
        int weight = fact.number("weight");
        assertThat(new RoutedScale(1, fact.number("replicas"), OptionalInt.empty(), false)
                        .counts(weight, weight)
                        .next())
                .isEqualTo(fact.result("count"));
    }

    @Test
    void betweenTwoWeightsThereArePodsForEither() {
        RoutedScale dynamic = new RoutedScale(10, 20, OptionalInt.empty(), true);
        assertThat(dynamic.counts(50, 10)).isEqualTo(new Counts(10, 9));
        assertThat(dynamic.counts(50, 50)).isEqualTo(new Counts(10, 5));
        assertThat(dynamic.counts(10, 50)).isEqualTo(new Counts(10, 9));
        assertThat(dynamic.counts(100, 100)).isEqualTo(new Counts(20, 0));
        assertThat(new RoutedScale(10, 10, OptionalInt.of(1), false).counts(50, 0))
                .isEqualTo(new Counts(1, 10));
        assertThat(new RoutedScale(10, 10, OptionalInt.of(1), false).counts(0, 0))
                .isEqualTo(new Counts(0, 10));
    }
}
