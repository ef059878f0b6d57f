// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.CSIPersistentVolumeSource;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.fabric8.kubernetes.api.model.SecretReference;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.Taint;
import org.jspecify.annotations.Nullable;

/** What Go leaves out where it is zero, so that nobody sees whether it was said: empty texts, false and 0. */
final class ZeroValues {
    private ZeroValues() {}

    static void dropFrom(Event event) {
        event.setAction(said(event.getAction()));
        event.setMessage(said(event.getMessage()));
        event.setReason(said(event.getReason()));
        event.setType(said(event.getType()));
        event.setCount(said(event.getCount()));
        event.getSource().setComponent(said(event.getSource().getComponent()));
        event.getSource().setHost(said(event.getSource().getHost()));
        drop(event.getInvolvedObject());
        drop(event.getRelated());
    }

    static void dropFrom(ServiceSpec spec) {
        spec.setClusterIP(said(spec.getClusterIP()));
        spec.setExternalName(said(spec.getExternalName()));
        spec.setExternalTrafficPolicy(said(spec.getExternalTrafficPolicy()));
        spec.setLoadBalancerIP(said(spec.getLoadBalancerIP()));
        spec.setPublishNotReadyAddresses(said(spec.getPublishNotReadyAddresses()));
        spec.setHealthCheckNodePort(said(spec.getHealthCheckNodePort()));
        for (ServicePort port : Lists.orEmpty(spec.getPorts())) {
            port.setName(said(port.getName()));
            port.setNodePort(said(port.getNodePort()));
        }
    }

    /** Of a template. */
    static void dropFrom(ObjectMeta metadata) {
        metadata.setName(said(metadata.getName()));
        metadata.setNamespace(said(metadata.getNamespace()));
        metadata.setGenerateName(said(metadata.getGenerateName()));
    }

    static void dropFrom(PersistentVolume volume) {
        PersistentVolumeSpec spec = volume.getSpec();
        spec.setStorageClassName(said(spec.getStorageClassName()));
        drop(spec.getClaimRef());
        if (spec.getNfs() != null) {
            spec.getNfs().setReadOnly(said(spec.getNfs().getReadOnly()));
        }
        CSIPersistentVolumeSource csi = spec.getCsi();
        if (csi != null) {
            csi.setFsType(said(csi.getFsType()));
            csi.setReadOnly(said(csi.getReadOnly()));
            drop(csi.getControllerExpandSecretRef());
            drop(csi.getControllerPublishSecretRef());
            drop(csi.getNodeExpandSecretRef());
            drop(csi.getNodePublishSecretRef());
            drop(csi.getNodeStageSecretRef());
        }
    }

    static void dropFrom(Node node) {
        NodeSpec spec = node.getSpec();
        spec.setExternalID(said(spec.getExternalID()));
        spec.setProviderID(said(spec.getProviderID()));
        spec.setUnschedulable(said(spec.getUnschedulable()));
        if (spec.getTaints() != null) {
            for (Taint taint : spec.getTaints()) {
                taint.setValue(said(taint.getValue()));
            }
        }
        node.getStatus().setPhase(said(node.getStatus().getPhase()));
    }

    static void drop(@Nullable ObjectReference reference) {
        if (reference != null) {
            reference.setApiVersion(said(reference.getApiVersion()));
            reference.setFieldPath(said(reference.getFieldPath()));
            reference.setKind(said(reference.getKind()));
            reference.setName(said(reference.getName()));
            reference.setNamespace(said(reference.getNamespace()));
            reference.setResourceVersion(said(reference.getResourceVersion()));
            reference.setUid(said(reference.getUid()));
        }
    }

    private static void drop(@Nullable SecretReference reference) {
        if (reference != null) {
            reference.setName(said(reference.getName()));
            reference.setNamespace(said(reference.getNamespace()));
        }
    }

    static @Nullable String said(@Nullable String text) {
        return Texts.isEmpty(text) ? null : text;
    }

    static @Nullable Integer said(@Nullable Integer number) {
        return number == null || number == 0 ? null : number;
    }

    static @Nullable Boolean said(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value) ? value : null;
    }
}
