// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedWorkload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;

/** The kinds whose rollouts can be verified. */
final class WorkloadKinds {
    private WorkloadKinds() {}

    /** @throws IllegalArgumentException for other kinds */
    static Class<? extends HasMetadata> modelOf(ObjectRef workload) {
        return switch (workload.kind()) {
            case "Deployment" -> Deployment.class;
            case "StatefulSet" -> StatefulSet.class;
            case "DaemonSet" -> DaemonSet.class;
            default -> throw unknown(workload);
        };
    }

    /** @throws IllegalArgumentException for other kinds */
    static ObservedWorkload observed(HasMetadata model) {
        if (Observed.from(model) instanceof ObservedWorkload workload) {
            return workload;
        }
        throw unknown(Observed.metadata(model).ref());
    }

    private static IllegalArgumentException unknown(ObjectRef other) {
        return new IllegalArgumentException(
                "only Deployments, StatefulSets and DaemonSets can be verified, not " + other);
    }

    /** Whether its pods belong to ReplicaSets. */
    static boolean hasReplicaSets(ObjectRef workload) {
        return workload.kind().equals("Deployment");
    }
}
