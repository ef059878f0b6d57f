// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import static dev.rollproof.verifier.judge.SetScene.EVICTED;
import static dev.rollproof.verifier.judge.SetScene.LEAVING;
import static dev.rollproof.verifier.judge.SetScene.READY;
import static dev.rollproof.verifier.judge.SetScene.STARTING;
import static dev.rollproof.verifier.judge.SetScene.statefulSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** StatefulSets: which pods are to be new, when all is done, and what never gets on. */
class StatefulSetJudgeTest {
    private static final String ON_DELETE = "replicas: 3\nupdateStrategy: {type: OnDelete}";
    private static final String QUOTA =
            "Create Pod web-2 in StatefulSet web failed error: pods \"web-2\" is forbidden: exceeded quota: q";
    private static final String STAYS = "; with OrderedReady it stays when the template is mended: delete it then";

    private static String partition(int value) {
        return "replicas: 3\nupdateStrategy: {type: RollingUpdate, rollingUpdate: {partition: " + value + "}}";
    }

    private static Status.Progressing progressing(String line) {
        return new Status.Progressing(line, List.of());
    }

    private static List<String> causes(Status status) {
        assertThat(status).isInstanceOf(Status.Failed.class);
        return status.causesOrNone().stream().map(Cause::toString).toList();
    }

    @Test
    void completeIsWhenEveryPodIsNewAndReady() {
        assertThat(statefulSet(3, 3, 3, 3).pods("r2", READY, 0, 1, 2).after(0))
                .isEqualTo(new Status.Complete("3 of 3 new pods ready"));
    }

    @Test
    void aStatusAboutTheGenerationBeforeIsNotComplete() {
        assertThat(statefulSet(3, 3, 3, 3)
                        .pods("r2", READY, 0, 1, 2)
                        .generation(2, 1)
                        .after(0))
                .isEqualTo(progressing("waiting for the StatefulSet controller to observe generation 2"));
    }

    @Test
    void halfWayIsNotComplete() {
        assertThat(statefulSet(3, 2, 2, 1)
                        .pods("r1", READY, 0, 1)
                        .pods("r2", STARTING, 2)
                        .after(0))
                .isEqualTo(progressing("0 of 3 new pods ready, 2 old to be replaced"));
    }

    @Test
    void readyPodsThatAreNotAvailableYetAreNotComplete() {
        assertThat(statefulSet(3, 3, 1, 3).pods("r2", READY, 0, 1, 2).after(0))
                .isEqualTo(progressing("3 of 3 new pods ready, 1 of 3 available"));
    }

    @Test
    void aScaleDownThatStillRunsIsNotComplete() {
        assertThat(statefulSet(5, 5, 5, 5).pods("r2", READY, 0, 1, 2, 3, 4).after(0))
                .isEqualTo(progressing("3 of 3 new pods ready, 2 too many"));
    }

    @Test
    void podsAreTheEvidenceNotTheNumbersOfTheStatus() {
        assertThat(statefulSet(3, 3, 3, 3)
                        .pods("r2", READY, 0, 1)
                        .pods("r2", LEAVING, 2)
                        .after(0))
                .isEqualTo(progressing("2 of 3 new pods ready"));
        assertThat(statefulSet(3, 3, 3, 3)
                        .pods("r2", READY, 0, 1)
                        .pods("r2", EVICTED, 2)
                        .after(0))
                .isEqualTo(progressing("2 of 3 new pods ready"));
    }

    @Test
    void podsThatAreLeavingAreWaitedForIfAsked() {
        SetScene scene = statefulSet(3, 3, 3, 3).pods("r2", READY, 0, 1, 2).pods("r1", LEAVING, 3);
        assertThat(scene.after(0)).isInstanceOf(Status.Complete.class);
        assertThat(scene.waitForOldPods().after(0)).isEqualTo(progressing("3 of 3 new pods ready, 1 still leaving"));
    }

    @Test
    void somebodyElsesTemplateIsASupersededRollout() {
        assertThat(statefulSet(3, 3, 3, 3).image("clock:1.0").generation(3, 3).after(0))
                .isEqualTo(new Status.Superseded("somebody changed its template: generation 3 is clock:1.0"));
    }

    @Test
    void onlyPodsFromThePartitionOnAreToBeNew() {
        SetScene scene = statefulSet(3, 3, 3, 1)
                .spec(partition(2))
                .pods("r1", READY, 0, 1)
                .pods("r2", STARTING, 2);
        assertThat(scene.after(0)).isEqualTo(progressing("0 of 1 new pods ready, 2 of 2 below partition 2 ready"));
        assertThat(scene.pods("r2", READY, 2).after(1))
                .isEqualTo(new Status.Complete("1 of 1 new pods ready, 2 of 2 below partition 2 ready"));
    }

