// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import static dev.rollproof.verifier.judge.SetScene.EVICTED;
import static dev.rollproof.verifier.judge.SetScene.LEAVING;
import static dev.rollproof.verifier.judge.SetScene.READY;
import static dev.rollproof.verifier.judge.SetScene.STARTING;
import static dev.rollproof.verifier.judge.SetScene.daemonSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.verifier.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DaemonSets: which pods are new, when all nodes have one, and what never gets on. */
class DaemonSetJudgeTest {
    private static final String ON_DELETE = "updateStrategy: {type: OnDelete}";

    private static Status.Progressing progressing(String line) {
        return new Status.Progressing(line, List.of());
    }

    @Test
    void completeIsWhenEveryNodeThatIsToHasANewPodThatIsReady() {
        assertThat(daemonSet(2, 2, 2)
                        .daemon("a", "r2", 2, READY)
                        .daemon("b", "r2", 2, READY)
                        .after(0))
                .isEqualTo(new Status.Complete("2 of 2 new pods ready"));
    }

    @Test
    void aStatusAboutTheGenerationBeforeIsNotComplete() {
        assertThat(daemonSet(1, 1, 1)
                        .daemon("a", "r1", 1, READY)
                        .generation(2, 1)
                        .after(0))
                .isEqualTo(progressing("waiting for the DaemonSet controller to observe generation 2"));
    }

    @Test
    void halfWayIsNotComplete() {
        assertThat(daemonSet(2, 1, 1)
                        .daemon("a", "r2", 2, STARTING)
                        .daemon("b", "r1", 1, READY)
                        .after(0))
                .isEqualTo(progressing("0 of 2 new pods ready, 1 old to be replaced"));
    }

    @Test
    void podsAreTheEvidenceNotTheNumbersOfTheStatus() {
        SetScene scene = daemonSet(2, 2, 2).daemon("a", "r2", 2, READY);
        assertThat(scene.daemon("b", "r2", 2, LEAVING).after(0)).isEqualTo(progressing("1 of 2 new pods ready"));
        assertThat(scene.daemon("b", "r2", 2, EVICTED).after(0)).isEqualTo(progressing("1 of 2 new pods ready"));
        assertThat(scene.daemon("b", "r1", 1, READY).after(0))
                .isEqualTo(progressing("1 of 2 new pods ready, 1 old to be replaced"));
    }

    @Test
    void theNumbersOfTheStatusAreNeededToo() {
        assertThat(daemonSet(1, 1, 0).daemon("a", "r2", 2, READY).after(0))
                .isEqualTo(progressing("1 of 1 new pods ready, 0 available"));
    }

    @Test
    void aNodeThatHasTheOldPodBesideTheNewOneIsNotDone() {
        SetScene surging = daemonSet(1, 1, 1).daemon("a", "r2", 2, READY).daemon("b", "r1", 1, READY);
        assertThat(surging.after(0)).isEqualTo(progressing("1 of 1 new pods ready, 1 old to be replaced"));
        assertThat(surging.daemon("b", "r1", 1, LEAVING).after(1)).isInstanceOf(Status.Complete.class);
        assertThat(surging.waitForOldPods().after(1)).isEqualTo(progressing("1 of 1 new pods ready, 1 still leaving"));
    }

    @Test
    void podsFromBeforeAQuickUndoAreNewByTheRevisionThatTheyShareWithANewOne() {
        assertThat(daemonSet(2, 2, 2)
                        .daemon("a", "r2", 2, READY)
                        .daemon("b", "r2", 0, READY)
                        .after(0))
                .isEqualTo(new Status.Complete("2 of 2 new pods ready"));
    }

    @Test
    void whatWasUndoneBeforeAnyPodWasReplacedIsCompleteAsTheControllerCounts() {
        SetScene scene = daemonSet(2, 2, 2).daemon("a", "r0", 0, READY).daemon("b", "r0", 0, READY);
        assertThat(scene.after(0)).isInstanceOf(Status.Complete.class);
        assertThat(scene.daemonStatus(2, 0, 2).after(1))
                .isEqualTo(progressing("0 of 2 new pods ready, 2 old to be replaced"));
    }

