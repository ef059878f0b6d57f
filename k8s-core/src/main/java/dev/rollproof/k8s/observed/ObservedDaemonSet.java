// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.util.List;

/**
 * A DaemonSet. The numbers of its status are what the controller last wrote, and they lie for moments: count pods.
 *
 * @param labelSelector its selector in Kubernetes' text form
 * @param updateStrategy how it replaces pods
 * @param observedGeneration the generation that the status is about
 * @param desiredNumberScheduled how many nodes are to run a pod of it
 * @param currentNumberScheduled how many of them run one
 * @param numberMisscheduled how many nodes run one and are not to
 * @param updatedNumberScheduled how many of the nodes that are to run one have one of the present template
 */
public record ObservedDaemonSet(
        ObservedMetadata metadata,
        String labelSelector,
        PodTemplate template,
        UpdateStrategy updateStrategy,
        int minReadySeconds,
        long observedGeneration,
        int desiredNumberScheduled,
        int currentNumberScheduled,
        int numberMisscheduled,
        int updatedNumberScheduled,
        int numberReady,
        int numberAvailable,
        List<ObservedCondition> conditions)
        implements ObservedWorkload {
    /** The annotation in which the API server counts the changes of the template. */
    public static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

    /** The label of a pod that says with which {@link #templateGeneration()} it was created. */
    public static final String TEMPLATE_GENERATION_LABEL = "pod-template-generation";

    /**
     * How a DaemonSet replaces pods.
     *
     * @param type {@code RollingUpdate} or {@code OnDelete}
     * @param maxSurge a number or a percentage; {@code 0} where the spec does not say; {@code ""} for OnDelete
     * @param maxUnavailable likewise; {@code 1} where the spec does not say
     */
    public record UpdateStrategy(String type, String maxSurge, String maxUnavailable) {
        /** Whether nobody replaces pods but whoever deletes them. */
        public boolean isOnDelete() {
            return type.equals("OnDelete");
        }
    }

    public ObservedDaemonSet {
        conditions = List.copyOf(conditions);
    }

    /** Counts the changes of the template, by the API server, which lets nobody else write it; {@code ""} where nobody counted. */
    public String templateGeneration() {
        return metadata.annotations().getOrDefault(TEMPLATE_GENERATION, "");
    }
}
