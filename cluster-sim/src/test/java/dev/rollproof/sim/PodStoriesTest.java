// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static dev.rollproof.sim.World.NAMESPACE;
import static dev.rollproof.sim.World.clock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.Pods;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What one pod shows when it fails, in order and with the texts recorded on Kubernetes 1.37. */
class PodStoriesTest {
    private static final ImageBehavior WELL = ImageBehavior.wellBehaved();

    /** The states that the container of the only pod showed, and when, each told once. */
    private static final class Story {
        final World world = new World(1, 37, true);
        final List<String> states = new ArrayList<>();
        final List<String> phases = new ArrayList<>();

        Story() {
            world.watchers.add(event -> {
                if (event.object() instanceof Pod pod && pod.getStatus() != null) {
                    note(phases, Pods.phase(pod));
                    if (pod.getStatus().getContainerStatuses() != null
                            && !pod.getStatus().getContainerStatuses().isEmpty()) {
                        note(
                                states,
                                describe(pod.getStatus()
                                        .getContainerStatuses()
                                        .get(0)
                                        .getState()));
                    }
                }
            });
        }

        static void note(List<String> list, String word) {
            if (list.isEmpty() || !list.get(list.size() - 1).equals(word)) {
                list.add(word);
            }
        }

        Story with(String image, ImageBehavior behavior) {
            world.images.declare(image, behavior);
            return this;
        }

        Story run(Duration time, Consumer<Deployment> change) {
            Deployment clock = clock(1, 1, 0);
            change.accept(clock);
            world.create(clock);
            world.run(time);
            return this;
        }

        Story run(Duration time) {
            return run(time, clock -> {});
        }

        Pod pod() {
            assertThat(world.pods()).hasSize(1);
            return world.pods().get(0);
        }

        ContainerStatus web() {
            return world.web(pod());
        }
    }

    private static String describe(ContainerState state) {
        if (state.getWaiting() != null) {
            return state.getWaiting().getReason();
        }
        if (state.getTerminated() != null) {
            return state.getTerminated().getReason() + " "
                    + state.getTerminated().getExitCode();
        }
        return "running";
    }

    private static Container web(Deployment clock) {
        return clock.getSpec().getTemplate().getSpec().getContainers().get(0);
    }

    private static PodCondition condition(Pod pod, String type) {
        return Objects.requireNonNull(Pods.condition(pod, type), type);
    }

    @Test
    void aGoodPodWalksFromPendingToReady() {
        Story story = new Story().run(Duration.ofSeconds(10));
        assertThat(story.states).containsExactly("ContainerCreating", "running");
        assertThat(story.phases).containsExactly("Pending", "Running");
        Pod pod = story.pod();
        assertThat(pod.getStatus().getConditions().stream().map(c -> c.getType() + "=" + c.getStatus()))
                .containsExactly(
                        "PodReadyToStartContainers=True",
                        "Initialized=True",
                        "Ready=True",
                        "ContainersReady=True",
                        "PodScheduled=True");
        assertThat(pod.getStatus().getPodIP()).isEqualTo("10.42.0.2");
        assertThat(pod.getStatus().getQosClass()).isEqualTo("BestEffort");
        assertThat(story.web().getStarted()).isTrue();
        assertThat(story.world.events("Pulled"))
                .containsExactly(
                        "Container image \"clock:1\" already present on machine and can be accessed by the pod");
    }

    @Test
    void aCrashingContainerIsRestartedAtOnceAndThenBacksOff() {
        Story story = new Story()
                .with("clock:1", WELL.crashesAfter(Duration.ofMillis(300)).withExitCode(1))
                .run(Duration.ofSeconds(65));
        assertThat(story.states)
                .startsWith(
                        "ContainerCreating",
                        "running",
                        "Error 1",
                        "running",
                        "Error 1",
                        "CrashLoopBackOff",
                        "running",
                        "Error 1",
                        "CrashLoopBackOff",
                        "running",
                        "Error 1",
                        "CrashLoopBackOff");
        Pod pod = story.pod();
        String who = pod.getMetadata().getName() + "_shop(" + pod.getMetadata().getUid() + ")";
        assertThat(story.web().getState().getWaiting().getMessage())
                .isEqualTo("back-off 40s restarting failed container=web pod=" + who);
        assertThat(story.web().getRestartCount()).isEqualTo(3);
        assertThat(story.web().getLastState().getTerminated().getExitCode()).isEqualTo(1);
        assertThat(story.world.events("BackOff"))
                .containsOnly("Back-off restarting failed container web in pod " + who);
        assertThat(story.phases).containsExactly("Pending", "Running");
        assertThat(condition(pod, "Ready").getMessage()).isEqualTo("containers with unready status: [web]");
    }

