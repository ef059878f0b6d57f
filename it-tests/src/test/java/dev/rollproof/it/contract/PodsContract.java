// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedEndpointSlice;
import dev.rollproof.k8s.observed.ObservedPod;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What scheduler, kubelet and the controller of EndpointSlices promise of pods. */
abstract class PodsContract extends Contract {
    private ObservedPod observed(String name) {
        return Observed.from(stored(Pod.class, name));
    }

    private ContainerStatus web(String name) {
        List<ContainerStatus> statuses = stored(Pod.class, name).getStatus().getContainerStatuses();
        return statuses == null || statuses.isEmpty() ? new ContainerStatus() : statuses.get(0);
    }

    /** The container's status while it waits for a reason; a moment later it may be tried again. */
    private ContainerStatus eventuallyWaiting(String name, String reason) {
        AtomicReference<ContainerStatus> seen = new AtomicReference<>();
        eventually(
                reason,
                () -> {
                    seen.set(web(name));
                    var state = seen.get().getState();
                    return state != null
                            && state.getWaiting() != null
                            && reason.equals(state.getWaiting().getReason());
                },
                seen::get);
        return seen.get();
    }

    private void eventuallyReady(String name) {
        eventually("pod " + name + " to be ready", () -> observed(name).ready(), () -> observed(name));
    }

    /** A pod of the image {@code page:1.0} that is ready when it serves. */
    private Pod probedPod(String name, String image) {
        Pod pod = pod(name);
        var web = pod.getSpec().getContainers().get(0);
        web.setImage(image);
        web.setReadinessProbe(Yaml.read(
                io.fabric8.kubernetes.api.model.Probe.class,
                "{periodSeconds: 1, httpGet: {path: /ready, port: 8080}}"));
        return pod;
    }

    @Test
    void aPodRunsAndIsReady() {
        create(probedPod("clock", "page:1.0"));
        eventuallyReady("clock");

        ObservedPod pod = observed("clock");
        assertThat(pod.phase()).isEqualTo("Running");
        assertThat(pod.nodeName()).isNotEmpty();
        assertThat(pod.podIp()).matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
        assertThat(pod.startTime()).isPresent();
        for (String condition : List.of("PodScheduled", "Initialized", "ContainersReady", "Ready")) {
            assertThat(pod.condition(condition).orElseThrow().isTrue())
                    .as(condition)
                    .isTrue();
        }
        assertThat(web("clock").getRestartCount()).isZero();
        assertThat(web("clock").getStarted()).isTrue();
        assertThat(web("clock").getState().getRunning().getStartedAt()).isNotEmpty();
    }

    @Test
    void aPodThatIsNotReadySaysWhichContainer() {
        create(probedPod("clock", "page:never"));
        eventually(
                "the container to run",
                () -> web("clock").getState() != null && web("clock").getState().getRunning() != null);

        ObservedPod pod = observed("clock");
        assertThat(pod.phase()).isEqualTo("Running");
        assertThat(pod.condition("Ready").orElseThrow().reason()).isEqualTo("ContainersNotReady");
        assertThat(pod.condition("Ready").orElseThrow().message()).isEqualTo("containers with unready status: [web]");
    }

    private void eventuallyToldOf(String name, String message) {
        eventually(
                message,
                () -> cluster.list(Query.of(Event.class).inNamespace(namespace)).stream()
                        .anyMatch(event -> name.equals(event.getInvolvedObject().getName())
                                && "Unhealthy".equals(event.getReason())
                                && event.getMessage().startsWith(message)),
                () -> cluster.list(Query.of(Event.class).inNamespace(namespace)).stream()
                        .map(Event::getMessage)
                        .toList());
    }

