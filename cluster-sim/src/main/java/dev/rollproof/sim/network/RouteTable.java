// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.network;

import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Metadata;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPPathMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPQueryParamMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which rule of which HTTPRoute a request falls under, by the precedence of the Gateway API: the host's name, then an exact path,
 * the longest prefix, a method, the most headers, the most parameters, the oldest route, the first by name, the first rule. A path
 * by a regular expression comes after the prefixes; the API leaves that open. Requests are GET. A route without a parent is
 * attached to nothing. Immutable.
 */
final class RouteTable {
    /**
     * One match of one rule.
     *
     * @param hostname as the route names it; {@code ""} for all
     */
    private record Entry(String hostname, HTTPRouteMatch match, int order, Found found) {
        int exactHost() {
            return hostname.startsWith("*") ? 0 : hostname.length();
        }

        String pathType() {
            return Objects.requireNonNullElse(match.getPath().getType(), "PathPrefix");
        }

        int kindOfPath() {
            return pathType().equals("Exact") ? 2 : pathType().equals("PathPrefix") ? 1 : 0;
        }

        int pathLength() {
            return match.getPath().getValue().length();
        }

        int methods() {
            return match.getMethod() == null ? 0 : 1;
        }

        int headers() {
            return Lists.orEmpty(match.getHeaders()).size();
        }

        int parameters() {
            return Lists.orEmpty(match.getQueryParams()).size();
        }
    }

    /**
     * A rule that was found.
     *
     * @param namespace the route's, in which its backends are looked for
     */
    record Found(String namespace, HTTPRouteRule rule) {}

    private static final Comparator<Entry> PRECEDENCE = Comparator.comparing(Entry::exactHost)
            .thenComparing(entry -> entry.hostname().length())
            .thenComparing(Entry::kindOfPath)
            .thenComparing(Entry::pathLength)
            .thenComparing(Entry::methods)
            .thenComparing(Entry::headers)
            .thenComparing(Entry::parameters)
            .reversed()
            .thenComparing(Entry::order);

    private final List<Entry> entries;

    private RouteTable(List<Entry> entries) {
        this.entries = entries;
    }

    static RouteTable of(Collection<HTTPRoute> routes) {
        List<HTTPRoute> attached = routes.stream()
                .filter(route -> !Lists.orEmpty(route.getSpec().getParentRefs()).isEmpty())
                .sorted(Comparator.comparing(
                                (HTTPRoute route) -> route.getMetadata().getCreationTimestamp())
                        .thenComparing(Metadata::namespace)
                        .thenComparing(route -> route.getMetadata().getName()))
                .toList();
        List<Entry> entries = new ArrayList<>();
        for (HTTPRoute route : attached) {
            List<String> named = Lists.orEmpty(route.getSpec().getHostnames());
            List<String> hostnames = named.isEmpty() ? List.of("") : named;
            for (HTTPRouteRule rule : Lists.orEmpty(route.getSpec().getRules())) {
                Found found = new Found(Metadata.namespace(route), rule);
                for (HTTPRouteMatch match : Lists.orEmpty(rule.getMatches())) {
                    hostnames.forEach(hostname -> entries.add(new Entry(hostname, match, entries.size(), found)));
                }
            }
        }
        entries.sort(PRECEDENCE);
        return new RouteTable(List.copyOf(entries));
    }

    /** Whether any route is for this host. */
    boolean serves(String host) {
        return entries.stream().anyMatch(entry -> isFor(entry.hostname(), host));
    }

    /** The rule for the requests of a load to a host; empty where there is none. */
    Optional<Found> rule(String host, Load load) {
        int question = load.path().indexOf('?');
        String path = question < 0 ? load.path() : load.path().substring(0, question);
        String query = question < 0 ? "" : load.path().substring(question + 1);
        return entries.stream()
                .filter(entry -> isFor(entry.hostname(), host)
                        && matches(entry.match().getPath(), path)
                        && (entry.match().getMethod() == null
                                || entry.match().getMethod().equals("GET"))
                        && Lists.orEmpty(entry.match().getHeaders()).stream()
                                .allMatch(header -> matches(header, load.headers()))
                        && Lists.orEmpty(entry.match().getQueryParams()).stream()
                                .allMatch(parameter -> matches(parameter, query)))
                .map(Entry::found)
                .findFirst();
    }

    private static boolean isFor(String hostname, String host) {
        return hostname.isEmpty()
                || (hostname.startsWith("*.") ? host.endsWith(hostname.substring(1)) : host.equals(hostname));
    }

    /** A prefix matches whole elements: {@code /a} is one of {@code /a/b}, and not of {@code /ab}. */
    private static boolean matches(HTTPPathMatch wanted, String path) {
        String value = wanted.getValue();
        return switch (wanted.getType()) {
            case "Exact" -> path.equals(value);
            case "RegularExpression" -> Pattern.matches(value, path);
            default -> {
                String prefix = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
                yield path.equals(prefix) || path.startsWith(prefix + "/");
            }
        };
    }

    private static boolean matches(HTTPHeaderMatch wanted, Map<String, String> headers) {
        String value = headers.get(wanted.getName());
        return value != null && isValue(wanted.getType(), wanted.getValue(), value);
    }

    private static boolean matches(HTTPQueryParamMatch wanted, String query) {
        for (String parameter : query.split("&")) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : parameter.substring(equals + 1);
            if (name.equals(wanted.getName())) {
                return isValue(wanted.getType(), wanted.getValue(), value);
            }
        }
        return false;
    }

    private static boolean isValue(@Nullable String type, String wanted, String value) {
        return "RegularExpression".equals(type) ? Pattern.matches(wanted, value) : wanted.equals(value);
    }
}
