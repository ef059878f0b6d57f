// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A pod's columns: what counts most of its containers' states, in one word. */
final class PodColumns {
    private PodColumns() {}

    static List<Column<Pod>> of(Column<Pod> name, Column<Pod> age, Instant now) {
        return List.of(
                name,
                Column.text("Ready", PodColumns::ready),
                Column.text("Status", PodColumns::word),
                Column.text("Restarts", pod -> restarts(pod, now)),
                age,
                Column.wide("IP", pod -> Columns.orNone(status(pod).getPodIP())),
                Column.wide("Node", pod -> Columns.orNone(pod.getSpec().getNodeName())),
                Column.wide("Nominated Node", pod -> Columns.orNone(status(pod).getNominatedNodeName())),
                Column.wide("Readiness Gates", PodColumns::gates));
    }

    private static PodStatus status(Pod pod) {
        return Objects.requireNonNullElseGet(pod.getStatus(), PodStatus::new);
    }

    private static List<ContainerStatus> containers(Pod pod) {
        return Objects.requireNonNullElse(status(pod).getContainerStatuses(), List.of());
    }

    private static List<ContainerStatus> initContainers(Pod pod) {
        return Objects.requireNonNullElse(status(pod).getInitContainerStatuses(), List.of());
    }

    private static String ready(Pod pod) {
        long ready = containers(pod).stream()
                .filter(container -> Boolean.TRUE.equals(container.getReady())
                        && container.getState() != null
                        && container.getState().getRunning() != null)
                .count();
        return ready + "/" + Columns.size(pod.getSpec().getContainers());
    }

    private static String word(Pod pod) {
        PodStatus status = status(pod);
        String word = Columns.orNone(status.getReason()).equals("<none>")
                ? Objects.requireNonNullElse(status.getPhase(), "")
                : status.getReason();
        String init = initWord(pod);
        word = init == null ? containersWord(pod, word) : init;
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            String phase = Objects.requireNonNullElse(status.getPhase(), "");
            if ("NodeLost".equals(status.getReason())) {
                return "Unknown";
            }
            return phase.equals("Succeeded") || phase.equals("Failed") ? word : "Terminating";
        }
        return word;
    }

    /** Null where all of them have done their work. */
    private static @Nullable String initWord(Pod pod) {
        List<ContainerStatus> all = initContainers(pod);
        for (int i = 0; i < all.size(); i++) {
            var state = all.get(i).getState();
            ContainerStateTerminated ended = state == null ? null : state.getTerminated();
            if (ended != null && Integer.valueOf(0).equals(ended.getExitCode())) {
                continue;
            }
            if (ended != null) {
                return "Init:" + ended(ended);
            }
            String waiting = state == null || state.getWaiting() == null
                    ? null
                    : state.getWaiting().getReason();
            if (waiting != null && !waiting.isEmpty() && !waiting.equals("PodInitializing")) {
                return "Init:" + waiting;
            }
            return "Init:" + i + "/" + Columns.size(pod.getSpec().getInitContainers());
        }
        return null;
    }

    private static String ended(ContainerStateTerminated ended) {
        if (ended.getReason() != null && !ended.getReason().isEmpty()) {
            return ended.getReason();
        }
        return ended.getSignal() != null && ended.getSignal() != 0
                ? "Signal:" + ended.getSignal()
                : "ExitCode:" + ended.getExitCode();
    }

    private static String containersWord(Pod pod, String phase) {
        String word = phase;
        boolean running = false;
        List<ContainerStatus> all = containers(pod);
        for (int i = all.size() - 1; i >= 0; i--) {
            var state = all.get(i).getState();
            if (state == null) {
                continue;
            }
            if (state.getWaiting() != null
                    && !Columns.orNone(state.getWaiting().getReason()).equals("<none>")) {
                word = state.getWaiting().getReason();
            } else if (state.getTerminated() != null) {
                word = ended(state.getTerminated());
            } else if (Boolean.TRUE.equals(all.get(i).getReady()) && state.getRunning() != null) {
                running = true;
            }
        }
        if (word.equals("Completed") && running) {
            return isReady(pod) ? "Running" : "NotReady";
        }
        return word;
    }

    private static boolean isReady(Pod pod) {
        return Objects.requireNonNullElse(status(pod).getConditions(), List.<PodCondition>of()).stream()
                .anyMatch(condition -> "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }

    private static String restarts(Pod pod, Instant now) {
        int restarts = 0;
        Instant last = null;
        List<ContainerStatus> counted = new ArrayList<>(initWord(pod) == null ? containers(pod) : initContainers(pod));
        for (ContainerStatus container : counted) {
            restarts += Columns.zero(container.getRestartCount());
            var before = container.getLastState() == null
                    ? null
                    : container.getLastState().getTerminated();
            if (before != null && before.getFinishedAt() != null) {
                Instant ended = Instant.parse(before.getFinishedAt());
                last = last == null || ended.isAfter(last) ? ended : last;
            }
        }
        return restarts > 0 && last != null
                ? restarts + " (" + Ages.text(Duration.between(last, now)) + " ago)"
                : Integer.toString(restarts);
    }

    private static String gates(Pod pod) {
        int gates = Columns.size(pod.getSpec().getReadinessGates());
        if (gates == 0) {
            return "<none>";
        }
        long open = pod.getSpec().getReadinessGates().stream()
                .filter(gate ->
                        Objects.requireNonNullElse(status(pod).getConditions(), List.<PodCondition>of()).stream()
                                .anyMatch(condition -> gate.getConditionType().equals(condition.getType())
                                        && "True".equals(condition.getStatus())))
                .count();
        return open + "/" + gates;
    }
}
