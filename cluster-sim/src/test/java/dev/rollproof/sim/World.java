// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.StoredEvent;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.controllers.ControllerManager;
import dev.rollproof.sim.controllers.Pods;
import dev.rollproof.sim.controllers.Scheduler;
import dev.rollproof.sim.engine.EventLoop;
import dev.rollproof.sim.engine.Randomness;
import dev.rollproof.sim.kubelet.Kubelets;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The control plane on a bare API server, and what it did. Deployments have one container, {@code web}, in image clock. */
public final class World {
    public static final String NAMESPACE = "shop";

    public final EventLoop loop = new EventLoop(Instant.parse("2026-01-01T00:00:00Z"));
    public final ApiServer api;
    public final Images images = new Images();
    public final ControllerManager controllers;
    public final Kubelets kubelets;
    /** The sizes of the ReplicaSets of the last created Deployment, oldest first, each time one changed: {@code 10/3}. */
    public final List<String> sizes = new ArrayList<>();

    private final List<String> order = new ArrayList<>();
    public int leastReady = Integer.MAX_VALUE;
    public int mostLive;
    public final List<Consumer<StoredEvent<?>>> watchers = new ArrayList<>();

    public World(long seed, int minor, boolean jitter) {
        this(seed, minor, jitter, "64", 1);
    }

    public World(long seed, int minor, boolean jitter, String cpu, int nodes) {
        Randomness random = new Randomness(seed);
        api = new ApiServer(loop, random.fork("api"), 1024);
        for (int i = 0; i < nodes; i++) {
            api.create(ResourceType.NODES, Bootstrap.node("node-" + i, cpu, "256Gi", 110));
        }
        ControlPlane plane = new ControlPlane(api, random.fork("plane"), jitter, minor);
        controllers = new ControllerManager(plane);
        Scheduler scheduler = new Scheduler(plane);
        kubelets = new Kubelets(plane, controllers.nodeLifecycle(), images::of);
        furnish();
        scheduler.start();
        kubelets.start();
        controllers.start();
        api.onChange(this::note);
    }

    private void furnish() {
        for (String namespace : List.of(NAMESPACE, "default")) {
            api.create(
                    ResourceType.NAMESPACES,
                    new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(namespace)
                            .endMetadata()
                            .build());
            api.create(
                    ResourceType.SERVICE_ACCOUNTS,
                    new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName("default")
                            .endMetadata()
                            .build());
        }
    }

    /** For many objects: notes nothing. */
    public boolean watchersOff;

    private void note(StoredEvent<?> event) {
        if (watchersOff) {
            return;
        }
        if (event.object() instanceof ReplicaSet set) {
            if (event.type() == Change.Type.ADDED) {
                order.add(set.getMetadata().getUid());
            }
            String now = specs();
            if (sizes.isEmpty() || !sizes.get(sizes.size() - 1).equals(now)) {
                sizes.add(now);
            }
        }
        if (event.object() instanceof Pod) {
            leastReady = Math.min(leastReady, ready());
            mostLive = Math.max(
                    mostLive, (int) pods().stream().filter(Pods::isActive).count());
        }
        watchers.forEach(watcher -> watcher.accept(event));
    }

    private String specs() {
        return String.join(
                "/",
                sets().stream().map(rs -> rs.getSpec().getReplicas().toString()).toList());
    }

    /** Forgets what was noted so far. */
    public void startNoting() {
        sizes.clear();
        sizes.add(specs());
        leastReady = Integer.MAX_VALUE;
        mostLive = 0;
    }

