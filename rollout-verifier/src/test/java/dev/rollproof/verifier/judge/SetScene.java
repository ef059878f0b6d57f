// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedWorkload;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the judge is shown: a StatefulSet {@code web} or a DaemonSet {@code agent} of which clock:1.0, revision {@code r1}, is old and
 * clock:1.1, revision {@code r2}, is new.
 */
final class SetScene {
    static final String READY = "ready";
    static final String STARTING = "starting";
    static final String LEAVING = "leaving";
    static final String EVICTED = "evicted";

    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

    private final String kind;
    private final String name;
    private String image = "clock:1.1";
    private long generation = 2;
    private long observedGeneration = 2;
    private String spec = "";
    private String status = "";
    private boolean seesPods = true;
    private boolean waitForOldPods;
    private Duration stableFor = Duration.ZERO;
    private final Map<String, ObservedPod> pods = new LinkedHashMap<>();
    private final Map<String, ObservedEvent> events = new LinkedHashMap<>();
    private Memory memory = Memory.empty();

    private SetScene(String kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    /** Three pods wanted, of which so many are there, ready, available and new by the status. */
    static SetScene statefulSet(int all, int ready, int available, int updated) {
        return new SetScene("StatefulSet", "web").spec("replicas: 3").statefulStatus(all, ready, available, updated);
    }

    SetScene statefulStatus(int all, int ready, int available, int updated) {
        return status("replicas: %d, readyReplicas: %d, availableReplicas: %d, updatedReplicas: %d, updateRevision: r2"
                .formatted(all, ready, available, updated));
    }

    /** By the status so many nodes are to run a pod, of which so many are new and available. */
    static SetScene daemonSet(int desired, int updated, int available) {
        return new SetScene("DaemonSet", "agent").daemonStatus(desired, updated, available);
    }

    SetScene daemonStatus(int desired, int updated, int available) {
        return status(("desiredNumberScheduled: %d, currentNumberScheduled: %d, updatedNumberScheduled: %d,"
                        + " numberReady: %d, numberAvailable: %d")
                .formatted(desired, desired, updated, available, available));
    }

    SetScene spec(String fields) {
        spec = fields;
        return this;
    }

    SetScene status(String fields) {
        status = fields;
        return this;
    }

    SetScene image(String value) {
        image = value;
        return this;
    }

    SetScene generation(long current, long observed) {
        generation = current;
        observedGeneration = observed;
        return this;
    }

    SetScene withoutRightsToPods() {
        seesPods = false;
        return this;
    }

    SetScene waitForOldPods() {
        waitForOldPods = true;
        return this;
    }

    SetScene stableFor(Duration value) {
        stableFor = value;
        return this;
    }

    /** Pods of a StatefulSet, all in the same state. */
    SetScene pods(String revision, String state, int... ordinals) {
        for (int ordinal : ordinals) {
            pod("web-" + ordinal, revision, state, "");
        }
        return this;
    }

    /** A pod of a DaemonSet that was created when its template had been changed so many times. */
    SetScene daemon(String pod, String revision, int templateGeneration, String state) {
        return pod(pod, revision, state, ", pod-template-generation: \"" + templateGeneration + "\"");
    }

    /**
     * @param state {@link #READY} or another constant, or why its container waits, such as {@code ErrImagePull}; a number before it
     *     and a slash says how often it was restarted
     */
    private SetScene pod(String pod, String revision, String state, String labels) {
        int slash = state.indexOf('/');
        int crashes = slash < 0 ? 0 : Integer.parseInt(state.substring(0, slash));
        String reason = state.substring(slash + 1);
        boolean up = reason.equals(READY) || reason.equals(LEAVING);
        String waits = reason.equals(STARTING) ? "ContainerCreating" : reason;
        String container = up ? "running: {}" : "waiting: {reason: " + waits + ", message: it does not start}";
        String last = crashes == 0 ? "" : ", lastState: {terminated: {exitCode: 1, reason: Error}}";
        pods.put(
                pod,
                Observed.from(Models.fromYaml(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata:
                          name: %s
                          namespace: shop
                          uid: uid-%s-%s
                          labels: {app: clock, controller-revision-hash: %s%s}
                          ownerReferences: [{apiVersion: apps/v1, kind: %s, name: %s, uid: uid-%s, controller: true}]
                          %s
                        spec: {containers: [{name: web, image: "%s"}]}
                        status:
                          phase: %s
                          conditions: [{type: Ready, status: "%s"}]
                          containerStatuses: [{name: web, ready: %s, restartCount: %d, state: {%s}%s}]
                        """.formatted(
                                        pod,
                                        pod,
                                        revision,
                                        revision,
                                        labels,
                                        kind,
                                        name,
                                        name,
                                        reason.equals(LEAVING) ? "deletionTimestamp: \"2026-01-01T12:00:05Z\"" : "",
                                        revision.equals("r1") ? "clock:1.0" : "clock:1.1",
                                        reason.equals(EVICTED) ? "Failed" : up ? "Running" : "Pending",
                                        up ? "True" : "False",
                                        up,
                                        crashes,
                                        container,
                                        last),
                        Pod.class)));
        return this;
    }

    SetScene without(String pod) {
        pods.remove(pod);
        return this;
    }

    /** What the controller says of its attempts to create a pod: told last so many seconds after twelve o'clock. */
    SetScene refused(String event, int told, String message) {
        events.put(
                event,
                Observed.from(
                        Models.fromYaml("""
                        apiVersion: v1
                        kind: Event
                        metadata: {name: %s, namespace: shop, uid: uid-%s}
                        type: Warning
                        reason: FailedCreate
                        message: '%s'
                        lastTimestamp: "2026-01-01T12:00:%02dZ"
                        involvedObject: {kind: %s, namespace: shop, name: %s, uid: uid-%s}
                        """.formatted(event, event, message, told, kind, name, name), Event.class)));
        return this;
    }

    private ObservedWorkload workload() {
        String yaml = """
                apiVersion: apps/v1
                kind: %s
                metadata:
                  name: %s
                  namespace: shop
                  uid: uid-%s
                  generation: %d
                  annotations: {deprecated.daemonset.template.generation: "2"}
                spec:
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec: {containers: [{name: web, image: "%s"}]}
                  %s
                status: {observedGeneration: %d, %s}
                """.formatted(
                        kind, name, name, generation, image, spec.replace("\n", "\n  "), observedGeneration, status);
        return kind.equals("DaemonSet")
                ? Observed.from(Models.fromYaml(yaml, DaemonSet.class))
                : Observed.from(Models.fromYaml(yaml, StatefulSet.class));
    }

    /** Judges, so many seconds after the start; remembers for the next time. What is waited for is clock:1.1 from generation 2 on. */
    Status after(double seconds) {
        SetScene wanted = new SetScene(kind, name);
        Judge judge = new Judge(Expectation.of(wanted.workload()), Patience.defaults(), stableFor, waitForOldPods);
        Snapshot seen = new Snapshot(
                Optional.of(workload()),
                List.of(),
                List.copyOf(pods.values()),
                new ArrayList<>(events.values()),
                true,
                seesPods);
        Assessment assessment = judge.next(memory, seen, START.plusMillis(Math.round(seconds * 1000)));
        memory = assessment.memory();
        return assessment.status();
    }
}
