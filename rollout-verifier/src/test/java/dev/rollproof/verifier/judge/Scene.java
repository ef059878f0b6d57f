// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetConditionBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the judge is shown: a Deployment {@code clock} of which clock:1.0 is old and clock:1.1 is new, and what is around it. */
final class Scene {
    static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    static final String OLD = "clock:1.0";
    static final String NEW = "clock:1.1";

    private int replicas = 3;
    private String image = NEW;
    private String uid = "uid-clock";
    private long generation = 2;
    private long observedGeneration = 2;
    private int[] status = {3, 3, 3};
    private boolean paused;
    private boolean terminating;
    private boolean gone;
    private boolean seesReplicaSets = true;
    private boolean seesPods = true;
    private final List<DeploymentCondition> conditions = new ArrayList<>();
    private final List<ObservedReplicaSet> sets = new ArrayList<>();
    private final Map<String, ObservedPod> pods = new LinkedHashMap<>();
    private final List<ObservedEvent> events = new ArrayList<>();
    private Duration stableFor = Duration.ZERO;
    private boolean waitForOldPods;
    private Patience patience = Patience.defaults();
    private Memory memory = Memory.empty();
    private Optional<Instant> recheckAt = Optional.empty();

    /** Three new pods wanted and there, nothing old. */
    static Scene complete() {
        return new Scene().set("new", NEW, 3).ready("new", 3);
    }

    /** The new ReplicaSet has its first pod, which is not ready; the three old ones serve. */
    static Scene begun() {
        return new Scene().status(4, 1, 3).set("old", OLD, 3).ready("old", 3).set("new", NEW, 1);
    }

    Scene replicas(int count) {
        replicas = count;
        return this;
    }

    Scene image(String value) {
        image = value;
        return this;
    }

    Scene uid(String value) {
        uid = value;
        return this;
    }

    Scene generation(long current, long observed) {
        generation = current;
        observedGeneration = observed;
        return this;
    }

    Scene status(int all, int updated, int available) {
        status = new int[] {all, updated, available};
        return this;
    }

    Scene paused() {
        paused = true;
        return this;
    }

    Scene terminating() {
        terminating = true;
        return this;
    }

    Scene gone() {
        gone = true;
        return this;
    }

    Scene withoutRightsToPods() {
        seesPods = false;
        pods.clear();
        return this;
    }

    Scene statusOnly() {
        seesPods = false;
        seesReplicaSets = false;
        pods.clear();
        sets.clear();
        return this;
    }

    Scene stableFor(Duration duration) {
        stableFor = duration;
        return this;
    }

    Scene waitForOldPods() {
        waitForOldPods = true;
        return this;
    }

    Scene patience(Patience value) {
        patience = value;
        return this;
    }

    Scene progressing(String value, String reason, String message) {
        conditions.removeIf(condition -> condition.getType().equals("Progressing"));
        conditions.add(new DeploymentConditionBuilder()
                .withType("Progressing")
                .withStatus(value)
                .withReason(reason)
                .withMessage(message)
                .build());
        return this;
    }

    Scene set(String name, String setImage, int size) {
        return set(name, setImage, size, List.of());
    }

    /** One whose annotation says that so many pods are wanted of the Deployment. */
    Scene setSaying(String name, String setImage, int size, String desired) {
        return set(name, setImage, size, List.of(), Map.of("deployment.kubernetes.io/desired-replicas", desired));
    }

    private Scene set(String name, String setImage, int size, List<ReplicaSetCondition> setConditions) {
        return set(name, setImage, size, setConditions, Map.of());
    }

    private Scene set(
            String name,
            String setImage,
            int size,
            List<ReplicaSetCondition> setConditions,
            Map<String, String> annotations) {
        sets.removeIf(set -> set.metadata().name().equals(name));
        sets.add(Observed.from(new ReplicaSetBuilder()
                .withMetadata(owned(name, "uid-" + name, "Deployment", "clock", uid))
                .editMetadata()
                .withAnnotations(annotations)
                .endMetadata()
                .withNewSpec()
                .withReplicas(size)
                .withTemplate(template(setImage, name))
                .endSpec()
                .withNewStatus()
                .withReplicas(size)
                .withConditions(setConditions)
                .endStatus()
                .build()));
        return this;
    }

    Scene setFails(String name, String setImage, String message) {
        return set(
                name,
                setImage,
                1,
                List.of(new ReplicaSetConditionBuilder()
                        .withType("ReplicaFailure")
                        .withStatus("True")
                        .withReason("FailedCreate")
                        .withMessage(message)
                        .build()));
    }