    @Test
    void theBackOffIsCappedAtFiveMinutesAndForgottenAfterTen() {
        Story story = new Story().with("clock:1", WELL.crashesAfter(Duration.ofMillis(300)));
        story.run(Duration.ofMinutes(30));
        assertThat(story.states).endsWith("CrashLoopBackOff");
        assertThat(story.web().getState().getWaiting().getMessage()).startsWith("back-off 5m0s restarting");

        Story rare = new Story().with("clock:1", WELL.crashesAfter(Duration.ofMinutes(11)));
        rare.run(Duration.ofMinutes(60));
        assertThat(rare.web().getRestartCount()).isGreaterThanOrEqualTo(4);
        assertThat(rare.states).doesNotContain("CrashLoopBackOff");
    }

    @Test
    void aContainerThatCrashesTwiceRecovers() {
        Story story = new Story()
                .with("clock:1", WELL.crashesAfter(Duration.ofMillis(100)).times(2))
                .run(Duration.ofMinutes(1));
        assertThat(story.web().getReady()).isTrue();
        assertThat(story.web().getRestartCount()).isEqualTo(2);
    }

    @Test
    void aMissingImageAlternatesBetweenErrorAndBackOff() {
        Story story = new Story()
                .with("clock:nope", WELL.notFound())
                .run(Duration.ofSeconds(70), clock -> web(clock).setImage("clock:nope"));
        assertThat(story.states)
                .startsWith(
                        "ContainerCreating", "ErrImagePull", "ImagePullBackOff", "ErrImagePull", "ImagePullBackOff");
        String error = "rpc error: code = NotFound desc = failed to pull and unpack image \"clock:nope\": failed to"
                + " resolve reference \"clock:nope\": clock:nope: not found";
        assertThat(story.world.events("Failed"))
                .contains(
                        "Failed to pull image \"clock:nope\": " + error,
                        "Error: ErrImagePull",
                        "Error: ImagePullBackOff");
        story.world.runUntil(
                Duration.ofMinutes(1), () -> describe(story.web().getState()).equals("ImagePullBackOff"));
        assertThat(story.web().getState().getWaiting().getMessage())
                .isEqualTo("Back-off pulling image \"clock:nope\": ErrImagePull: " + error);
        assertThat(story.phases).containsExactly("Pending");
    }

    @Test
    void anImageIsPulledOnceOnANode() {
        Story story = new Story()
                .with("clock:1", WELL.pullTakes(Duration.ofSeconds(3)))
                .run(Duration.ofSeconds(10));
        assertThat(story.world.events("Pulled")).hasSize(1).first().asString().startsWith("Successfully pulled image");
        story.world.scale(2);
        story.world.run(Duration.ofSeconds(3));
        assertThat(story.world.ready()).isEqualTo(2);
    }

    @Test
    void aContainerThatIsNeverReadyRunsOn() {
        Story story = new Story().with("clock:1", WELL.neverReady()).run(Duration.ofMinutes(2));
        assertThat(story.states).containsExactly("ContainerCreating", "running");
        assertThat(condition(story.pod(), "Ready").getReason()).isEqualTo("ContainersNotReady");
        assertThat(story.world.events("Unhealthy"))
                .containsExactly("Readiness probe failed: HTTP probe failed with statuscode: 503");
    }

