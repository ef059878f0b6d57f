// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The columns of Services, and of the EndpointSlices behind them. */
final class ServiceColumns {
    private static final String NONE = "<none>";
    private static final int MOST_SHOWN = 3;

    private ServiceColumns() {}

    static List<Column<Service>> of(Column<Service> name, Column<Service> age) {
        return List.of(
                name,
                Column.text("Type", service -> service.getSpec().getType()),
                Column.text(
                        "Cluster-IP",
                        service -> Columns.orNone(service.getSpec().getClusterIP())),
                Column.text("External-IP", ServiceColumns::external),
                Column.text("Port(s)", ServiceColumns::ports),
                age,
                Column.wide("Selector", service -> labels(service.getSpec().getSelector())));
    }

    private static String external(Service service) {
        List<String> all =
                new ArrayList<>(Objects.requireNonNullElse(service.getSpec().getExternalIPs(), List.of()));
        String type = Objects.requireNonNullElse(service.getSpec().getType(), "");
        if (type.equals("ExternalName")) {
            return Columns.orNone(service.getSpec().getExternalName());
        }
        if (type.equals("LoadBalancer") && all.isEmpty()) {
            return "<pending>";
        }
        return all.isEmpty() ? NONE : String.join(",", all);
    }

    private static String ports(Service service) {
        List<ServicePort> ports = Objects.requireNonNullElse(service.getSpec().getPorts(), List.of());
        return ports.isEmpty()
                ? NONE
                : ports.stream()
                        .map(port -> port.getPort()
                                + (Columns.zero(port.getNodePort()) == 0 ? "" : ":" + port.getNodePort())
                                + "/" + Objects.requireNonNullElse(port.getProtocol(), "TCP"))
                        .collect(Collectors.joining(","));
    }

    private static String labels(@Nullable Map<String, String> labels) {
        return labels == null || labels.isEmpty()
                ? NONE
                : new TreeMap<>(labels)
                        .entrySet().stream()
                                .map(label -> label.getKey() + "=" + label.getValue())
                                .collect(Collectors.joining(","));
    }

    static List<Column<EndpointSlice>> ofSlices(Column<EndpointSlice> name, Column<EndpointSlice> age) {
        return List.of(
                name,
                Column.text("AddressType", EndpointSlice::getAddressType),
                Column.text("Ports", ServiceColumns::slicePorts),
                Column.text("Endpoints", ServiceColumns::endpoints),
                age);
    }

    private static String slicePorts(EndpointSlice slice) {
        List<EndpointPort> ports = Objects.requireNonNullElse(slice.getPorts(), List.of());
        return ports.isEmpty()
                ? "<unset>"
                : shown(ports.stream()
                        .map(port -> port.getPort() == null ? "*" : String.valueOf(port.getPort()))
                        .toList());
    }

    private static String endpoints(EndpointSlice slice) {
        List<String> addresses = new ArrayList<>();
        for (Endpoint endpoint : Objects.requireNonNullElse(slice.getEndpoints(), List.<Endpoint>of())) {
            addresses.addAll(Objects.requireNonNullElse(endpoint.getAddresses(), List.of()));
        }
        return addresses.isEmpty() ? "<unset>" : shown(addresses);
    }

    private static String shown(List<String> all) {
        return all.size() <= MOST_SHOWN
                ? String.join(",", all)
                : String.join(",", all.subList(0, MOST_SHOWN)) + " + " + (all.size() - MOST_SHOWN) + " more...";
    }
}
