// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several rollouts, verified at once: none waits for the verdict on another. */
class RolloutWatchesTest {
    private static final Duration A_MINUTE = ofSeconds(60);

    private final SimulatedCluster cluster = SimulatedCluster.create();
    private final RolloutActions actions = RolloutActions.on(cluster);
    private final RolloutVerifier verifier =
            RolloutVerifier.on(cluster).with(VerifierOptions.defaults().withTimeout(A_MINUTE));

    @BeforeEach
    void declareImages() {
        ImageBehavior well = ImageBehavior.wellBehaved();
        cluster.images()
                .declare("clock:slow", well.readyAfter(ofSeconds(30)))
                .declare("clock:broken", well.crashesAfter(Duration.ZERO).withExitCode(1))
                .declare("clock:never", well.neverReady());
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    private static Deployment clock(String name, String image) {
        Deployment clock = Deployments.clock(2, image);
        clock.getMetadata().setName(name);
        clock.getSpec().getSelector().setMatchLabels(Map.of("app", name));
        clock.getSpec().getTemplate().getMetadata().setLabels(Map.of("app", name));
        return clock;
    }

    private List<Deployment> apply(List<Deployment> next) {
        return next.stream().map(actions::apply).toList();
    }

    @Test
    void whoFailsIsToldOfWhileTheOthersGoOn() throws InterruptedException {
        List<String> order = new ArrayList<>();
        List<Deployment> next = List.of(clock("slow", "clock:slow"), clock("broken", "clock:broken"));
        List<Verdict> verdicts;
        try (RolloutWatches watches = verifier.watchAll(next)) {
            verdicts = watches.verify(apply(next), (applied, verdict) -> {
                order.add(applied.getMetadata().getName() + " " + verdict.outcome());
                return verdict;
            });
        }
        assertThat(order).containsExactly("broken failed", "slow complete");
        assertThat(verdicts)
                .extracting(verdict -> verdict.evidence().workload().name() + " " + verdict.outcome())
                .as("in the order of what was applied")
                .containsExactly("slow complete", "broken failed");
        assertThat(verdicts.get(0).evidence().elapsed()).isGreaterThan(ofSeconds(30));
        assertThat(verdicts.get(1).evidence().elapsed()).isLessThan(ofSeconds(15));
        assertThat(verdicts.get(1).evidence().causes().get(0).reason()).isEqualTo("CrashLoopBackOff");
    }

    @Test
    void eachTellsItsOwnProgressAndItsOwnPromises() throws InterruptedException {
        List<Deployment> first = List.of(clock("a", "clock:1.0"), clock("b", "clock:1.0"));
        assertThat(verifier.verifyAll(apply(first))).allMatch(Verdict::isComplete);
        cluster.advance(A_MINUTE);

        List<String> told = new ArrayList<>();
        List<Deployment> next = List.of(clock("a", "clock:1.1"), clock("b", "clock:1.1"));
        try (RolloutWatches watches = verifier.onProgress(progress -> told.add(
                        progress.workload().name() + ": " + progress.status().line()))
                .watchAll(next)) {
            assertThat(watches.verify(apply(next))).allSatisfy(verdict -> {
                assertThat(verdict.isComplete()).isTrue();
                assertThat(verdict.evidence().promises().orElseThrow().broken()).isEmpty();
                assertThat(verdict.evidence().promises().orElseThrow().leastReady())
                        .isEqualTo(2);
            });
        }
        assertThat(told).contains("a: 1 of 2 new pods ready, 1 old to be replaced", "b: 2 of 2 new pods ready");
    }

    @Test
    void theTimeoutIsForAllOfThem() throws InterruptedException {
        Instant before = cluster.time().now();
        List<Verdict> verdicts = verifier.verifyAll(
                apply(List.of(clock("a", "clock:never"), clock("b", "clock:never"), clock("c", "clock:1.0"))));
        assertThat(verdicts).extracting(Verdict::outcome).containsExactly("timedOut", "timedOut", "complete");
        assertThat(Duration.between(before, cluster.time().now())).isEqualTo(A_MINUTE);
    }

    @Test
    void beyondSixteenTheyAreVerifiedWhenOthersAreDoneAndWithoutPromises() throws InterruptedException {
        List<Deployment> next = IntStream.range(0, 20)
                .mapToObj(i -> clock("clock-" + i, i == 3 ? "clock:broken" : "clock:1.0"))
                .toList();
        List<Verdict> verdicts;
        try (RolloutWatches watches = verifier.watchAll(next)) {
            verdicts = watches.verify(apply(next));
        }
        assertThat(verdicts)
                .extracting(verdict -> verdict.evidence().workload().name())
                .isEqualTo(next.stream().map(one -> one.getMetadata().getName()).toList());
        assertThat(verdicts)
                .filteredOn(verdict -> !verdict.isComplete())
                .singleElement()
                .isEqualTo(verdicts.get(3));
        assertThat(verdicts)
                .filteredOn(verdict -> verdict.evidence().promises().isPresent())
                .isEqualTo(verdicts.subList(0, 16));
    }

    @Test
    void whatIsDoneWithAVerdictTakesItsPlace() throws InterruptedException {
        List<Deployment> first = List.of(clock("a", "clock:1.0"), clock("b", "clock:1.0"));
        assertThat(verifier.verifyAll(apply(first))).allMatch(Verdict::isComplete);
        Map<String, RollbackPoint> before = Map.of(
                "a",
                        Rollback.rollBack()
                                .before(cluster, Observed.metadata(first.get(0)).ref()),
                "b",
                        Rollback.rollBack()
                                .before(cluster, Observed.metadata(first.get(1)).ref()));
        List<Deployment> next = List.of(clock("a", "clock:broken"), clock("b", "clock:slow"));
        List<Verdict> verdicts;
        VerifierOptions patient = VerifierOptions.defaults().withTimeout(ofSeconds(90));
        try (RolloutWatches watches = verifier.with(patient).watchAll(next)) {
            verdicts = watches.verify(
                    apply(next),
                    (applied, verdict) -> Objects.requireNonNull(
                                    before.get(applied.getMetadata().getName()))
                            .conclude(verdict, applied, VerifierOptions.defaults(), progress -> {}));
        }
        assertThat(verdicts.get(0).evidence().rollback()).containsInstanceOf(RollbackResult.Restored.class);
        assertThat(verdicts.get(1).isComplete()).isTrue();
    }

    @Test
    void thoseThatWereNotObservedBeforeAreVerifiedToo() throws InterruptedException {
        List<Deployment> applied = apply(List.of(clock("a", "clock:1.0"), clock("b", "clock:1.0")));
        try (RolloutWatches watches = verifier.watchAll(List.of(clock("c", "clock:1.0")))) {
            assertThat(watches.verify(applied)).hasSize(2).allMatch(Verdict::isComplete);
        }
        assertThat(verifier.verifyAll(List.of())).isEmpty();
    }

    @Test
    void whatFailsWhileOneIsConcludedEndsAll() {
        List<Deployment> next = List.of(clock("a", "clock:1.0"), clock("b", "clock:slow"));
        assertThatThrownBy(() -> {
                    try (RolloutWatches watches = verifier.watchAll(next)) {
                        watches.verify(apply(next), (applied, verdict) -> {
                            throw new IllegalStateException("enough of " + verdict.summary());
                        });
                    }
                })
                .hasMessageStartingWith("enough of Deployment/a in default is complete");
    }
}
