// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import static dev.rollproof.verifier.judge.Scene.NEW;
import static dev.rollproof.verifier.judge.Scene.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ladder: is it still ours, has the controller seen it, will it fail, is it complete? */
class JudgeTest {
    @Test
    void completeIsWhenEveryWantedPodIsNewAndReadyAndNothingOldIsLeft() {
        assertThat(Scene.complete().after(0)).isEqualTo(new Status.Complete("3 of 3 new pods ready"));
    }

    @Test
    void aDeploymentWithoutPodsIsComplete() {
        assertThat(new Scene().replicas(0).status(0, 0, 0).set("new", NEW, 0).after(0))
                .isInstanceOf(Status.Complete.class);
    }

    @Test
    void aStatusAboutTheGenerationBeforeIsNotComplete() {
        assertThat(Scene.complete().generation(2, 1).after(0))
                .isEqualTo(progressing("waiting for the Deployment controller to observe generation 2"));
    }

    @Test
    void aWatchThatHasNotSeenTheChangeYetIsWaitedFor() {
        assertThat(Scene.complete().generation(1, 1).image(OLD).after(0))
                .isEqualTo(progressing("waiting for the change to be seen, generation 2"));
    }

    @Test
    void newConditionsBesideTheOldObservedGenerationMeanNothing() {
        Scene scene = Scene.complete().generation(2, 1).progressing("True", "NewReplicaSetAvailable", "");
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
    }

    @Test
    void halfWayIsNotComplete() {
        assertThat(Scene.begun().starting("new-0", "new").after(0))
                .isEqualTo(progressing("0 of 3 new pods ready, 3 old to be replaced"));
    }

    @Test
    void aScaleDownThatStillRunsIsNotComplete() {
        Scene scene = new Scene().set("new", NEW, 3).ready("new", 10).status(10, 10, 10);
        assertThat(scene.after(0)).isEqualTo(progressing("10 of 3 new pods ready, 7 too many"));
    }

    @Test
    void aScaleToZeroWaitsForThePods() {
        Scene scene = new Scene().replicas(0).set("new", NEW, 0).ready("new", 3).status(3, 3, 3);
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        scene.without("new-0").without("new-1").without("new-2").status(0, 0, 0);
        assertThat(scene.after(1)).isInstanceOf(Status.Complete.class);
    }

    @Test
    void podsAreTheEvidenceNotTheNumbersOfTheStatus() {
        Scene scene = Scene.complete().leaving("new-0", "new");
        assertThat(scene.after(0)).isEqualTo(progressing("2 of 3 new pods ready"));
    }

    @Test
    void theNumbersOfTheStatusAreNeededToo() {
        assertThat(Scene.complete().status(3, 3, 2).after(0))
                .isEqualTo(progressing("3 of 3 new pods ready, 2 available"));
    }

    @Test
    void anOldReplicaSetThatStillWantsPodsIsNotDone() {
        assertThat(Scene.complete().set("old", OLD, 1).after(0)).isInstanceOf(Status.Progressing.class);
    }

    @Test
    void oldPodsThatAreLeavingDoNotCountUnlessAskedFor() {
        assertThat(Scene.complete().set("old", OLD, 0).leaving("old-0", "old").after(0))
                .isInstanceOf(Status.Complete.class);
        Scene patient =
                Scene.complete().set("old", OLD, 0).leaving("old-0", "old").waitForOldPods();
        assertThat(patient.after(0)).isEqualTo(progressing("3 of 3 new pods ready, 1 still leaving"));
        assertThat(patient.without("old-0").after(1)).isInstanceOf(Status.Complete.class);
    }

    @Test
    void somebodyElsesTemplateIsASupersededRolloutNotASuccess() {
        Scene undone = Scene.complete().image(OLD).generation(3, 3);
        assertThat(undone.after(0))
                .isEqualTo(new Status.Superseded("somebody changed its template: generation 3 is clock:1.0"));
    }

    @Test
    void aLaterScaleOfTheSameTemplateIsFollowed() {
        Scene scaled = new Scene()
                .replicas(5)
                .generation(3, 3)
                .set("new", NEW, 5)
                .ready("new", 5)
                .status(5, 5, 5);
        assertThat(scaled.after(0)).isEqualTo(new Status.Complete("5 of 5 new pods ready"));
    }

    @Test
    void podsOfAnotherOwnerAreNotOurs() {
        Scene scene = new Scene().set("new", NEW, 3).ready("new", 2).ready("strange", 1);
        assertThat(scene.after(0)).isEqualTo(progressing("2 of 3 new pods ready"));
    }

    @Test
    void ofTwoReplicaSetsWithTheTemplateTheOldestByAgeAndNameIsTheNewOne() {
        Scene scene = new Scene().set("aaa", NEW, 3).ready("aaa", 3).set("bbb", NEW, 0);
        assertThat(scene.after(0)).isInstanceOf(Status.Complete.class);
    }

    @Test
    void pausedDeletedAndRecreatedAreTheirOwnAnswers() {
        assertThat(Scene.complete().paused().after(0)).isInstanceOf(Status.Paused.class);
        assertThat(Scene.complete().gone().after(0))
                .isEqualTo(new Status.Deleted("Deployment/clock in shop does not exist"));
        assertThat(Scene.complete().terminating().after(0)).isEqualTo(new Status.Deleted("it is being deleted"));
        assertThat(Scene.complete().uid("uid-another").after(0))
                .isEqualTo(new Status.Deleted("it was deleted, and another one was created under its name"));
    }