    public static Deployment clock(int replicas, Object maxSurge, Object maxUnavailable) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName("clock")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withProgressDeadlineSeconds(600)
                .withRevisionHistoryLimit(10)
                .withNewSelector()
                .addToMatchLabels("app", "clock")
                .endSelector()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString(maxSurge))
                .withMaxUnavailable(new IntOrString(maxUnavailable))
                .endRollingUpdate()
                .endStrategy()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "clock")
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(5L)
                .addNewContainer()
                .withName("web")
                .withImage("clock:1")
                .withNewReadinessProbe()
                .withPeriodSeconds(1)
                .withNewHttpGet()
                .withPath("/ready")
                .withPort(new IntOrString(8080))
                .endHttpGet()
                .endReadinessProbe()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    public static Deployment recreate(int replicas) {
        Deployment clock = clock(replicas, 1, 1);
        clock.getSpec().getStrategy().setType("Recreate");
        clock.getSpec().getStrategy().setRollingUpdate(null);
        return clock;
    }

    public void create(Deployment deployment) {
        api.create(ResourceType.DEPLOYMENTS, deployment);
    }

    public void edit(Consumer<Deployment> change) {
        edit("clock", change);
    }

    public void edit(String name, Consumer<Deployment> change) {
        Deployment copy = Models.copy(api.get(ResourceType.DEPLOYMENTS, NAMESPACE, name));
        change.accept(copy);
        copy.getMetadata().setResourceVersion(null);
        api.update(ResourceType.DEPLOYMENTS, copy);
    }

    public void setImage(String image) {
        edit(clock ->
                clock.getSpec().getTemplate().getSpec().getContainers().get(0).setImage(image));
    }

    public void scale(int replicas) {
        edit(clock -> clock.getSpec().setReplicas(replicas));
    }

    public void run(Duration time) {
        loop.advance(time);
    }

    public boolean runUntil(Duration atMost, BooleanSupplier condition) {
        try {
            return loop.awaitUntil(loop.now().plus(atMost), condition);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public Deployment clock() {
        return api.get(ResourceType.DEPLOYMENTS, NAMESPACE, "clock");
    }

    public List<ReplicaSet> sets() {
        return api.all(ResourceType.REPLICA_SETS, NAMESPACE).stream()
                .filter(rs -> rs.getMetadata().getName().startsWith("clock-"))
                .sorted(Comparator.comparingLong(
                        rs -> order.indexOf(rs.getMetadata().getUid())))
                .toList();
    }

    public List<Pod> pods() {
        return api.all(ResourceType.PODS, NAMESPACE);
    }

    public int ready() {
        int ready = 0;
        for (Pod pod : pods()) {
            ready += Pods.isActive(pod) && Pods.isReady(pod) ? 1 : 0;
        }
        return ready;
    }

    /** Whether the Deployment is complete by the controller's own word and numbers. */
    public boolean complete() {
        Deployment clock = clock();
        var status = clock.getStatus();
        int replicas = clock.getSpec().getReplicas();
        return status != null
                && status.getObservedGeneration() != null
                && status.getObservedGeneration() >= Metadata.generation(clock)
                && orZero(status.getUpdatedReplicas()) == replicas
                && orZero(status.getReplicas()) == replicas
                && orZero(status.getAvailableReplicas()) == replicas;
    }

    static int orZero(Integer number) {
        return number == null ? 0 : number;
    }

    public DeploymentCondition condition(String type) {
        return clock().getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseGet(DeploymentCondition::new);
    }

    public List<String> events(String reason) {
        return api.all(ResourceType.EVENTS, "").stream()
                .filter(e -> e.getReason().equals(reason))
                .map(Event::getMessage)
                .toList();
    }

    /** The only pod of the newest ReplicaSet. */
    public Pod newestPod() {
        List<ReplicaSet> sets = sets();
        String name = sets.get(sets.size() - 1).getMetadata().getName();
        return pods().stream()
                .filter(pod -> pod.getMetadata().getName().startsWith(name + "-"))
                .findFirst()
                .orElseThrow();
    }

    public ContainerStatus web(Pod pod) {
        return pod.getStatus().getContainerStatuses().get(0);
    }

    /** Creates a Deployment, waits until it is complete and everything rests, and forgets how that came. */
    public World settled(Deployment deployment) {
        create(deployment);
        if (!runUntil(Duration.ofMinutes(2), this::complete)) {
            throw new AssertionError("did not settle: " + clock().getStatus() + " " + sizes);
        }
        run(Duration.ofSeconds(20));
        startNoting();
        return this;
    }

    public static boolean isDeletion(StoredEvent<?> event) {
        return event.type() == Change.Type.DELETED;
    }
}
