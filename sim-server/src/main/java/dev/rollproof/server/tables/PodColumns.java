// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import io.fabric8.kubernetes.api.model.Container;
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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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

    /** The init containers that run beside the others, by their names. */
    private static Set<String> sidecars(Pod pod) {
        List<Container> all = Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.of());
        return all.stream()
                .filter(container -> "Always".equals(container.getRestartPolicy()))
                .map(Container::getName)
                .collect(Collectors.toSet());
    }

    /** Sidecars count, those that have started among the ready. While the pod is being initialized, no other container does. */
    private static String ready(Pod pod) {
        Set<String> sidecars = sidecars(pod);
        List<ContainerStatus> awaited = new ArrayList<>(initContainers(pod));
        Optional<ContainerStatus> first = firstUndone(pod);
        first.ifPresent(undone ->
                awaited.subList(awaited.indexOf(undone), awaited.size()).clear());
        long ready = awaited.stream()
                .filter(container -> sidecars.contains(container.getName()))
                .filter(container -> Boolean.TRUE.equals(container.getReady()) && !hasDone(container))
                .count();
        if (first.isEmpty() || isTrue(pod, "Initialized")) {
            ready += containers(pod).stream()
                    .filter(container -> Boolean.TRUE.equals(container.getReady())
                            && container.getState() != null
                            && container.getState().getRunning() != null)
                    .count();
        }
        return ready + "/" + (Columns.size(pod.getSpec().getContainers()) + sidecars.size());
    }

    private static String word(Pod pod) {
        PodStatus status = status(pod);
        String phase = Objects.requireNonNullElse(status.getPhase(), "");
        String word = Columns.orNone(status.getReason()).equals("<none>") ? phase : status.getReason();
        if (conditions(pod).stream()
                .anyMatch(condition -> "PodScheduled".equals(condition.getType())
                        && "SchedulingGated".equals(condition.getReason()))) {
            word = "SchedulingGated";
        }
        Optional<ContainerStatus> first = firstUndone(pod);
        if (first.isPresent()) {
            word = initWord(pod, first.get());
        }
        if (first.isEmpty() || isTrue(pod, "Initialized")) {
            word = containersWord(pod, word);
        }
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            if ("NodeLost".equals(status.getReason())) {
                return "Unknown";
            }
            return phase.equals("Succeeded") || phase.equals("Failed") ? word : "Terminating";
        }
        return word;
    }

    private static boolean hasDone(ContainerStatus container) {
        ContainerStateTerminated ended =
                container.getState() == null ? null : container.getState().getTerminated();
        return ended != null && Integer.valueOf(0).equals(ended.getExitCode());
    }

    /** The first init container for which the others wait: until it has ended well, or as a sidecar has started. */
    private static Optional<ContainerStatus> firstUndone(Pod pod) {
        Set<String> sidecars = sidecars(pod);
        return initContainers(pod).stream()
                .filter(container -> !hasDone(container))
                .filter(container ->
                        !(sidecars.contains(container.getName()) && Boolean.TRUE.equals(container.getStarted())))
                .findFirst();
    }

    private static String initWord(Pod pod, ContainerStatus undone) {
        var state = undone.getState();
        if (state != null && state.getTerminated() != null) {
            return "Init:" + ended(state.getTerminated());
        }
        String waiting = state == null || state.getWaiting() == null
                ? null
                : state.getWaiting().getReason();
        return waiting == null || waiting.isEmpty() || waiting.equals("PodInitializing")
                ? "Init:" + initContainers(pod).indexOf(undone) + "/"
                        + Columns.size(pod.getSpec().getInitContainers())
                : "Init:" + waiting;
    }

    private static String ended(ContainerStateTerminated ended) {
        if (ended.getReason() != null && !ended.getReason().isEmpty()) {
            return ended.getReason();
        }
        return ended.getSignal() != null && ended.getSignal() != 0
                ? "Signal:" + ended.getSignal()
                : "ExitCode:" + ended.getExitCode();
    }

    private static String containersWord(Pod pod, String before) {
        String word = before;
        String error = "";
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
                error = hasDone(all.get(i)) ? error : word;
            } else if (Boolean.TRUE.equals(all.get(i).getReady()) && state.getRunning() != null) {
                running = true;
            }
        }
        if (!word.equals("Completed")) {
            return word;
        }
        if (running && isTrue(pod, "Ready")) {
            return "Running";
        }
        return !error.isEmpty() ? error : running ? "NotReady" : word;
    }

    private static List<PodCondition> conditions(Pod pod) {
        return Objects.requireNonNullElse(status(pod).getConditions(), List.of());
    }

    private static boolean isTrue(Pod pod, String condition) {
        return conditions(pod).stream()
                .anyMatch(each -> condition.equals(each.getType()) && "True".equals(each.getStatus()));
    }

    private static String restarts(Pod pod, Instant now) {
        Optional<ContainerStatus> first = firstUndone(pod);
        List<ContainerStatus> counted = new ArrayList<>();
        if (first.isEmpty() || isTrue(pod, "Initialized")) {
            Set<String> sidecars = sidecars(pod);
            initContainers(pod).stream()
                    .filter(container -> sidecars.contains(container.getName()))
                    .forEach(counted::add);
            counted.addAll(containers(pod));
        } else {
            List<ContainerStatus> init = initContainers(pod);
            counted.addAll(init.subList(0, init.indexOf(first.get()) + 1));
        }
        int restarts = 0;
        Instant last = null;
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
                .filter(gate -> isTrue(pod, gate.getConditionType()))
                .count();
        return open + "/" + gates;
    }
}
