// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs the controllers, which share one cache per kind, as kube-controller-manager's do. Each can be paused by its name:
 * {@code deployment}, {@code replicaset}, {@code statefulset}, {@code daemonset}, {@code endpointslice}, {@code disruption}, {@code node-lifecycle}, {@code podgc}, {@code persistentvolume-binder}, {@code pvc-protection}, {@code pv-protection}, {@code volume-provisioner}, {@code namespace}, {@code resourcequota},
 * {@code garbagecollector}. Not thread-safe: under the
 * simulation's lock.
 */
public final class ControllerManager {
    private static final Delay WAIT = Delay.ofMillis(1, 15);
    private static final Delay WRITE = Delay.ofMillis(2, 12);

    private final Informer<Deployment> deployments;
    private final Informer<ReplicaSet> sets;
    private final Informer<Pod> pods;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Informer<Node> nodes;
    private final Informer<Namespace> namespaces;
    private final Informer<ResourceQuota> quotas;
    private final Informer<ServiceAccount> accounts;
    private final Informer<ConfigMap> configMaps;
    private final Informer<Secret> secrets;
    private final Informer<StatefulSet> statefulSets;
    private final Informer<DaemonSet> daemonSets;
    private final Informer<ControllerRevision> revisions;
    private final Informer<PodDisruptionBudget> budgets;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumes;
    private final List<Informer<?>> objects;
    private final NodeLifecycleController nodeLifecycle;
    private final Map<String, WorkQueue<?>> queues = new LinkedHashMap<>();

    public ControllerManager(ControlPlane plane) {
        String component = "controller-manager";
        deployments = plane.informer(component, ResourceType.DEPLOYMENTS);
        sets = plane.informer(component, ResourceType.REPLICA_SETS);
        pods = plane.informer(component, ResourceType.PODS);
        services = plane.informer(component, ResourceType.SERVICES);
        slices = plane.informer(component, ResourceType.ENDPOINT_SLICES);
        nodes = plane.informer(component, ResourceType.NODES);
        namespaces = plane.informer(component, ResourceType.NAMESPACES);
        quotas = plane.informer(component, ResourceType.RESOURCE_QUOTAS);
        accounts = plane.informer(component, ResourceType.SERVICE_ACCOUNTS);
        configMaps = plane.informer(component, ResourceType.CONFIG_MAPS);
        secrets = plane.informer(component, ResourceType.SECRETS);
        statefulSets = plane.informer(component, ResourceType.STATEFUL_SETS);
        daemonSets = plane.informer(component, ResourceType.DAEMON_SETS);
        revisions = plane.informer(component, ResourceType.CONTROLLER_REVISIONS);
        budgets = plane.informer(component, ResourceType.POD_DISRUPTION_BUDGETS);
        claims = plane.informer(component, ResourceType.PERSISTENT_VOLUME_CLAIMS);
        volumes = plane.informer(component, ResourceType.PERSISTENT_VOLUMES);
        objects = List.of(
                plane.informer(component, ResourceType.ROLES), plane.informer(component, ResourceType.ROLE_BINDINGS));
        queues.put("deployment", new DeploymentController(plane, deployments, sets, pods).queue);
        queues.put("replicaset", new ReplicaSetController(plane, sets, pods).queue);
        queues.put("statefulset", new StatefulSetController(plane, statefulSets, pods, claims, revisions).queue);
        queues.put("daemonset", new DaemonSetController(plane, daemonSets, pods, nodes, revisions).queue);
        queues.put("endpointslice", new EndpointSliceController(plane, services, pods, slices).queue);
        queues.put(
                "disruption",
                new DisruptionController(plane, budgets, pods, new ExpectedPods(plane.api(), sets, deployments)).queue);
        nodeLifecycle = new NodeLifecycleController(plane, nodes, pods);
        queues.put("node-lifecycle", nodeLifecycle.queue);
        queues.put("podgc", new PodGarbageCollector(plane, nodes, pods).queue);
        storage(plane);
        queues.put("namespace", new NamespaceController(plane, namespaces).queue);
        queues.put("resourcequota", quotaController(plane).queue);
        queues.put("garbagecollector", garbageCollector(plane).queue);
    }

