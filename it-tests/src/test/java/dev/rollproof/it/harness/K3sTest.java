// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.harness.Waiting;
import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** What the harness promises of a real Kubernetes. */
@Tag("k3s")
@ClusterTest(ClusterKind.K3S)
class K3sTest {
    private static final Set<Integer> PORTS_OF_ONE_CLUSTER = ConcurrentHashMap.newKeySet();

    @Test
    void aTestGetsAClientOfItsNamespaceWhichIsReadyForPods(
            KubernetesClient client, TestNamespace namespace, Cluster cluster) {
        assertThat(client.getNamespace()).isEqualTo(namespace.name());
        assertThat(client.serviceAccounts().list().getItems())
                .extracting(account -> account.getMetadata().getName())
                .contains("default");
        assertThat(cluster.get(ServiceAccount.class, namespace.name(), "default"))
                .isPresent();
    }

    @Test
    void thereIsOneClusterForAllTests(K3s k3s, Cluster cluster) {
        PORTS_OF_ONE_CLUSTER.add(k3s.client().getMasterUrl().getPort());
        assertThat(PORTS_OF_ONE_CLUSTER).hasSize(1);
        assertThat(cluster.description())
                .contains(":" + PORTS_OF_ONE_CLUSTER.iterator().next());
    }

    @Test
    void aCommandThatFailsIsToldWithItsOutput(K3s k3s) {
        assertThat(k3s.exec("echo", "hello")).isEqualTo("hello\n");
        assertThatThrownBy(() -> k3s.exec("sh", "-c", "echo no such thing >&2; exit 3"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("exited with 3: no such thing");
    }

    @Test
    void aTarThatIsNotThereIsNamed(K3s k3s) {
        assertThatThrownBy(() -> k3s.loadImage(Path.of("no-such.tar")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the image's tar no-such.tar cannot be read; name one that exists");
    }

    /** The kubelet's port stands for a node port: both are the node's own. */
    @Test
    void theNodesAddressIsReachable(K3s k3s) throws IOException {
        String[] address = k3s.nodePort(10250).split(":");
        try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
            assertThat(socket.isConnected()).isTrue();
        }
    }

    /** Left to choose, and run on the cluster of a kubeconfig; by the test below only. */
    @ClusterTest
    static class OfAKubeconfig {
        @Test
        void aPodPrintsAndTheTestFails(Cluster cluster, TestNamespace namespace) {
            cluster.create(Yaml.read(Pod.class, """
                            apiVersion: v1
                            kind: Pod
                            metadata: {name: talks, namespace: %s}
                            spec:
                              restartPolicy: Never
                              containers:
                              - {name: main, image: "harness/busybox:1", command: [sh, -c, echo what a pod says]}
                            """.formatted(namespace)), WriteOptions.defaults());
            Waiting.on(cluster)
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            "the pod has ended, and an event says that it was started",
                            () -> cluster.get(Pod.class, namespace.name(), "talks")
                                            .orElseThrow()
                                            .getStatus()
                                            .getPhase()
                                            .equals("Succeeded")
                                    && cluster.list(Query.of(Event.class).inNamespace(namespace.name())).stream()
                                            .anyMatch(event -> event.getReason().equals("Started")));
            throw new AssertionError("on purpose, in " + namespace);
        }
    }

    @Test
    void theKubeconfigsClusterIsUsedWhenAskedForAndFailuresSaveLogs(K3s k3s, Cluster cluster, @TempDir Path folder)
            throws IOException {
        k3s.loadImage(Busybox.tar(k3s, folder));
        Path config = Files.writeString(folder.resolve("config"), k3s.kubeconfig());
        Events tests = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(OfAKubeconfig.class))
                .configurationParameter("rollproof.cluster", "kubeconfig")
                .configurationParameter("rollproof.kubeconfig", config.toString())
                .configurationParameter(
                        "rollproof.artifacts", folder.resolve("saved").toString())
                .execute()
                .testEvents();
        tests.assertStatistics(statistics -> statistics.started(1).failed(1));
        Path saved = only(folder.resolve("saved"));
        assertThat(saved.resolve("logs/talks-main.log")).hasContent("what a pod says");
        assertThat(saved.resolve("objects.yaml")).content().contains("name: \"talks\"");
        assertThat(saved.resolve("events.txt")).content().contains(" Started Pod/talks");
        assertThat(saved.resolve("watch.jsonl")).content().contains("Succeeded");
        assertThat(namespacesOf("of-akubeconfig", cluster))
                .as("those that are not on their way out")
                .isEmpty();
    }

    private static List<String> namespacesOf(String test, Cluster cluster) {
        return cluster.list(Query.of(Namespace.class)).stream()
                .filter(namespace -> namespace.getMetadata().getDeletionTimestamp() == null)
                .map(namespace -> namespace.getMetadata().getName())
                .filter(name -> name.startsWith(test))
                .toList();
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }
}
