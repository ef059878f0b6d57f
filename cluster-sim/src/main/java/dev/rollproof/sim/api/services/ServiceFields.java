// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.services;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.ServiceReach;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the server makes of a Service that is written: what was allocated to it before stays, and what its new type has no use for goes.
 * Source: pkg/registry/core/service.
 */
final class ServiceFields {
    private ServiceFields() {}

    static boolean needsAddress(ServiceSpec spec) {
        return !"ExternalName".equals(spec.getType());
    }

    /** What is not said again. */
    static void keep(ServiceSpec spec, ServiceSpec before) {
        if (needsAddress(before) && needsAddress(spec)) {
            if (Texts.isEmpty(spec.getClusterIP())) {
                spec.setClusterIP(before.getClusterIP());
            }
            if (Lists.orEmpty(spec.getClusterIPs()).isEmpty()) {
                spec.setClusterIPs(before.getClusterIPs());
            }
        }
        if (ServiceReach.onNodes(before) && ServiceReach.onNodes(spec)) {
            keepPorts(spec, before);
        }
        if (ServiceReach.isChecked(before) && ServiceReach.isChecked(spec) && isNone(spec.getHealthCheckNodePort())) {
            spec.setHealthCheckNodePort(before.getHealthCheckNodePort());
        }
    }

    private static void keepPorts(ServiceSpec spec, ServiceSpec before) {
        Set<Integer> used = new HashSet<>(NodePorts.of(before));
        used.retainAll(NodePorts.of(spec));
        Map<String, Integer> named = new HashMap<>();
        for (ServicePort port : Lists.orEmpty(before.getPorts())) {
            named.put(Texts.orEmpty(port.getName()), NodePorts.number(port));
        }
        for (ServicePort port : Lists.orEmpty(spec.getPorts())) {
            int kept = named.getOrDefault(Texts.orEmpty(port.getName()), 0);
            if (NodePorts.number(port) == 0 && kept != 0 && !used.contains(kept)) {
                port.setNodePort(kept);
            }
        }
    }

    private static boolean isNone(@Nullable Integer port) {
        return port == null || port == 0;
    }

    /** Makes one of the address and the list of addresses, which are two fields for what was one. */
    static void agree(ServiceSpec spec, @Nullable ServiceSpec before) {
        String first = Texts.orEmpty(spec.getClusterIP());
        if (before == null) {
            if (!first.isEmpty() && Lists.orEmpty(spec.getClusterIPs()).isEmpty()) {
                spec.setClusterIPs(List.of(first));
            }
            return;
        }
        String firstBefore = Texts.orEmpty(before.getClusterIP());
        if (!first.equals(firstBefore) && Lists.orEmpty(spec.getClusterIPs()).equals(before.getClusterIPs())) {
            spec.setClusterIPs(first.isEmpty() ? null : List.of(first));
        }
    }

    /** Takes away what the new type has no use for, unless the writer changed it too. */
    static void drop(ServiceSpec spec, ServiceSpec before) {
        if (needsAddress(before) && !needsAddress(spec)) {
            if (Objects.equals(spec.getClusterIP(), before.getClusterIP())
                    && Lists.orEmpty(spec.getClusterIPs()).equals(Lists.orEmpty(before.getClusterIPs()))) {
                spec.setClusterIP(null);
                spec.setClusterIPs(null);
            }
            if (Lists.orEmpty(spec.getIpFamilies()).equals(Lists.orEmpty(before.getIpFamilies()))) {
                spec.setIpFamilies(null);
            }
            if (Objects.equals(spec.getIpFamilyPolicy(), before.getIpFamilyPolicy())) {
                spec.setIpFamilyPolicy(null);
            }
        }
        if (ServiceReach.onNodes(before)
                && !ServiceReach.onNodes(spec)
                && NodePorts.of(before).containsAll(NodePorts.of(spec))) {
            Lists.orEmpty(spec.getPorts()).forEach(port -> port.setNodePort(null));
        }
        if (ServiceReach.isChecked(before)
                && !ServiceReach.isChecked(spec)
                && Objects.equals(spec.getHealthCheckNodePort(), before.getHealthCheckNodePort())) {
            spec.setHealthCheckNodePort(null);
        }
        dropBalancing(spec, before);
    }

    private static void dropBalancing(ServiceSpec spec, ServiceSpec before) {
        if (ServiceReach.isBalanced(before) && !ServiceReach.isBalanced(spec)) {
            if (Objects.equals(spec.getAllocateLoadBalancerNodePorts(), before.getAllocateLoadBalancerNodePorts())) {
                spec.setAllocateLoadBalancerNodePorts(null);
            }
            if (Objects.equals(spec.getLoadBalancerClass(), before.getLoadBalancerClass())) {
                spec.setLoadBalancerClass(null);
            }
        }
        if (ServiceReach.fromOutside(before)
                && !ServiceReach.fromOutside(spec)
                && Objects.equals(spec.getExternalTrafficPolicy(), before.getExternalTrafficPolicy())) {
            spec.setExternalTrafficPolicy(null);
        }
    }
}
