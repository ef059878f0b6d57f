// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.ServiceReach;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ClientIPConfig;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.SessionAffinityConfig;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The defaults of a Service; addresses and node ports are allocated by {@code services.Addresses}. */
final class ServiceDefaults {
    private static final int THREE_HOURS = 10_800;

    private ServiceDefaults() {}

    static void setOn(ServiceSpec spec) {
        ZeroValues.dropFrom(spec);
        // Where its default was once wrong, nobody is shown it.
        if ("ExternalName".equals(spec.getType()) && isTraffic(spec.getInternalTrafficPolicy())) {
            spec.setInternalTrafficPolicy(null);
        }
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
        if (ServiceReach.fromOutside(spec) && Texts.isEmpty(spec.getExternalTrafficPolicy())) {
            spec.setExternalTrafficPolicy("Cluster");
        }
        if (ServiceReach.isBalanced(spec) && spec.getAllocateLoadBalancerNodePorts() == null) {
            spec.setAllocateLoadBalancerNodePorts(true);
        }
        boolean hasAddress = ServiceReach.onNodes(spec) || spec.getType().equals("ClusterIP");
        if (hasAddress && spec.getInternalTrafficPolicy() == null) {
            spec.setInternalTrafficPolicy("Cluster");
        }
        for (ServicePort port : Lists.orEmpty(spec.getPorts())) {
            if (Texts.isEmpty(port.getProtocol())) {
                port.setProtocol("TCP");
            }
            if (isNone(port.getTargetPort())) {
                port.setTargetPort(new IntOrString(Objects.requireNonNullElse(port.getPort(), 0)));
            }
        }
    }

    private static boolean isTraffic(@Nullable String policy) {
        return "Cluster".equals(policy) || "Local".equals(policy);
    }

    private static boolean isNone(@Nullable IntOrString port) {
        return port == null
                || (port.getStrVal() == null
                        ? Objects.requireNonNullElse(port.getIntVal(), 0) == 0
                        : port.getStrVal().isEmpty());
    }

    private static SessionAffinityConfig complete(@Nullable SessionAffinityConfig said) {
        ClientIPConfig client = said == null ? null : said.getClientIP();
        Integer seconds = client == null ? null : client.getTimeoutSeconds();
        return new SessionAffinityConfig(new ClientIPConfig(seconds == null ? THREE_HOURS : seconds));
    }
}
