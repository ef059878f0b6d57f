// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static dev.rollproof.verifier.Deployments.CLOCK;
import static dev.rollproof.verifier.Deployments.clock;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.sim.Faults.Call;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.verifier.promises.Finding.Kept;
import dev.rollproof.verifier.promises.Finding.NotApplicable;
import dev.rollproof.verifier.promises.Promise;
import dev.rollproof.verifier.promises.PromiseReport;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rollout that is observed from before the change: the verdict knows what became of the strategy's promises. */
public class RolloutWatchTest extends Rolling {
    private RolloutActions actions;
    private RolloutVerifier verifier;

    @BeforeEach
    void take() {
        actions = RolloutActions.on(cluster);
        verifier = RolloutVerifier.on(cluster);
    }

    private void settled(int replicas) throws InterruptedException {
        verifier.verify(actions.apply(clock(replicas, "clock:1.0"))).orElseThrow();
        skip(ofMinutes(1));
    }

    private Verdict rollOut(Deployment next) throws InterruptedException {
        try (RolloutWatch watch = verifier.watch(next)) {
            return watch.verify(actions.apply(next));
        }
    }

    private static PromiseReport promises(Verdict verdict) {
        return verdict.evidence().promises().orElseThrow();
    }

    @Test
    void theVerdictHasThePromisesThatWereKeptAndSaysNothingOfThem() throws InterruptedException {
        settled(10);
        Verdict verdict = rollOut(clock(10, "clock:1.1"));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(promises(verdict).kept())
                .as("%s", promises(verdict).lines())
                .extracting(Kept::promise)
                .containsExactly(
                        Promise.SIZES_WITHIN_SURGE,
                        Promise.NO_SIZE_ABOVE_REPLICAS,
                        Promise.LIVE_PODS_BOUNDED,
                        Promise.READY_PODS_KEPT);
        assertThat(promises(verdict).events()).isGreaterThan(50);
        assertThat(verdict.summary()).doesNotContain("promise");
    }

    @Test
    void aBrokenPromiseIsOneClauseOfTheSummaryThatNamesTheEvent() throws InterruptedException {
        settled(3);
        simulated.images().unknownAreNotFound();
        Deployment next = clock(3, "clock:nope");
        try (RolloutWatch watch = verifier.watch(next)) {
            Deployment applied = actions.apply(next);
            pass(ofSeconds(1));
            String victim = cluster.list(Query.of(Pod.class).inNamespace("default")).stream()
                    .map(Observed::from)
                    .filter(pod -> pod.live() && pod.ready())
                    .map(pod -> pod.metadata().name())
                    .findFirst()
                    .orElseThrow();
            cluster.delete(Pod.class, "default", victim, DeleteOptions.defaults());
            Verdict verdict = watch.verify(applied);
            assertThat(verdict).isInstanceOf(Verdict.Failed.class);
            assertThat(verdict.summary())
                    .containsOnlyOnce("a promise was broken")
                    .contains("; a promise was broken, at least 3 pods ready (R-U), not counting those that lost it by"
                            + " themselves, by Pod/" + victim + " in default at version ");
            assertThatThrownBy(verdict::orElseThrow).hasMessageContaining("by Pod/" + victim);
        }
    }

    @Test
    void aVerificationAloneKeepsNoAccount() throws InterruptedException {
        settled(3);
        assertThat(verifier.verify(actions.apply(clock(3, "clock:1.1")))
                        .evidence()
                        .promises())
                .isEmpty();
    }

    @Test
    void ofAFirstRolloutNothingIsPromisedAndThatIsSaid() throws InterruptedException {
        Verdict verdict = rollOut(clock(3, "clock:1.0"));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(promises(verdict).whyNothing()).hasValue("there was no Deployment to change");
    }

