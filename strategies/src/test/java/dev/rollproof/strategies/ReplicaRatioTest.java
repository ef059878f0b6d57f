// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.ReplicaRatio.Counts;
import dev.rollproof.strategies.ReplicaRatio.Sized;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.judge.Expectation;
import dev.rollproof.verifier.judge.Judge;
import dev.rollproof.verifier.judge.Memory;
import dev.rollproof.verifier.judge.Patience;
import dev.rollproof.verifier.judge.Snapshot;
import dev.rollproof.verifier.judge.Status;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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

        int numberOr(String name, int otherwise) {
            return in.get(name) == null ? otherwise : number(name);
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

    static Stream<Named<Fact>> contributions() {
        return facts("replicas_for_scale_down");
    }

    static Stream<Named<Fact>> arrivals() {
        return facts("at_desired_counts");
    }

    static Stream<Named<Fact>> fenceposts() {
        return facts("resolve_fenceposts");
    }

    /** Of a blue-green rollout we ask for no limit: its pods all come at once, beside the old ones. */
    static Stream<Named<Fact>> limits() {
        return Stream.concat(facts("max_surge"), facts("max_unavailable"))
                .filter(fact -> "canary".equals(fact.getPayload().in().get("strategy")));
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

    @ParameterizedTest(name = "{0}")
    @MethodSource("contributions")
    void whatShrinksCountsAsFarAsItIsAvailable(Fact fact) {
        Sized version = new Sized(fact.numberOr("spec", 0), fact.numberOr("available", 0));
        boolean ignoresAvailability = Boolean.TRUE.equals(fact.in().get("ignoreAvailability"));
        assertThat(version.contribution(ignoresAvailability)).isEqualTo(fact.result("count"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fenceposts")
    void limitsComeToNumbersOfPodsAsInKubernetes(Fact fact) {
        int desired = fact.number("desired");
        if (Boolean.TRUE.equals(fact.out().get("error"))) {
            assertThatThrownBy(() -> fact.fenceposts(desired)).isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThat(fact.fenceposts(desired))
                    .isEqualTo(new Fenceposts(fact.result("surge"), fact.result("unavailable")));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("limits")
    void noMorePodsAreMissingThanThereAre(Fact fact) {
        int replicas = fact.number("replicas");
        Fenceposts posts = fact.fenceposts(replicas).cappedAt(replicas);
        assertThat(fact.in().containsKey("maxSurge") ? posts.surge() : posts.unavailable())
                .isEqualTo(fact.result("value"));
    }

    /** Argo Rollouts compares numbers; our canary asks for a weight's numbers, and then waits until each version is complete. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("arrivals")
    void aWeightIsReachedWhenBothVersionsHaveTheirPodsAndNoOthers(Fact fact) {
        Versions versions = Versions.of(
                limited(Workloads.labelled(fact.number("replicas"), "clock:1.0", "app: clock, track: stable")),
                limited(Workloads.labelled(fact.number("replicas"), "clock:1.1", "app: clock, track: stable")));
        Canary canary = Canary.of().weight(fact.number("setWeight")).pause(Duration.ofMinutes(2));
        CanaryPlay play =
                new CanaryPlay(canary, versions, CanaryManifest.beside(versions, "uid"), Duration.ofMinutes(1));
        Side stable = judged("clock:1.0", "stable", fact.in().get("stable"));
        Side next = judged("clock:1.1", "canary", fact.in().get("new"));

        State<CanaryPlay.Phase> state = new State<>(CanaryPlay.Phase.SHIFTING, 0, Scenes.T, Optional.empty());
        State<CanaryPlay.Phase> after = play.next(
                        state,
                        Scenes.seen(
                                Map.of(
                                        Workloads.CLOCK,
                                        stable,
                                        new ObjectRef("Deployment", "default", "clock-canary"),
                                        next),
                                List.of()),
                        Scenes.T.plusSeconds(1))
                .next();
        assertThat(after.step() == 1).isEqualTo(fact.out().get("atDesired"));
    }

    private static Deployment limited(Deployment deployment) {
        deployment
                .getSpec()
                .setStrategy(RollingUpdate.of().maxSurge(1).maxUnavailable(1).toModel());
        return deployment;
    }

    /** A Deployment of which only the status can be seen: its size, its pods, and those that are available. */
    private static Side judged(String image, String track, @Nullable Object counts) {
        List<?> sizes = (List<?>) Objects.requireNonNull(counts);
        int replicas = (Integer) sizes.get(0);
        int pods = (Integer) sizes.get(1);
        int available = (Integer) sizes.get(2);
        Deployment model = limited(Workloads.labelled(replicas, image, "app: clock, track: " + track));
        model.getMetadata().setGeneration(1L);
        model.setStatus(new DeploymentStatusBuilder()
                .withObservedGeneration(1L)
                .withReplicas(pods)
                .withUpdatedReplicas(Math.min(pods, replicas))
                .withReadyReplicas(available)
                .withAvailableReplicas(available)
                .build());
        ObservedDeployment observed = Observed.from(model);
        Snapshot seen = new Snapshot(Optional.of(observed), List.of(), List.of(), List.of(), false, false);
        Status status = new Judge(Expectation.of(observed), Patience.defaults(), Duration.ZERO, false)
                .next(Memory.empty(), seen, Scenes.T)
                .status();
        return Scenes.of(model, replicas, status, available, 0, 0);
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