    @Test
    void aProbeAtAPortNameThatItsContainerDoesNotHaveIsErrored() {
        Pod pod = probedPod("clock", "page:1.0");
        Container web = pod.getSpec().getContainers().get(0);
        web.setPorts(List.of(Yaml.read(ContainerPort.class, "{name: http, containerPort: 8080}")));
        web.getReadinessProbe().getHttpGet().setPort(new IntOrString("web"));
        create(pod);
        eventuallyToldOf("clock", "Readiness probe errored and resulted in unknown state: ");
        assertThat(observed("clock").ready()).isFalse();

        web.getReadinessProbe().getHttpGet().setPort(new IntOrString("http"));
        pod.getMetadata().setName("right");
        create(pod);
        eventuallyReady("right");
    }

    @Test
    void aProbeAtAPortWhereNobodyListensIsRefused() {
        Pod pod = probedPod("clock", "page:1.0");
        pod.getSpec().getContainers().get(0).getReadinessProbe().getHttpGet().setPort(new IntOrString(8081));
        create(pod);
        eventually("an address", () -> !observed("clock").podIp().isEmpty());
        String address = observed("clock").podIp() + ":8081";
        eventuallyToldOf(
                "clock",
                "Readiness probe failed: Get \"http://" + address + "/ready\": dial tcp " + address
                        + ": connect: connection refused");
        assertThat(observed("clock").ready()).isFalse();
    }

    @Test
    void aPodThatNoNodeTakesSaysWhy() {
        create(homelessPod("homeless"));
        Pod big = pod("big");
        big.getSpec()
                .getContainers()
                .get(0)
                .setResources(Yaml.read(ResourceRequirements.class, "{requests: {cpu: \"1000\"}}"));
        create(big);
        for (String name : List.of("homeless", "big")) {
            eventually(
                    "pod " + name + " to be looked at",
                    () -> observed(name).condition("PodScheduled").isPresent());
            assertThat(observed(name).phase()).isEqualTo("Pending");
            assertThat(observed(name).condition("PodScheduled").orElseThrow().isTrue())
                    .isFalse();
            assertThat(observed(name).condition("PodScheduled").orElseThrow().reason())
                    .isEqualTo("Unschedulable");
        }
        assertThat(observed("homeless").condition("PodScheduled").orElseThrow().message())
                .startsWith("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.");
        assertThat(observed("big").condition("PodScheduled").orElseThrow().message())
                .startsWith("0/1 nodes are available: 1 Insufficient cpu.");
    }

    @Test
    void aContainerThatCrashesIsStartedAgainAndLaterMoreSlowly() {
        Pod pod = pod("clock");
        pod.getSpec().getContainers().get(0).setImage("page:broken");
        create(pod);
        ContainerStatus web = eventuallyWaiting("clock", "CrashLoopBackOff");

        assertThat(web.getRestartCount()).isPositive();
        assertThat(web.getReady()).isFalse();
        assertThat(web.getLastState().getTerminated().getExitCode()).isEqualTo(3);
        assertThat(web.getLastState().getTerminated().getReason()).isEqualTo("Error");
        assertThat(web.getState().getWaiting().getMessage()).startsWith("back-off ");
        assertThat(observed("clock").phase()).isEqualTo("Running");
    }

    @Test
    void aContainerThatMayNotRestartEndsItsPod() {
        Pod pod = pod("clock");
        pod.getSpec().setRestartPolicy("Never");
        pod.getSpec().getContainers().get(0).setImage("page:broken");
        create(pod);
        eventually("the end", () -> observed("clock").ended(), () -> observed("clock"));

        assertThat(observed("clock").phase()).isEqualTo("Failed");
        assertThat(web("clock").getState().getTerminated().getExitCode()).isEqualTo(3);
        assertThat(web("clock").getRestartCount()).isZero();
    }

    @Test
    void anImageThatCannotBePulledIsTriedAgain() {
        Pod pod = pod("clock");
        pod.getSpec().getContainers().get(0).setImage("localhost/none:1");
        create(pod);
        ContainerStatus web = eventuallyWaiting("clock", "ImagePullBackOff");

        assertThat(web.getState().getWaiting().getMessage()).startsWith("Back-off pulling image \"localhost/none:1\"");
        assertThat(observed("clock").phase()).isEqualTo("Pending");
    }

