// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static dev.rollproof.verifier.Deployments.CLOCK;
import static dev.rollproof.verifier.Deployments.clock;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.Faults.Call;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.ImageBehavior;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Back to what was seen complete, and what stands in the way of it. */
public class RollbackTest extends Rolling {
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofSeconds(20));

    private final Rollback rollback = Rollback.rollBack();
    private RolloutActions actions;
    private RolloutVerifier verifier;

    @BeforeEach
    void take() {
        actions = RolloutActions.on(cluster);
        verifier = RolloutVerifier.on(cluster).with(OPTIONS);
        simulated
                .images()
                .declare(
                        "clock:broken",
                        ImageBehavior.wellBehaved().crashesAfter(Duration.ZERO).withExitCode(1));
        simulated.images().declare("clock:never", ImageBehavior.wellBehaved().neverReady());
    }

    /** A rollout with a rollback, as {@code Rollout} does it. */
    private Verdict rollOut(String image) throws InterruptedException {
        return rollOut(clock(3, image));
    }

    private Verdict rollOut(Deployment wanted) throws InterruptedException {
        RollbackPoint before = rollback.before(cluster, CLOCK);
        Deployment applied = actions.apply(wanted);
        return before.conclude(verifier.verify(applied), applied, OPTIONS, progress -> {});
    }

    private RollbackResult run() throws InterruptedException {
        return rollback.run(cluster, CLOCK, OPTIONS);
    }

    private Deployment current() {
        return cluster.get(Deployment.class, "default", "clock").orElseThrow();
    }

    private String image() {
        return current()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getImage();
    }

    private static RollbackResult rollbackOf(Verdict verdict) {
        return verdict.evidence().rollback().orElseThrow();
    }

    private void edit(String mergePatch) {
        cluster.patch(Deployment.class, "default", "clock", Patch.merge(mergePatch), WriteOptions.defaults());
    }

    @Test
    void aFailedRolloutGoesBackAndTheVerdictTellsBoth() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        Verdict verdict = rollOut("clock:broken");
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        RollbackResult.Restored restored = (RollbackResult.Restored) rollbackOf(verdict);
        assertThat(restored.revision()).isEqualTo(1);
        assertThat(restored.images()).containsExactly("clock:1");
        assertThat(restored.replicaSet()).startsWith("clock-");
        assertThat(restored.verdict().isComplete()).isTrue();
        assertThat(restored.timeToRestore())
                .hasValueSatisfying(time ->
                        assertThat(time).isPositive().isLessThan(ofSeconds(20).plus(late())));
        assertThat(restored.notes()).isEmpty();
        assertThat(image()).isEqualTo("clock:1");
        assertThatThrownBy(verdict::orElseThrow)
                .hasMessageContaining("CrashLoopBackOff")
                .hasMessageMatching(
                        "(?s).*; rolled back to revision 1 \\(clock:1\\), complete again after \\d+\\.\\d s");
    }

    @Test
    void aRolloutThatIsNotCompleteInTimeGoesBackToo() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        Verdict verdict = rollOut("clock:never");
        assertThat(verdict).isInstanceOf(Verdict.TimedOut.class);
        assertThat(rollbackOf(verdict).timeToRestore()).isPresent();
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void brokenRevisionsInBetweenAreSkipped() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        rollOut("clock:2").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:never")));
        Verdict verdict = rollOut("clock:broken");
        assertThat(((RollbackResult.Restored) rollbackOf(verdict)).images()).containsExactly("clock:2");
        assertThat(image()).isEqualTo("clock:2");
    }

    @Test
    void whatIsThereBeforeIsSeenCompleteThoughNobodyMarkedIt() throws InterruptedException {
        verifier.verify(actions.apply(clock(3, "clock:1"))).orElseThrow();
        Verdict verdict = rollOut("clock:broken");
        assertThat(rollbackOf(verdict).timeToRestore()).isPresent();
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void anotherProcessGoesBackByTheMarksInTheCluster() throws InterruptedException {
        verifier.verify(actions.apply(clock(3, "clock:1"))).orElseThrow();
        rollback.before(cluster, CLOCK);
        verifier.verify(actions.apply(clock(3, "clock:broken")));
        RollbackResult result = run();
        assertThat(result.timeToRestore()).as(result.inWords()).isPresent();
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void whereNothingWasSeenCompleteThereIsNothingToGoBackTo() throws InterruptedException {
        Verdict verdict = rollOut("clock:broken");
        assertThat(rollbackOf(verdict).inWords())
                .isEqualTo("not rolled back: no earlier revision was seen complete, so there is nothing to go back to");
        assertThat(image()).isEqualTo("clock:broken");
        assertThat(current().getSpec().getPaused()).isNull();
    }

    @Test
    void theTemplateComesBackFromMemoryWhereNoHistoryIsKept() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        edit("{\"spec\":{\"revisionHistoryLimit\":0}}");
        RollbackPoint before = rollback.before(cluster, CLOCK);
        Deployment applied = actions.setImage(CLOCK, "web", "clock:2");
        Verdict complete = verifier.verify(applied).orElseThrow();
        skip(ofSeconds(20));
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace("default")))
                .hasSize(1);
        // Complete at first, and found to be bad later: what a stable time is for.
        Verdict failedLater = new Verdict.Failed(complete.evidence());
        Verdict verdict = before.conclude(failedLater, applied, OPTIONS, progress -> {});
        RollbackResult.Restored restored = (RollbackResult.Restored) rollbackOf(verdict);
        assertThat(restored.replicaSet()).isEmpty();
        assertThat(restored.timeToRestore()).isPresent();
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void aRolloutThatOnlyScalesIsNotAnsweredWithAnotherVersion() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        rollOut("clock:2").orElseThrow();
        RollbackPoint before = rollback.before(cluster, CLOCK);
        Deployment applied = actions.apply(clock(300, "clock:2"));
        Verdict verdict = before.conclude(verifier.verify(applied), applied, OPTIONS, progress -> {});
        assertThat(verdict.isComplete()).isFalse();
        assertThat(rollbackOf(verdict).inWords())
                .isEqualTo(
                        "not rolled back: the rollout did not change the template, so there is nothing to go back from");
        assertThat(run().inWords()).startsWith("not rolled back: the current revision was itself seen complete");
        assertThat(image()).isEqualTo("clock:2");
    }

    @Test
    void somebodyElsesChangeIsTheirs() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        RollbackPoint before = rollback.before(cluster, CLOCK);
        Deployment applied = actions.apply(clock(3, "clock:broken"));
        Verdict failed = verifier.verify(applied);
        actions.setImage(CLOCK, "web", "clock:3");
        Verdict verdict = before.conclude(failed, applied, OPTIONS, progress -> {});
        assertThat(rollbackOf(verdict).inWords())
                .isEqualTo("not rolled back: somebody else changed it meanwhile, to clock:3");
        assertThat(image()).isEqualTo("clock:3");
    }

    @Test
    void aSupersededRolloutIsLeftToWhoeverSupersededIt() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        RollbackPoint before = rollback.before(cluster, CLOCK);
        Deployment applied = actions.apply(clock(3, "clock:broken"));
        actions.setImage(CLOCK, "web", "clock:3");
        Verdict verdict = before.conclude(verifier.verify(applied), applied, OPTIONS, progress -> {});
        assertThat(verdict).isInstanceOf(Verdict.Superseded.class);
        assertThat(rollbackOf(verdict).inWords()).isEqualTo("not rolled back: the rollout was superseded");
        assertThat(image()).isEqualTo("clock:3");
    }

    @Test
    void aDeploymentThatSomebodyPausedStaysAsItIs() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:broken")));
        actions.pause(CLOCK);
        assertThat(run().inWords()).isEqualTo("not rolled back: it is paused; resume it first");
        assertThat(current().getSpec().getPaused()).isTrue();
        assertThat(image()).isEqualTo("clock:broken");
    }

    /** What the last rollback wrote before its process died. */
    private void asARollback(String patch) {
        cluster.patch(
                Deployment.class,
                "default",
                "clock",
                Patch.strategicMerge(patch),
                WriteOptions.defaults().withFieldManager("rollproof-rollback"));
    }

    private void holdAsARollback() {
        asARollback(
                "{\"metadata\":{\"annotations\":{\"rollproof.dev/held-for-rollback\":\"true\"}},\"spec\":{\"paused\":true}}");
    }

    @Test
    void aPauseOfARollbackThatDiedIsGoneOnWith() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:broken")));
        holdAsARollback();
        RollbackResult result = run();
        assertThat(result.timeToRestore()).as(result.inWords()).isPresent();
        assertThat(current().getSpec().getPaused()).isNull();
        assertThat(current().getMetadata().getAnnotations()).doesNotContainKey("rollproof.dev/held-for-rollback");
    }

    /** An autoscaler, for one; and annotations count as a change of the generation, too. */
    @Test
    void aPauseOfARollbackThatDiedIsGoneOnWithWhateverOthersWroteSince() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:broken")));
        holdAsARollback();
        actions.scale(CLOCK, 4);
        edit("{\"metadata\":{\"annotations\":{\"team\":\"shop\"}}}");
        RollbackResult result = run();
        assertThat(result.timeToRestore()).as(result.inWords()).isPresent();
        assertThat(current().getSpec().getPaused()).isNull();
    }

    @Test
    void aPauseThatSomebodyElseAsksForAsWellStays() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        Deployment broken = clock(3, "clock:broken");
        verifier.verify(actions.apply(broken));
        holdAsARollback();
        broken.getSpec().setPaused(true);
        cluster.apply(broken, WriteOptions.defaults().withFieldManager("gitops"));
        assertThat(run().inWords()).isEqualTo("not rolled back: it is paused; resume it first");
        assertThat(current().getSpec().getPaused()).isTrue();
    }

    @Test
    void aPauseOfARollbackThatDiedIsLetGoWhereTheTemplateIsBackByOtherMeans() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:broken")));
        holdAsARollback();
        actions.apply(clock(3, "clock:1"));
        RollbackResult result = run();
        assertThat(result.timeToRestore()).as(result.inWords()).isPresent();
        assertThat(current().getSpec().getPaused()).isNull();
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void aRollbackThatDiedAfterItWroteIsGoneOnWithAndNobodyGoesFurtherBack() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        rollOut("clock:2").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:broken")));
        asARollback("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"clock:2\"}]}}}}");
        simulated.advance(Duration.ofMillis(100));
        RollbackResult result = run();
        assertThat(result).isInstanceOfSatisfying(RollbackResult.Restored.class, restored -> {
            assertThat(restored.revision()).isEqualTo(2);
            assertThat(restored.verdict().isComplete()).isTrue();
            assertThat(restored.notes()).containsExactly("its template was back already");
        });
        assertThat(image()).isEqualTo("clock:2");
        assertThat(current().getMetadata().getManagedFields())
                .extracting(ManagedFieldsEntry::getManager)
                .doesNotContain("rollproof-rollback");
    }

    @Test
    void aRevisionThatSomebodyWentBackToMayStillBeGoneBackFrom() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        rollOut("clock:2").orElseThrow();
        actions.undo(CLOCK);
        simulated.advance(Duration.ofMillis(100));
        run();
        // Of the two that were seen complete it was the last.
        assertThat(image()).isEqualTo("clock:2");
    }

    /** An API server that restarts gracefully is silent for a minute. */
    @Test
    void aServerThatIsAwayForLongerThanControllersMaySettleIsWaitedFor() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:never")));
        simulated.faults().unreachable(ofSeconds(60));
        RollbackResult result = run();
        assertThat(result).isInstanceOfSatisfying(RollbackResult.Restored.class, restored -> {
            assertThat(restored.verdict().isComplete()).isTrue();
            assertThat(restored.notes()).isEmpty();
        });
    }

    @Test
    void aServerThatDoesNotComeBackIsAReason() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:never")));
        simulated.faults().unreachable(ofSeconds(200));
        // A client that tries again by itself gives up later.
        assertThat(run().inWords()).matches("not rolled back: the cluster did not answer for (9\\d|1\\d\\d) s: .*");
    }

    @Test
    void whoCannotLetGoAtOnceTriesAgain() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:never")));
        simulated.faults().failNth(2, Call.to(Verb.PATCH).on(Deployment.class), Reason.FORBIDDEN);
        simulated.faults().failFrom(3, 20, Call.to(Verb.PATCH).on(Deployment.class), Reason.SERVICE_UNAVAILABLE);
        assertThat(run().inWords())
                .startsWith("not rolled back: the cluster refused: ")
                .doesNotContain("left paused");
        assertThat(current().getSpec().getPaused()).isNull();
    }

    @Test
    void aDeletedDeploymentIsSaidToBeDeleted() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        cluster.delete(Deployment.class, "default", "clock", DeleteOptions.defaults());
        assertThat(run().inWords()).isEqualTo("not rolled back: Deployment/clock in default is deleted");
    }

    @Test
    void recreateGoesBackWithoutBeingHeld() throws InterruptedException {
        Deployment recreate = clock(3, "clock:1");
        recreate.getSpec()
                .setStrategy(
                        new DeploymentStrategyBuilder().withType("Recreate").build());
        rollOut(recreate).orElseThrow();
        recreate.getSpec().getTemplate().getSpec().getContainers().get(0).setImage("clock:broken");
        long before = current().getMetadata().getGeneration();
        Verdict verdict = rollOut(recreate);
        assertThat(rollbackOf(verdict).timeToRestore()).isPresent();
        assertThat(current().getMetadata().getGeneration()).isEqualTo(before + 2);
    }

    @Test
    void whatGoesBackIsCleanOfTheControllersAndTheRollbacksOwn() throws InterruptedException {
        Deployment first = clock(3, "clock:1");
        first.getMetadata().setAnnotations(Map.of("kubernetes.io/change-cause", "the first"));
        rollOut(first).orElseThrow();
        Deployment second = clock(3, "clock:never");
        second.getMetadata().setAnnotations(Map.of("kubernetes.io/change-cause", "the second"));
        rollOut(second);
        assertThat(current().getSpec().getTemplate().getMetadata().getLabels())
                .containsExactly(Map.entry("app", "clock"));
        assertThat(current().getMetadata().getAnnotations())
                .containsEntry("kubernetes.io/change-cause", "the first")
                .doesNotContainKeys("rollproof.dev/held-for-rollback", "rollproof.dev/complete-at-revision");
    }

    /** As {@code kubectl rollout undo} does: the ReplicaSet's annotations become the Deployment's. */
    @Test
    void aMarkThatWasCopiedToAnotherReplicaSetIsNone() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        String mark = String.valueOf(cluster.list(Query.of(ReplicaSet.class).inNamespace("default"))
                .get(0)
                .getMetadata()
                .getAnnotations()
                .get("rollproof.dev/complete-at-revision"));
        assertThat(mark).startsWith("1 of clock-");
        edit("{\"metadata\":{\"annotations\":{\"rollproof.dev/complete-at-revision\":\"" + mark + "\"}}}");
        verifier.verify(actions.apply(clock(3, "clock:never")));
        verifier.verify(actions.apply(clock(3, "clock:broken")));
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace("default")))
                .as("the controller copies it to those that nobody has seen complete")
                .filteredOn(set ->
                        mark.equals(set.getMetadata().getAnnotations().get("rollproof.dev/complete-at-revision")))
                .hasSize(3);
        assertThat(run().timeToRestore()).isPresent();
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void aWayBackThatFailsIsToldWithItsOwnVerdict() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        RollbackPoint before = rollback.before(cluster, CLOCK);
        Deployment applied = actions.apply(clock(3, "clock:never"));
        Verdict timedOut = verifier.verify(applied);
        // The image that worked can no longer be pulled, and all its pods are gone with their node's memory.
        simulated.images().declare("clock:1", ImageBehavior.wellBehaved().neverReady());
        cluster.list(Query.of(io.fabric8.kubernetes.api.model.Pod.class).inNamespace("default"))
                .forEach(pod -> cluster.delete(
                        io.fabric8.kubernetes.api.model.Pod.class,
                        "default",
                        pod.getMetadata().getName(),
                        DeleteOptions.defaults()));
        Verdict verdict = before.conclude(timedOut, applied, OPTIONS, progress -> {});
        RollbackResult.Restored restored = (RollbackResult.Restored) rollbackOf(verdict);
        assertThat(restored.verdict()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(restored.timeToRestore()).isEmpty();
        assertThat(verdict.summary())
                .contains("the rollback to revision 1 (clock:1) did not succeed: Deployment/clock");
    }

    @Test
    void aRefusedWriteIsAReasonAndLeavesNothingHeld() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:never")));
        simulated.faults().failNth(2, Call.to(Verb.PATCH).on(Deployment.class), Reason.FORBIDDEN);
        RollbackResult result = run();
        assertThat(result).isInstanceOf(RollbackResult.Omitted.class);
        assertThat(result.inWords()).startsWith("not rolled back: the cluster refused: ");
        assertThat(current().getSpec().getPaused()).isNull();
        assertThat(image()).isEqualTo("clock:never");
    }

    @Test
    void otherPeoplesWritesAreMetByLookingAgain() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:never")));
        simulated.faults().failFrom(1, 3, Call.to(Verb.PATCH).on(Deployment.class), Reason.CONFLICT);
        assertThat(run().timeToRestore()).isPresent();
    }

    @Test
    void controllersThatDoNotAnswerAreNotWaitedForEver() throws InterruptedException {
        rollOut("clock:1").orElseThrow();
        verifier.verify(actions.apply(clock(3, "clock:never")));
        simulated.faults().pauseController("deployment");
        RollbackResult result = rollback.settlingWithin(ofSeconds(5)).run(cluster, CLOCK, OPTIONS);
        RollbackResult.Restored restored = (RollbackResult.Restored) result;
        assertThat(restored.notes())
                .containsExactly("after 5 s of waiting for the Deployment controller to observe that it is held"
                        + " it went back without, and may have taken ready pods");
        assertThat(restored.verdict()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(image()).isEqualTo("clock:1");
    }

    @Test
    void withoutTheRightToMarkTheRolloutIsCompleteAndSaysSo() throws InterruptedException {
        simulated.faults().failFrom(1, 10, Call.to(Verb.PATCH).on(ReplicaSet.class), Reason.FORBIDDEN);
        Verdict verdict = rollOut("clock:1").orElseThrow();
        assertThat(verdict.summary()).contains("(it could not be marked as complete for later rollbacks: ");
        // What this process remembers is enough for its own rollback.
        assertThat(rollbackOf(rollOut("clock:broken")).timeToRestore()).isPresent();
    }

    @Test
    void onlyDeploymentsCanBeRolledBack() {
        assertThatThrownBy(() -> rollback.before(cluster, new ObjectRef("DaemonSet", "default", "x")))
                .hasMessage("only Deployments can be rolled back, not DaemonSet/x in default");
        assertThatThrownBy(() -> rollback.settlingWithin(ofSeconds(-1)))
                .hasMessage("settlingWithin must not be negative, was PT-1S");
    }

    @Test
    void aCompleteRolloutHasNoRollback() throws InterruptedException {
        assertThat(rollOut("clock:1").evidence().rollback()).isEqualTo(Optional.empty());
    }
}
