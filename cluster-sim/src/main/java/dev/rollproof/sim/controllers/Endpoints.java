// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an EndpointSlice says of one pod. The conditions are shared: there are few of them. */
final class Endpoints {
    private static final EndpointConditions[] CONDITIONS = new EndpointConditions[8];

    static {
        for (int i = 0; i < CONDITIONS.length; i++) {
            CONDITIONS[i] = new EndpointConditions((i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
        }
    }

    private Endpoints() {}

    /** Serving is being ready in itself; ready is that of a pod which is not about to end, or of any where asked for. */
    static EndpointConditions conditions(boolean podReady, boolean terminating, boolean unreadyToo) {
        boolean ready = unreadyToo || (podReady && !terminating);
        return CONDITIONS[(ready ? 1 : 0) | (podReady ? 2 : 0) | (terminating ? 4 : 0)];
    }

    private static EndpointConditions conditions(Pod pod, boolean unreadyToo) {
        return conditions(Pods.isReady(pod), Metadata.terminating(pod), unreadyToo);
    }

    static Endpoint of(Pod pod, boolean unreadyToo, String service) {
        ObjectReference target = new ObjectReference();
        target.setKind("Pod");
        target.setNamespace(pod.getMetadata().getNamespace());
        target.setName(pod.getMetadata().getName());
        target.setUid(pod.getMetadata().getUid());
        Endpoint endpoint = new Endpoint();
        endpoint.setAddresses(List.of(pod.getStatus().getPodIP()));
        endpoint.setConditions(conditions(pod, unreadyToo));
        endpoint.setTargetRef(target);
        endpoint.setNodeName(pod.getSpec().getNodeName());
        String hostname = pod.getSpec().getHostname();
        if (hostname != null
                && !hostname.isEmpty()
                && service.equals(pod.getSpec().getSubdomain())) {
            // How the pods of a StatefulSet are found by their names.
            endpoint.setHostname(hostname);
        }
        return endpoint;
    }

    /** The same endpoint if nothing about it has changed. */
    static Endpoint current(Endpoint before, Pod pod, boolean unreadyToo, String service) {
        if (before.getConditions().equals(conditions(pod, unreadyToo))
                && before.getAddresses().size() == 1
                && before.getAddresses().get(0).equals(pod.getStatus().getPodIP())) {
            return before;
        }
        return of(pod, unreadyToo, service);
    }

    static List<EndpointPort> ports(Service service, Pod pod) {
        List<EndpointPort> ports = new ArrayList<>();
        if (service.getSpec().getPorts() == null) {
            return ports;
        }
        for (ServicePort port : service.getSpec().getPorts()) {
            Integer number = targetPort(port, pod);
            if (number != null) {
                EndpointPort endpointPort = new EndpointPort();
                endpointPort.setName(port.getName() == null ? "" : port.getName());
                endpointPort.setPort(number);
                endpointPort.setProtocol(port.getProtocol() == null ? "TCP" : port.getProtocol());
                endpointPort.setAppProtocol(port.getAppProtocol());
                ports.add(endpointPort);
            }
        }
        return ports;
    }

    private static @Nullable Integer targetPort(ServicePort port, Pod pod) {
        IntOrString target = port.getTargetPort();
        if (target == null) {
            return port.getPort();
        }
        if (target.getIntVal() != null) {
            return target.getIntVal() == 0 ? port.getPort() : target.getIntVal();
        }
        for (Container container : pod.getSpec().getContainers()) {
            if (container.getPorts() != null) {
                for (ContainerPort candidate : container.getPorts()) {
                    if (target.getStrVal().equals(candidate.getName())) {
                        return candidate.getContainerPort();
                    }
                }
            }
        }
        return null;
    }
}
