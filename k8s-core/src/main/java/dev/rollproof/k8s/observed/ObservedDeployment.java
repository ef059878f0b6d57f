// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A Deployment. The numbers of its status are what the controller last wrote, and they lie for moments: count pods.
 *
 * @param replicas wanted pods; 1 where the spec does not say
 * @param labelSelector its selector in Kubernetes' text form, such as {@code app=clock,track notin (canary)}
 * @param strategy how it replaces pods
 * @param progressDeadlineSeconds seconds without progress until it says so; empty for never
 * @param observedGeneration the generation that the status is about
 * @param collisionCount how often the name of a new ReplicaSet was taken
 */
public record ObservedDeployment(
        ObservedMetadata metadata,
        int replicas,
        String labelSelector,
        PodTemplate template,
        UpdateStrategy strategy,
        int minReadySeconds,
        OptionalInt progressDeadlineSeconds,
        boolean paused,
        long observedGeneration,
        int statusReplicas,
        int updatedReplicas,
        int readyReplicas,
        int availableReplicas,
        int unavailableReplicas,
        int collisionCount,
        List<ObservedCondition> conditions)
        implements ObservedWorkload {
    /** The annotation in which the controller numbers the revisions of a template. */
    public static final String REVISION = "deployment.kubernetes.io/revision";

    /**
     * How a Deployment replaces pods.
     *
     * @param type {@code RollingUpdate} or {@code Recreate}
     * @param maxSurge a number or a percentage, such as {@code 1} or {@code 25%}; {@code ""} for Recreate
     * @param maxUnavailable likewise
     */
    public record UpdateStrategy(String type, String maxSurge, String maxUnavailable) {
        public boolean isRecreate() {
            return type.equals("Recreate");
        }
    }

    public ObservedDeployment {
        conditions = List.copyOf(conditions);
    }

    /** The revision that the controller gave to the current template; empty before it did. */
    public OptionalLong revision() {
        return Observed.revision(metadata);
    }
}
