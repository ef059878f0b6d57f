// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts pods on nodes: on one that has room for their requests, is not cordoned, has the wanted labels and no taint that
 * they do not tolerate; of those the one with the fewest pods. Pods that fit nowhere wait until something changes. There
 * is no preemption.
 */
public final class Scheduler {
    private static final int ENOUGH_NODES = 100;
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final ApiServer api;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final EventRecorder events;
    private final Map<String, NodeRoom> rooms = new LinkedHashMap<>();
    private final List<NodeRoom> order = new ArrayList<>();
    private final Map<String, Placement> placements = new HashMap<>();
    private final Set<ObjectKey> unschedulable = new LinkedHashSet<>();
    final WorkQueue<ObjectKey> queue;
    private int next;
    private boolean retrying;

    private record Placement(String node, Requests requests) {}

    public Scheduler(ControlPlane plane) {
        this.api = plane.api();
        this.pods = plane.informer("scheduler", ResourceType.PODS);
        this.nodes = plane.informer("scheduler", ResourceType.NODES);
        this.events = new EventRecorder(api, "default-scheduler", null);
        this.queue = ControllerManager.queue(plane, "scheduler", Integer.MAX_VALUE, this::schedule);
        nodes.addHandler(this::onNode);
        pods.addHandler(this::onPod);
    }

    public void start() {
        nodes.start();
        pods.start();
    }

    private void onNode(@Nullable Node previous, Node node, boolean deleted) {
        String name = node.getMetadata().getName();
        NodeRoom room = rooms.get(name);
        if (deleted) {
            rooms.remove(name);
            order.remove(room);
        } else if (room == null) {
            room = new NodeRoom(node);
            rooms.put(name, room);
            order.add(room);
        } else {
            room.update(node);
        }
        retrySoon();
    }

    private void onPod(@Nullable Pod previous, Pod pod, boolean deleted) {
        String uid = pod.getMetadata().getUid();
        if (deleted || Pods.isFinal(Pods.phase(pod))) {
            unschedulable.remove(ObjectKey.of(pod));
            Placement placement = placements.remove(uid);
            if (placement != null) {
                NodeRoom room = rooms.get(placement.node);
                if (room != null) {
                    room.release(placement.requests);
                }
                retrySoon();
            }
        } else if (pod.getSpec().getNodeName() != null) {
            place(pod, pod.getSpec().getNodeName());
        } else if (previous == null && isOurs(pod)) {
            queue.add(ObjectKey.of(pod));
        }
    }

    private static boolean isOurs(Pod pod) {
        String scheduler = pod.getSpec().getSchedulerName();
        return scheduler == null || scheduler.equals("default-scheduler");
    }

    private void place(Pod pod, String node) {
        if (placements.containsKey(pod.getMetadata().getUid())) {
            return;
        }
        Requests requests = Requests.of(pod.getSpec());
        placements.put(pod.getMetadata().getUid(), new Placement(node, requests));
        NodeRoom room = rooms.get(node);
        if (room != null) {
            room.take(requests);
        }
    }

    /** Room was made, or a node changed: those that wait are tried again, all at once and not more than once a second. */
    private void retrySoon() {
        if (retrying || unschedulable.isEmpty()) {
            return;
        }
        retrying = true;
        api.loop().after(RETRY_NANOS, () -> {
            retrying = false;
            List.copyOf(unschedulable).forEach(queue::add);
        });
    }

    private int schedule(ObjectKey key) {
        Pod pod = pods.find(key.namespace(), key.name());
        if (pod == null
                || pod.getSpec().getNodeName() != null
                || Metadata.terminating(pod)
                || placements.containsKey(pod.getMetadata().getUid())) {
            return 0;
        }
        Requests requests = Requests.of(pod.getSpec());
        Map<String, Integer> reasons = new TreeMap<>();
        NodeRoom best = null;
        int feasible = 0;
        for (int i = 0; i < order.size() && feasible < ENOUGH_NODES; i++) {
            NodeRoom room = order.get((next + i) % order.size());
            String reason = room.refuses(pod.getSpec(), requests);
            if (reason != null) {
                reasons.merge(reason, 1, Integer::sum);
                continue;
            }
            feasible++;
            if (best == null || room.pods() < best.pods()) {
                best = room;
            }
        }
        next++;
        if (best == null) {
            return waits(key, pod, reasons);
        }
        unschedulable.remove(key);
        return bind(pod, best) ? 1 : 0;
    }

    private boolean bind(Pod cached, NodeRoom room) {
        Pod pod = api.find(
                ResourceType.PODS,
                Metadata.namespace(cached),
                cached.getMetadata().getName());
        if (pod == null
                || !pod.getMetadata().getUid().equals(cached.getMetadata().getUid())
                || Metadata.terminating(pod)) {
            return false;
        }
        place(pod, room.name());
        Pod bound = ResourceType.PODS.shallowCopy().apply(pod);
        PodSpec spec = Frozen.copy(pod.getSpec(), PodSpec::new);
        spec.setNodeName(room.name());
        bound.setSpec(spec);
        bound.setStatus(withCondition(pod, "True", null, null));
        api.bind(bound);
        events.recordOnce(
                pod,
                "Normal",
                "Scheduled",
                "Binding",
                "Successfully assigned " + ObjectKey.of(pod) + " to " + room.name());
        return true;
    }

    private int waits(ObjectKey key, Pod pod, Map<String, Integer> reasons) {
        unschedulable.add(key);
        String message = message(order.size(), reasons);
        PodCondition before = Pods.condition(pod, "PodScheduled");
        if (before != null && message.equals(before.getMessage())) {
            return 0;
        }
        events.recordOnce(pod, "Warning", "FailedScheduling", "Scheduling", message);
        Pod changed = ResourceType.PODS.shallowCopy().apply(pod);
        changed.setStatus(withCondition(pod, "False", "Unschedulable", message));
        api.updateStatus(ResourceType.PODS, changed);
        return 1;
    }

    static String message(int nodes, Map<String, Integer> reasons) {
        if (nodes == 0) {
            return "no nodes available to schedule pods";
        }
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Integer> reason : reasons.entrySet()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(reason.getValue())
                    .append(' ')
                    .append(reason.getKey());
        }
        String none = "0/" + nodes + " nodes are available: ";
        return none + text + ". preemption: " + none + nodes + " Preemption is not helpful for scheduling.";
    }

    private PodStatus withCondition(Pod pod, String status, @Nullable String reason, @Nullable String message) {
        PodCondition condition = new PodCondition();
        condition.setType("PodScheduled");
        condition.setStatus(status);
        condition.setReason(reason);
        condition.setMessage(message);
        condition.setLastTransitionTime(api.timestamps().now());
        PodStatus changed = pod.getStatus() == null ? new PodStatus() : Frozen.copy(pod.getStatus(), PodStatus::new);
        List<PodCondition> conditions = new ArrayList<>();
        if (changed.getConditions() != null) {
            for (PodCondition present : changed.getConditions()) {
                if (!"PodScheduled".equals(present.getType())) {
                    conditions.add(present);
                }
            }
        }
        conditions.add(condition);
        changed.setConditions(conditions);
        if (changed.getPhase() == null) {
            changed.setPhase("Pending");
        }
        return changed;
    }
}