    @Test
    void outOfMemoryIsAStateAndNoEvent() {
        Story story = new Story()
                .with("clock:1", WELL.outOfMemoryAfter(Duration.ofMillis(200)))
                .run(Duration.ofSeconds(5));
        assertThat(story.states).contains("OOMKilled 137");
        assertThat(story.world.api.all(ResourceType.EVENTS, ""))
                .noneMatch(e -> e.getMessage().contains("OOM"));
    }

    @Test
    void aFailingInitContainerKeepsThePodPending() {
        Story story = new Story()
                .run(
                        Duration.ofSeconds(40),
                        clock -> clock.getSpec()
                                .getTemplate()
                                .getSpec()
                                .setInitContainers(List.of(new ContainerBuilder()
                                        .withName("prepare")
                                        .withImage("clock:1")
                                        .withCommand("false")
                                        .build())));
        assertThat(story.phases).containsExactly("Pending");
        assertThat(story.states).containsExactly("PodInitializing");
        ContainerStatus prepare =
                story.pod().getStatus().getInitContainerStatuses().get(0);
        assertThat(prepare.getRestartCount()).isGreaterThanOrEqualTo(2);
        assertThat(condition(story.pod(), "Initialized").getMessage())
                .isEqualTo("containers with incomplete status: [prepare]");
    }

    @Test
    void initContainersRunOneAfterTheOtherAndSidecarsStay() {
        Story story = new Story()
                .run(
                        Duration.ofSeconds(20),
                        clock -> clock.getSpec()
                                .getTemplate()
                                .getSpec()
                                .setInitContainers(List.of(
                                        new ContainerBuilder()
                                                .withName("proxy")
                                                .withImage("proxy:1")
                                                .withRestartPolicy("Always")
                                                .build(),
                                        new ContainerBuilder()
                                                .withName("migrate")
                                                .withImage("clock:1")
                                                .withCommand("sleep", "3")
                                                .build())));
        assertThat(story.states).containsExactly("PodInitializing", "running");
        assertThat(story.pod().getStatus().getInitContainerStatuses().stream().map(c -> describe(c.getState())))
                .containsExactly("running", "Completed 0");
        assertThat(Pods.isReady(story.pod())).isTrue();
    }

    @Test
    void aMissingConfigMapIsWaitedFor() {
        Story story = new Story()
                .run(
                        Duration.ofSeconds(20),
                        clock -> web(clock)
                                .setEnvFrom(List.of(new EnvFromSourceBuilder()
                                        .withNewConfigMapRef("clock-config", false)
                                        .build())));
        assertThat(story.states).containsExactly("ContainerCreating", "CreateContainerConfigError");
        assertThat(story.web().getState().getWaiting().getMessage()).isEqualTo("configmap \"clock-config\" not found");
        assertThat(story.world.events("Failed")).containsExactly("Error: configmap \"clock-config\" not found");
        story.world.api.create(
                ResourceType.CONFIG_MAPS,
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("clock-config")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .build());
        story.world.run(Duration.ofSeconds(20));
        assertThat(story.web().getReady()).isTrue();
    }

    @Test
    void aMissingSecretVolumeShowsInEventsOnly() {
        Story story = new Story().run(Duration.ofSeconds(32), clock -> {
            clock.getSpec()
                    .getTemplate()
                    .getSpec()
                    .setVolumes(List.of(new VolumeBuilder()
                            .withName("s")
                            .withNewSecret()
                            .withSecretName("clock-secret")
                            .endSecret()
                            .build()));
            web(clock)
                    .setVolumeMounts(List.of(new VolumeMountBuilder()
                            .withName("s")
                            .withMountPath("/s")
                            .build()));
        });
        assertThat(story.states).containsExactly("ContainerCreating");
        assertThat(condition(story.pod(), "PodReadyToStartContainers").getMessage())
                .isEqualTo("no pod sandbox exists");
        var event = story.world.api.all(ResourceType.EVENTS, "").stream()
                .filter(e -> e.getReason().equals("FailedMount"))
                .findFirst()
                .orElseThrow();
        assertThat(event.getMessage())
                .isEqualTo("MountVolume.SetUp failed for volume \"s\" : secret \"clock-secret\" not found");
        assertThat(event.getCount()).isEqualTo(7);
    }

