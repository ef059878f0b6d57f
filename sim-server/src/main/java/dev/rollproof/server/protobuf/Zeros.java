// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.protobuf;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Set;

/**
 * What Go sends in protobuf and leaves out in JSON: fields that are no pointers are on the wire with every value, also with 0, false
 * and the empty text. Where a field is a pointer, its zero is a value that somebody set, such as {@code replicas: 0}; on the wire
 * both look the same. Which are none, Kubernetes' types say (the fields with {@code omitempty} in k8s.io/api 1.37, types.go).
 */
final class Zeros {
    private static final Set<String> NO_POINTERS = Set.of(
            "AWSElasticBlockStoreVolumeSource.partition",
            "Condition.observedGeneration",
            "Container.stdin",
            "Container.stdinOnce",
            "Container.tty",
            "ContainerImage.sizeBytes",
            "ContainerPort.hostPort",
            "ContainerStateTerminated.signal",
            "DaemonSetSpec.minReadySeconds",
            "DaemonSetStatus.numberAvailable",
            "DaemonSetStatus.numberUnavailable",
            "DaemonSetStatus.observedGeneration",
            "DaemonSetStatus.updatedNumberScheduled",
            "DeploymentSpec.minReadySeconds",
            "DeploymentSpec.paused",
            "DeploymentStatus.availableReplicas",
            "DeploymentStatus.observedGeneration",
            "DeploymentStatus.readyReplicas",
            "DeploymentStatus.replicas",
            "DeploymentStatus.unavailableReplicas",
            "DeploymentStatus.updatedReplicas",
            "EphemeralContainerCommon.stdin",
            "EphemeralContainerCommon.stdinOnce",
            "EphemeralContainerCommon.tty",
            "Event.count",
            "EventSeries.count",
            "GCEPersistentDiskVolumeSource.partition",
            "ISCSIVolumeSource.chapAuthDiscovery",
            "ISCSIVolumeSource.chapAuthSession",
            "NodeSpec.unschedulable",
            "ObjectMeta.generation",
            "PodCondition.observedGeneration",
            "PodDisruptionBudgetStatus.observedGeneration",
            "PodSpec.hostIPC",
            "PodSpec.hostNetwork",
            "PodSpec.hostPID",
            "PodStatus.observedGeneration",
            "Probe.failureThreshold",
            "Probe.initialDelaySeconds",
            "Probe.periodSeconds",
            "Probe.successThreshold",
            "Probe.timeoutSeconds",
            "ReplicaSetSpec.minReadySeconds",
            "ReplicaSetStatus.availableReplicas",
            "ReplicaSetStatus.fullyLabeledReplicas",
            "ReplicaSetStatus.observedGeneration",
            "ReplicaSetStatus.readyReplicas",
            "ScaleIOVolumeSource.sslEnabled",
            "ScaleSpec.replicas",
            "ServicePort.nodePort",
            "ServiceSpec.healthCheckNodePort",
            "ServiceSpec.publishNotReadyAddresses",
            "StatefulSetSpec.minReadySeconds",
            "StatefulSetStatus.currentReplicas",
            "StatefulSetStatus.observedGeneration",
            "StatefulSetStatus.readyReplicas",
            "StatefulSetStatus.updatedReplicas",
            "SubjectAccessReviewStatus.denied");

    /** Pointers to texts of which the empty one is a value. */
    private static final Set<String> EMPTY_TEXTS = Set.of(
            "AzureDiskVolumeSource.fsType",
            "PersistentVolumeClaimSpec.storageClassName",
            "PodDNSConfigOption.value",
            "Preconditions.resourceVersion",
            "Preconditions.uid",
            "WindowsSecurityContextOptions.runAsUserName");

    private Zeros() {}

    static boolean isLeftOut(FieldDescriptor field, Object value) {
        if (field.isRepeated()) {
            return false;
        }
        String name = field.getContainingType().getName() + "." + field.getName();
        return switch (field.getJavaType()) {
            case STRING -> value.equals("") && !EMPTY_TEXTS.contains(name);
            case INT, LONG -> ((Number) value).longValue() == 0 && NO_POINTERS.contains(name);
            // Every readOnly of a pod's is left out where it is false.
            case BOOLEAN ->
                value.equals(false)
                        && (NO_POINTERS.contains(name) || field.getName().equals("readOnly"));
            default -> false;
        };
    }
}