    @Test
    void aPodBelowThePartitionThatIsNotReadyIsWaitedForAndItsCauseTold() {
        SetScene scene = statefulSet(3, 2, 2, 1)
                .spec(partition(2))
                .pods("r1", READY, 0)
                .pods("r1", "ErrImagePull", 1)
                .pods("r2", READY, 2);
        assertThat(scene.after(0).line())
                .isEqualTo("1 of 1 new pods ready, 2 of 3 available, 1 of 2 below partition 2 ready");
        assertThat(causes(scene.after(31)))
                .containsExactly(
                        "ErrImagePull: container \"web\" image \"clock:1.0\" cannot be pulled: it does not start (pod web-1)");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7})
    void aPartitionAboveAllPodsIsCompleteWithoutANewOne(int partition) {
        assertThat(statefulSet(3, 3, 3, 0)
                        .spec(partition(partition))
                        .pods("r1", READY, 0, 1, 2)
                        .after(0))
                .isEqualTo(
                        new Status.Complete("0 of 0 new pods ready, 3 of 3 below partition " + partition + " ready"));
    }

    @Test
    void ordinalsMayStartElsewhereAndThePartitionCountsFromThere() {
        SetScene scene = statefulSet(3, 3, 3, 1)
                .spec(partition(2) + "\nordinals: {start: 5}")
                .pods("r1", READY, 5, 6)
                .pods("r2", READY, 7);
        assertThat(scene.after(0)).isInstanceOf(Status.Complete.class);
        assertThat(scene.pods("r2", READY, 0).after(1).line()).contains(", 1 too many");
    }

    @Test
    void aBrokenPodFailsTheRolloutAndTheMessageSaysThatItWillBeInTheWay() {
        SetScene scene = statefulSet(3, 2, 2, 1).pods("r1", READY, 0, 1).pods("r2", "1/CrashLoopBackOff", 2);
        assertThat(causes(scene.after(0)))
                .containsExactly(
                        "CrashLoopBackOff: container \"web\" crashed 2 times with exit 1" + STAYS + " (pod web-2)");
    }

    @Test
    void withParallelPodsABrokenOneIsReplacedAndTheMessageSaysNothingOfIt() {
        SetScene scene = statefulSet(3, 2, 2, 1)
                .spec("replicas: 3\npodManagementPolicy: Parallel")
                .pods("r1", READY, 0, 1)
                .pods("r2", "1/CrashLoopBackOff", 2);
        assertThat(causes(scene.after(0)))
                .containsExactly("CrashLoopBackOff: container \"web\" crashed 2 times with exit 1 (pod web-2)");
    }

    @Test
    void anOlderPodThatNeverGetsReadyBlocksAMendedTemplateUntilItIsDeleted() {
        SetScene scene = statefulSet(3, 2, 2, 0).pods("r0", READY, 0, 1).pods("r1", "1/CrashLoopBackOff", 2);
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(causes(scene.after(10)))
                .containsExactly(
                        "CrashLoopBackOff: container \"web\" crashed 2 times with exit 1; it is of an older template,"
                                + " and OrderedReady replaces no pod while one is not ready: delete it (pod web-2)");
    }

    @Test
    void anOlderPodThatIsReadyAgainInTimeIsReplaced() {
        SetScene scene = statefulSet(3, 2, 2, 0).pods("r0", READY, 0, 1).pods("r1", "1/CrashLoopBackOff", 2);
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.pods("r1", READY, 2).after(3)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.pods("r2", STARTING, 2).after(12))
                .isEqualTo(progressing("0 of 3 new pods ready, 2 old to be replaced"));
    }

    @Test
    void withParallelPodsABrokenOlderOneIsOnlyToBeReplaced() {
        SetScene scene = statefulSet(3, 2, 2, 0)
                .spec("replicas: 3\npodManagementPolicy: Parallel")
                .pods("r0", READY, 0, 1)
                .pods("r1", "1/CrashLoopBackOff", 2);
        scene.after(0);
        assertThat(scene.after(60)).isEqualTo(progressing("0 of 3 new pods ready, 3 old to be replaced"));
    }

    @Test
    void onDeleteWaitsForAPersonAndSaysAtOnceForWhichPods() {
        assertThat(statefulSet(3, 3, 3, 1)
                        .spec(ON_DELETE)
                        .pods("r1", READY, 1, 0)
                        .pods("r2", READY, 2)
                        .after(0))
                .isEqualTo(
                        new Status.Paused("2 pods are of an older template, and updateStrategy OnDelete replaces none;"
                                + " it goes on when somebody deletes them: web-0, web-1"));
    }

    @Test
    void onDeleteIsJudgedLikeAnyOtherWhenNothingIsToBeReplaced() {
        SetScene scene =
                statefulSet(3, 2, 2, 3).spec(ON_DELETE).pods("r2", READY, 0, 1).pods("r2", STARTING, 2);
        assertThat(scene.after(0)).isEqualTo(progressing("2 of 3 new pods ready"));
        assertThat(scene.pods("r2", READY, 2).statefulStatus(3, 3, 3, 3).after(1))
                .isInstanceOf(Status.Complete.class);
    }

    @Test
    void onDeleteStillFailsByANewPodThatIsBroken() {
        assertThat(causes(statefulSet(3, 2, 2, 1)
                        .spec(ON_DELETE)
                        .pods("r1", READY, 0, 1)
                        .pods("r2", "1/CrashLoopBackOff", 2)
                        .after(0)))
                .containsExactly("CrashLoopBackOff: container \"web\" crashed 2 times with exit 1 (pod web-2)");
    }

    @Test
    void anExhaustedQuotaFailsOnlyWhenItIsToldAgainAndLasts() {
        SetScene scene = statefulSet(2, 2, 2, 0).pods("r1", READY, 0, 1).refused("e", 1, QUOTA);
        assertThat(scene.after(0).causesOrNone()).extracting(Cause::reason).containsExactly("FailedCreate");
        // Nobody tells it again: it may be of an hour ago.
        assertThat(scene.after(200)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.refused("e", 9, QUOTA).after(201)).isInstanceOf(Status.Failed.class);
    }

    @Test
    void aQuotaGetsTheGraceOfThePodsThatMayFreeIt() {
        SetScene scene = statefulSet(2, 2, 2, 0).pods("r1", READY, 0, 1).refused("e", 1, QUOTA);
        scene.after(0);
        scene.refused("e", 9, QUOTA);
        assertThat(scene.after(59)).isInstanceOf(Status.Progressing.class);
        assertThat(causes(scene.after(60))).containsExactly("FailedCreate: " + QUOTA);
    }

    @Test
    void whatAdmissionDeniesFailsSoon() {
        String denied = "pods \"web-2\" is forbidden: violates PodSecurity \"restricted\"";
        SetScene scene = statefulSet(2, 2, 2, 0).pods("r1", READY, 0, 1).refused("e", 1, denied);
        scene.after(0);
        scene.refused("e", 2, denied);
        assertThat(scene.after(4)).isInstanceOf(Status.Progressing.class);
        assertThat(causes(scene.after(5))).containsExactly("FailedCreate: " + denied);
    }

    @Test
    void aRefusalMeansNothingWhenNoPodIsMissing() {
        SetScene scene = statefulSet(3, 2, 2, 3)
                .pods("r2", READY, 0, 1)
                .pods("r2", STARTING, 2)
                .refused("e", 1, QUOTA);
        scene.after(0);
        assertThat(scene.refused("e", 9, QUOTA).after(100)).isEqualTo(progressing("2 of 3 new pods ready"));
    }

    @Test
    void itMustStayCompleteForAsLongAsIsAskedAndARestartBeginsAnew() {
        SetScene scene = statefulSet(3, 3, 3, 3).pods("r2", READY, 0, 1, 2).stableFor(Duration.ofSeconds(20));
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.pods("r2", "1/ready", 1).after(19)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(21)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(39)).isInstanceOf(Status.Complete.class);
    }

    @Test
    void withoutTheRightToSeePodsTheStatusAloneIsJudged() {
        assertThat(statefulSet(3, 2, 2, 1).withoutRightsToPods().after(0))
                .isEqualTo(progressing("1 of 3 pods updated, 2 of 3 available, by the status alone"));
        assertThat(statefulSet(3, 3, 3, 3).withoutRightsToPods().after(0)).isInstanceOf(Status.Complete.class);
        assertThat(statefulSet(3, 3, 3, 1).spec(ON_DELETE).withoutRightsToPods().after(0))
                .isEqualTo(
                        new Status.Paused("2 pods are of an older template, and updateStrategy OnDelete replaces none;"
                                + " it goes on when somebody deletes them"));
    }
}
