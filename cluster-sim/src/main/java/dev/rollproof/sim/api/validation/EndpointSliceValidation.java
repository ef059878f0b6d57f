// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHints;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForNode;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rules for EndpointSlices that clients write. Source: pkg/apis/discovery/validation. */
final class EndpointSliceValidation {
    private static final List<String> ADDRESS_TYPES = List.of("FQDN", "IPv4", "IPv6");
    private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
    private static final int MOST_ENDPOINTS = 1000;
    private static final int MOST_PORTS = 20_000;
    private static final int MOST_ADDRESSES = 100;
    private static final int MOST_HINTS = 8;

    private final int minor;
    private final FieldErrors errors;
    private String addressType = "";

    /** @param minor the minor version of Kubernetes whose rules are played */
    EndpointSliceValidation(int minor, FieldErrors errors) {
        this.minor = minor;
        this.errors = errors;
    }

    void validate(EndpointSlice slice) {
        addressType = Texts.orEmpty(slice.getAddressType());
        if (addressType.isEmpty()) {
            errors.declared().required("addressType");
        } else if (!ADDRESS_TYPES.contains(addressType)) {
            errors.declared().notSupported("addressType", addressType, ADDRESS_TYPES);
        }
        ports(Lists.orEmpty(slice.getPorts()));
        List<Endpoint> endpoints = Lists.orEmpty(slice.getEndpoints());
        if (endpoints.size() > MOST_ENDPOINTS) {
            errors.tooMany("endpoints", endpoints.size(), MOST_ENDPOINTS);
            return;
        }
        for (int i = 0; i < endpoints.size(); i++) {
            endpoint(endpoints.get(i), "endpoints[" + i + "]");
        }
    }

    private void ports(List<EndpointPort> ports) {
        if (ports.size() > MOST_PORTS) {
            errors.tooMany("ports", ports.size(), MOST_PORTS);
            return;
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            EndpointPort port = ports.get(i);
            String at = "ports[" + i + "]";
            String name = Texts.orEmpty(port.getName());
            if (!name.isEmpty()) {
                Names.label(name).forEach(wrong -> errors.invalid(at + ".name", name, wrong));
            }
            if (!names.add(name)) {
                errors.duplicate(at + ".name", name);
            }
            if (!PROTOCOLS.contains(Texts.orEmpty(port.getProtocol()))) {
                errors.notSupported(at + ".protocol", Texts.orEmpty(port.getProtocol()), PROTOCOLS);
            }
            named(port.getAppProtocol(), Names::qualifiedName, at + ".appProtocol");
        }
    }

    private void endpoint(Endpoint endpoint, String path) {
        List<String> addresses = Lists.orEmpty(endpoint.getAddresses());
        String of = path + ".addresses";
        if (addresses.isEmpty() && minor < 35) {
            errors.required(of, "must contain at least 1 address");
        } else if (addresses.isEmpty()) {
            errors.declared().required(of);
        } else if (addresses.size() > MOST_ADDRESSES) {
            errors.declared().tooMany(of, addresses.size(), MOST_ADDRESSES);
        }
        for (int i = 0; i < addresses.size(); i++) {
            address(addresses.get(i), of, of + "[" + i + "]");
        }
        named(endpoint.getNodeName(), Names::subdomain, path + ".nodeName");
        named(endpoint.getHostname(), Names::label, path + ".hostname");
        if (endpoint.getHints() != null) {
            hints(endpoint.getHints(), path + ".hints");
        }
    }

    private void named(@Nullable String value, Function<String, List<String>> rule, String path) {
        if (value != null) {
            rule.apply(value).forEach(wrong -> errors.invalid(path, value, wrong));
        }
    }

    /** @param all where the addresses are, which is where one of the wrong kind is reported */
    private void address(String value, String all, String path) {
        switch (addressType) {
            case "IPv4", "IPv6" -> {
                boolean six = addressType.equals("IPv6");
                int before = errors.count();
                // Newer addresses were read strictly here from the beginning.
                IpRules.address(path, value, six ? IpRules.STRICT_SINCE : minor, errors);
                if (errors.count() > before) {
                    return;
                }
                if (value.contains(":") != six) {
                    errors.invalid(all, value, "must be an " + addressType + " address");
                }
                IpRules.reachable(path, value, errors);
            }
            case "FQDN" -> domain(value, path);
            default -> {
                // Nobody knows what they should be.
            }
        }
    }

    private void domain(String value, String path) {
        if (value.isEmpty()) {
            errors.required(path);
            return;
        }
        String name = value.endsWith(".") ? value.substring(0, value.length() - 1) : value;
        List<String> wrong = Names.subdomain(name);
        if (!wrong.isEmpty()) {
            errors.invalid(path, name, String.join(",", wrong));
        } else if (!name.contains(".")) {
            errors.invalid(path, name, "should be a domain with at least two segments separated by dots");
        }
    }

    private void hints(EndpointHints hints, String path) {
        List<ForZone> zones = Lists.orEmpty(hints.getForZones());
        List<ForNode> nodes = Lists.orEmpty(hints.getForNodes());
        each(zones.stream().map(ForZone::getName).toList(), Names::labelValue, path + ".forZones");
        each(nodes.stream().map(ForNode::getName).toList(), Names::subdomain, path + ".forNodes");
    }

    private void each(List<@Nullable String> names, Function<String, List<String>> rule, String path) {
        if (names.size() > MOST_HINTS) {
            errors.tooMany(path, names.size(), MOST_HINTS);
            return;
        }
        Set<String> known = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = Texts.orEmpty(names.get(i));
            String at = path + "[" + i + "].name";
            if (!known.add(name)) {
                errors.duplicate(at, name);
            }
            named(name, rule, at);
        }
    }
}
