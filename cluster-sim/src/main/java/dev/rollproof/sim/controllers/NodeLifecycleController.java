// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' node lifecycle controller: a node whose kubelet has been silent for 40 s is no longer ready, nor are its
 * pods; those are deleted once they do not tolerate that any longer, after 300 s unless they say otherwise.
 */
public final class NodeLifecycleController {
    private static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    private static final long GRACE_NANOS = 40_000_000_000L;
    private static final long DEFAULT_TOLERATION_SECONDS = 300;

    private final ApiServer api;
    private final Informer<Pod> pods;
    private final EventRecorder events;
    private final Map<String, Set<ObjectKey>> podsOnNode = new HashMap<>();
    private final Map<String, Long> silentSince = new LinkedHashMap<>();
    final WorkQueue<String> queue;

    NodeLifecycleController(ControlPlane plane, Informer<Node> nodes, Informer<Pod> pods) {
        this.api = plane.api();
        this.pods = pods;
        this.events = new EventRecorder(api, "node-controller", null);
        this.queue = ControllerManager.queue(plane, "node-lifecycle", Integer.MAX_VALUE, this::sync);
        nodes.addHandler((previous, node, deleted) -> {
            if (deleted) {
                silentSince.remove(node.getMetadata().getName());
            }
        });
        pods.addHandler(this::onPod);
    }

    private void onPod(@Nullable Pod previous, Pod pod, boolean deleted) {
        String node = pod.getSpec().getNodeName();
        if (node == null) {
            return;
        }
        if (deleted) {
            Set<ObjectKey> keys = podsOnNode.get(node);
            if (keys != null) {
                keys.remove(ObjectKey.of(pod));
            }
        } else if (previous == null || previous.getSpec().getNodeName() == null) {
            podsOnNode.computeIfAbsent(node, name -> new LinkedHashSet<>()).add(ObjectKey.of(pod));
        }
    }

    /** A node's kubelet renews its lease no more. */
    public void silent(String node) {
        if (silentSince.putIfAbsent(node, api.loop().elapsedNanos()) == null) {
            queue.addAfter(node, GRACE_NANOS);
        }
    }

    /** A node's kubelet renews its lease again. */
    public void heard(String node) {
        silentSince.remove(node);
        queue.add(node);
    }

    private int sync(String name) {
        Node node = api.find(ResourceType.NODES, "", name);
        if (node == null) {
            return 0;
        }
        Long since = silentSince.get(name);
        boolean marked = isTainted(node);
        if (since == null) {
            if (marked) {
                unmark(node);
            }
            return marked ? 1 : 0;
        }
        if (api.loop().elapsedNanos() - since < GRACE_NANOS) {
            return 0;
        }
        if (marked) {
            evict(name, since);
        } else {
            mark(node);
        }
        return 1;
    }

    private static boolean isTainted(Node node) {
        return node.getSpec() != null
                && node.getSpec().getTaints() != null
                && node.getSpec().getTaints().stream().anyMatch(taint -> UNREACHABLE.equals(taint.getKey()));
    }

    private void mark(Node node) {
        String name = node.getMetadata().getName();
        NodeStatus status = Frozen.copy(node.getStatus(), NodeStatus::new);
        List<NodeCondition> conditions = new ArrayList<>();
        for (NodeCondition condition : node.getStatus().getConditions()) {
            NodeCondition unknown = Frozen.copy(condition, NodeCondition::new);
            unknown.setStatus("Unknown");
            unknown.setReason("NodeStatusUnknown");
            unknown.setMessage("Kubelet stopped posting node status.");
            unknown.setLastTransitionTime(api.timestamps().now());
            conditions.add(unknown);
        }
        status.setConditions(conditions);
        write(node, status, true);
        events.normal(node, "NodeNotReady", "Node " + name + " status is now: NodeNotReady");
        for (ObjectKey key : podsOn(name)) {
            Pod pod = pods.find(key.namespace(), key.name());
            if (pod != null && Pods.isReady(pod)) {
                markNotReady(pod);
                events.warning(pod, "NodeNotReady", "Node is not ready");
            }
            if (pod != null) {
                scheduleEviction(name, pod);
            }
        }
    }

