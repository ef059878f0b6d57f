// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.controllers.Pods;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HostIP;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds a pod's status from its containers. Conditions that do not change stay the same objects. */
final class PodStatuses {
    private static final Set<String> OWN =
            Set.of("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled");

    private final int minor;
    private final ContainerFacts.@Nullable OfPod resources;
    private @Nullable PodCondition sandbox;
    private @Nullable PodCondition initialized;
    private @Nullable PodCondition readiness;
    private @Nullable PodCondition containersReady;
    private @Nullable PodCondition scheduled;

    PodStatuses(Pod pod, int minor) {
        this.minor = minor;
        this.resources = minor < 36 ? null : new ContainerFacts.OfPod(pod.getSpec());
    }

    /**
     * What a worker knows of its pod.
     *
     * @param phase Pending, Running, Succeeded or Failed
     * @param address null until the sandbox has one
     */
    record Facts(
            String phase,
            long generation,
            @Nullable String address,
            String hostAddress,
            String startTime,
            String qosClass,
            boolean sandboxReady,
            List<ContainerRun> init,
            List<ContainerRun> main) {}

    PodStatus build(Pod stored, Facts facts, String now) {
        PodStatus status = new PodStatus();
        status.setObservedGeneration(facts.generation);
        status.setPhase(facts.phase);
        status.setConditions(conditions(stored, facts, now));
        status.setHostIP(facts.hostAddress);
        status.setHostIPs(List.of(new HostIP(facts.hostAddress)));
        if (facts.address != null) {
            status.setPodIP(facts.address);
            status.setPodIPs(List.of(new PodIP(facts.address)));
        }
        status.setStartTime(facts.startTime);
        status.setQosClass(facts.qosClass);
        if (resources != null) {
            resources.addTo(status);
        }
        if (!facts.init.isEmpty()) {
            status.setInitContainerStatuses(statuses(facts.init));
        }
        status.setContainerStatuses(statuses(facts.main));
        return status;
    }

    private static List<ContainerStatus> statuses(List<ContainerRun> runs) {
        List<ContainerStatus> statuses = new ArrayList<>(runs.size());
        for (ContainerRun run : runs) {
            statuses.add(run.status());
        }
        return statuses;
    }

    private List<PodCondition> conditions(Pod stored, Facts facts, String now) {
        boolean over = Pods.isFinal(facts.phase) && facts.main.stream().noneMatch(ContainerRun::isLost);
        String overReason = facts.phase.equals("Succeeded") ? "PodCompleted" : "PodFailed";
        String unready = names(facts.main, false);
        String unstarted = names(facts.init, true);
        long generation = facts.generation;

        boolean up = facts.sandboxReady && !over;
        String noSandbox = facts.sandboxReady ? "pod sandbox is not ready" : "no pod sandbox exists";
        sandbox = condition(
                sandbox,
                "PodReadyToStartContainers",
                up,
                up || minor < 35 ? null : "PodSandboxNotReady",
                up || minor < 35 ? null : noSandbox,
                generation,
                now);
        boolean begun = unstarted.isEmpty();
        initialized = condition(
                initialized,
                "Initialized",
                begun,
                begun ? (facts.phase.equals("Succeeded") ? overReason : null) : "ContainersNotInitialized",
                begun ? null : "containers with incomplete status: [" + unstarted + "]",
                generation,
                now);
        boolean all = unready.isEmpty() && begun && !over;
        String reason = over ? overReason : "ContainersNotReady";
        String message = over ? null : "containers with unready status: [" + unready + "]";
        containersReady = condition(
                containersReady, "ContainersReady", all, all ? null : reason, all ? null : message, generation, now);
        String gate = all ? closedGate(stored) : null;
        boolean ready = all && gate == null;
        readiness = condition(
                readiness,
                "Ready",
                ready,
                ready ? null : gate != null ? "ReadinessGatesNotReady" : reason,
                ready ? null : gate != null ? gate : message,
                generation,
                now);
        PodCondition bound = Pods.condition(stored, "PodScheduled");
        scheduled = condition(scheduled == null ? bound : scheduled, "PodScheduled", true, null, null, generation, now);
        List<PodCondition> conditions =
                new ArrayList<>(List.of(sandbox, initialized, readiness, containersReady, scheduled));
        if (stored.getStatus() != null && stored.getStatus().getConditions() != null) {
            for (PodCondition present : stored.getStatus().getConditions()) {
                if (!OWN.contains(present.getType())) {
                    conditions.add(present);
                }
            }
        }
        return conditions;
    }

    private static String names(List<ContainerRun> runs, boolean init) {
        StringBuilder names = new StringBuilder();
        for (ContainerRun run : runs) {
            boolean fine = init ? (run.sidecar ? run.started : run.completed) : run.ready;
            if (!fine) {
                names.append(names.isEmpty() ? "" : " ").append(run.name());
            }
        }
        return names.toString();
    }

    static @Nullable String closedGate(Pod stored) {
        List<PodReadinessGate> gates = stored.getSpec().getReadinessGates();
        if (gates == null) {
            return null;
        }
        for (PodReadinessGate gate : gates) {
            PodCondition condition = Pods.condition(stored, gate.getConditionType());
            if (condition == null) {
                return "corresponding condition of pod readiness gate \"" + gate.getConditionType()
                        + "\" does not exist.";
            }
            if (!"True".equals(condition.getStatus())) {
                return "the status of pod readiness gate \"" + gate.getConditionType() + "\" is not \"True\", but "
                        + condition.getStatus();
            }
        }
        return null;
    }

    private static PodCondition condition(
            @Nullable PodCondition before,
            String type,
            boolean value,
            @Nullable String reason,
            @Nullable String message,
            long generation,
            String now) {
        String status = value ? "True" : "False";
        boolean sameStatus = before != null && status.equals(before.getStatus());
        if (before != null
                && sameStatus
                && Objects.equals(before.getReason(), reason)
                && Objects.equals(before.getMessage(), message)
                && Objects.equals(before.getObservedGeneration(), generation)) {
            return before;
        }
        PodCondition condition = new PodCondition();
        condition.setType(type);
        condition.setStatus(status);
        condition.setReason(reason);
        condition.setMessage(message);
        condition.setObservedGeneration(generation);
        condition.setLastTransitionTime(before != null && sameStatus ? before.getLastTransitionTime() : now);
        return condition;
    }
}