    Scene ready(String set, int count) {
        for (int i = 0; i < count; i++) {
            pod(
                    set + "-" + i,
                    set,
                    container(true, 0)
                            .withNewState()
                            .withNewRunning()
                            .endRunning()
                            .endState()
                            .build());
        }
        return this;
    }

    Scene starting(String pod, String set) {
        return waiting(pod, set, "ContainerCreating", "");
    }

    Scene waiting(String pod, String set, String reason, String message) {
        return pod(
                pod,
                set,
                container(false, 0)
                        .withNewState()
                        .withNewWaiting(message.isEmpty() ? null : message, reason)
                        .endState()
                        .build());
    }

    /** Its container has just ended. */
    Scene ended(String pod, String set, int restarts, int exitCode, String reason, String message) {
        return pod(
                pod,
                set,
                container(false, restarts)
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(exitCode)
                        .withReason(reason)
                        .withMessage(message)
                        .endTerminated()
                        .endState()
                        .build());
    }

    /** Its container runs again after it has ended. */
    Scene restarted(String pod, String set, int restarts, int exitCode, String reason, boolean ready) {
        return pod(
                pod,
                set,
                container(ready, restarts)
                        .withNewState()
                        .withNewRunning()
                        .endRunning()
                        .endState()
                        .withNewLastState()
                        .withNewTerminated()
                        .withExitCode(exitCode)
                        .withReason(reason)
                        .endTerminated()
                        .endLastState()
                        .build());
    }

    Scene backingOff(String pod, String set, int restarts, int exitCode, String reason) {
        return pod(
                pod,
                set,
                container(false, restarts)
                        .withNewState()
                        .withNewWaiting("back-off 10s restarting failed container=web", "CrashLoopBackOff")
                        .endState()
                        .withNewLastState()
                        .withNewTerminated()
                        .withExitCode(exitCode)
                        .withReason(reason)
                        .endTerminated()
                        .endLastState()
                        .build());
    }

    Scene runningNotReady(String pod, String set) {
        return pod(
                pod,
                set,
                container(false, 0)
                        .withNewState()
                        .withNewRunning()
                        .endRunning()
                        .endState()
                        .build());
    }

    Scene unschedulable(String pod, String set, String reason, String message) {
        pods.put(
                pod,
                Observed.from(new PodBuilder()
                        .withMetadata(owned(pod, "uid-" + pod, "ReplicaSet", set, "uid-" + set))
                        .withNewSpec()
                        .withContainers(specOf(image))
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Pending")
                        .withConditions(new PodConditionBuilder()
                                .withType("PodScheduled")
                                .withStatus("False")
                                .withReason(reason)
                                .withMessage(message)
                                .build())
                        .endStatus()
                        .build()));
        return this;
    }

    /** The pod is being deleted; it may go on being ready meanwhile. */
    Scene leaving(String pod, String set) {
        pods.put(
                pod,
                Observed.from(new PodBuilder()
                        .withMetadata(new ObjectMetaBuilder(owned(pod, "uid-" + pod, "ReplicaSet", set, "uid-" + set))
                                .withDeletionTimestamp("2026-01-01T12:00:05Z")
                                .build())
                        .withNewSpec()
                        .withContainers(specOf(OLD))
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Running")
                        .withConditions(new PodConditionBuilder()
                                .withType("Ready")
                                .withStatus("True")
                                .build())
                        .endStatus()
                        .build()));
        return this;
    }

    Scene without(String pod) {
        pods.remove(pod);
        return this;
    }

    Scene warning(String pod, String reason, String message) {
        return warning(pod, reason, message, 0);
    }

    /** The same warning again is the same event, told last at such a second. */
    Scene warning(String pod, String reason, String message, int second) {
        return event("Warning", pod, reason, message, second);
    }

    /** The kubelet says that it ends a container. */
    Scene killing(String pod, String message, int second) {
        return event("Normal", pod, "Killing", message, second);
    }

    private Scene event(String type, String pod, String reason, String message, int second) {
        String name = pod + "." + Integer.toHexString((reason + message).hashCode());
        events.removeIf(event -> event.metadata().name().equals(name));
        events.add(Observed.from(new EventBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("shop")
                .withUid("uid-event-" + name)
                .endMetadata()
                .withLastTimestamp(START.plusSeconds(second).toString())
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withNewInvolvedObject()
                .withKind("Pod")
                .withNamespace("shop")
                .withName(pod)
                .withUid("uid-" + pod)
                .endInvolvedObject()
                .build()));
        return this;
    }

