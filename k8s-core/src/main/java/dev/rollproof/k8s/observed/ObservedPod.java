// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pod.
 *
 * @param phase {@code Pending}, {@code Running}, {@code Succeeded}, {@code Failed} or {@code Unknown}
 * @param reason why the pod is as it is, such as {@code Evicted}; mostly {@code ""}
 * @param nodeName the node it was scheduled to; {@code ""} before
 * @param initContainers in the order of the spec; those that run beside the others are sidecars
 * @param containers in the order of the spec
 */
public record ObservedPod(
        ObservedMetadata metadata,
        String phase,
        String reason,
        String message,
        String nodeName,
        String podIp,
        long terminationGracePeriodSeconds,
        Optional<Instant> startTime,
        List<ObservedCondition> conditions,
        List<ObservedContainer> initContainers,
        List<ObservedContainer> containers)
        implements ObservedObject {
    public ObservedPod {
        conditions = List.copyOf(conditions);
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
    }

    /** Ready to serve, by its own condition. A pod that is going may still say so: see {@link #live()}. */
    public boolean ready() {
        for (ObservedCondition condition : conditions) {
            if (condition.type().equals("Ready")) {
                return condition.isTrue();
            }
        }
        return false;
    }

    /** Neither ended nor being deleted. */
    public boolean live() {
        return !ended() && !metadata.terminating();
    }

    /** Ran to its end; none of its containers runs again. */
    public boolean ended() {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** The value of the label that ties it to the ReplicaSet of its template; {@code ""} where it has none. */
    public String podTemplateHash() {
        return metadata.labels().getOrDefault(PodTemplate.HASH_LABEL, "");
    }

    /** The value of the label that ties it to a template of its StatefulSet or DaemonSet; {@code ""} where it has none. */
    public String revisionHash() {
        return metadata.labels().getOrDefault(ObservedWorkload.REVISION_HASH_LABEL, "");
    }

    public Optional<ObservedCondition> condition(String type) {
        return Observed.condition(conditions, type);
    }
}
