// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.scheduling.NodePods;
import dev.rollproof.k8s.scheduling.PodAffinities;
import dev.rollproof.k8s.scheduling.PodRequests;
import dev.rollproof.k8s.scheduling.Refusal;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Frozen;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Puts pods on nodes: on one that has room for their requests, is not cordoned, has the wanted labels and no taint that
 * they do not tolerate, whose ports are free, that reaches their volumes, and where they may be beside others; of those the one with the fewest
 * pods. Pods that fit nowhere wait until something changes, and those with a gate until it is gone. There is no preemption.
 */
public final class Scheduler {
    private static final int ENOUGH_NODES = 100;
    private static final long RETRY_NANOS = 1_000_000_000L;

    /** How often it looks whether a pod's volumes are bound, and for how long. */
    private static final long VOLUMES_NANOS = 1_000_000_000L;

    private static final int VOLUMES_LOOKS = 600;

    private final ApiServer api;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final List<Informer<?>> storage;
    private final VolumeScheduling volumes;
    private final EventRecorder events;
    private final String instead;
    private final Map<String, NodeRoom> rooms = new LinkedHashMap<>();
    private final List<NodeRoom> order = new ArrayList<>();
    private final Map<String, Placement> placements = new HashMap<>();
    private final Set<ObjectKey> unschedulable = new LinkedHashSet<>();
    private final Set<String> keepingAway = new HashSet<>();
    final WorkQueue<ObjectKey> queue;
    private int next;
    private boolean retrying;

    /** @param pod as it was when it got there */
    private record Placement(String node, PodRequests requests, Pod pod) {}

    public Scheduler(ControlPlane plane) {
        this.api = plane.api();
        this.pods = plane.informer("scheduler", ResourceType.PODS);
        this.nodes = plane.informer("scheduler", ResourceType.NODES);
        this.volumes = new VolumeScheduling(api);
        this.storage = List.of(
                retryingOn(plane.informer("scheduler", ResourceType.PERSISTENT_VOLUME_CLAIMS)),
                retryingOn(plane.informer("scheduler", ResourceType.PERSISTENT_VOLUMES)),
                retryingOn(plane.informer("scheduler", ResourceType.STORAGE_CLASSES)));
        this.events = new EventRecorder(api, "default-scheduler", null);
        // Kubernetes 1.34 also says that no claim to a device (resource.k8s.io) was given up for the pod.
        this.instead = plane.minor() >= 35 ? ". preemption: " : ". no new claims to deallocate, preemption: ";
        this.queue = ControllerManager.queue(plane, "scheduler", Integer.MAX_VALUE, this::schedule);
        nodes.addHandler(this::onNode);
        pods.addHandler(this::onPod);
    }

    private <T extends HasMetadata> Informer<T> retryingOn(Informer<T> informer) {
        informer.addHandler((previous, object, deleted) -> {
            if (!deleted) {
                retrySoon();
            }
        });
        return informer;
    }

