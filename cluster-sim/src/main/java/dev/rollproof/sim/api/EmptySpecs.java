// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetSpec;

/** A spec that is left out is one that says nothing, to Go, and so to the API server. */
final class EmptySpecs {
    private EmptySpecs() {}

    /** Where nothing has to be said. */
    static void complete(HasMetadata manifest) {
        if (manifest instanceof PodDisruptionBudget budget && budget.getSpec() == null) {
            budget.setSpec(new PodDisruptionBudgetSpec());
        } else if (manifest instanceof ResourceQuota quota && quota.getSpec() == null) {
            quota.setSpec(new ResourceQuotaSpec());
        } else if (manifest instanceof PersistentVolumeClaim claim && claim.getSpec() == null) {
            claim.setSpec(new PersistentVolumeClaimSpec());
        } else if (manifest instanceof PersistentVolume volume && volume.getSpec() == null) {
            volume.setSpec(new PersistentVolumeSpec());
        }
    }

    /** Also where whoever takes a spec away is refused for what it does not say any more. */
    static void completeForUpdate(HasMetadata manifest) {
        complete(manifest);
        if (manifest instanceof Deployment deployment && deployment.getSpec() == null) {
            deployment.setSpec(new DeploymentSpec());
        } else if (manifest instanceof ReplicaSet set && set.getSpec() == null) {
            set.setSpec(new ReplicaSetSpec());
        } else if (manifest instanceof StatefulSet set && set.getSpec() == null) {
            set.setSpec(new StatefulSetSpec());
        } else if (manifest instanceof DaemonSet set && set.getSpec() == null) {
            set.setSpec(new DaemonSetSpec());
        } else if (manifest instanceof Pod pod && pod.getSpec() == null) {
            pod.setSpec(new PodSpec());
        } else if (manifest instanceof Service service && service.getSpec() == null) {
            service.setSpec(new ServiceSpec());
        }
    }
}