    @Test
    void whatTheTemplateWasChangedFromIsNeverTakenForTheNewest() {
        SetScene undone = daemonSet(2, 1, 1).daemon("a", "r0", 0, READY).daemon("b", "r1", 1, "1/CrashLoopBackOff");
        assertThat(undone.after(0)).isEqualTo(progressing("1 of 2 new pods ready, 1 old to be replaced"));
        assertThat(undone.without("a").after(1)).isEqualTo(progressing("0 of 2 new pods ready, 1 old to be replaced"));
    }

    @Test
    void ofTwoOldRevisionsThatMayBeMeantNoneIsTakenForTheNewest() {
        assertThat(daemonSet(2, 1, 2)
                        .daemon("a", "r0", 0, READY)
                        .daemon("b", "r00", 0, READY)
                        .after(0))
                .isEqualTo(progressing("0 of 2 new pods ready, 2 old to be replaced"));
    }

    @Test
    void aDaemonSetThatWantsNoNodeIsCompleteAndSaysSo() {
        assertThat(daemonSet(0, 0, 0).after(0)).isEqualTo(new Status.Complete("no node is to run a pod of it"));
        assertThat(daemonSet(0, 0, 0).daemon("a", "r1", 1, READY).after(0))
                .isEqualTo(progressing("no node is to run a pod of it, 1 old to be replaced"));
    }

    @Test
    void aBrokenPodFailsTheRolloutWithItsCause() {
        Status status = daemonSet(2, 1, 1)
                .daemon("a", "r2", 2, "1/CrashLoopBackOff")
                .daemon("b", "r1", 1, READY)
                .after(0);
        assertThat(status)
                .isEqualTo(new Status.Failed(
                        "0 of 2 new pods ready, 1 old to be replaced",
                        List.of(new Cause(
                                "CrashLoopBackOff", "container \"web\" crashed 2 times with exit 1", "a", "web", 1))));
    }

    @Test
    void aBrokenOldPodIsReplacedAndFailsNothing() {
        SetScene scene = daemonSet(1, 0, 0).daemon("a", "r1", 1, "1/CrashLoopBackOff");
        scene.after(0);
        assertThat(scene.after(60)).isEqualTo(progressing("0 of 1 new pods ready, 1 old to be replaced"));
    }

    @Test
    void onDeleteWaitsForAPersonAndSaysAtOnceForWhichPod() {
        assertThat(daemonSet(2, 1, 2)
                        .spec(ON_DELETE)
                        .daemon("a", "r2", 2, READY)
                        .daemon("b", "r1", 1, READY)
                        .after(0))
                .isEqualTo(new Status.Paused("1 pod is of an older template, and updateStrategy OnDelete replaces none;"
                        + " it goes on when somebody deletes it: b"));
        assertThat(daemonSet(1, 1, 1)
                        .spec(ON_DELETE)
                        .daemon("a", "r2", 2, READY)
                        .after(0))
                .isInstanceOf(Status.Complete.class);
    }

    @Test
    void refusedPodsFailThoughEachRefusalIsAnEventOfItsOwn() {
        String denied = "Error creating: pods \"%s\" is forbidden: violates PodSecurity \"baseline\"";
        SetScene scene = daemonSet(2, 1, 1).daemon("a", "r2", 2, READY).refused("e1", 1, denied.formatted("x"));
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.refused("e2", 3, denied.formatted("y")).after(4)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(5))
                .isEqualTo(new Status.Failed(
                        "1 of 2 new pods ready", List.of(new Cause("FailedCreate", denied.formatted("y"), "", "", 0))));
    }

    @Test
    void aRefusalThatWasToldBeforeMeansNothing() {
        SetScene scene = daemonSet(2, 1, 1)
                .daemon("a", "r2", 2, READY)
                .refused("e1", 1, "denied the request")
                .refused("e2", 3, "denied the request");
        scene.after(0);
        assertThat(scene.after(60)).isInstanceOf(Status.Progressing.class);
    }

    @Test
    void withoutTheRightToSeePodsTheStatusAloneIsJudged() {
        assertThat(daemonSet(2, 1, 2).withoutRightsToPods().after(0))
                .isEqualTo(progressing("1 of 2 pods updated, 2 available, by the status alone"));
        assertThat(daemonSet(2, 2, 2).withoutRightsToPods().after(0)).isInstanceOf(Status.Complete.class);
        assertThat(daemonSet(2, 1, 2).spec(ON_DELETE).withoutRightsToPods().after(0))
                .isEqualTo(new Status.Paused("1 pod is of an older template, and updateStrategy OnDelete replaces none;"
                        + " it goes on when somebody deletes it"));
    }
}