    @Test
    void anImageThatIsNeverPulledIsThereOrNot() {
        Pod pod = pod("clock");
        pod.getSpec().getContainers().get(0).setImage("localhost/none:1");
        pod.getSpec().getContainers().get(0).setImagePullPolicy("Never");
        create(pod);
        ContainerStatus web = eventuallyWaiting("clock", "ErrImageNeverPull");

        String message = "Container image \"localhost/none:1\" is not present with pull policy of Never";
        assertThat(web.getState().getWaiting().getMessage()).isEqualTo(message);
        assertThat(eventuallyHasEvent("ErrImageNeverPull", "clock").getMessage())
                .isEqualTo(message);

        Pod there = pod("there");
        there.getSpec().getContainers().get(0).setImagePullPolicy("Never");
        create(there);
        eventually("to be ready", () -> observed("there").ready(), () -> observed("there"));
    }

    @Test
    void aContainerWaitsForWhatItsEnvironmentNames() {
        Pod pod = pod("clock");
        pod.getSpec()
                .getContainers()
                .get(0)
                .setEnvFrom(List.of(Yaml.read(
                        io.fabric8.kubernetes.api.model.EnvFromSource.class, "{configMapRef: {name: settings}}")));
        create(pod);
        ContainerStatus web = eventuallyWaiting("clock", "CreateContainerConfigError");
        assertThat(web.getState().getWaiting().getMessage()).isEqualTo("configmap \"settings\" not found");

        create(configMap("settings", "{}"));
        eventuallyReady("clock");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "secret: {secretName: none} | secret \"none\" not found",
                "configMap: {name: none} | configmap \"none\" not found",
                "configMap: {name: settings, items: [{key: here, path: a}, {key: nowhere, path: b}]}"
                        + "| configmap references non-existent config key: nowhere",
                "secret: {secretName: hidden, items: [{key: nowhere, path: b}]} | references non-existent secret key: nowhere",
                "projected: {sources: [{secret: {name: none}}, {configMap: {name: settings}}, {configMap: {name: none}}]}"
                        + "| [secret \"none\" not found, configmap \"none\" not found]",
            })
    void aPodWaitsForWhatItsVolumesAreMadeOfAndOnlyEventsSaySo(String source, String missing) {
        create(configMap("settings", "{here: x}"));
        create(Yaml.read(Secret.class, """
                apiVersion: v1
                kind: Secret
                metadata: {name: hidden, namespace: %s}
                stringData: {here: x}
                """.formatted(namespace)));
        Pod pod = pod("clock");
        pod.getSpec().setVolumes(List.of(Yaml.read(Volume.class, "{name: v, " + source + "}")));
        mount(pod, "v");
        create(pod);
        // Its first word may be that it has not heard of any Secret yet.
        eventuallyHasEvents("Pod", "Warning FailedMount: MountVolume.SetUp failed for volume \"v\" : " + missing);
        assertThat(eventuallyWaiting("clock", "ContainerCreating")
                        .getState()
                        .getWaiting()
                        .getMessage())
                .isNull();
    }

    @Test
    void whatAVolumeNeedsNotIsNotWaitedFor() {
        Pod pod = probedPod("clock", "page:1.0");
        pod.getSpec()
                .setVolumes(List.of(
                        Yaml.read(Volume.class, "{name: s, secret: {secretName: none, optional: true}}"),
                        Yaml.read(Volume.class, "{name: c, configMap: {name: none, optional: true}}"),
                        // No container mounts it, so nobody looks for it.
                        Yaml.read(Volume.class, "{name: unused, secret: {secretName: none}}")));
        mount(pod, "s", "c");
        create(pod);
        eventuallyReady("clock");
    }

    private static void mount(Pod pod, String... volumes) {
        pod.getSpec()
                .getContainers()
                .get(0)
                .setVolumeMounts(Stream.of(volumes)
                        .map(volume -> new VolumeMountBuilder()
                                .withName(volume)
                                .withMountPath("/" + volume)
                                .build())
                        .toList());
    }

    @Test
    void aDeletedPodHasItsGracePeriod() {
        create(probedPod("clock", "page:1.0"));
        eventuallyReady("clock");
        List<Change> changes = following(Pod.class);
        cluster.delete(Pod.class, namespace, "clock", DELETE.withGracePeriodSeconds(20));

        cluster.get(Pod.class, namespace, "clock").ifPresent(going -> {
            assertThat(going.getMetadata().getDeletionGracePeriodSeconds()).isEqualTo(20);
            assertThat(going.getMetadata().getDeletionTimestamp()).isNotEmpty();
        });
        eventually("the pod to go", () -> gone(Pod.class, "clock"));
        assertThat(endedAfterItsDeletion(changes))
                .as("it ends when its containers do, not only when the time is over")
                .isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void aPodThatDoesNotEndIsKilledWhenItsGracePeriodIsOver() {
        Pod pod = pod("clock");
        pod.getSpec().getContainers().get(0).setImage("page:deaf");
        create(pod);
        eventuallyReady("clock");
        List<Change> changes = following(Pod.class);
        cluster.delete(Pod.class, namespace, "clock", DELETE.withGracePeriodSeconds(3));

        eventually("the pod to go", () -> gone(Pod.class, "clock"));
        assertThat(endedAfterItsDeletion(changes)).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(15));
        assertThat(changes)
                .anyMatch(change -> change.type() == Change.Type.MODIFIED
                        && change.object().metadata().terminating());
    }

    /** By the cluster's own stamps, in whole seconds: whoever looks may be late. */
    private Duration endedAfterItsDeletion(List<Change> changes) {
        eventually(
                "its end to be told", () -> changes.stream().anyMatch(change -> change.type() == Change.Type.DELETED));
        ObjectMeta going = changes.stream()
                .filter(change -> change.object().metadata().terminating())
                .findFirst()
                .orElseThrow()
                .manifest()
                .getMetadata();
        Instant deleted =
                Instant.parse(going.getDeletionTimestamp()).minusSeconds(going.getDeletionGracePeriodSeconds());
        Pod last = (Pod) changes.get(changes.size() - 1).manifest();
        ContainerStatus web = last.getStatus().getContainerStatuses().get(0);
        return Duration.between(
                deleted, Instant.parse(web.getState().getTerminated().getFinishedAt()));
    }

    @Test
    void withoutGraceAPodIsGoneAtOnce() {
        create(probedPod("clock", "page:1.0"));
        eventuallyReady("clock");
        cluster.delete(Pod.class, namespace, "clock", DELETE.withGracePeriodSeconds(0));

        assertThat(gone(Pod.class, "clock")).isTrue();
    }

    @Test
    void aPodThatIsOnNoNodeIsGoneAtOnce() {
        create(homelessPod("clock"));
        cluster.delete(Pod.class, namespace, "clock", DELETE);

        assertThat(gone(Pod.class, "clock")).isTrue();
    }

    private List<ObservedEndpointSlice.Endpoint> endpoints() {
        return cluster
                .list(Query.of(EndpointSlice.class)
                        .inNamespace(namespace)
                        .withLabels("kubernetes.io/service-name=clock"))
                .stream()
                .flatMap(slice -> Observed.from(slice).endpoints().stream())
                .toList();
    }

    private void eventuallyAnEndpoint(String what, Predicate<ObservedEndpointSlice.Endpoint> predicate) {
        eventually(what, () -> endpoints().stream().anyMatch(predicate), this::endpoints);
    }

    private Service service() {
        return Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: clock, namespace: %s}
                spec: {selector: {app: clock}, ports: [{port: 80, targetPort: 8080}]}
                """.formatted(namespace));
    }

    @Test
    void aServiceHasAnEndpointForEachOfItsPods() {
        create(service());
        create(probedPod("good", "page:1.0"));
        create(probedPod("bad", "page:never"));
        eventuallyAnEndpoint(
                "the good one to be ready",
                endpoint -> endpoint.podName().equals("good")
                        && endpoint.ready()
                        && endpoint.serving()
                        && !endpoint.terminating());
        eventuallyAnEndpoint("the bad one", endpoint -> endpoint.podName().equals("bad"));
        pass(Duration.ofSeconds(1));

        assertThat(endpoints()).hasSize(2).allSatisfy(endpoint -> {
            assertThat(endpoint.addresses())
                    .containsExactly(observed(endpoint.podName()).podIp());
            assertThat(endpoint.podUid())
                    .isEqualTo(observed(endpoint.podName()).metadata().uid());
            assertThat(endpoint.ready()).isEqualTo(endpoint.podName().equals("good"));
        });
        EndpointSlice slice = cluster.list(Query.of(EndpointSlice.class).inNamespace(namespace))
                .get(0);
        assertThat(slice.getMetadata().getName()).startsWith("clock-");
        assertThat(slice.getMetadata().getLabels())
                .containsEntry("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");
        assertThat(slice.getPorts().get(0).getPort()).isEqualTo(8080);
        assertThat(Observed.metadata(slice)
                        .isControlledBy(
                                stored(Service.class, "clock").getMetadata().getUid()))
                .isTrue();
    }

    @Test
    void aTerminatingPodsEndpointIsNotReadyButServing() {
        create(service());
        Pod pod = pod("clock");
        pod.getSpec().getContainers().get(0).setImage("page:deaf");
        create(pod);
        eventuallyAnEndpoint("an endpoint", ObservedEndpointSlice.Endpoint::ready);
        List<Change> changes = following(EndpointSlice.class);
        cluster.delete(Pod.class, namespace, "clock", DELETE.withGracePeriodSeconds(4));

        eventually("it to be gone", () -> endpoints().isEmpty(), this::endpoints);
        eventuallyToldOf(EndpointSlice.class, changes);
        assertThat(changes)
                .flatMap(change -> ((ObservedEndpointSlice) change.object()).endpoints())
                .anyMatch(endpoint -> endpoint.terminating() && endpoint.serving() && !endpoint.ready());
    }

    @Test
    void theSliceOfAHeadlessServiceSaysSo() {
        create(Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: clock, namespace: %s}
                spec: {clusterIP: None, selector: {app: clock}, ports: [{port: 80}]}
                """.formatted(namespace)));
        Query<EndpointSlice> slices = Query.of(EndpointSlice.class).inNamespace(namespace);
        eventually("its slice", () -> !cluster.list(slices).isEmpty());
        assertThat(cluster.list(slices).get(0).getMetadata().getLabels())
                .containsEntry("service.kubernetes.io/headless", "");
    }

    @Test
    void aPodWithAnotherLabelIsNoEndpoint() {
        create(service());
        create(probedPod("clock", "page:1.0"));
        eventuallyAnEndpoint("an endpoint", ObservedEndpointSlice.Endpoint::ready);
        cluster.patch(
                Pod.class, namespace, "clock", Patch.merge("{\"metadata\": {\"labels\": {\"app\": \"x\"}}}"), DEFAULTS);

        eventually("it to be gone", () -> endpoints().isEmpty(), this::endpoints);
        assertThat(observed("clock").ready()).isTrue();
        assertThat(stored(Pod.class, "clock").getMetadata().getLabels()).isEqualTo(Map.of("app", "x"));
    }

    @Test
    void anEndpointFollowsReadiness() {
        create(service());
        Deployment clock = clock("clock", 1);
        create(clock);
        eventuallyAnEndpoint("an endpoint", ObservedEndpointSlice.Endpoint::ready);
        cluster.scale(Deployment.class, namespace, "clock", 0, DEFAULTS);

        eventually("it to be gone", () -> endpoints().isEmpty(), this::endpoints);
    }
}