    @Test
    void stableForMakesCompleteWaitAndSaysWhenToLookAgain() {
        Scene scene = Scene.complete().stableFor(Duration.ofSeconds(10));
        assertThat(scene.after(1)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.looksAgainAfter()).contains(11.0);
        assertThat(scene.after(10.9)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(11)).isInstanceOf(Status.Complete.class);
    }

    @Test
    void aRestartBeginsTheWaitForStabilityAnew() {
        Scene scene = Scene.complete().stableFor(Duration.ofSeconds(10));
        scene.after(0);
        assertThat(scene.restarted("new-0", "new", 1, 0, "Completed", true).after(8))
                .isInstanceOf(Status.Progressing.class);
        assertThat(scene.looksAgainAfter()).contains(18.0);
        assertThat(scene.after(18)).isInstanceOf(Status.Complete.class);
    }

    @Test
    void falseAndTrueAgainBeginsTheWaitForStabilityAnew() {
        Scene scene = Scene.complete().stableFor(Duration.ofSeconds(10));
        scene.after(0);
        scene.status(3, 3, 2).after(5);
        assertThat(scene.status(3, 3, 3).after(11)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(21)).isInstanceOf(Status.Complete.class);
    }

    @Test
    void theProgressDeadlineFailsTheRolloutWithWhatHeldItUp() {
        Status status = Scene.begun()
                .runningNotReady("new-0", "new")
                .warning("new-0", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
                .progressing("False", "ProgressDeadlineExceeded", "ReplicaSet \"new\" has timed out progressing.")
                .after(600);
        assertThat(status).isInstanceOf(Status.Failed.class);
        assertThat(status.causesOrNone())
                .extracting(Cause::reason)
                .containsExactly("ContainersNotReady", "ProgressDeadlineExceeded");
        assertThat(status.causesOrNone().get(0).message())
                .isEqualTo("container \"web\" runs and is not ready: Readiness probe failed: HTTP probe failed with"
                        + " statuscode: 503");
    }

    @Test
    void aDeadlineThatIsLeftOverFromTheTemplateBeforeIsIgnored() {
        Scene scene = Scene.begun()
                .starting("new-0", "new")
                .progressing("False", "ProgressDeadlineExceeded", "ReplicaSet \"old\" has timed out progressing.");
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
    }

    @Test
    void aReplicaSetThatCannotBeCreatedFailsAfterTenSeconds() {
        Scene scene = new Scene()
                .status(3, 0, 3)
                .set("old", OLD, 3)
                .ready("old", 3)
                .progressing("False", "ReplicaSetCreateError", "Failed to create new replica set \"x\": no");
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.looksAgainAfter()).contains(10.0);
        assertThat(scene.after(10).causesOrNone()).extracting(Cause::reason).containsExactly("ReplicaSetCreateError");
    }

    private static Scene stuck(String desired) {
        return new Scene()
                .status(3, 0, 3)
                .setSaying("old", OLD, 3, desired)
                .set("new", NEW, 0)
                .ready("old", 3);
    }

    @Test
    void aReplicaSetThatSaysForeverThatTheDeploymentIsBeingScaledFailsItAfterTenSeconds() {
        Scene scene = stuck("4");
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.looksAgainAfter()).contains(10.0);
        Status failed = scene.after(10);
        assertThat(failed).isInstanceOf(Status.Failed.class);
        assertThat(failed.causesOrNone())
                .containsExactly(new Cause(
                        "ScalingNeverEnds",
                        "ReplicaSet \"old\" has the 3 pods that are wanted, and its annotation"
                                + " deployment.kubernetes.io/desired-replicas still says 4: the Deployment controller takes that for a"
                                + " scaling at every look, and never comes to roll out (kubernetes/kubernetes#102551); set it right"
                                + " with: kubectl annotate replicaset old --namespace shop --overwrite"
                                + " deployment.kubernetes.io/desired-replicas=3",
                        "",
                        "",
                        0));
        assertThat(new Scene()
                        .status(3, 0, 3)
                        .setSaying("old", OLD, 3, "4")
                        .ready("old", 3)
                        .after(0)
                        .causesOrNone())
                .as("before there is a new one, too")
                .extracting(Cause::reason)
                .containsExactly("ScalingNeverEnds");
    }

    @Test
    void noScalingIsTakenForOneThatNeverEndsWhereTheControllerCanGoOn() {
        assertThat(List.of(
                        stuck("3"),
                        stuck("many"),
                        stuck("4").set("new", NEW, 1),
                        stuck("4").setSaying("old", OLD, 2, "4"),
                        stuck("4").replicas(4)))
                .as("the right size, none, another one with pods, a size that is to be changed, wanted or seen")
                .allSatisfy(scene -> assertThat(scene.after(0).causesOrNone()).isEmpty())
                .allSatisfy(scene -> assertThat(scene.after(60)).isInstanceOf(Status.Progressing.class));
        assertThat(Scene.complete().setSaying("new", NEW, 3, "4").after(0))
                .as("what is complete is complete")
                .isInstanceOf(Status.Complete.class);
    }

    @Test
    void withoutTheRightToSeePodsTheStatusIsJudged() {
        assertThat(Scene.complete().statusOnly().after(0))
                .isEqualTo(new Status.Complete("3 of 3 pods available, by the status alone"));
        assertThat(Scene.complete().withoutRightsToPods().after(0)).isInstanceOf(Status.Complete.class);
        assertThat(Scene.begun().withoutRightsToPods().after(0)).isInstanceOf(Status.Progressing.class);
    }

    private static Status progressing(String line) {
        return new Status.Progressing(line, java.util.List.of());
    }
}