    @Test
    void timeCountsFromTheChange() throws InterruptedException {
        settled(3);
        Deployment next = clock(3, "clock:1.1");
        try (RolloutWatch watch = verifier.watch(next)) {
            skip(ofMinutes(3));
            Verdict verdict = watch.verify(actions.apply(next));
            assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
            assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(20).plus(late()));
            assertThat(verdict.evidence().timeline().entries())
                    .isSortedAccordingTo(java.util.Comparator.comparing(Timeline.Entry::at))
                    .allMatch(entry -> entry.at().compareTo(ofSeconds(20)) < 0);
        }
    }

    @Test
    void aBrokenDeploymentIsMendedWithoutWaitingForRestThatWillNotCome() throws InterruptedException {
        simulated.images().unknownAreNotFound();
        actions.apply(clock(3, "clock:nope"));
        skip(ofSeconds(20));
        simulated.images().declare("clock:1.0", dev.rollproof.sim.ImageBehavior.wellBehaved());
        Instant before = cluster.time().now();
        try (RolloutWatch watch = verifier.watch(clock(3, "clock:1.0"))) {
            assertThat(Duration.between(before, cluster.time().now()))
                    .isLessThan(ofMillis(500).plus(late()));
            Verdict verdict = watch.verify(actions.apply(clock(3, "clock:1.0")));
            assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
            assertThat(promises(verdict).whyNothing().orElseThrow())
                    .startsWith("the change did not meet a state of rest: 0 of 3 pods were available");
        }
    }

    @Test
    void whereStatusesOnlyLagItWaitsAMomentForThem() throws InterruptedException {
        actions.apply(clock(3, "clock:1.0"));
        verifier.verify(CLOCK).orElseThrow();
        simulated.faults().delayWatches(ofMillis(300), Pod.class);
        Verdict verdict = rollOut(clock(3, "clock:1.1"));
        assertThat(promises(verdict).kept()).as("%s", promises(verdict).lines()).hasSize(4);
    }

    @Test
    void whatMayNotBeSeenIsNotPromisedAndTheRestIs() throws InterruptedException {
        settled(3);
        simulated.faults().failFrom(1, Integer.MAX_VALUE, Call.any().on(Pod.class), Reason.FORBIDDEN);
        Verdict verdict = rollOut(clock(3, "clock:1.1"));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(promises(verdict).kept())
                .extracting(Kept::promise)
                .containsExactly(Promise.SIZES_WITHIN_SURGE, Promise.NO_SIZE_ABOVE_REPLICAS);
        assertThat(((NotApplicable) promises(verdict).of(Promise.READY_PODS_KEPT)).why())
                .startsWith("the pods could not be observed");
    }

    @Test
    void whereTheDeploymentMayNotBeSeenTheChangeIsMadeAndNothingIsPromised() throws InterruptedException {
        settled(3);
        simulated.faults().failFrom(1, Integer.MAX_VALUE, Call.to(Verb.LIST).on(Deployment.class), Reason.FORBIDDEN);
        Verdict verdict = rollOut(clock(3, "clock:1.1"));
        assertThat(verdict).isInstanceOf(Verdict.Unreachable.class);
        assertThat(promises(verdict).whyNothing().orElseThrow())
                .startsWith("the Deployment could not be observed before the change");
    }

    @Test
    void aClusterThatIsAwayIsNotWaitedForBeforeTheChange() throws InterruptedException {
        settled(3);
        simulated.faults().unreachable(ofMinutes(1));
        Instant before = cluster.time().now();
        try (RolloutWatch watch = verifier.watch(clock(3, "clock:1.1"))) {
            assertThatThrownBy(() -> actions.apply(clock(3, "clock:1.1"))).isInstanceOf(ClusterException.class);
            assertThat(watch.promises().whyNothing().orElseThrow()).contains("could not be observed");
        }
        assertThat(Duration.between(before, cluster.time().now()))
                .isLessThan(ofSeconds(6).plus(late()));
    }

    @Test
    void aFirstListFromACacheThatLagsIsNoDeletion() throws InterruptedException {
        settled(3);
        simulated.faults().staleFirstLists(ofSeconds(3));
        Verdict verdict = rollOut(clock(3, "clock:1.1"));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
    }

    @Test
    void anotherDeploymentThanTheOneThatIsWatchedIsRefused() throws InterruptedException {
        settled(3);
        Deployment other = clock(1, "clock:1.0");
        other.getMetadata().setName("other");
        try (RolloutWatch watch = verifier.watch(clock(3, "clock:1.1"))) {
            assertThatThrownBy(() -> watch.verify(other))
                    .hasMessage("this watches " + CLOCK + ", and cannot verify "
                            + new ObjectRef("Deployment", "default", "other"));
        }
    }
}
