// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.scheduling.Placement;
import dev.rollproof.k8s.scheduling.PodRequests;
import dev.rollproof.k8s.scheduling.Refusal;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        PodRequests most = PodRequests.of(known);
        milliCpu = most.milliCpu();
        memory = most.memory();
        Quantity podsAtMost = known.get("pods");
        maxPods = podsAtMost == null ? 110 : podsAtMost.getNumericalAmount().longValue();
    }

    Node node() {
        return node;
    }

    String name() {
        return node.getMetadata().getName();
    }

    int pods() {
        return pods;
    }

    void take(PodRequests requests) {
        usedMilliCpu += requests.milliCpu();
        usedMemory += requests.memory();
        pods++;
    }

    void release(PodRequests requests) {
        usedMilliCpu -= requests.milliCpu();
        usedMemory -= requests.memory();
        pods--;
    }

    /** Why a pod cannot go here, however much room there is. */
    Optional<Refusal> refusesForGood(PodSpec pod) {
        return Placement.refusal(node, pod).map(Refusal::forGood);
    }

    /** What there is too little of for a pod: all of it, as the scheduler says. */
    Optional<Refusal> hasNoRoom(PodRequests requests) {
        List<String> reasons = new ArrayList<>();
        if (pods >= maxPods) {
            reasons.add("Too many pods");
        }
        if (requests.milliCpu() > 0 && usedMilliCpu + requests.milliCpu() > milliCpu) {
            reasons.add("Insufficient cpu");
        }
        if (requests.memory() > 0 && usedMemory + requests.memory() > memory) {
            reasons.add("Insufficient memory");
        }
        boolean isTooSmall = requests.milliCpu() > milliCpu || requests.memory() > memory;
        return reasons.isEmpty() ? Optional.empty() : Optional.of(new Refusal(reasons, isTooSmall));
    }
}
