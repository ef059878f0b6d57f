// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.strategies.drive.Split;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.List;
import java.util.stream.Collectors;

/** The clock behind a gateway, as tests of strategies put it there. */
final class Routes {
    static final String HOST = "clock.example.com";
    static final Split SPLIT =
            new Split(new ObjectRef("HTTPRoute", "default", "clock"), "clock-stable", "clock-canary");

    /** One rule to the two, between others that are nobody's business. */
    static final String RULES = """
            [{matches: [{path: {type: Exact, value: /other}}],
              backendRefs: [{name: other, port: 80, weight: 3}, {name: clock-stable, port: 80, weight: 7}]},
             {matches: [{path: {value: /}}],
              filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: X-Shop, value: "1"}]}}],
              timeouts: {request: 5s},
              backendRefs: [{name: clock-stable, port: 80}, {name: clock-canary, port: 80, weight: 0}]},
             {matches: [{path: {value: /metrics}}], backendRefs: [{name: metrics, port: 9090}]}]""";

    private Routes() {}

    static Service service(String name, String selector) {
        return Models.fromYaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: default}
                spec: {selector: {%s}, ports: [{port: 80, targetPort: 8080}]}
                """.formatted(name, selector), Service.class);
    }

    static HTTPRoute route(String rules) {
        return Models.fromYaml("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: clock, namespace: default, labels: {team: shop}}
                spec:
                  parentRefs: [{name: gateway}]
                  hostnames: [%s]
                  rules: %s
                """.formatted(HOST, rules), HTTPRoute.class);
    }

    static void create(Cluster cluster, String rules) {
        cluster.create(service("clock-stable", "app: clock, track: stable"), WriteOptions.defaults());
        cluster.create(service("clock-canary", "app: clock, track: canary"), WriteOptions.defaults());
        cluster.create(route(rules), WriteOptions.defaults());
    }

    static HTTPRoute stored(Cluster cluster) {
        return cluster.get(HTTPRoute.class, "default", "clock").orElseThrow();
    }

    /** The weights of the rules that name both Services, such as {@code 95/5}. */
    static String weights(HTTPRoute route) {
        return SPLIT.rules(route).stream()
                .map(rule -> rule.weights().toString())
                .collect(Collectors.joining(", "));
    }

    /** The route's spec as it would be with the weights of before. */
    static Object withoutWeights(HTTPRoute route) {
        HTTPRoute copy = Models.copy(route);
        for (Split.Shared rule : SPLIT.rules(copy)) {
            for (int backend : List.of(rule.stable().get(0), rule.canary().get(0))) {
                rule.rule().getBackendRefs().get(backend).setWeight(null);
            }
        }
        return Models.toTree(copy.getSpec());
    }
}
