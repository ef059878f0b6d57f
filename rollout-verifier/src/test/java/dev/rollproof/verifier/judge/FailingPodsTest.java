// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import static dev.rollproof.verifier.judge.Scene.NEW;
import static dev.rollproof.verifier.judge.Scene.OLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.rollproof.verifier.Cause;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each trouble of a new pod means, and how long the judge is patient with it. */
class FailingPodsTest {
    private static final String NO_SECRET =
            "MountVolume.SetUp failed for volume \"s\" : secret \"clock-secret\" not found";

    @ParameterizedTest(name = "{0}: {1} fails after {2} s")
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "ErrImagePull, 'rpc error: code = NotFound desc = failed to pull and unpack image \"clock:nope\": not found', 1",
                "ImagePullBackOff, 'Back-off pulling image \"clock:nope\": ErrImagePull: manifest unknown', 1",
                "ErrImagePull, 'no match for platform in manifest', 1",
                "ErrImagePull, 'pull access denied, repository does not exist or may require authorization', 1",
                "ErrImagePull, 'failed to authorize: 401 Unauthorized', 15",
                "ErrImagePull, 'dial tcp: lookup example.org: no such host', 30",
                "ErrImagePull, 'dial tcp 127.0.0.1:80: connect: connection refused', 30",
                "ErrImagePull, 'toomanyrequests: You have reached your pull rate limit', 30",
                "ErrImagePull, 'x509: certificate signed by unknown authority', 30",
                "ErrImageNeverPull, 'Container image \"clock\" is not present with pull policy of Never', 0",
                "InvalidImageName, 'couldn''t parse image name', 0",
                "ImageInspectError, 'Failed to inspect image', 30",
                "CreateContainerConfigError, 'configmap \"clock-config\" not found', 10",
                "CreateContainerConfigError, 'couldn''t find key color in ConfigMap shop/clock', 10",
                "CreateContainerConfigError, 'failed to sync configmap cache: timed out', 60",
                "CreateContainerConfigError, 'container has runAsNonRoot and image will run as root', 0",
                "CreateContainerConfigError, 'container''s runAsUser breaks non-root policy (container: web)', 0",
                "CreateContainerError, 'context deadline exceeded', 10",
                "RunContainerError, 'exec: \"/no\": stat /no: no such file or directory: unknown', 0",
                "RunContainerError, 'exec: \"no\": executable file not found in $PATH', 0",
                "RunContainerError, 'exec format error', 0",
                "RunContainerError, 'the runtime is busy', 10",
                "PostStartHookError, 'hook failed', 10",
                "CreatePodSandboxError, 'no network', 60",
            })
    void aWaitingContainerFailsTheRolloutAfterItsGrace(String reason, String message, int seconds) {
        Scene scene = Scene.begun().waiting("new-0", "new", reason, message);
        if (seconds > 0) {
            assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
            assertThat(scene.looksAgainAfter()).contains((double) seconds);
            assertThat(scene.after(seconds - 0.1)).isInstanceOf(Status.Progressing.class);
        }
        Status status = scene.after(seconds);
        assertThat(status).isInstanceOf(Status.Failed.class);
        assertThat(status.causesOrNone()).hasSize(1);
        Cause cause = status.causesOrNone().get(0);
        assertThat(cause.pod()).isEqualTo("new-0");
        assertThat(cause.container()).isEqualTo("web");
        assertThat(cause.reason()).isEqualTo(reason.replace("ImagePullBackOff", "ErrImagePull"));
    }

    @ParameterizedTest
    @CsvSource({"ContainerCreating", "PodInitializing"})
    void aContainerThatIsBeingCreatedIsNoTrouble(String reason) {
        Scene scene = Scene.begun().waiting("new-0", "new", reason, "");
        assertThat(scene.after(0).causesOrNone()).isEmpty();
        assertThat(scene.after(3600)).isInstanceOf(Status.Progressing.class);
    }

    @Test
    void aReasonThatNobodyKnowsYetIsSaidAndLeftToTheTimeout() {
        Scene scene = Scene.begun().waiting("new-0", "new", "WaitingForGodot", "he will come");
        scene.after(0);
        assertThat(scene.after(3600)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(3600).causesOrNone()).extracting(Cause::reason).containsExactly("WaitingForGodot");
    }

    @Test
    void pullAndBackOffAlternateAndAreOneTrouble() {
        String text = "dial tcp: i/o timeout";
        Scene scene = Scene.begun().waiting("new-0", "new", "ErrImagePull", text);
        scene.after(0);
        scene.waiting("new-0", "new", "ImagePullBackOff", "Back-off pulling image \"x\": ErrImagePull: " + text);
        scene.after(12);
        scene.waiting("new-0", "new", "ErrImagePull", text);
        for (int second = 13; second < 30; second += 4) {
            assertThat(scene.after(second)).isInstanceOf(Status.Progressing.class);
        }
        assertThat(scene.after(30)).isInstanceOf(Status.Failed.class);
    }

    @Test
    void theTextOfAPullMayBeInAnEventOnly() {
        Scene scene = Scene.begun()
                .waiting("new-0", "new", "ImagePullBackOff", "Back-off pulling image \"clock:nope\"")
                .warning("new-0", "Failed", "Failed to pull image \"clock:nope\": manifest unknown");
        scene.after(0);
        assertThat(scene.after(1)).isInstanceOf(Status.Failed.class);
    }

    static Stream<Arguments> crashes() {
        return Stream.of(
                Arguments.of(
                        "the second crash, seen as it ends",
                        op(s -> s.ended("new-0", "new", 1, 1, "Error", "")),
                        "CrashLoopBackOff",
                        "container \"web\" crashed 2 times with exit 1"),
                Arguments.of(
                        "the second crash, seen as the kubelet backs off",
                        op(s -> s.backingOff("new-0", "new", 1, 3, "Error")),
                        "CrashLoopBackOff",
                        "container \"web\" crashed 2 times with exit 3"),
                Arguments.of(
                        "the second crash, seen as it runs again",
                        op(s -> s.restarted("new-0", "new", 2, 1, "Error", false)),
                        "CrashLoopBackOff",
                        "container \"web\" crashed 2 times with exit 1"),
                Arguments.of(
                        "out of memory twice",
                        op(s -> s.ended("new-0", "new", 1, 137, "OOMKilled", "")),
                        "OOMKilled",
                        "container \"web\" ran out of memory and was killed 2 times (exit 137)"),
                Arguments.of(
                        "exit 0 is a crash where the container should run on",
                        op(s -> s.ended("new-0", "new", 1, 0, "Completed", "")),
                        "CrashLoopBackOff",
                        "container \"web\" ended 2 times with exit 0, but is expected to keep running"),
                Arguments.of(
                        "a command that is not there, at once",
                        op(s -> s.ended(
                                "new-0", "new", 0, 128, "StartError", "exec: \"/no\": no such file or directory")),
                        "StartError",
                        "container \"web\" cannot be started: exec: \"/no\": no such file or directory"));
    }

    private static UnaryOperator<Scene> op(UnaryOperator<Scene> change) {
        return change;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("crashes")
    void aContainerThatCrashesAgainFailsTheRolloutAtOnce(
            String name, UnaryOperator<Scene> crash, String reason, String message) {
        Status status = crash.apply(Scene.begun()).after(0);
        assertThat(status).as(name).isInstanceOf(Status.Failed.class);
        assertThat(status.causesOrNone())
                .extracting(Cause::reason, Cause::message)
                .containsExactly(tuple(reason, message));
    }

    @Test
    void oneCrashMayBeBadLuck() {
        Scene scene = Scene.begun().ended("new-0", "new", 0, 1, "Error", "");
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(0).causesOrNone())
                .extracting(Cause::message)
                .containsExactly("container \"web\" crashed once with exit 1");
        assertThat(scene.restarted("new-0", "new", 1, 1, "Error", true).after(5))
                .isInstanceOf(Status.Progressing.class);
    }

    @Test
    void howManyCrashesAreTooManyIsAnOption() {
        Scene scene =
                Scene.begun().patience(Patience.defaults().withCrashes(3)).ended("new-0", "new", 1, 1, "Error", "");
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.ended("new-0", "new", 2, 1, "Error", "").after(1)).isInstanceOf(Status.Failed.class);
    }

    @Test
    void whatHappenedToAPodLastWeekDoesNotCount() {
        Scene scene = new Scene()
                .set("new", NEW, 3)
                .ready("new", 3)
                .restarted("new-0", "new", 7, 1, "Error", true)
                .status(3, 3, 2);
        scene.after(0);
        assertThat(scene.ended("new-0", "new", 7, 1, "Error", "").after(1))
                .as("the eighth end, the first that was seen")
                .isInstanceOf(Status.Progressing.class);
        assertThat(scene.ended("new-0", "new", 8, 1, "Error", "").after(2)).isInstanceOf(Status.Failed.class);
    }

    @Test
    void anOldPodThatCrashesDoesNotFailTheNewVersion() {
        Scene scene = Scene.begun().starting("new-0", "new").ended("old-0", "old", 5, 1, "Error", "");
        assertThat(scene.after(0).causesOrNone()).isEmpty();
    }

    @Test
    void theSameTroubleOfSeveralPodsIsOneCauseWithTheirNumber() {
        Scene scene = Scene.begun().ended("new-0", "new", 1, 1, "Error", "").ended("new-1", "new", 1, 1, "Error", "");
        assertThat(scene.after(0).causesOrNone())
                .extracting(Cause::pod, Cause::count)
                .containsExactly(tuple("new-0", 2));
    }

    @Test
    void aPodThatFitsNowhereFailsAfterAMinuteAnAutoscalerMayHelp() {
        String text = "0/1 nodes are available: 1 Insufficient cpu.";
        Scene scene = Scene.begun().unschedulable("new-0", "new", "Unschedulable", text);
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.looksAgainAfter()).contains(60.0);
        for (int second = 4; second < 60; second += 4) {
            scene.after(second);
        }
        Status status = scene.after(60);
        assertThat(status).isInstanceOf(Status.Failed.class);
        assertThat(status.causesOrNone().get(0).message()).isEqualTo(text);
    }

    @Test
    void aPodBehindASchedulingGateWaits() {
        Scene scene = Scene.begun().unschedulable("new-0", "new", "SchedulingGated", "gated");
        scene.after(0);
        assertThat(scene.after(3600)).isInstanceOf(Status.Progressing.class);
    }

    /** The kubelet tries after 0.5, 1, 2, 4, 8 and 16 seconds, and says so. */
    private static Scene mounting(String message, int... seconds) {
        Scene scene = Scene.begun().starting("new-0", "new");
        for (int second : seconds) {
            scene.warning("new-0", "FailedMount", message, second);
            assertThat(scene.after(second)).isInstanceOf(Status.Progressing.class);
        }
        return scene;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                NO_SECRET,
                "MountVolume.SetUp failed for volume \"c\" : configmap \"clock-config\" not found",
                "MountVolume.SetUp failed for volume \"p\" : [configmap \"a\" not found, secret \"b\" not found]",
                "MountVolume.SetUp failed for volume \"s\" : references non-existent secret key: password",
                "MountVolume.SetUp failed for volume \"c\" : configmap references non-existent config key: greeting",
            })
    void whatAVolumeIsMadeOfFailsTheRolloutWhenTheKubeletMissesItAgainAfterTheTime(String message) {
        Scene scene = mounting(message, 0, 0, 1, 3, 7);
        assertThat(scene.looksAgainAfter())
                .as("the kubelet's next word is waited for")
                .isEmpty();
        scene.warning("new-0", "FailedMount", message, 15);
        Status status = scene.after(15);
        assertThat(status).isInstanceOf(Status.Failed.class);
        assertThat(status.causesOrNone())
                .extracting(Cause::reason, Cause::message, Cause::pod)
                .containsExactly(tuple("FailedMount", message, "new-0"));
    }

    @Test
    void whatComesBetweenTwoTriesOfTheKubeletIsInTimeHoweverLateItsNextTryIs() {
        Scene scene = mounting(NO_SECRET, 0, 0, 1, 3, 7, 9);
        for (int second = 10; second < 3600; second += 100) {
            assertThat(scene.after(second)).isInstanceOf(Status.Progressing.class);
        }
        assertThat(scene.after(3600).causesOrNone())
                .extracting(Cause::reason, Cause::message)
                .containsExactly(tuple("FailedMount", NO_SECRET));
    }

    @Test
    void whatWasMissedBeforeAnybodyLookedDoesNotCount() {
        Scene scene = mounting(NO_SECRET, 63);
        scene.warning("new-0", "FailedMount", NO_SECRET, 63);
        assertThat(scene.after(100)).isInstanceOf(Status.Progressing.class);
        scene.warning("new-0", "FailedMount", NO_SECRET, 127);
        assertThat(scene.after(127)).isInstanceOf(Status.Failed.class);
    }

    @Test
    void whoCreatesSecretsLaterSaysSo() {
        Scene scene = Scene.begun()
                .patience(Patience.defaults().withConfiguration(Duration.ofMinutes(1)))
                .starting("new-0", "new");
        for (int second : new int[] {0, 1, 3, 7, 15, 31}) {
            scene.warning("new-0", "FailedMount", NO_SECRET, second);
            assertThat(scene.after(second)).isInstanceOf(Status.Progressing.class);
        }
        scene.warning("new-0", "FailedMount", NO_SECRET, 63);
        assertThat(scene.after(63)).isInstanceOf(Status.Failed.class);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "FailedMount, 'MountVolume.SetUp failed for volume \"t\" : object \"shop\"/\"kube-root-ca.crt\" not registered'",
                "FailedMount, 'MountVolume.SetUp failed for volume \"c\" : failed to sync configmap cache: timed out waiting for the condition'",
                "FailedMount, 'Unable to attach or mount volumes: unmounted volumes=[s]: timed out waiting for the condition'",
                "FailedAttachVolume, 'Multi-Attach error for volume \"v\"'",
                "FailedCreatePodSandBox, 'secret \"x\" not found'",
            })
    void otherTroublesWithVolumesAreToldAndNeverFailByThemselves(String reason, String message) {
        Scene scene = Scene.begun().starting("new-0", "new");
        for (int second = 0; second < 3600; second += 60) {
            scene.warning("new-0", reason, message, second);
            Status status = scene.after(second);
            assertThat(status).isInstanceOf(Status.Progressing.class);
            assertThat(status.causesOrNone())
                    .extracting(Cause::reason, Cause::message)
                    .containsExactly(tuple(reason, message));
        }
    }

    @ParameterizedTest(name = "{0} fails after {1} s")
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\"', 5",
                "'admission webhook \"policy\" denied the request: no', 5",
                "'Pod \"x\" is invalid: spec.containers[0].image: Required value', 5",
                "'pods \"x\" is forbidden: error looking up service account shop/x: serviceaccount \"x\" not found', 15",
                "'pods \"x\" is forbidden: no PriorityClass with name urgent was found', 15",
                "'pods \"x\" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=3, limited: pods=3', 35",
            })
    void podsThatMayNotBeCreatedFailTheRollout(String message, int seconds) {
        Scene scene =
                new Scene().status(3, 0, 3).set("old", OLD, 3).ready("old", 3).setFails("new", NEW, message);
        assertThat(scene.after(0)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.looksAgainAfter()).isEqualTo(Optional.of((double) seconds));
        Status status = scene.after(seconds);
        assertThat(status).isInstanceOf(Status.Failed.class);
        assertThat(status.causesOrNone())
                .extracting(Cause::reason, Cause::message)
                .containsExactly(tuple("FailedCreate", "ReplicaSet \"new\" cannot create pods: " + message));
    }

    @Test
    void aQuotaThatLetsAPodThroughNowAndThenHasNotStoodInTheWayAllTheTime() {
        String message =
                "pods \"x\" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=3, limited: pods=3";
        Scene scene =
                new Scene().status(3, 0, 3).set("old", OLD, 3).ready("old", 3).setFails("new", NEW, message);
        scene.after(0);
        assertThat(scene.starting("new-0", "new").after(30)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.ready("new", 1).after(60)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(94)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.after(95)).as("nothing for 35 s").isInstanceOf(Status.Failed.class);
    }

    @Test
    void anOldReplicaSetsFailureIsNotOurs() {
        Scene scene = Scene.begun().starting("new-0", "new").setFails("old", OLD, "pods \"x\" is invalid");
        scene.after(0);
        assertThat(scene.after(3600).causesOrNone()).isEmpty();
    }

    @Test
    void aTroubleThatWasAwayIsNewWhenItComesBack() {
        Scene scene = Scene.begun().waiting("new-0", "new", "CreateContainerConfigError", "configmap \"c\" not found");
        scene.after(0);
        scene.runningNotReady("new-0", "new").after(2);
        scene.after(9);
        scene.waiting("new-0", "new", "CreateContainerConfigError", "configmap \"c\" not found");
        assertThat(scene.after(12)).isInstanceOf(Status.Progressing.class);
        assertThat(scene.looksAgainAfter()).contains(22.0);
    }

    @Test
    void patienceIsValidated() {
        assertThat(Patience.defaults().withUnschedulable(Duration.ofSeconds(5)).unschedulable())
                .isEqualTo(Duration.ofSeconds(5));
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> Patience.defaults().withCrashes(0))
                .hasMessage("crashes must be at least 1, was 0");
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> Patience.defaults().withQuota(Duration.ofSeconds(-1)))
                .hasMessage("quota must not be negative, was PT-1S");
    }
}
