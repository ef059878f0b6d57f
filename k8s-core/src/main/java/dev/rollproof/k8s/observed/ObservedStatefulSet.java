// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.util.List;

/**
 * A StatefulSet. The numbers of its status are what the controller last wrote, and they lie for moments: count pods.
 *
 * @param replicas wanted pods; 1 where the spec does not say
 * @param labelSelector its selector in Kubernetes' text form
 * @param updateStrategy how it replaces pods
 * @param podManagementPolicy {@code OrderedReady} or {@code Parallel}
 * @param startOrdinal the number in the name of its first pod; 0 where the spec does not say
 * @param observedGeneration the generation that the status is about; 0 before the controller saw it
 * @param currentRevision the revision of the pods that are not to be replaced yet; {@code ""} before there is one
 * @param updateRevision the revision of the template: the value of the label {@value ObservedWorkload#REVISION_HASH_LABEL} of new
 *     pods; {@code ""} before there is one
 */
public record ObservedStatefulSet(
        ObservedMetadata metadata,
        int replicas,
        String labelSelector,
        PodTemplate template,
        UpdateStrategy updateStrategy,
        String podManagementPolicy,
        int startOrdinal,
        int minReadySeconds,
        long observedGeneration,
        int statusReplicas,
        int readyReplicas,
        int availableReplicas,
        int currentReplicas,
        int updatedReplicas,
        String currentRevision,
        String updateRevision,
        List<ObservedCondition> conditions)
        implements ObservedWorkload {
    /**
     * How a StatefulSet replaces pods.
     *
     * @param type {@code RollingUpdate} or {@code OnDelete}
     * @param partition how many pods, from the first on, keep the template that they have; 0 where the spec does not say
     */
    public record UpdateStrategy(String type, int partition) {
        /** Whether nobody replaces pods but whoever deletes them. */
        public boolean isOnDelete() {
            return type.equals("OnDelete");
        }
    }

    public ObservedStatefulSet {
        conditions = List.copyOf(conditions);
    }

    /** Whether no pod is touched while one before it is not ready, be it of whatever template. */
    public boolean isOrdered() {
        return !podManagementPolicy.equals("Parallel");
    }
}
