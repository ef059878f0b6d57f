// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.NamespaceController;
import dev.rollproof.sim.controllers.NodeConditions;
import dev.rollproof.sim.kubelet.Kubelets;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is in a cluster when it starts. */
final class Bootstrap {
    private Bootstrap() {}

    static Node node(String name, String cpu, String memory, int pods) {
        Map<String, Quantity> capacity = Map.of(
                "cpu", Quantity.parse(cpu),
                "memory", Quantity.parse(memory),
                "pods", new Quantity(Integer.toString(pods)),
                "ephemeral-storage", Quantity.parse("100Gi"));
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations("node.alpha.kubernetes.io/ttl", "0")
                .addToAnnotations("volumes.kubernetes.io/controller-managed-attach-detach", "true")
                .addToLabels("beta.kubernetes.io/os", "linux")
                .addToLabels("beta.kubernetes.io/arch", "amd64")
                .addToLabels("kubernetes.io/hostname", name)
                .addToLabels("kubernetes.io/os", "linux")
                .addToLabels("kubernetes.io/arch", "amd64")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .withCapacity(capacity)
                .withAllocatable(capacity)
                .addNewAddress()
                .withType("Hostname")
                .withAddress(name)
                .endAddress()
                .endStatus()
                .build();
    }

    static void fill(ApiServer api, String minor, List<Node> nodes) {
        for (String name : List.of("default", "kube-node-lease", "kube-public", "kube-system")) {
            Namespace namespace = new NamespaceBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .addToLabels("kubernetes.io/metadata.name", name)
                    .endMetadata()
                    .withNewSpec()
                    .withFinalizers("kubernetes")
                    .endSpec()
                    .withNewStatus()
                    .withPhase("Active")
                    .endStatus()
                    .build();
            api.create(ResourceType.NAMESPACES, namespace);
            NamespaceController.furnish(api, name);
        }
        for (int i = 0; i < nodes.size(); i++) {
            api.create(
                    ResourceType.NODES,
                    running(nodes.get(i), i, minor, api.timestamps().now()));
        }
    }

    /** A node as its kubelet has it: where it is, that it is well, and what it is, which is a simulation and says so. */
    private static Node running(Node node, int number, String minor, String now) {
        // Of the node's name alone: whoever has the same cluster has the same.
        String machine = UUID.nameUUIDFromBytes(node.getMetadata().getName().getBytes(StandardCharsets.UTF_8))
                .toString();
        return new NodeBuilder(node)
                .editStatus()
                .addToAddresses(0, new NodeAddress(Kubelets.address(number), "InternalIP"))
                .withConditions(NodeConditions.healthy(now))
                .withNewDaemonEndpoints()
                .withNewKubeletEndpoint(10250)
                .endDaemonEndpoints()
                .withNewNodeInfo()
                .withMachineID(machine.replace("-", ""))
                .withSystemUUID(machine)
                .withBootID(machine)
                .withKubeProxyVersion("")
                .withKubeletVersion("v" + minor + ".0")
                .withContainerRuntimeVersion("rollproof://simulated")
                .withOsImage("Rollproof (simulated)")
                .withKernelVersion("simulated")
                .withOperatingSystem("linux")
                .withArchitecture("amd64")
                .endNodeInfo()
                .endStatus()
                .build();
    }
}
