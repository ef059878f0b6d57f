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
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kubelets of all nodes. Each pod that is bound to a node gets a worker, which leads its containers by the
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

    /**
     * What a request to a pod's port meets at this moment.
     *
     * @param podUid the pod; one that is gone has no address any more
     */
    public Listener listener(String podUid, int port) {
        PodWorker worker = workers.get(podUid);
        return worker == null ? Listener.NOBODY : worker.listener(port);
    }

    private NodeAgent agent(String node) {
        NodeAgent known = nodes.get(node);
        if (known != null) {
            return known;
        }
        Node stored = api.find(ResourceType.NODES, "", node);
        if (stored == null) {
            throw new IllegalArgumentException("no node is called \"" + node + "\"");
        }
        NodeAgent agent = new NodeAgent(node, address(stored), new EventRecorder(api, "kubelet", node));
        nodes.put(node, agent);
        return agent;
    }

    /** One that somebody created need not say where it is. */
    private String address(Node node) {
        if (node.getStatus() != null && node.getStatus().getAddresses() != null) {
            for (NodeAddress address : node.getStatus().getAddresses()) {
                if ("InternalIP".equals(address.getType())) {
                    return address.getAddress();
                }
            }
        }
        return address(nodes.size());
    }

    /** Where a node is that nobody gave an address: one of those for documentation (RFC 5737), from the tenth on. */
    public static String address(int number) {
        return "192.0.2." + (10 + number % 240);
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
        if (nodeName == null || (worker == null && api.find(ResourceType.NODES, "", nodeName) == null)) {
            return;
        }
        NodeAgent node = agent(nodeName);
        if (node.lost) {
            return;
        }
        if (worker != null) {
            worker.update(pod);
        } else if (!Pods.isFinal(Pods.phase(pod)) || Metadata.terminating(pod)) {
            workers.put(uid, new PodWorker(this, plane, node, pod, timing));
        }
    }
}
