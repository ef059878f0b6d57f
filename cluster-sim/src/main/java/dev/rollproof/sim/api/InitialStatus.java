// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.quota.QosClass;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LoadBalancerStatus;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatus;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceStatus;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import java.util.List;

/** What a new object says of how it is. */
final class InitialStatus {
    private InitialStatus() {}

    /**
     * Neither clients nor controllers say how a thing is that they create; they are told. Only the object's own field is changed.
     *
     * @param now when it is created
     */
    static void setOn(HasMetadata manifest, String now) {
        if (manifest instanceof Deployment deployment) {
            deployment.setStatus(new DeploymentStatus());
        } else if (manifest instanceof ReplicaSet set) {
            ReplicaSetStatus status = new ReplicaSetStatus();
            status.setReplicas(0);
            set.setStatus(status);
        } else if (manifest instanceof Pod pod) {
            PodStatus status = new PodStatus();
            status.setPhase("Pending");
            status.setQosClass(QosClass.of(pod.getSpec()));
            if (!Lists.orEmpty(pod.getSpec().getSchedulingGates()).isEmpty()) {
                PodCondition gated = new PodCondition();
                gated.setType("PodScheduled");
                gated.setStatus("False");
                gated.setLastTransitionTime(now);
                gated.setReason("SchedulingGated");
                gated.setMessage("Scheduling is blocked due to non-empty scheduling gates");
                status.setConditions(List.of(gated));
            }
            pod.setStatus(status);
        } else if (manifest instanceof PersistentVolumeClaim claim) {
            PersistentVolumeClaimStatus status = new PersistentVolumeClaimStatus();
            status.setPhase("Pending");
            claim.setStatus(status);
        } else if (manifest instanceof StatefulSet set) {
            StatefulSetStatus status = new StatefulSetStatus();
            status.setReplicas(0);
            status.setAvailableReplicas(0);
            set.setStatus(status);
        } else if (manifest instanceof DaemonSet set) {
            set.setStatus(new DaemonSetStatus(null, List.of(), 0, 0, null, 0, 0, null, null, null));
        } else if (manifest instanceof PodDisruptionBudget budget) {
            budget.setStatus(new PodDisruptionBudgetStatus(List.of(), 0, 0, null, 0, 0, null));
        } else if (manifest instanceof Service service) {
            service.setStatus(new ServiceStatus(List.of(), new LoadBalancerStatus()));
        } else if (manifest instanceof ResourceQuota quota) {
            quota.setStatus(new ResourceQuotaStatus());
        } else if (manifest instanceof Namespace namespace) {
            namespace.setStatus(new NamespaceStatus(null, "Active"));
        } else if (manifest instanceof HTTPRoute route) {
            route.setStatus(null);
        }
    }
}
