// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.warning;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.List;

/** What is ignored or deprecated in a Service. Source: pkg/api/service/warnings.go. */
final class ServiceWarnings {
    private static final String HINTS = "service.kubernetes.io/topology-aware-hints";

    private ServiceWarnings() {}

    static void add(Service service, int minor, List<String> found) {
        ServiceSpec spec = service.getSpec();
        if (spec == null) {
            return;
        }
        if (service.getMetadata().getAnnotations() != null
                && service.getMetadata().getAnnotations().containsKey(HINTS)) {
            found.add("annotation " + HINTS + " is deprecated, please use service.kubernetes.io/topology-mode instead");
        }
        boolean headless = "ClusterIP".equals(spec.getType()) && "None".equals(spec.getClusterIP());
        boolean external = "ExternalName".equals(spec.getType());
        boolean hasExternalAddresses =
                spec.getExternalIPs() != null && !spec.getExternalIPs().isEmpty();
        if (headless) {
            if (!Texts.isEmpty(spec.getLoadBalancerIP())) {
                found.add("spec.loadBalancerIP is ignored for headless services");
            }
            if (hasExternalAddresses) {
                found.add("spec.externalIPs is ignored for headless services");
            }
            if (!"None".equals(spec.getSessionAffinity())) {
                found.add("spec.SessionAffinity is ignored for headless services");
            }
        }
        // Heard from 1.37; the sources of 1.34 have neither.
        boolean newer = minor > 34;
        if (newer && hasExternalAddresses && !headless && !external) {
            found.add("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
        }
        if (external && hasExternalAddresses) {
            found.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        if (!external && !Texts.isEmpty(spec.getExternalName())) {
            found.add("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
        if (newer && "PreferClose".equals(spec.getTrafficDistribution())) {
            found.add("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
        }
    }
}
