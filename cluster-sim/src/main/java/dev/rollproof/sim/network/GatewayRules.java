// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.sim.api.Informer;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.Texts;
import dev.rollproof.sim.controllers.ControlPlane;
import dev.rollproof.sim.engine.Delay;
import dev.rollproof.sim.engine.Randomness;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteFilter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one gateway of a simulated cluster, to which all HTTPRoutes with a parent are attached. For each request it draws a backend
 * by the weights of its rule, and one of that Service's ready endpoints. By the Gateway API: weights are parts of their sum, 0
 * gets nothing, a reference to what is not there is answered with 500, and a Service without ready endpoints with 503. Where all
 * weights are 0 the API says nothing; it is 500 here, as in the gateways that we know of.
 *
 * <p>It follows the cluster late. How late, no recording says: {@link #FOLLOW} is what gateways in use claim for a change of their
 * configuration at their best, and a real one may take longer. Of filters, a redirect is answered, and an extension, which nobody
 * knows, with 500; the others do not change which pod answers.
 */
final class GatewayRules {
    static final Delay FOLLOW = Delay.ofMillis(50, 500);

    /** Where a request goes next. */
    sealed interface Hop {
        /** Nowhere: the gateway answers. */
        record Answered(int status) implements Hop {}

        /** To a pod. */
        record Forwarded(Backend backend) implements Hop {}
    }

    private static final Hop INVALID = new Hop.Answered(500);
    private static final Hop NOT_READY = new Hop.Answered(503);
    private static final Hop NO_ROUTE = new Hop.Answered(404);

    private final ControlPlane plane;
    private final Informer<HTTPRoute> routes;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final LongSupplier follow;
    private RouteTable table = RouteTable.of(List.of());
    private Map<String, Map<Integer, ServiceEndpoints>> endpoints = Map.of();
    private @Nullable RouteTable lastTable;
    private @Nullable Load lastLoad;
    private String lastHost = "";
    private Optional<RouteTable.Found> lastFound = Optional.empty();
    private boolean planned;
    private boolean started;

    GatewayRules(ControlPlane plane) {
        this.plane = plane;
        this.routes = plane.informer("gateway", ResourceType.HTTP_ROUTES);
        this.services = plane.informer("gateway", ResourceType.SERVICES);
        this.slices = plane.informer("gateway", ResourceType.ENDPOINT_SLICES);
        this.follow = plane.delays("gateway/follow", FOLLOW);
        routes.addHandler((previous, route, deleted) -> changed());
        services.addHandler((previous, service, deleted) -> changed());
        slices.addHandler((previous, slice, deleted) -> changed());
    }

    /** Begins to follow the cluster, with all that it has by now. Afterwards does nothing. */
    void start() {
        if (!started) {
            routes.start();
            services.start();
            slices.start();
            take();
            started = true;
        }
    }

    private void changed() {
        if (started && !planned) {
            planned = true;
            plane.loop().after(follow.getAsLong(), this::take);
        }
    }

    private void take() {
        planned = false;
        table = RouteTable.of(routes.all());
        endpoints = ServiceEndpoints.of(services.all(), slices.all());
    }

    /** Whether a route is for this host. */
    boolean serves(String host) {
        return table.serves(host);
    }

    /** Draws where the next request goes. */
    Hop next(String host, Load load, Randomness random) {
        Optional<RouteTable.Found> found = found(host, load);
        if (found.isEmpty()) {
            return NO_ROUTE;
        }
        List<HTTPRouteFilter> filters =
                Objects.requireNonNullElse(found.get().rule().getFilters(), List.<HTTPRouteFilter>of());
        for (HTTPRouteFilter filter : filters) {
            if (filter.getExtensionRef() != null) {
                return INVALID;
            }
            if (filter.getRequestRedirect() != null) {
                return new Hop.Answered(
                        Objects.requireNonNullElse(filter.getRequestRedirect().getStatusCode(), 302));
            }
        }
        List<HTTPBackendRef> backends =
                Objects.requireNonNullElse(found.get().rule().getBackendRefs(), List.<HTTPBackendRef>of());
        long sum = 0;
        for (HTTPBackendRef backend : backends) {
            sum += weight(backend);
        }
        if (sum == 0) {
            return INVALID;
        }
        long drawn = random.between(1, sum);
        for (HTTPBackendRef backend : backends) {
            drawn -= weight(backend);
            if (drawn <= 0) {
                return to(backend, found.get().namespace(), random);
            }
        }
        throw new IllegalStateException("weights add up to less than their sum: " + backends);
    }

    /** All requests of a load fall under the same rule, until the routes change. */
    private Optional<RouteTable.Found> found(String host, Load load) {
        if (lastTable != table || lastLoad != load || !lastHost.equals(host)) {
            lastFound = table.rule(host, load);
            lastTable = table;
            lastLoad = load;
            lastHost = host;
        }
        return lastFound;
    }

    private static long weight(HTTPBackendRef backend) {
        return Objects.requireNonNullElse(backend.getWeight(), 1);
    }

    private Hop to(HTTPBackendRef backend, String namespace, Randomness random) {
        boolean isService = Texts.isEmpty(backend.getGroup())
                && "Service".equals(Objects.requireNonNullElse(backend.getKind(), "Service"));
        // Another namespace needs a ReferenceGrant, which the simulated cluster does not have.
        boolean allowed =
                backend.getNamespace() == null || backend.getNamespace().equals(namespace);
        ServiceEndpoints behind = endpoints
                .getOrDefault(namespace + "/" + backend.getName(), Map.of())
                .get(Objects.requireNonNullElse(backend.getPort(), -1));
        if (!isService || !allowed || behind == null) {
            return INVALID;
        }
        List<Backend> ready = behind.ready();
        return ready.isEmpty() ? NOT_READY : new Hop.Forwarded(ready.get((int) random.between(0, ready.size() - 1)));
    }
}
