// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.List;
import java.util.Objects;

/** The defaults of a Service; addresses and node ports are allocated by {@code Addresses}. */
final class ServiceDefaults {
    private ServiceDefaults() {}

    static void setOn(ServiceSpec spec) {
        if (spec.getType() == null) {
            spec.setType("ClusterIP");
        }
        if (spec.getSessionAffinity() == null) {
            spec.setSessionAffinity("None");
        }
        boolean external = spec.getType().equals("NodePort") || spec.getType().equals("LoadBalancer");
        if (external && spec.getExternalTrafficPolicy() == null) {
            spec.setExternalTrafficPolicy("Cluster");
        }
        if (spec.getType().equals("LoadBalancer") && spec.getAllocateLoadBalancerNodePorts() == null) {
            spec.setAllocateLoadBalancerNodePorts(true);
        }
        if (!spec.getType().equals("ExternalName")) {
            if (spec.getInternalTrafficPolicy() == null) {
                spec.setInternalTrafficPolicy("Cluster");
            }
            if (spec.getIpFamilyPolicy() == null) {
                spec.setIpFamilyPolicy("SingleStack");
            }
            if (spec.getIpFamilies() == null || spec.getIpFamilies().isEmpty()) {
                spec.setIpFamilies(List.of("IPv4"));
            }
        }
        for (ServicePort port : Objects.requireNonNullElse(spec.getPorts(), List.<ServicePort>of())) {
            if (port.getProtocol() == null) {
                port.setProtocol("TCP");
            }
            if (port.getTargetPort() == null && port.getPort() != null) {
                port.setTargetPort(new IntOrString(port.getPort()));
            }
        }
    }
}