    @Test
    void rootIsRefusedWhereNobodyMayBeRoot() {
        Story story = new Story()
                .run(
                        Duration.ofSeconds(10),
                        clock -> web(clock)
                                .setSecurityContext(new SecurityContextBuilder()
                                        .withRunAsNonRoot(true)
                                        .build()));
        Pod pod = story.pod();
        assertThat(story.web().getState().getWaiting().getMessage())
                .isEqualTo("container has runAsNonRoot and image will run as root (pod: \""
                        + pod.getMetadata().getName() + "_shop("
                        + pod.getMetadata().getUid()
                        + ")\", container: web)");
    }

    @Test
    void aCommandThatIsNotThereIsAStartError() {
        Story story = new Story()
                .with("clock:1", WELL.commandNotFound())
                .run(Duration.ofSeconds(12), clock -> web(clock).setCommand(List.of("/no-such-command")));
        assertThat(story.states)
                .startsWith("ContainerCreating", "RunContainerError")
                .contains("CrashLoopBackOff");
        assertThat(story.web().getLastState().getTerminated().getReason()).isEqualTo("StartError");
        assertThat(story.web().getLastState().getTerminated().getExitCode()).isEqualTo(128);
        assertThat(story.web().getLastState().getTerminated().getMessage())
                .isEqualTo("failed to create containerd task: failed to create shim task: OCI runtime create failed:"
                        + " runc create failed: unable to start container process: exec: \"/no-such-command\": stat"
                        + " /no-such-command: no such file or directory: unknown");
        assertThat(story.phases).containsExactly("Pending", "Running");
    }

    @Test
    void anInvalidImageNameIsSaidAsTheKubeletDoes() {
        Story story =
                new Story().run(Duration.ofSeconds(10), clock -> web(clock).setImage("localhost/Rec:Bad!!"));
        assertThat(story.states).containsExactly("ContainerCreating", "InvalidImageName");
        assertThat(story.web().getState().getWaiting().getMessage())
                .isEqualTo("Failed to apply default image tag \"localhost/Rec:Bad!!\": couldn't parse image name"
                        + " \"localhost/Rec:Bad!!\": invalid reference format: repository name (Rec) must be"
                        + " lowercase");
    }

    @Test
    void aFailingLivenessProbeRestartsWithExitCodeZero() {
        Story story = new Story()
                .with("clock:1", WELL.livenessFailsAfter(Duration.ofSeconds(3)))
                .run(
                        Duration.ofSeconds(60),
                        clock -> web(clock)
                                .setLivenessProbe(new ProbeBuilder()
                                        .withPeriodSeconds(1)
                                        .withFailureThreshold(3)
                                        .withNewHttpGet()
                                        .withPath("/live")
                                        .withPort(new IntOrString(8080))
                                        .endHttpGet()
                                        .build()));
        assertThat(story.states).startsWith("ContainerCreating", "running", "Completed 0", "running", "Completed 0");
        assertThat(story.states).contains("CrashLoopBackOff");
        assertThat(story.world.events("Killing"))
                .containsOnly("Container web failed liveness probe, will be restarted");
        assertThat(story.world.events("Unhealthy"))
                .contains("Liveness probe failed: HTTP probe failed with statuscode: 500");
    }

