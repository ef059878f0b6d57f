// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.ServiceSpec;

/** From where a Service is reached, by its type: what it is given, and may say, depends on it. Source: pkg/api/service/util.go. */
public final class ServiceReach {
    private ServiceReach() {}

    /** Whether it has ports of nodes. */
    public static boolean onNodes(ServiceSpec spec) {
        return "NodePort".equals(spec.getType()) || isBalanced(spec);
    }

    public static boolean isBalanced(ServiceSpec spec) {
        return "LoadBalancer".equals(spec.getType());
    }

    /** Whether it is reached from outside of the cluster. */
    public static boolean fromOutside(ServiceSpec spec) {
        return onNodes(spec)
                || "ClusterIP".equals(spec.getType())
                        && !Lists.orEmpty(spec.getExternalIPs()).isEmpty();
    }

    /** Whether a balancer asks on a port of its own which nodes have pods. */
    public static boolean isChecked(ServiceSpec spec) {
        return isBalanced(spec) && "Local".equals(spec.getExternalTrafficPolicy());
    }
}
