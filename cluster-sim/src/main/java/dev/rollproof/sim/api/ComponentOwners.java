// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.patch.FieldManager;
import dev.rollproof.sim.api.patch.FieldSet;
import dev.rollproof.sim.api.patch.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the cluster's own components own of an object: worked out of the object as it is when somebody asks, so that a component's write
 * costs nothing. Of an object that a component made it owns what no client does; of one that a client made, what components are known to
 * write. Names as real clusters have them (Kubernetes 1.34 and 1.37, seen). Pure.
 */
final class ComponentOwners {
    private static final String CONTROLLERS = "kube-controller-manager";
    private static final String KUBELET = "kubelet";
    private static final String STATUS = "status";
    private static final String REVISION = "deployment.kubernetes.io/revision";

    private static final Set<String> COMPONENTS = Set.of(CONTROLLERS, KUBELET, "kube-scheduler", "kube-apiserver");

    private static final Set<String> UNOWNED_OF_PODS =
            Set.of(".spec.nodeName", ".spec.priority", ".spec.preemptionPolicy");

    /** A status without fields. */
    private static final FieldSet NOTHING_YET = new FieldSet(Set.of(List.of(STATUS)));

    private ComponentOwners() {}

    /** Clients' part of what a client says of owners: of components nothing is kept. */
    static Ownership clients(Ownership all) {
        Map<FieldManager, FieldSet> updated = new LinkedHashMap<>(all.updated());
        updated.keySet().removeIf(manager -> COMPONENTS.contains(manager.name()));
        return updated.size() == all.updated().size() ? all : new Ownership(all.applied(), updated, all.times());
    }

    /**
     * The owners of everything but the status, of clients and components.
     *
     * @param byComponent whether a component has made the object
     * @param times when components wrote
     */
    static Ownership with(Ownership clients, HasMetadata stored, boolean byComponent, ComponentTimes.Times times) {
        if (!byComponent && !isWrittenByControllers(stored)) {
            return clients;
        }
        FieldSet free = ofCreator(stored).minus(all(clients));
        FieldSet revision =
                stored instanceof Deployment ? free.under(".metadata.annotations." + REVISION) : FieldSet.empty();
        FieldSet own = byComponent ? free : writtenByControllers(free);
        return clients.plus(Ownership.ofUpdater(FieldManager.of(makerOf(stored)), own.minus(revision), times.object()))
                .plus(Ownership.ofUpdater(new FieldManager(CONTROLLERS, STATUS), revision, times.status()));
    }

    /**
     * The owners of the status.
     *
     * @param times when components wrote
     */
    static Ownership withStatus(Ownership clients, HasMetadata stored, ComponentTimes.Times times) {
        String writer = writerOfStatus(stored);
        if (writer.isEmpty()) {
            return clients;
        }
        FieldSet free = FieldSet.ofStatus(Models.toTree(stored)).minus(all(clients));
        if (stored instanceof Pod) {
            free = free.minus(free.under(".status.qosClass"));
        }
        return clients.plus(
                Ownership.ofUpdater(new FieldManager(writer, STATUS), free.minus(NOTHING_YET), times.status()));
    }

    private static FieldSet all(Ownership owners) {
        FieldSet all = FieldSet.empty();
        for (FieldSet set : owners.applied().values()) {
            all = all.plus(set);
        }
        for (FieldSet set : owners.updated().values()) {
            all = all.plus(set);
        }
        return all;
    }

    /** A quick look, for the many objects of which controllers write nothing. */
    private static boolean isWrittenByControllers(HasMetadata stored) {
        return Metadata.annotation(stored, REVISION) != null
                || stored instanceof PersistentVolumeClaim
                || stored instanceof PersistentVolume
                || Metadata.controllerOf(stored) != null;
    }

    private static FieldSet writtenByControllers(FieldSet free) {
        return free.under(
                ".metadata.annotations." + REVISION,
                ".metadata.annotations.pv.kubernetes.io/bind-completed",
                ".metadata.annotations.pv.kubernetes.io/bound-by-controller",
                ".metadata.ownerReferences",
                ".spec.volumeName",
                ".spec.claimRef");
    }

    /**
     * What whoever created an object owns of it, with the defaults: all but what admission, the allocation of addresses and the scheduler
     * have put in, which nobody owns.
     */
    static FieldSet ofCreator(HasMetadata object) {
        FieldSet all = FieldSet.of(Models.toTree(object));
        if (object instanceof Pod pod) {
            boolean ownTolerations = PodAdmission.hasOwnTolerations(pod.getSpec());
            boolean ownAccount = !"default".equals(pod.getSpec().getServiceAccountName());
            return all.without(path -> path.startsWith(".spec.")
                    && (UNOWNED_OF_PODS.contains(path)
                            || path.contains("[name=\"kube-api-access-")
                            || path.contains("[mountPath=\"/var/run/secrets/kubernetes.io/serviceaccount\"]")
                            || (!ownTolerations && path.equals(".spec.tolerations"))
                            || (!ownAccount && path.startsWith(".spec.serviceAccount"))));
        }
        if (object instanceof Service service) {
            boolean headless = "None".equals(service.getSpec().getClusterIP());
            return all.without(
                    path -> path.startsWith(".spec.ip") || (!headless && path.startsWith(".spec.clusterIP")));
        }
        boolean protectedVolume = object instanceof PersistentVolumeClaim || object instanceof PersistentVolume;
        return all.without(path -> (protectedVolume && path.equals(".metadata.finalizers"))
                || (object instanceof Namespace && path.startsWith(".spec")));
    }

    private static String makerOf(HasMetadata object) {
        if (object instanceof Event event) {
            String source = event.getSource() == null ? null : event.getSource().getComponent();
            return source == null || source.endsWith("-controller")
                    ? CONTROLLERS
                    : source.equals("default-scheduler") ? "kube-scheduler" : source;
        }
        if (object instanceof Node) {
            return KUBELET;
        }
        boolean ofTheServer = object instanceof Namespace || object instanceof Service;
        return ofTheServer ? "kube-apiserver" : CONTROLLERS;
    }

    /** Empty where nobody has written it but the server, as it was created. */
    private static String writerOfStatus(HasMetadata object) {
        if (object instanceof Pod pod) {
            if (pod.getSpec().getNodeName() == null) {
                return "kube-scheduler";
            }
            return pod.getStatus() == null || pod.getStatus().getStartTime() == null ? "" : KUBELET;
        }
        if (object instanceof PersistentVolumeClaim claim) {
            return claim.getStatus() == null
                            || "Pending".equals(claim.getStatus().getPhase())
                    ? ""
                    : CONTROLLERS;
        }
        if (object instanceof Node) {
            return KUBELET;
        }
        boolean nobody = object instanceof Namespace
                || object instanceof Service
                || object instanceof ConfigMap
                || object instanceof HTTPRoute
                || !ResourceType.of(object.getClass()).hasStatus();
        return nobody ? "" : CONTROLLERS;
    }
}