    public void start() {
        storage.forEach(Informer::start);
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
            keepingAway.remove(uid);
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
            if (previous != null && Metadata.terminating(pod) && !Metadata.terminating(previous)) {
                // It does not count any more for how pods are spread.
                retrySoon();
            }
        } else if (isOurs(pod) && !isGated(pod) && (previous == null || isGated(previous))) {
            queue.add(ObjectKey.of(pod));
        }
    }

    private static boolean isGated(Pod pod) {
        return !Lists.orEmpty(pod.getSpec().getSchedulingGates()).isEmpty();
    }

    private static boolean isOurs(Pod pod) {
        String scheduler = pod.getSpec().getSchedulerName();
        return scheduler == null || scheduler.equals("default-scheduler");
    }

    private void place(Pod pod, String node) {
        if (placements.containsKey(pod.getMetadata().getUid())) {
            return;
        }
        PodRequests requests = PodRequests.of(pod.getSpec());
        placements.put(pod.getMetadata().getUid(), new Placement(node, requests, pod));
        if (PodAffinities.keepsAway(pod.getSpec())) {
            keepingAway.add(pod.getMetadata().getUid());
        }
        NodeRoom room = rooms.get(node);
        if (room != null) {
            room.take(requests);
        }
        // Somebody may be waiting to be near it.
        retrySoon();
    }

    /** All nodes, and who is on them. */
    private Map<String, NodePods> neighbours() {
        Map<String, List<Pod>> onNode = new HashMap<>();
        placements.forEach((uid, placement) -> {
            Pod placed = placement.pod;
            Pod now = pods.find(Metadata.namespace(placed), placed.getMetadata().getName());
            // A StatefulSet's next pod has the name of the one before.
            boolean isSame = now != null && now.getMetadata().getUid().equals(uid);
            onNode.computeIfAbsent(placement.node, node -> new ArrayList<>()).add(isSame ? now : placed);
        });
        Map<String, NodePods> neighbours = new LinkedHashMap<>();
        for (NodeRoom room : order) {
            neighbours.put(room.name(), new NodePods(room.node(), onNode.getOrDefault(room.name(), List.of())));
        }
        return neighbours;
    }

    /** What those who are there have to do with where a pod can go; empty where nobody says anything of others. */
    private Optional<Neighbours> neighboursOf(Pod pod) {
        return keepingAway.isEmpty() && !Neighbours.matterTo(pod.getSpec())
                ? Optional.empty()
                : Optional.of(new Neighbours(pod, neighbours(), this::labelsOfNamespace));
    }

    private Map<String, String> labelsOfNamespace(String name) {
        Namespace namespace = api.find(ResourceType.NAMESPACES, "", name);
        return namespace == null || namespace.getMetadata().getLabels() == null
                ? Map.of()
                : namespace.getMetadata().getLabels();
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
        String nowhere = volumes.refuses(pod);
        if (nowhere != null && !order.isEmpty()) {
            // So ends what the scheduler says then, as nothing was found to be preempted.
            return waits(key, pod, noneAvailable(order.size()) + nowhere + ". not found");
        }
        PodRequests requests = PodRequests.of(pod.getSpec());
        Optional<Neighbours> neighbours = neighboursOf(pod);
        List<Refusal> refusals = new ArrayList<>();
        NodeRoom best = null;
        int feasible = 0;
        for (int i = 0; i < order.size() && feasible < ENOUGH_NODES; i++) {
            NodeRoom room = order.get((next + i) % order.size());
            Optional<Refusal> refusal = refuses(room, pod, requests, neighbours);
            if (refusal.isPresent()) {
                refusals.add(refusal.get());
                continue;
            }
            feasible++;
            if (best == null || room.pods() < best.pods()) {
                best = room;
            }
        }
        next++;
        if (best == null) {
            return waits(key, pod, message(refusals));
        }
        unschedulable.remove(key);
        if (!volumes.areBound(pod)) {
            return bindVolumes(pod, best);
        }
        return bind(pod, best) ? 1 : 0;
    }

    /** The first of the scheduler's filters that refuses, in their order. */
    private Optional<Refusal> refuses(NodeRoom room, Pod pod, PodRequests requests, Optional<Neighbours> neighbours) {
        return room.refusesForGood(pod.getSpec())
                .or(() -> neighbours.flatMap(others -> others.refuseForPorts(room)))
                .or(() -> room.hasNoRoom(requests))
                .or(() -> Volumes.claimsOf(pod).isEmpty()
                        ? Optional.empty()
                        : Optional.ofNullable(volumes.refuses(pod, room.node())).map(Refusal::forGood))
                .or(() -> neighbours.flatMap(others -> others.refuse(room)));
    }

    /** The pod has its node from now on, and is bound to it when its volumes are. */
    private int bindVolumes(Pod pod, NodeRoom room) {
        place(pod, room.name());
        int writes = volumes.bind(pod, room.node());
        api.loop().after(VOLUMES_NANOS, () -> awaitVolumes(pod, room, VOLUMES_LOOKS));
        return writes;
    }

    private void awaitVolumes(Pod cached, NodeRoom room, int looks) {
        ObjectKey key = ObjectKey.of(cached);
        Pod pod = api.find(ResourceType.PODS, key.namespace(), key.name());
        String uid = cached.getMetadata().getUid();
        if (pod == null || !pod.getMetadata().getUid().equals(uid) || !placements.containsKey(uid)) {
            return;
        }
        VolumeScheduling.Progress progress = volumes.progress(pod, room.node());
        if (progress == VolumeScheduling.Progress.BOUND) {
            boolean ignored = bind(pod, room);
        } else if (progress == VolumeScheduling.Progress.WAITING && looks > 1) {
            api.loop().after(VOLUMES_NANOS, () -> awaitVolumes(pod, room, looks - 1));
        } else {
            placements.remove(uid);
            keepingAway.remove(uid);
            room.release(PodRequests.of(pod.getSpec()));
            queue.addRateLimited(key);
        }
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

    private int waits(ObjectKey key, Pod pod, String message) {
        unschedulable.add(key);
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

    /** What the scheduler says where every node refuses; it looks then for pods to preempt, and finds none. */
    private String message(List<Refusal> refusals) {
        if (refusals.isEmpty()) {
            return "no nodes available to schedule pods";
        }
        String none = noneAvailable(refusals.size());
        List<String> why =
                refusals.stream().flatMap(refusal -> refusal.reasons().stream()).toList();
        List<String> preemption = refusals.stream()
                .map(refusal -> refusal.isForGood()
                        ? "Preemption is not helpful for scheduling"
                        : "No preemption victims found for incoming pod")
                .toList();
        return none + counted(why) + instead + none + counted(preemption) + ".";
    }

    /** Each with how often it is there, sorted with that as text. */
    private static String counted(List<String> reasons) {
        Map<String, Integer> counts = new HashMap<>();
        reasons.forEach(reason -> counts.merge(reason, 1, Integer::sum));
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String noneAvailable(int nodes) {
        return "0/" + nodes + " nodes are available: ";
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
