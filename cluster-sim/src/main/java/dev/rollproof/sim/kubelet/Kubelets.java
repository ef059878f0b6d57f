// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.kubelet;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.controllers.EventRecorder;
import dev.rollproof.sim.controllers.NodeLifecycleController;
import dev.rollproof.sim.controllers.Pods;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kubelets of all nodes. Each pod that is bound to a registered node gets a worker, which leads its containers by the
 * behaviour declared for their images. Not thread-safe: under the simulation's lock.
 */
public final class Kubelets {
    private final ControlPlane plane;
    private final ApiServer api;
    private final Informer<Pod> pods;
    private final NodeLifecycleController heartbeats;
    private final ContainerBehavior.Source behaviors;
    private final Timing timing;
    private final Map<String, NodeAgent> nodes = new LinkedHashMap<>();
    private final Map<String, PodWorker> workers = new HashMap<>();
    private int addresses;

    public Kubelets(ControlPlane plane, NodeLifecycleController heartbeats, ContainerBehavior.Source behaviors) {
        this.plane = plane;
        this.api = plane.api();
        this.heartbeats = heartbeats;
        this.behaviors = behaviors;
        this.pods = plane.informer("kubelet", ResourceType.PODS);
        this.timing = new Timing(plane.random().fork("kubelet"), plane.jitter());
        pods.addHandler(this::onPod);
    }

    public void start() {
        pods.start();
    }

    /**
     * Registers a node and its kubelet.
     *
     * @param cpu its capacity, such as {@code 4} or {@code 3500m}
     * @param memory its capacity, such as {@code 16Gi}
     * @param maxPods how many pods it holds; Kubernetes' default is 110
     */
    public void register(String name, String cpu, String memory, int maxPods) {
        String address = "192.0.2." + (10 + nodes.size() % 240);
        nodes.put(name, new NodeAgent(name, address, new EventRecorder(api, "kubelet", name)));
        ObjectMeta metadata = new ObjectMeta();
        metadata.setName(name);
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("kubernetes.io/hostname", name);
        labels.put("kubernetes.io/os", "linux");
        metadata.setLabels(labels);
        Map<String, Quantity> capacity = new LinkedHashMap<>();
        capacity.put("cpu", Quantity.parse(cpu));
        capacity.put("memory", Quantity.parse(memory));
        capacity.put("pods", Quantity.parse(Integer.toString(maxPods)));
        NodeStatus status = new NodeStatus();
        status.setCapacity(capacity);
        status.setAllocatable(capacity);
        status.setAddresses(List.of(new NodeAddress(address, "InternalIP"), new NodeAddress(name, "Hostname")));
        List<NodeCondition> conditions = new ArrayList<>();
        for (String pressure : List.of("MemoryPressure", "DiskPressure", "PIDPressure")) {
            conditions.add(condition(pressure, "False", "KubeletHasNo" + pressure, "kubelet has no " + pressure));
        }
        conditions.add(condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"));
        status.setConditions(conditions);
        Node node = new Node();
        node.setMetadata(metadata);
        node.setSpec(new NodeSpec());
        node.setStatus(status);
        Node created = api.create(ResourceType.NODES, node);
        Node told = ResourceType.NODES.shallowCopy().apply(created);
        told.setStatus(status);
        api.updateStatus(ResourceType.NODES, told);
    }

    private NodeCondition condition(String type, String status, String reason, String message) {
        NodeCondition condition = new NodeCondition();
        condition.setType(type);
        condition.setStatus(status);
        condition.setReason(reason);
        condition.setMessage(message);
        condition.setLastHeartbeatTime(api.timestamps().now());
        condition.setLastTransitionTime(api.timestamps().now());
        return condition;
    }

    /** Cuts a node off: its containers run on, and nobody hears of them, nor do they hear of anything. */
    public void lose(String node) {
        agent(node).lost = true;
        heartbeats.silent(node);
    }

    /** Connects a lost node again: its kubelet tells all it knows and does what it was asked meanwhile. */
    public void recover(String node) {
        agent(node).lost = false;
        heartbeats.heard(node);
        for (PodWorker worker : List.copyOf(workers.values())) {
            if (worker.node.name.equals(node)) {
                worker.reconnect();
            }
        }
        for (Pod pod : pods.all()) {
            if (node.equals(pod.getSpec().getNodeName())) {
                onPod(pod, pod, false);
            }
        }
    }

    private NodeAgent agent(String node) {
        NodeAgent agent = nodes.get(node);
        if (agent == null) {
            throw new IllegalArgumentException("no node is called \"" + node + "\"; there are " + nodes.keySet());
        }
        return agent;
    }

    ContainerBehavior.Source behaviors() {
        return behaviors;
    }

    String nextAddress() {
        int number = 2 + addresses++;
        return "10." + (42 + number / 65536) + "." + (number / 256) % 256 + "." + number % 256;
    }

    private void onPod(@Nullable Pod previous, Pod pod, boolean deleted) {
        String uid = pod.getMetadata().getUid();
        PodWorker worker = workers.get(uid);
        if (deleted) {
            if (worker != null) {
                worker.stop();
                workers.remove(uid);
            }
            return;
        }
        String nodeName = pod.getSpec().getNodeName();
        NodeAgent node = nodeName == null ? null : nodes.get(nodeName);
        if (node == null || node.lost) {
            return;
        }
        if (worker != null) {
            worker.update(pod);
        } else if (!Pods.isFinal(Pods.phase(pod)) || Metadata.terminating(pod)) {
            workers.put(uid, new PodWorker(this, plane, node, pod, timing));
        }
    }
}
