// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.strategies.Canary.Shift.ThroughRoute;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands between the users and the pods.
 *
 * @param objects in the order in which they are created
 * @param services the names of the Services that pods get requests through
 * @param load what users ask for, with the defaults
 */
record Front(List<HasMetadata> objects, List<String> services, Load load) {
    private static final String GATEWAY = "gateway";

    /** One Service. */
    static Front of(Service service) {
        return new Front(
                List.of(service),
                List.of(nameOf(service)),
                Load.of(service.getMetadata().getNamespace(), nameOf(service)));
    }

    /**
     * A gateway with a route to two Services of the names that a canary wants, which select what this one selects, of one track
     * each. All requests go to the stable one at first.
     *
     * @param track the label {@code track} of the Deployment's own pods
     */
    static Front routed(Service service, ThroughRoute names, String track) {
        String namespace = service.getMetadata().getNamespace();
        String host = nameOf(service) + "." + namespace + ".example";
        int port = service.getSpec().getPorts().get(0).getPort();
        HTTPRoute route = new HTTPRouteBuilder()
                .withNewMetadata()
                .withName(names.route())
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withHostnames(host)
                .addNewParentRef()
                .withName(GATEWAY)
                .endParentRef()
                .addNewRule()
                .addNewBackendRef()
                .withName(names.stableService())
                .withPort(port)
                .withWeight(100)
                .endBackendRef()
                .addNewBackendRef()
                .withName(names.canaryService())
                .withPort(port)
                .withWeight(0)
                .endBackendRef()
                .endRule()
                .endSpec()
                .build();
        return new Front(
                List.of(
                        tracked(service, names.stableService(), track),
                        tracked(service, names.canaryService(), "canary"),
                        route),
                List.of(names.stableService(), names.canaryService()),
                Load.ofHost(host));
    }

    private static Service tracked(Service service, String name, String track) {
        Service copy = Models.copy(service);
        copy.getMetadata().setName(name);
        copy.getSpec().setClusterIP(null);
        copy.getSpec().setClusterIPs(null);
        Map<String, String> selector = new LinkedHashMap<>(copy.getSpec().getSelector());
        selector.put("track", track);
        copy.getSpec().setSelector(selector);
        return copy;
    }

    private static String nameOf(Service service) {
        return service.getMetadata().getName();
    }
}
