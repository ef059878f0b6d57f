// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.controllers.NamespaceController;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;

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
        for (Node node : nodes) {
            String now = api.timestamps().now();
            api.create(
                    ResourceType.NODES,
                    new NodeBuilder(node)
                            .editStatus()
                            .addNewCondition()
                            .withType("Ready")
                            .withStatus("True")
                            .withReason("KubeletReady")
                            .withMessage("kubelet is posting ready status")
                            .withLastHeartbeatTime(now)
                            .withLastTransitionTime(now)
                            .endCondition()
                            .withNewNodeInfo()
                            .withKubeletVersion("v" + minor + ".0")
                            .withOperatingSystem("linux")
                            .withArchitecture("amd64")
                            .endNodeInfo()
                            .endStatus()
                            .build());
        }
    }
}
