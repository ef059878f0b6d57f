// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.util.List;
import java.util.Optional;

/**
 * What runs pods of one template and replaces them when the template changes: what can be rolled out. The numbers of its status
 * are what its controller last wrote, and they lie for moments: count pods. A new kind is a new case, and a breaking change for
 * exhaustive switches.
 */
public sealed interface ObservedWorkload extends ObservedObject
        permits ObservedDeployment, ObservedStatefulSet, ObservedDaemonSet {
    /** The label with which the controllers of StatefulSets and DaemonSets tell pods of one template from those of another. */
    String REVISION_HASH_LABEL = "controller-revision-hash";

    /** Its selector in Kubernetes' text form, such as {@code app=clock,track notin (canary)}. */
    String labelSelector();

    PodTemplate template();

    /** For how many seconds a pod must be ready until it is available. */
    int minReadySeconds();

    /** The generation that the status is about. */
    long observedGeneration();

    List<ObservedCondition> conditions();

    /** Whether its controller is told to hold; only Deployments can be. */
    default boolean paused() {
        return false;
    }

    default Optional<ObservedCondition> condition(String type) {
        return Observed.condition(conditions(), type);
    }
}
