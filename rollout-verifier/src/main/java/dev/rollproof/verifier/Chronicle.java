// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedContainer.State;
import dev.rollproof.k8s.observed.ObservedDaemonSet;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.k8s.observed.ObservedStatefulSet;
import dev.rollproof.k8s.observed.ObservedWorkload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Writes the timeline: of all that is observed, what differs from the last that was written about the same object. */
final class Chronicle {
    private final List<Timeline.Entry> entries = new ArrayList<>();
    private final Map<String, String> lastWritten = new HashMap<>();

    /** By its uid, each object that was observed; events are those of the whole namespace. */
    private final Set<String> known = new HashSet<>();

    /** Warnings about objects that nobody has observed yet: another watch may be later, or they are not of this rollout. */
    private final Map<String, List<ObservedEvent>> early = new HashMap<>();

    private int told;

    /** An object of this rollout from before the time that is told of. */
    void knows(ObservedObject object) {
        known.add(object.metadata().uid());
    }

    void observed(Duration at, ObservedObject object, boolean deleted) {
        if (object instanceof ObservedEvent event) {
            if (!event.isWarning() || event.reason().equals("MissingClusterDNS")) {
                return;
            }
            if (event.regardingUid().isEmpty() || known.contains(event.regardingUid())) {
                warn(at, event);
            } else {
                early.computeIfAbsent(event.regardingUid(), uid -> new ArrayList<>())
                        .add(event);
            }
            return;
        }
        knows(object);
        String kind = object.metadata().kind().toLowerCase(Locale.ROOT);
        String what = deleted ? "gone" : describe(object);
        if (!what.isEmpty()) {
            note(at, kind + "/" + object.metadata().name(), object.metadata().uid(), what);
        }
        List<ObservedEvent> warnings = early.remove(object.metadata().uid());
        if (warnings != null) {
            warnings.forEach(event -> warn(at, event));
        }
    }

    private void warn(Duration at, ObservedEvent event) {
        note(
                at,
                event.regarding().kind().toLowerCase(Locale.ROOT) + "/"
                        + event.regarding().name(),
                event.metadata().uid(),
                event.reason() + ": " + event.message());
    }

    void note(Duration at, String subject, String about, String what) {
        if (!what.equals(lastWritten.put(about + subject, what))) {
            entries.add(new Timeline.Entry(at, subject, what));
        }
    }

    private static String describe(ObservedObject object) {
        if (object instanceof ObservedDeployment d) {
            return describe(d);
        }
        if (object instanceof ObservedReplicaSet set) {
            return set.replicas() + " wanted, " + set.statusReplicas() + " there, " + set.readyReplicas() + " ready";
        }
        if (object instanceof ObservedStatefulSet set) {
            return counts(set, set.updatedReplicas(), set.replicas(), set.availableReplicas(), set.statusReplicas());
        }
        if (object instanceof ObservedDaemonSet set) {
            return counts(
                    set,
                    set.updatedNumberScheduled(),
                    set.desiredNumberScheduled(),
                    set.numberAvailable(),
                    set.currentNumberScheduled());
        }
        return object instanceof ObservedPod pod ? describe(pod) : "";
    }

    private static String counts(ObservedWorkload workload, int updated, int wanted, int available, int all) {
        return "generation " + workload.metadata().generation() + " (observed " + workload.observedGeneration() + "): "
                + updated + " of " + wanted + " updated, " + available + " available, " + all + " in all";
    }

    private static String describe(ObservedDeployment d) {
        String reason =
                d.condition("Progressing").map(ObservedCondition::reason).orElse("");
        return counts(d, d.updatedReplicas(), d.replicas(), d.availableReplicas(), d.statusReplicas())
                + (reason.isEmpty() ? "" : ", " + reason);
    }

    private static String describe(ObservedPod pod) {
        if (pod.metadata().terminating()) {
            return "terminating";
        }
        if (pod.ready()) {
            return "ready";
        }
        List<ObservedContainer> containers = new ArrayList<>(pod.initContainers());
        containers.addAll(pod.containers());
        for (ObservedContainer container : containers) {
            if (container.state() instanceof State.Terminated ended
                    && !(container.role() == ObservedContainer.Role.INIT && ended.exitCode() == 0)) {
                return ended.reason() + ", exit " + ended.exitCode() + after(container);
            }
            if (container.state() instanceof State.Waiting waiting
                    && !waiting.reason().isEmpty()
                    && !waiting.reason().equals("ContainerCreating")
                    && !waiting.reason().equals("PodInitializing")) {
                return waiting.reason() + after(container);
            }
        }
        return pod.condition("PodScheduled")
                .filter(ObservedCondition::isFalse)
                .map(ObservedCondition::reason)
                .orElse(pod.phase().toLowerCase(Locale.ROOT));
    }

    private static String after(ObservedContainer container) {
        return container.restartCount() == 0 ? "" : " after " + container.restartCount() + " restarts";
    }

    Timeline timeline() {
        return new Timeline(entries);
    }

    /** What was added since the last call. */
    List<Timeline.Entry> news() {
        List<Timeline.Entry> news = List.copyOf(entries.subList(told, entries.size()));
        told = entries.size();
        return news;
    }
}