    private void scheduleEviction(String node, Pod pod) {
        long seconds = tolerationSeconds(pod);
        if (seconds != Long.MAX_VALUE) {
            queue.addAfter(node, seconds * 1_000_000_000L + 1_000_000);
        }
    }

    private List<ObjectKey> podsOn(String node) {
        return List.copyOf(podsOnNode.getOrDefault(node, Set.of()));
    }

    private void markNotReady(Pod pod) {
        Pod stored = api.find(
                ResourceType.PODS, Metadata.namespace(pod), pod.getMetadata().getName());
        if (stored == null || stored.getStatus() == null) {
            return;
        }
        PodStatus status = Frozen.copy(stored.getStatus(), PodStatus::new);
        List<PodCondition> conditions = new ArrayList<>();
        for (PodCondition condition : stored.getStatus().getConditions()) {
            if ("Ready".equals(condition.getType()) && "True".equals(condition.getStatus())) {
                PodCondition unready = Frozen.copy(condition, PodCondition::new);
                unready.setStatus("False");
                unready.setLastTransitionTime(api.timestamps().now());
                conditions.add(unready);
            } else {
                conditions.add(condition);
            }
        }
        status.setConditions(conditions);
        Pod changed = ResourceType.PODS.shallowCopy().apply(stored);
        changed.setStatus(status);
        api.updateStatus(ResourceType.PODS, changed);
    }

    private void evict(String node, long since) {
        long gone = (api.loop().elapsedNanos() - since - GRACE_NANOS) / 1_000_000_000L;
        for (ObjectKey key : podsOn(node)) {
            Pod pod = pods.find(key.namespace(), key.name());
            if (pod == null || Metadata.terminating(pod) || tolerationSeconds(pod) > gone) {
                continue;
            }
            events.normal(pod, "TaintManagerEviction", "Marking for deletion Pod " + key);
            try {
                api.delete(ResourceType.PODS, key.namespace(), key.name(), DeleteOptions.defaults());
            } catch (ClusterException alreadyGone) {
                queue.addAfter(node, 1_000_000_000L);
            }
        }
    }

    private static long tolerationSeconds(Pod pod) {
        List<Toleration> tolerations = pod.getSpec().getTolerations();
        if (tolerations != null) {
            for (Toleration toleration : tolerations) {
                boolean thisTaint = toleration.getKey() == null || UNREACHABLE.equals(toleration.getKey());
                if (thisTaint && (toleration.getEffect() == null || "NoExecute".equals(toleration.getEffect()))) {
                    return toleration.getTolerationSeconds() == null
                            ? Long.MAX_VALUE
                            : toleration.getTolerationSeconds();
                }
            }
        }
        return DEFAULT_TOLERATION_SECONDS;
    }

    private void unmark(Node node) {
        NodeStatus status = Frozen.copy(node.getStatus(), NodeStatus::new);
        status.setConditions(NodeConditions.healthy(api.timestamps().now()));
        write(node, status, false);
        events.normal(node, "NodeReady", "Node " + node.getMetadata().getName() + " status is now: NodeReady");
        for (ObjectKey key : podsOn(node.getMetadata().getName())) {
            Pod pod = pods.find(key.namespace(), key.name());
            if (pod != null && !Metadata.terminating(pod)) {
                events.normal(pod, "TaintManagerEviction", "Cancelling deletion of Pod " + key);
            }
        }
    }

    private void write(Node node, NodeStatus status, boolean taint) {
        Node changed = ResourceType.NODES.shallowCopy().apply(node);
        NodeSpec spec = node.getSpec() == null ? new NodeSpec() : Frozen.copy(node.getSpec(), NodeSpec::new);
        List<Taint> taints = new ArrayList<>(spec.getTaints() == null ? List.of() : spec.getTaints());
        taints.removeIf(present -> UNREACHABLE.equals(present.getKey()));
        if (taint) {
            for (String effect : List.of("NoSchedule", "NoExecute")) {
                taints.add(new Taint(effect, UNREACHABLE, api.timestamps().now(), null));
            }
        }
        spec.setTaints(taints);
        changed.setSpec(spec);
        Node tainted = api.update(ResourceType.NODES, changed);
        Node told = ResourceType.NODES.shallowCopy().apply(tainted);
        told.setStatus(status);
        api.updateStatus(ResourceType.NODES, told);
    }
}
