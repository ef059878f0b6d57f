// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Kubernetes' pod garbage collector (pkg/controller/podgc), as far as nodes go: the pods of a node that was deleted fail and
 * go at once, 40 s after that was noticed, which it looks for every 20 s.
 */
final class PodGarbageCollector {
    private static final Delay NOTICED_AND_SURE = Delay.ofMillis(40_000, 80_000);

    private final ApiServer api;
    private final Informer<Pod> pods;
    final WorkQueue<String> queue;

    PodGarbageCollector(ControlPlane plane, Informer<Node> nodes, Informer<Pod> pods) {
        this.api = plane.api();
        this.pods = pods;
        this.queue = ControllerManager.queue(plane, "podgc", Integer.MAX_VALUE, this::sync);
        LongSupplier delay = plane.delays("podgc/quarantine", NOTICED_AND_SURE);
        nodes.addHandler((previous, node, deleted) -> {
            if (deleted) {
                queue.addAfter(node.getMetadata().getName(), delay.getAsLong());
            }
        });
    }

    private int sync(String node) {
        if (api.find(ResourceType.NODES, "", node) != null) {
            return 0;
        }
        int writes = 0;
        for (Pod pod : pods.all()) {
            if (node.equals(pod.getSpec().getNodeName())) {
                collect(pod);
                writes += 2;
            }
        }
        return writes;
    }

    private void collect(Pod cached) {
        Pod pod = api.find(
                ResourceType.PODS,
                Metadata.namespace(cached),
                cached.getMetadata().getName());
        if (pod == null
                || !pod.getMetadata().getUid().equals(cached.getMetadata().getUid())) {
            return;
        }
        if (!Pods.isFinal(Pods.phase(pod))) {
            fail(pod);
        }
        api.delete(
                ResourceType.PODS,
                Metadata.namespace(pod),
                pod.getMetadata().getName(),
                DeleteOptions.defaults().withGracePeriodSeconds(0));
    }

    private void fail(Pod pod) {
        PodStatus status = pod.getStatus() == null ? new PodStatus() : Frozen.copy(pod.getStatus(), PodStatus::new);
        List<PodCondition> conditions = new ArrayList<>(Objects.requireNonNullElse(status.getConditions(), List.of()));
        conditions.removeIf(condition -> "DisruptionTarget".equals(condition.getType()));
        conditions.add(new PodConditionBuilder()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason("DeletionByPodGC")
                .withMessage("PodGC: node no longer exists")
                .withLastTransitionTime(api.timestamps().now())
                .build());
        status.setConditions(conditions);
        status.setPhase("Failed");
        Pod failed = ResourceType.PODS.shallowCopy().apply(pod);
        failed.setStatus(status);
        api.updateStatus(ResourceType.PODS, failed);
    }
}
