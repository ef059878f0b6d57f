// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.LabelSelectors;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node as the scheduler sees it: what it can hold, and what it holds already. */
final class NodeRoom {
    private Node node;
    private long milliCpu;
    private long memory;
    private long maxPods;
    private long usedMilliCpu;
    private long usedMemory;
    private int pods;

    NodeRoom(Node node) {
        this.node = node;
        update(node);
    }

    void update(Node changed) {
        node = changed;
        Map<String, Quantity> allocatable =
                changed.getStatus() == null ? null : changed.getStatus().getAllocatable();
        Map<String, Quantity> known = allocatable == null ? Map.of() : allocatable;
        milliCpu = Requests.milli(known.get("cpu"));
        memory = Requests.amount(known.get("memory"));
        maxPods = known.containsKey("pods") ? Requests.amount(known.get("pods")) : 110;
    }

    String name() {
        return node.getMetadata().getName();
    }

    int pods() {
        return pods;
    }

    void take(Requests requests) {
        usedMilliCpu += requests.milliCpu();
        usedMemory += requests.memory();
        pods++;
    }

    void release(Requests requests) {
        usedMilliCpu -= requests.milliCpu();
        usedMemory -= requests.memory();
        pods--;
    }

    /** Why the pod cannot go here, in the scheduler's words; null if it can. */
    @Nullable
    String refuses(PodSpec pod, Requests requests) {
        if (node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
            return "node(s) were unschedulable";
        }
        Map<String, String> wanted = pod.getNodeSelector();
        Map<String, String> labels = node.getMetadata().getLabels();
        if (wanted != null && !LabelSelectors.containsAll(labels == null ? Map.of() : labels, wanted)) {
            return "node(s) didn't match Pod's node affinity/selector";
        }
        if (hasUntoleratedTaint(pod)) {
            return "node(s) had untolerated taint(s)";
        }
        if (pods >= maxPods) {
            return "Too many pods";
        }
        if (requests.milliCpu() > 0 && usedMilliCpu + requests.milliCpu() > milliCpu) {
            return "Insufficient cpu";
        }
        return requests.memory() > 0 && usedMemory + requests.memory() > memory ? "Insufficient memory" : null;
    }

    private boolean hasUntoleratedTaint(PodSpec pod) {
        List<Taint> taints = node.getSpec() == null ? null : node.getSpec().getTaints();
        if (taints == null) {
            return false;
        }
        for (Taint taint : taints) {
            if (!"PreferNoSchedule".equals(taint.getEffect()) && !isTolerated(taint, pod)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTolerated(Taint taint, PodSpec pod) {
        if (pod.getTolerations() == null) {
            return false;
        }
        for (Toleration toleration : pod.getTolerations()) {
            boolean key = toleration.getKey() == null || toleration.getKey().equals(taint.getKey());
            boolean effect =
                    toleration.getEffect() == null || toleration.getEffect().equals(taint.getEffect());
            boolean value = "Exists".equals(toleration.getOperator())
                    || (toleration.getValue() == null ? "" : toleration.getValue())
                            .equals(taint.getValue() == null ? "" : taint.getValue());
            if (key && effect && value) {
                return true;
            }
        }
        return false;
    }
}
