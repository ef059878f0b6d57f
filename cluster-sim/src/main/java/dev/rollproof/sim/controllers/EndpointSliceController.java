// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.selection.Selectors;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.engine.Delay;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' EndpointSlice controller: keeps, for each Service with a selector, the addresses of its pods and whether they
 * are ready, serving and terminating. Pods without an address or at their end are left out. Slices hold 100 endpoints.
 */
final class EndpointSliceController {
    private static final int SLICE = 100;
    private static final int RETRIES = 15;
    static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    private static final String OWN_NAME = "endpointslice-controller.k8s.io";

    private final ApiServer api;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final LabelIndex<Pod> podsByLabel;
    private final Map<String, Map<Map.Entry<String, String>, Set<ObjectKey>>> selecting = new HashMap<>();
    private final Map<String, Long> unseen = new HashMap<>();
    private final Set<ObjectKey> waitingForCache = new LinkedHashSet<>();
    private final Map<ObjectKey, Set<String>> written = new HashMap<>();
    final WorkQueue<ObjectKey> queue;

    EndpointSliceController(
            ControlPlane plane, Informer<Service> services, Informer<Pod> pods, Informer<EndpointSlice> slices) {
        this.api = plane.api();
        this.services = services;
        this.slices = slices;
        this.podsByLabel = new LabelIndex<>(pods);
        this.queue = ControllerManager.queue(plane, "endpointslice", Delay.ofMillis(5, 120), RETRIES, this::sync);
        services.addHandler(this::onService);
        pods.addHandler(this::onPod);
        slices.addHandler(this::onSlice);
    }

    private void onService(@Nullable Service previous, Service service, boolean deleted) {
        ObjectKey key = ObjectKey.of(service);
        if (previous != null) {
            index(previous, key, false);
        }
        if (!deleted) {
            index(service, key, true);
        }
        // One without a selector has its endpoints from elsewhere.
        if (deleted || !selector(service).isEmpty()) {
            queue.add(key);
        }
    }

    /** Services are found by one label of their selector: whoever has it is looked at closer. */
    private void index(Service service, ObjectKey key, boolean add) {
        Map<String, String> selector = selector(service);
        if (selector.isEmpty()) {
            return;
        }
        Map<Map.Entry<String, String>, Set<ObjectKey>> byLabel =
                selecting.computeIfAbsent(key.namespace(), namespace -> new HashMap<>());
        Map.Entry<String, String> first =
                Map.Entry.copyOf(selector.entrySet().iterator().next());
        if (add) {
            byLabel.computeIfAbsent(first, label -> new LinkedHashSet<>()).add(key);
        } else {
            Set<ObjectKey> keys = byLabel.get(first);
            if (keys != null) {
                keys.remove(key);
            }
        }
    }

    private static Map<String, String> selector(Service service) {
        Map<String, String> selector =
                service.getSpec() == null ? null : service.getSpec().getSelector();
        return selector == null ? Map.of() : selector;
    }

    private void onPod(@Nullable Pod previous, Pod pod, boolean deleted) {
        if (previous != null && !deleted && sameForEndpoints(previous, pod)) {
            return;
        }
        wake(pod);
        if (previous != null
                && !Objects.equals(
                        previous.getMetadata().getLabels(), pod.getMetadata().getLabels())) {
            wake(previous);
        }
    }

    private static boolean sameForEndpoints(Pod a, Pod b) {
        return Pods.isReady(a) == Pods.isReady(b)
                && Metadata.terminating(a) == Metadata.terminating(b)
                && Pods.isFinal(Pods.phase(a)) == Pods.isFinal(Pods.phase(b))
                && Objects.equals(address(a), address(b))
                && Objects.equals(a.getMetadata().getLabels(), b.getMetadata().getLabels());
    }

    private void wake(Pod pod) {
        Map<Map.Entry<String, String>, Set<ObjectKey>> byLabel = selecting.get(Metadata.namespace(pod));
        Map<String, String> labels = pod.getMetadata().getLabels();
        if (byLabel == null || labels == null) {
            return;
        }
        for (Map.Entry<String, String> label : labels.entrySet()) {
            Set<ObjectKey> keys = byLabel.get(label);
            if (keys != null) {
                for (ObjectKey key : keys) {
                    Service service = services.find(key.namespace(), key.name());
                    if (service != null && Selectors.containsAll(labels, selector(service))) {
                        queue.add(key);
                    }
                }
            }
        }
    }

    /** The cache caught up with a write of this controller, or somebody else changed a slice. */
    private void onSlice(@Nullable EndpointSlice previous, EndpointSlice slice, boolean deleted) {
        if (!Metadata.label(slice, MANAGED_BY).equals(OWN_NAME)) {
            return;
        }
        Long own = unseen.get(slice.getMetadata().getUid());
        if (own != null && Metadata.version(slice) < own) {
            return;
        }
        boolean ours = unseen.remove(slice.getMetadata().getUid()) != null;
        String service = Metadata.label(slice, SERVICE_NAME);
        ObjectKey key = new ObjectKey(Metadata.namespace(slice), service);
        if (!service.isEmpty() && (waitingForCache.remove(key) || !ours || deleted)) {
            queue.add(key);
        }
    }

