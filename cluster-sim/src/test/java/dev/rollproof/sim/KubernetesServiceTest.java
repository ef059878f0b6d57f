// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is in a cluster before anybody came; that it is as on real ones, the contract says. */
class KubernetesServiceTest {
    private final SimulatedCluster cluster = SimulatedCluster.builder().nodes(3).build();

    @AfterEach
    void close() {
        cluster.close();
    }

    private boolean isThere(Class<? extends io.fabric8.kubernetes.api.model.HasMetadata> kind) {
        return cluster.get(kind, "default", "kubernetes").isPresent();
    }

    @Test
    void theServiceOfTheApiServerComesBackWithItsAddressWithinTenSeconds() {
        Service before = cluster.get(Service.class, "default", "kubernetes").orElseThrow();
        cluster.advance(Duration.ofSeconds(3));
        cluster.delete(Service.class, "default", "kubernetes", DeleteOptions.defaults());
        cluster.delete(EndpointSlice.class, "default", "kubernetes", DeleteOptions.defaults());
        assertThat(isThere(Service.class)).isFalse();
        assertThat(isThere(EndpointSlice.class)).isFalse();

        cluster.advance(Duration.ofSeconds(10));
        Service after = cluster.get(Service.class, "default", "kubernetes").orElseThrow();
        assertThat(after.getSpec()).isEqualTo(before.getSpec());
        assertThat(after.getMetadata().getUid())
                .isNotEqualTo(before.getMetadata().getUid());
        assertThat(isThere(EndpointSlice.class)).isTrue();
    }

    @Test
    void noControllerTouchesItsEndpoints() {
        cluster.advance(Duration.ofMinutes(5));
        assertThat(cluster.list(Query.of(EndpointSlice.class)))
                .singleElement()
                .satisfies(slice ->
                        assertThat(slice.getEndpoints().get(0).getAddresses()).containsExactly("192.0.2.1"));
    }

    @Test
    void anotherServiceIsNotGivenItsAddress() {
        for (int i = 0; i < 300; i++) {
            cluster.create(
                    Models.fromYaml(
                            "{apiVersion: v1, kind: Service, metadata: {name: s" + i
                                    + ", namespace: default}, spec: {ports: [{port: 80}]}}",
                            Service.class),
                    WriteOptions.defaults());
        }
        List<String> addresses = cluster.list(Query.of(Service.class)).stream()
                .map(service -> service.getSpec().getClusterIP())
                .toList();
        assertThat(addresses).doesNotHaveDuplicates().contains("10.96.0.1");
    }

    @Test
    void everyNodeHasAnAddressOfItsOwnWhichItsPodsTell() {
        List<String> addresses = cluster.list(Query.of(Node.class)).stream()
                .flatMap(node -> node.getStatus().getAddresses().stream())
                .filter(address -> address.getType().equals("InternalIP"))
                .map(NodeAddress::getAddress)
                .toList();
        assertThat(addresses).hasSize(3).doesNotHaveDuplicates();
        cluster.create(
                Models.fromYaml(
                        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: default},"
                                + " spec: {nodeName: node-2, containers: [{name: a, image: \"a:1\"}]}}",
                        Pod.class),
                WriteOptions.defaults());
        cluster.advance(Duration.ofSeconds(5));
        assertThat(cluster.get(Pod.class, "default", "a")
                        .orElseThrow()
                        .getStatus()
                        .getHostIP())
                .isEqualTo(addresses.get(2));
    }
}