    @Test
    void aStartupProbeThatRunsOutKills() {
        Story story = new Story()
                .with("clock:1", WELL.readyAfter(Duration.ofMinutes(5)))
                .run(
                        Duration.ofSeconds(30),
                        clock -> web(clock)
                                .setStartupProbe(new ProbeBuilder()
                                        .withPeriodSeconds(1)
                                        .withFailureThreshold(5)
                                        .withNewTcpSocket()
                                        .withPort(new IntOrString(8080))
                                        .endTcpSocket()
                                        .build()));
        assertThat(story.world.events("Killing")).containsOnly("Container web failed startup probe, will be restarted");
        assertThat(story.web().getRestartCount()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void commandsDoTheSameInEveryImage() {
        Story failing =
                new Story().run(Duration.ofSeconds(5), clock -> web(clock).setCommand(List.of("false")));
        assertThat(failing.states).contains("Error 1");
        Story done = new Story()
                .run(Duration.ofSeconds(5), clock -> web(clock).setCommand(List.of("sh", "-c", "sleep 1; exit 3")));
        assertThat(done.states).contains("Error 3");
    }

    @Test
    void whatDoesNotHearSigtermIsKilledAtTheEndOfItsGrace() {
        Story story = new Story().with("clock:1", WELL.ignoresSigterm()).run(Duration.ofSeconds(10));
        List<String> ends = new ArrayList<>();
        story.world.watchers.add(event -> {
            if (event.object() instanceof Pod pod && Pods.isFinal(Pods.phase(pod))) {
                Story.note(
                        ends,
                        Pods.phase(pod) + " " + describe(story.world.web(pod).getState()));
            }
        });
        story.world.scale(0);
        story.world.run(Duration.ofMillis(4900));
        assertThat(story.world.pods()).hasSize(1);
        story.world.run(Duration.ofSeconds(2));
        assertThat(story.world.pods()).isEmpty();
        assertThat(ends).containsExactly("Failed Error 137");
    }

    /** Deletes its pods; what they show until they are gone: phase, container, why they are not ready. */
    private static List<String> endOfPods(Story story) {
        List<String> shown = new ArrayList<>();
        story.world.watchers.add(event -> {
            if (event.object() instanceof Pod pod && Metadata.terminating(pod)) {
                Story.note(
                        shown,
                        Pods.phase(pod) + " " + describe(story.world.web(pod).getState()) + " "
                                + condition(pod, "Ready").getReason());
            }
        });
        story.world.scale(0);
        story.world.run(Duration.ofSeconds(5));
        assertThat(story.world.pods()).isEmpty();
        return shown;
    }

    @Test
    void aPodThatIsDeletedInItsBackOffShowsHowItEndedLastAndFails() {
        Story story = new Story()
                .with("clock:1", WELL.crashesAfter(Duration.ofMillis(300)).withExitCode(1))
                .run(Duration.ofSeconds(30));
        assertThat(story.states).endsWith("CrashLoopBackOff");
        List<String> ends = endOfPods(story);
        assertThat(ends)
                .startsWith("Running CrashLoopBackOff ContainersNotReady")
                .endsWith("Failed Error 1 PodFailed");
    }

    @Test
    void aPodThatIsDeletedBeforeItRanFailsWithALostContainerAndTheConditionsItHad() {
        Story story = new Story().with("clock:1", WELL.pullTakes(Duration.ofSeconds(20)));
        story.run(Duration.ofSeconds(5));
        assertThat(story.states).endsWith("ContainerCreating");
        List<String> ends = endOfPods(story);
        assertThat(ends)
                .containsExactly(
                        "Pending ContainerCreating ContainersNotReady",
                        "Failed ContainerStatusUnknown 137 ContainersNotReady");
    }

    @Test
    void aDrainingPodStaysReadyUntilItHasEnded() {
        Story story = new Story()
                .with("clock:1", WELL.drainsFor(Duration.ofSeconds(3)))
                .run(Duration.ofSeconds(10));
        List<String> shown = new ArrayList<>();
        story.world.watchers.add(event -> {
            if (event.object() instanceof Pod pod && Metadata.terminating(pod)) {
                Story.note(
                        shown,
                        Pods.phase(pod) + " " + Pods.isReady(pod) + " "
                                + Objects.requireNonNullElse(
                                        condition(pod, "Ready").getReason(), "-"));
            }
        });
        story.world.scale(0);
        story.world.run(Duration.ofSeconds(10));
        assertThat(shown).containsExactly("Running true -", "Succeeded false PodCompleted");
    }

    @Test
    void whatFitsNowhereWaitsUntilThereIsRoom() {
        World world = new World(1, 37, true, "2", 1);
        Deployment clock = clock(1, 1, 0);
        web(clock)
                .setResources(new ResourceRequirementsBuilder()
                        .addToRequests("cpu", Quantity.parse("1500m"))
                        .build());
        world.settled(clock);
        world.setImage("clock:2");
        world.run(Duration.ofSeconds(10));
        Pod waiting = world.newestPod();
        assertThat(condition(waiting, "PodScheduled").getReason()).isEqualTo("Unschedulable");
        assertThat(condition(waiting, "PodScheduled").getMessage())
                .isEqualTo("0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1"
                        + " No preemption victims found for incoming pod.");
        assertThat(world.events("FailedScheduling")).hasSize(1);
        world.edit(d -> d.getSpec().getStrategy().getRollingUpdate().setMaxUnavailable(new IntOrString(1)));
        assertThat(world.runUntil(Duration.ofMinutes(1), world::complete)).isTrue();
    }

    @Test
    void aSurgeThatNeedsTheOldPodsPortNeverGetsIt() {
        World world = new World(1, 37, true, "8", 1);
        Deployment clock = clock(1, 1, 0);
        web(clock)
                .setPorts(List.of(new ContainerPortBuilder()
                        .withContainerPort(8080)
                        .withHostPort(80)
                        .build()));
        world.settled(clock);
        world.setImage("clock:2");
        world.run(Duration.ofSeconds(30));
        assertThat(condition(world.newestPod(), "PodScheduled").getMessage())
                .startsWith("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.");
        world.edit(d -> d.getSpec().getStrategy().getRollingUpdate().setMaxUnavailable(new IntOrString(1)));
        assertThat(world.runUntil(Duration.ofMinutes(1), world::complete)).isTrue();
    }

    @Test
    void podsThatAreFarFromEachOtherTakeANodeEach() {
        World world = new World(1, 37, true, "8", 3);
        Deployment clock = clock(3, 1, 1);
        clock.getSpec()
                .getTemplate()
                .getSpec()
                .setAffinity(new AffinityBuilder()
                        .withNewPodAntiAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withTopologyKey("kubernetes.io/hostname")
                        .withNewLabelSelector()
                        .addToMatchLabels("app", "clock")
                        .endLabelSelector()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAntiAffinity()
                        .build());
        world.settled(clock);
        assertThat(world.pods().stream().map(pod -> pod.getSpec().getNodeName()))
                .doesNotHaveDuplicates()
                .hasSize(3);
        world.setImage("clock:2");
        assertThat(world.runUntil(Duration.ofMinutes(1), world::complete)).isTrue();
        assertThat(world.mostLive).as("there is no node for a surge").isLessThanOrEqualTo(4);
    }

    @Test
    void annotationsChangeWhatAnImageDoes() {
        Story story = new Story()
                .run(
                        Duration.ofSeconds(10),
                        clock -> clock.getSpec()
                                .getTemplate()
                                .getMetadata()
                                .setAnnotations(Map.of(
                                        "sim.rollproof.dev/crash-after", "1s", "sim.rollproof.dev/exit-code", "7")));
        assertThat(story.states).contains("Error 7");
    }

    @Test
    void aLostNodeIsNoticedAfterFortySecondsAndEvictsAfterFiveMinutes() {
        World world = new World(1, 37, true, "64", 2).settled(clock(4, 1, 0));
        world.kubelets.lose("node-0");
        world.run(Duration.ofSeconds(35));
        assertThat(world.ready()).isEqualTo(4);
        world.run(Duration.ofSeconds(10));
        assertThat(world.ready()).isEqualTo(2);
        assertThat(world.events("NodeNotReady")).contains("Node is not ready");
        world.run(Duration.ofMinutes(6));
        assertThat(world.pods().stream().filter(Metadata::terminating).count()).isEqualTo(2);
        assertThat(world.ready()).isEqualTo(4);
        world.kubelets.recover("node-0");
        world.run(Duration.ofSeconds(30));
        assertThat(world.pods()).hasSize(4).noneMatch(Metadata::terminating);
    }

    @Test
    void oldVersionsUseTheirOwnWords() {
        World world = new World(1, 34, true).settled(clock(1, 1, 0));
        assertThat(world.events("Created")).containsExactly("Created container: web");
        assertThat(world.events("Started")).containsExactly("Started container web");
        assertThat(world.events("Pulled")).containsExactly("Container image \"clock:1\" already present on machine");
    }
}
