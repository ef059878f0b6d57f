// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node's columns. */
final class NodeColumns {
    private static final String UNKNOWN = "<unknown>";
    private static final String ROLE = "node-role.kubernetes.io/";

    private NodeColumns() {}

    static List<Column<Node>> of(Column<Node> name, Column<Node> age) {
        return List.of(
                name,
                Column.text("Status", NodeColumns::status),
                Column.text("Roles", NodeColumns::roles),
                age,
                Column.text("Version", node -> info(node, NodeSystemInfo::getKubeletVersion, "")),
                Column.wide("Internal-IP", node -> address(node, "InternalIP")),
                Column.wide("External-IP", node -> address(node, "ExternalIP")),
                Column.wide("OS-Image", node -> info(node, NodeSystemInfo::getOsImage, UNKNOWN)),
                Column.wide("Kernel-Version", node -> info(node, NodeSystemInfo::getKernelVersion, UNKNOWN)),
                Column.wide(
                        "Container-Runtime", node -> info(node, NodeSystemInfo::getContainerRuntimeVersion, UNKNOWN)));
    }

    private static String status(Node node) {
        List<NodeCondition> conditions =
                node.getStatus() == null || node.getStatus().getConditions() == null
                        ? List.of()
                        : node.getStatus().getConditions();
        String ready = "Unknown";
        for (NodeCondition condition : conditions) {
            if ("Ready".equals(condition.getType())) {
                ready = "True".equals(condition.getStatus()) ? "Ready" : "NotReady";
            }
        }
        boolean cordoned =
                node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable());
        return cordoned ? ready + ",SchedulingDisabled" : ready;
    }

    private static String roles(Node node) {
        TreeSet<String> roles = new TreeSet<>();
        Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.<String, String>of())
                .forEach((key, value) -> {
                    if (key.startsWith(ROLE) && key.length() > ROLE.length()) {
                        roles.add(key.substring(ROLE.length()));
                    } else if (key.equals("kubernetes.io/role") && !value.isEmpty()) {
                        roles.add(value);
                    }
                });
        return roles.isEmpty() ? "<none>" : String.join(",", roles);
    }

    private static String info(Node node, Function<NodeSystemInfo, @Nullable String> field, String otherwise) {
        String value = node.getStatus() == null || node.getStatus().getNodeInfo() == null
                ? null
                : field.apply(node.getStatus().getNodeInfo());
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private static String address(Node node, String type) {
        List<NodeAddress> addresses =
                node.getStatus() == null || node.getStatus().getAddresses() == null
                        ? List.of()
                        : node.getStatus().getAddresses();
        return addresses.stream()
                .filter(address -> type.equals(address.getType()))
                .map(NodeAddress::getAddress)
                .findFirst()
                .orElse("<none>");
    }
}
