// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ClientIPConfig;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.SessionAffinityConfig;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The defaults of a Service; addresses and node ports are allocated by {@code Addresses}. */
final class ServiceDefaults {
    private static final int THREE_HOURS = 10_800;

    private ServiceDefaults() {}

    static void setOn(ServiceSpec spec) {
        if (Texts.isEmpty(spec.getType())) {
            spec.setType("ClusterIP");
        }
        if (Texts.isEmpty(spec.getSessionAffinity())) {
            spec.setSessionAffinity("None");
        }
        if (spec.getSessionAffinity().equals("None")) {
            spec.setSessionAffinityConfig(null);
        } else if (spec.getSessionAffinity().equals("ClientIP")) {
            spec.setSessionAffinityConfig(complete(spec.getSessionAffinityConfig()));
        }
        boolean external = spec.getType().equals("NodePort") || spec.getType().equals("LoadBalancer");
        if (external && Texts.isEmpty(spec.getExternalTrafficPolicy())) {
            spec.setExternalTrafficPolicy("Cluster");
        }
        if (spec.getType().equals("LoadBalancer") && spec.getAllocateLoadBalancerNodePorts() == null) {
            spec.setAllocateLoadBalancerNodePorts(true);
        }
        if (!spec.getType().equals("ExternalName")) {
            if (Texts.isEmpty(spec.getInternalTrafficPolicy())) {
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
            if (Texts.isEmpty(port.getProtocol())) {
                port.setProtocol("TCP");
            }
            if (port.getTargetPort() == null && port.getPort() != null) {
                port.setTargetPort(new IntOrString(port.getPort()));
            }
        }
    }

    private static SessionAffinityConfig complete(@Nullable SessionAffinityConfig said) {
        ClientIPConfig client = said == null ? null : said.getClientIP();
        Integer seconds = client == null ? null : client.getTimeoutSeconds();
        return new SessionAffinityConfig(new ClientIPConfig(seconds == null ? THREE_HOURS : seconds));
    }
}
