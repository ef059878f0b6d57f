// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.ReplicaRatio.Counts;
import dev.rollproof.strategies.ReplicaRatio.Sized;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of Argo Rollouts' own tests that concern a canary by replicas; the resource names their sources. */
class ReplicaRatioTest {
    /** One case: what goes in, and what comes out. */
    record Fact(Map<String, ?> in, Map<String, ?> out) {
        int number(String name) {
            return ((Number) Objects.requireNonNull(in.get(name), name)).intValue();
        }

        int result(String name) {
            return ((Number) Objects.requireNonNull(out.get(name), name)).intValue();
        }

        Fenceposts fenceposts(int replicas) {
            return Fenceposts.resolve(model(in.get("maxSurge")), model(in.get("maxUnavailable")), replicas);
        }

        private static @Nullable IntOrString model(@Nullable Object value) {
            return value == null
                    ? null
                    : value instanceof Number n ? new IntOrString(n.intValue()) : new IntOrString(value.toString());
        }
    }

    @SuppressWarnings("unchecked")
    static Stream<Named<Fact>> facts(String group) {
        try (InputStream in = ReplicaRatioTest.class.getResourceAsStream("argo-canary-cases.json")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            List<Map<String, Object>> groups = (List<Map<String, Object>>)
                    Objects.requireNonNull(Models.parseJson(text).get("groups"));
            Map<String, Object> found = groups.stream()
                    .filter(candidate -> group.equals(candidate.get("id")))
                    .findFirst()
                    .orElseThrow();
            return ((List<Map<String, Object>>) Objects.requireNonNull(found.get("cases")))
                    .stream().map(row -> {
                        Fact fact = new Fact((Map<String, ?>) Objects.requireNonNull(row.get("in")), (Map<String, ?>)
                                Objects.requireNonNull(row.get("out")));
                        return Named.of(row.get("row") + " " + fact.in(), fact);
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Named<Fact>> approximations() {
        return facts("approximate_weighted_counts");
    }

    static Stream<Named<Fact>> moves() {
        return facts("basic_canary_next_counts");
    }

    static Stream<Named<Fact>> withoutStable() {
        return facts("no_separate_stable");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("approximations")
    void approximatesAWeightAsArgoRolloutsDoes(Fact fact) {
        assertThat(ReplicaRatio.approximate(
                        fact.number("replicas"),
                        fact.number("weight"),
                        fact.number("maxWeight"),
                        fact.number("maxSurge")))
                .isEqualTo(new Counts(fact.result("canary"), fact.result("stable")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("moves")
    void movesAsArgoRolloutsDoes(Fact fact) {
        int replicas = fact.number("replicas");
        Fenceposts posts = fact.fenceposts(replicas);
        int weight = Boolean.TRUE.equals(fact.in().get("promoteFull")) ? 100 : fact.number("setWeight");
        Counts wanted = ReplicaRatio.approximate(replicas, weight, 100, posts.surge());
        int older = fact.in().get("older") instanceof Map<?, ?> sized && sized.get("spec") instanceof Number spec
                ? spec.intValue()
                : 0;
        assertThat(ReplicaRatio.next(
                        replicas,
                        posts,
                        wanted,
                        new Sized(fact.number("canarySpec"), fact.number("canaryAvailable")),
                        new Sized(fact.number("stableSpec"), fact.number("stableAvailable")),
                        older))
                .isEqualTo(new Counts(fact.result("canary"), fact.result("stable")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withoutStable")
    void withoutAStableVersionTheNewOneGoesToItsFullSize(Fact fact) {
        int replicas = fact.number("replicas");
        assertThat(ReplicaRatio.next(
                        replicas,
                        fact.fenceposts(replicas),
                        new Counts(replicas, 0),
                        new Sized(fact.number("newSpec"), fact.number("newAvailable")),
                        new Sized(0, 0),
                        0))
                .isEqualTo(new Counts(fact.result("canary"), fact.result("stable")));
    }

    @Test
    void theExamplesOfTheRuleHold() {
        assertThat(ReplicaRatio.approximate(10, 41, 100, 0)).isEqualTo(new Counts(4, 6));
        assertThat(ReplicaRatio.approximate(3, 50, 100, 0)).isEqualTo(new Counts(2, 1));
        assertThat(ReplicaRatio.approximate(3, 50, 100, 1)).isEqualTo(new Counts(2, 2));
        assertThat(ReplicaRatio.approximate(10, 99, 100, 0)).isEqualTo(new Counts(9, 1));
        assertThat(ReplicaRatio.approximate(2, 75, 100, 0)).isEqualTo(new Counts(1, 1));
        assertThatThrownBy(() -> ReplicaRatio.approximate(2, 101, 100, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a weight lies from 0 to 100, was 101");
    }

    /** All pods become available at once; whatever the limits, the moves end where they should, and never leave the limits. */
    @Test
    void everyWeightIsReachedWithinTheLimits() {
        for (int replicas = 1; replicas <= 12; replicas++) {
            for (int surge = 0; surge <= 3; surge++) {
                for (int unavailable = surge == 0 ? 1 : 0; unavailable <= Math.min(3, replicas); unavailable++) {
                    for (int weight = 0; weight <= 100; weight += 5) {
                        reach(replicas, new Fenceposts(surge, unavailable), weight);
                    }
                }
            }
        }
    }

    private static void reach(int replicas, Fenceposts posts, int weight) {
        String what = replicas + " replicas, " + posts + ", weight " + weight;
        Counts wanted = ReplicaRatio.approximate(replicas, weight, 100, posts.surge());
        Counts now = new Counts(0, replicas);
        for (int i = 0; !now.equals(wanted); i++) {
            assertThat(i).as(what + " is at " + now).isLessThan(100);
            Counts next = ReplicaRatio.next(
                    replicas,
                    posts,
                    wanted,
                    new Sized(now.next(), now.next()),
                    new Sized(now.stable(), now.stable()),
                    0);
            assertThat(next.next() + next.stable()).as(what).isLessThanOrEqualTo(replicas + posts.surge());
            // What grows is not available yet when the rest has shrunk.
            assertThat(Math.min(next.next(), now.next()) + Math.min(next.stable(), now.stable()))
                    .as(what)
                    .isGreaterThanOrEqualTo(replicas - posts.unavailable());
            now = next;
        }
    }
}
