// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.defaulting;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPPathMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPQueryParamMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteSpec;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import java.util.List;
import java.util.Objects;

/**
 * The defaults of an HTTPRoute, as the Gateway API's definition (v1.4) has them. A list that is there and empty stays so in a
 * real cluster; fabric8's models cannot say it, so here it gets its default.
 */
final class RouteDefaults {
    private RouteDefaults() {}

    static void setOn(HTTPRouteSpec spec) {
        for (ParentReference parent : Lists.orEmpty(spec.getParentRefs())) {
            parent.setGroup(Objects.requireNonNullElse(parent.getGroup(), "gateway.networking.k8s.io"));
            parent.setKind(Objects.requireNonNullElse(parent.getKind(), "Gateway"));
        }
        if (Lists.orEmpty(spec.getRules()).isEmpty()) {
            spec.setRules(List.of(new HTTPRouteRule()));
        }
        spec.getRules().forEach(RouteDefaults::rule);
    }

    private static void rule(HTTPRouteRule rule) {
        if (Lists.orEmpty(rule.getMatches()).isEmpty()) {
            rule.setMatches(List.of(new HTTPRouteMatch()));
        }
        rule.getMatches().forEach(RouteDefaults::match);
        Lists.orEmpty(rule.getFilters()).forEach(RouteDefaults::filter);
        for (HTTPBackendRef backend : Lists.orEmpty(rule.getBackendRefs())) {
            backend.setGroup(Texts.orEmpty(backend.getGroup()));
            backend.setKind(Objects.requireNonNullElse(backend.getKind(), "Service"));
            backend.setWeight(Objects.requireNonNullElse(backend.getWeight(), 1));
            Lists.orEmpty(backend.getFilters()).forEach(RouteDefaults::filter);
        }
    }

    private static void match(HTTPRouteMatch match) {
        HTTPPathMatch path = Objects.requireNonNullElseGet(match.getPath(), HTTPPathMatch::new);
        path.setType(Objects.requireNonNullElse(path.getType(), "PathPrefix"));
        path.setValue(Objects.requireNonNullElse(path.getValue(), "/"));
        match.setPath(path);
        for (HTTPHeaderMatch header : Lists.orEmpty(match.getHeaders())) {
            header.setType(Objects.requireNonNullElse(header.getType(), "Exact"));
        }
        for (HTTPQueryParamMatch parameter : Lists.orEmpty(match.getQueryParams())) {
            parameter.setType(Objects.requireNonNullElse(parameter.getType(), "Exact"));
        }
    }

    private static void filter(HTTPRouteFilter filter) {
        var redirect = filter.getRequestRedirect();
        if (redirect != null) {
            redirect.setStatusCode(Objects.requireNonNullElse(redirect.getStatusCode(), 302));
        }
        var mirror = filter.getRequestMirror();
        if (mirror != null && mirror.getBackendRef() != null) {
            var backend = mirror.getBackendRef();
            backend.setGroup(Texts.orEmpty(backend.getGroup()));
            backend.setKind(Objects.requireNonNullElse(backend.getKind(), "Service"));
        }
    }
}