    private void storage(ControlPlane plane) {
        queues.put("persistentvolume-binder", new PersistentVolumeController(plane, claims, volumes, pods).queue);
        ClaimProtection protection = new ClaimProtection(plane, claims, volumes, pods);
        queues.put("pvc-protection", protection.queue);
        queues.put("pv-protection", protection.volumeQueue);
        queues.put("volume-provisioner", new SimulatedProvisioner(plane, claims, volumes).queue);
    }

    private ResourceQuotaController quotaController(ControlPlane plane) {
        ResourceQuotaController controller = new ResourceQuotaController(plane, quotas);
        List.of(
                        deployments,
                        sets,
                        pods,
                        services,
                        configMaps,
                        secrets,
                        accounts,
                        claims,
                        budgets,
                        statefulSets,
                        daemonSets,
                        revisions)
                .forEach(controller::watch);
        objects.forEach(controller::watch);
        return controller;
    }

    private GarbageCollector garbageCollector(ControlPlane plane) {
        GarbageCollector collector = new GarbageCollector(plane);
        collector.watch(ResourceType.DEPLOYMENTS, deployments);
        collector.watch(ResourceType.REPLICA_SETS, sets);
        collector.watch(ResourceType.STATEFUL_SETS, statefulSets);
        collector.watch(ResourceType.DAEMON_SETS, daemonSets);
        collector.watch(ResourceType.CONTROLLER_REVISIONS, revisions);
        collector.watch(ResourceType.PODS, pods);
        collector.watch(ResourceType.SERVICES, services);
        collector.watch(ResourceType.ENDPOINT_SLICES, slices);
        collector.watch(ResourceType.CONFIG_MAPS, configMaps);
        collector.watch(ResourceType.SECRETS, secrets);
        collector.watch(ResourceType.SERVICE_ACCOUNTS, accounts);
        collector.watch(ResourceType.RESOURCE_QUOTAS, quotas);
        collector.watch(ResourceType.PERSISTENT_VOLUME_CLAIMS, claims);
        collector.watch(ResourceType.POD_DISRUPTION_BUDGETS, budgets);
        objects.forEach(informer -> watch(collector, informer));
        return collector;
    }

    private static <T extends HasMetadata> void watch(GarbageCollector collector, Informer<T> informer) {
        collector.watch(informer.type(), informer);
    }

    /** Fills the caches and goes to work. */
    public void start() {
        nodes.start();
        namespaces.start();
        quotas.start();
        accounts.start();
        configMaps.start();
        secrets.start();
        objects.forEach(Informer::start);
        budgets.start();
        volumes.start();
        claims.start();
        services.start();
        slices.start();
        pods.start();
        sets.start();
        revisions.start();
        statefulSets.start();
        daemonSets.start();
        deployments.start();
    }

    /** The names by which controllers are paused. */
    public Set<String> names() {
        return queues.keySet();
    }

    /** Stops a controller; what happens meanwhile is not lost, only late. */
    public void pause(String controller) {
        queue(controller).pause();
    }

    public void resume(String controller) {
        queue(controller).resume();
    }

    /** Lets the scheduler, which is a process of its own, be paused here too. */
    public void alsoPauses(String name, Scheduler scheduler) {
        queues.put(name, scheduler.queue);
    }

    private WorkQueue<?> queue(String controller) {
        WorkQueue<?> queue = queues.get(controller);
        if (queue == null) {
            throw new IllegalArgumentException(
                    "no controller is called \"" + controller + "\"; there are " + queues.keySet());
        }
        return queue;
    }

    /** What kubelets tell of themselves by renewing their leases. */
    public NodeLifecycleController nodeLifecycle() {
        return nodeLifecycle;
    }

    static <K> WorkQueue<K> queue(ControlPlane plane, String name, int retries, WorkQueue.Sync<K> sync) {
        return queue(plane, name, WAIT, retries, sync);
    }

    static <K> WorkQueue<K> queue(ControlPlane plane, String name, Delay wait, int retries, WorkQueue.Sync<K> sync) {
        return new WorkQueue<>(
                plane.loop(), plane.delays(name + "/wait", wait), plane.delays(name + "/write", WRITE), retries, sync);
    }
}