    private int sync(ObjectKey key) {
        Service service = services.find(key.namespace(), key.name());
        if (service == null) {
            written.remove(key);
            return 0;
        }
        Map<String, String> selector = selector(service);
        if (selector.isEmpty() || "ExternalName".equals(service.getSpec().getType())) {
            return 0;
        }
        Set<String> own = written.computeIfAbsent(key, created -> new LinkedHashSet<>());
        own.retainAll(unseen.keySet());
        if (!own.isEmpty()) {
            waitingForCache.add(key);
            return 0;
        }
        Map<String, Pod> wanted = new LinkedHashMap<>();
        for (Pod pod : podsByLabel.matching(key.namespace(), selector)) {
            if (address(pod) != null && !Pods.isFinal(Pods.phase(pod))) {
                wanted.put(pod.getMetadata().getUid(), pod);
            }
        }
        List<EndpointPort> ports = wanted.isEmpty()
                ? List.of()
                : Endpoints.ports(service, wanted.values().iterator().next());
        return reconcile(service, wanted, ports, own);
    }

    private int reconcile(Service service, Map<String, Pod> wanted, List<EndpointPort> ports, Set<String> own) {
        boolean unreadyToo = Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses());
        String name = service.getMetadata().getName();
        List<EndpointSlice> existing = slices.ownedBy(service);
        List<List<Endpoint>> contents = new ArrayList<>();
        for (EndpointSlice slice : existing) {
            List<Endpoint> kept = new ArrayList<>();
            for (Endpoint endpoint : slice.getEndpoints() == null ? List.<Endpoint>of() : slice.getEndpoints()) {
                Pod pod = wanted.remove(endpoint.getTargetRef().getUid());
                if (pod != null) {
                    kept.add(Endpoints.current(endpoint, pod, unreadyToo, name));
                }
            }
            contents.add(kept);
        }
        for (Pod pod : wanted.values()) {
            List<Endpoint> room = null;
            for (List<Endpoint> content : contents) {
                if (content.size() < SLICE) {
                    room = content;
                    break;
                }
            }
            if (room == null) {
                room = new ArrayList<>();
                contents.add(room);
            }
            room.add(Endpoints.of(pod, unreadyToo, name));
        }
        if (contents.isEmpty()) {
            contents.add(new ArrayList<>());
        }
        boolean oneIsFull = contents.stream().anyMatch(content -> !content.isEmpty());
        int writes = 0;
        for (int i = 0; i < contents.size(); i++) {
            EndpointSlice slice = i < existing.size() ? existing.get(i) : null;
            writes += write(service, slice, contents.get(i), ports, own, oneIsFull || i > 0);
        }
        return writes;
    }

    private int write(
            Service service,
            @Nullable EndpointSlice slice,
            List<Endpoint> endpoints,
            List<EndpointPort> ports,
            Set<String> own,
            boolean emptyMayGo) {
        EndpointSlice stored;
        if (slice == null) {
            stored = api.create(ResourceType.ENDPOINT_SLICES, created(service, endpoints, ports));
        } else if (endpoints.isEmpty() && emptyMayGo) {
            api.delete(
                    ResourceType.ENDPOINT_SLICES,
                    Metadata.namespace(slice),
                    slice.getMetadata().getName(),
                    DeleteOptions.defaults());
            return 1;
        } else if (endpoints.equals(slice.getEndpoints()) && (ports.equals(slice.getPorts()) || endpoints.isEmpty())) {
            return 0;
        } else {
            EndpointSlice changed = ResourceType.ENDPOINT_SLICES.shallowCopy().apply(slice);
            ObjectMeta metadata = Metadata.copy(slice.getMetadata());
            metadata.setAnnotations(triggered());
            changed.setMetadata(metadata);
            changed.setEndpoints(endpoints);
            changed.setPorts(ports);
            stored = api.update(ResourceType.ENDPOINT_SLICES, changed);
        }
        unseen.put(stored.getMetadata().getUid(), Metadata.version(stored));
        own.add(stored.getMetadata().getUid());
        return 1;
    }

    private Map<String, String> triggered() {
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put(
                "endpoints.kubernetes.io/last-change-trigger-time",
                api.timestamps().now());
        return annotations;
    }

    private EndpointSlice created(Service service, List<Endpoint> endpoints, List<EndpointPort> ports) {
        ObjectMeta owner = service.getMetadata();
        Map<String, String> labels = new LinkedHashMap<>();
        if (owner.getLabels() != null) {
            labels.putAll(owner.getLabels());
        }
        labels.put(MANAGED_BY, OWN_NAME);
        labels.put(SERVICE_NAME, owner.getName());
        if ("None".equals(service.getSpec().getClusterIP())) {
            labels.put(HEADLESS, "");
        }
        ObjectMeta metadata = new ObjectMeta();
        metadata.setGenerateName(owner.getName() + "-");
        metadata.setNamespace(owner.getNamespace());
        metadata.setLabels(labels);
        metadata.setAnnotations(triggered());
        metadata.setOwnerReferences(List.of(NewReplicaSet.ownedBy("v1", "Service", owner)));
        EndpointSlice slice = new EndpointSlice();
        slice.setMetadata(metadata);
        slice.setAddressType("IPv4");
        slice.setEndpoints(endpoints);
        slice.setPorts(ports);
        return slice;
    }

    private static @Nullable String address(Pod pod) {
        String address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
        return address == null || address.isEmpty() ? null : address;
    }
}
