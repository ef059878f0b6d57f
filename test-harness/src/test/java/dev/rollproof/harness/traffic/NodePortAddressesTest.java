// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodePortAddressesTest {
    private static final Load LOAD = Load.of("default", "clock");

    private final SimulatedCluster cluster = SimulatedCluster.create();
    private final NodePortAddresses addresses = new NodePortAddresses(cluster, port -> "127.0.0.1:" + (port + 1));

    private void serve(String type) {
        Service service = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("clock")
                .endMetadata()
                .withNewSpec()
                .withType(type)
                .addToSelector("app", "clock")
                .addNewPort()
                .withName("web")
                .withPort(80)
                .withNodePort("NodePort".equals(type) ? 30_080 : null)
                .endPort()
                .addNewPort()
                .withName("admin")
                .withPort(81)
                .withNodePort("NodePort".equals(type) ? 30_181 : null)
                .endPort()
                .endSpec()
                .build();
        cluster.create(service, WriteOptions.defaults());
    }

    @Test
    void aLoadGoesToTheNodePortOfItsPort() {
        serve("NodePort");
        assertThat(addresses.apply(LOAD)).hasToString("/127.0.0.1:30081");
        assertThat(addresses.apply(LOAD.withPort(81))).hasToString("/127.0.0.1:30182");
    }

    @Test
    void aNodesAddressIsFoundInTheCluster() {
        serve("NodePort");
        NodePortAddresses onANode = NodePortAddresses.onANodeOf(cluster);
        addresses(new NodeAddress("node-0", "Hostname"));
        assertThatThrownBy(() -> onANode.apply(LOAD))
                .hasMessageEndingWith("has an address; say yourself where its node ports answer");
        addresses(new NodeAddress("192.0.2.7", "InternalIP"), new NodeAddress("node-0", "Hostname"));
        assertThat(onANode.apply(LOAD)).hasToString("/192.0.2.7:30080");
        addresses(new NodeAddress("192.0.2.7", "InternalIP"), new NodeAddress("198.51.100.7", "ExternalIP"));
        assertThat(onANode.apply(LOAD)).hasToString("/198.51.100.7:30080");
    }

    private void addresses(NodeAddress... addresses) {
        Node node = cluster.get(Node.class, "", "node-0").orElseThrow();
        node.getStatus().setAddresses(List.of(addresses));
        cluster.replaceStatus(node, WriteOptions.defaults());
    }

    @Test
    void whatCannotBeReachedIsToldInASentence() {
        assertThatThrownBy(() -> addresses.apply(LOAD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Service/clock in default does not exist; create it before you send to it");
        serve("ClusterIP");
        assertThatThrownBy(() -> addresses.apply(LOAD))
                .hasMessage(
                        "Service/clock in default is of type ClusterIP, which nothing outside of the cluster reaches;"
                                + " set its type to NodePort");
        assertThatThrownBy(() -> addresses.apply(LOAD.withPort(8080)))
                .hasMessage("Service/clock in default has no port 8080; it has [80, 81]");
        assertThatThrownBy(() -> addresses.apply(Load.ofHost("clock.example.com")))
                .hasMessage(
                        "where the gateway of http://clock.example.com answers no node can say; send with HttpTraffic.to(load"
                                + " -> …), which is told its address");
    }
}