    /** A pod of a ReplicaSet, as YAML of its spec and status. */
    Scene pod(String name, String set, String yaml) {
        Pod pod = Models.fromYaml("apiVersion: v1\nkind: Pod\n" + yaml, Pod.class);
        pod.setMetadata(owned(name, "uid-" + name, "ReplicaSet", set, "uid-" + set));
        pods.put(name, Observed.from(pod));
        return this;
    }

    private Scene pod(String name, String set, ContainerStatus container) {
        boolean ready = Boolean.TRUE.equals(container.getReady());
        boolean runs = container.getState().getRunning() != null || container.getRestartCount() > 0;
        pods.put(
                name,
                Observed.from(new PodBuilder()
                        .withMetadata(owned(name, "uid-" + name, "ReplicaSet", set, "uid-" + set))
                        .withNewSpec()
                        .withTerminationGracePeriodSeconds(5L)
                        .withContainers(specOf(set.startsWith("old") ? OLD : NEW))
                        .endSpec()
                        .withNewStatus()
                        .withPhase(runs ? "Running" : "Pending")
                        .withConditions(new PodConditionBuilder()
                                .withType("Ready")
                                .withStatus(ready ? "True" : "False")
                                .build())
                        .withContainerStatuses(container)
                        .endStatus()
                        .build()));
        return this;
    }

    private static ContainerStatusBuilder container(boolean ready, int restarts) {
        return new ContainerStatusBuilder().withName("web").withReady(ready).withRestartCount(restarts);
    }

    private static Container specOf(String containerImage) {
        return new ContainerBuilder().withName("web").withImage(containerImage).build();
    }

    private static ObjectMeta owned(String name, String uid, String ownerKind, String owner, String ownerUid) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace("shop")
                .withUid(uid)
                .withResourceVersion("1")
                .withCreationTimestamp("2026-01-01T12:00:00Z")
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind(ownerKind)
                .withName(owner)
                .withUid(ownerUid)
                .withController(true)
                .endOwnerReference()
                .build();
    }

    private static PodTemplateSpec template(String templateImage, String hash) {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .addToLabels("app", "clock")
                .addToLabels("pod-template-hash", hash)
                .endMetadata()
                .withNewSpec()
                .withContainers(specOf(templateImage))
                .endSpec()
                .build();
    }

    private ObservedDeployment deployment() {
        return Observed.from(new DeploymentBuilder()
                .withNewMetadata()
                .withName("clock")
                .withNamespace("shop")
                .withUid(uid)
                .withGeneration(generation)
                .withDeletionTimestamp(terminating ? "2026-01-01T12:00:05Z" : null)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withPaused(paused)
                .withProgressDeadlineSeconds(600)
                .withNewSelector()
                .addToMatchLabels("app", "clock")
                .endSelector()
                .withTemplate(template(image, "irrelevant"))
                .endSpec()
                .withNewStatus()
                .withObservedGeneration(observedGeneration)
                .withReplicas(status[0])
                .withUpdatedReplicas(status[1])
                .withAvailableReplicas(status[2])
                .withReadyReplicas(status[2])
                .withConditions(conditions)
                .endStatus()
                .build());
    }

    Snapshot snapshot() {
        return new Snapshot(
                gone ? Optional.empty() : Optional.of(deployment()),
                List.copyOf(sets),
                List.copyOf(pods.values()),
                List.copyOf(events),
                seesReplicaSets,
                seesPods);
    }

    /** What is waited for in all scenes: clock:1.1 from generation 2 on. */
    static Expectation expectation() {
        return Expectation.of(new Scene().deployment());
    }

    /** Judges, so many seconds after the start; remembers for the next time. */
    Status after(double seconds) {
        Judge judge = new Judge(expectation(), patience, stableFor, waitForOldPods);
        Assessment assessment = judge.next(memory, snapshot(), START.plusMillis(Math.round(seconds * 1000)));
        memory = assessment.memory();
        recheckAt = assessment.recheckAt();
        return assessment.status();
    }

    /** In how many seconds from the start the judge wants to look again; empty for when something changes. */
    Optional<Double> looksAgainAfter() {
        return recheckAt.map(at -> Duration.between(START, at).toMillis() / 1000.0);
    }
}
