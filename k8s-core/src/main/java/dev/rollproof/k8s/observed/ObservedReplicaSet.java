// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A ReplicaSet: the pods of one template.
 *
 * @param replicas wanted pods; 1 where the spec does not say
 * @param terminatingReplicas pods that are going; empty on clusters that do not count them (before 1.35)
 */
public record ObservedReplicaSet(
        ObservedMetadata metadata,
        int replicas,
        String labelSelector,
        PodTemplate template,
        int minReadySeconds,
        long observedGeneration,
        int statusReplicas,
        int fullyLabeledReplicas,
        int readyReplicas,
        int availableReplicas,
        OptionalInt terminatingReplicas,
        List<ObservedCondition> conditions)
        implements ObservedObject {
    public ObservedReplicaSet {
        conditions = List.copyOf(conditions);
    }

    /** The revision of its template; empty where no Deployment numbered it. */
    public OptionalLong revision() {
        return Observed.revision(metadata);
    }

    /** The value of the label that tells its pods from those of its siblings; {@code ""} where it has none. */
    public String podTemplateHash() {
        return metadata.labels().getOrDefault(PodTemplate.HASH_LABEL, "");
    }

    public Optional<ObservedCondition> condition(String type) {
        return Observed.condition(conditions, type);
    }
}
