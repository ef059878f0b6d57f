// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads pods as controllers do. */
public final class Pods {
    private Pods() {}

    public static String phase(Pod pod) {
        PodStatus status = pod.getStatus();
        String phase = status == null ? null : status.getPhase();
        return phase == null ? "Pending" : phase;
    }

    /** Whether pods of this phase never run again. */
    public static boolean isFinal(String phase) {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** Neither ended nor about to. */
    public static boolean isActive(Pod pod) {
        return !Metadata.terminating(pod) && !isFinal(phase(pod));
    }

    public static @Nullable PodCondition condition(Pod pod, String type) {
        PodStatus status = pod.getStatus();
        if (status != null && status.getConditions() != null) {
            for (PodCondition condition : status.getConditions()) {
                if (type.equals(condition.getType())) {
                    return condition;
                }
            }
        }
        return null;
    }

    public static boolean isReady(Pod pod) {
        PodCondition ready = condition(pod, "Ready");
        return ready != null && "True".equals(ready.getStatus());
    }

    /** Since when it is ready, in whole seconds; null where it is not or does not tell. */
    static @Nullable Instant readySince(Pod pod) {
        PodCondition ready = condition(pod, "Ready");
        return ready == null || !"True".equals(ready.getStatus()) || ready.getLastTransitionTime() == null
                ? null
                : Times.parse(ready.getLastTransitionTime());
    }

    /** Ready for longer than the given seconds. */
    static boolean isAvailable(Pod pod, int minReadySeconds, Instant now) {
        if (!isReady(pod)) {
            return false;
        }
        if (minReadySeconds == 0) {
            return true;
        }
        Instant since = readySince(pod);
        return since != null && since.plusSeconds(minReadySeconds).isBefore(now);
    }

    /** How long until a ready pod is available; null for a pod that no time makes so. */
    static @Nullable Duration untilAvailable(
            boolean ready, @Nullable Instant readySince, int minReadySeconds, Instant now) {
        if (!ready || readySince == null || minReadySeconds <= 0) {
            return null;
        }
        Duration left = Duration.between(now, readySince.plusSeconds(minReadySeconds));
        return left.isNegative() ? null : left;
    }

    static int mostRestarts(Pod pod) {
        int most = 0;
        PodStatus status = pod.getStatus();
        if (status != null && status.getContainerStatuses() != null) {
            for (ContainerStatus container : status.getContainerStatuses()) {
                most = Math.max(most, DeploymentSync.orZero(container.getRestartCount()));
            }
        }
        return most;
    }
}
