// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigTest {
    private static final String CONFIG = """
            apiVersion: v1
            kind: Config
            current-context: one
            clusters:
              - {name: here, cluster: {server: "http://127.0.0.1:9"}}
            contexts:
              - {name: one, context: {cluster: here, user: me, namespace: shop}}
              - {name: two, context: {cluster: here, user: me}}
            users:
              - {name: me, user: {token: secret}}
            """;

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("config"), text);
    }

    private static void isRefused(Path file, Optional<String> context, String sentence) {
        assertThatThrownBy(() -> KubernetesCluster.connect(Optional.of(file), context))
                .isInstanceOf(KubeconfigException.class)
                .hasMessage(sentence);
    }

    @Test
    void theContextsNamespaceIsTheDefault() throws IOException {
        try (KubernetesCluster one = KubernetesCluster.connect(Optional.of(file(CONFIG)), Optional.empty());
                KubernetesCluster two = KubernetesCluster.connect(Optional.of(file(CONFIG)), Optional.of("two"))) {
            assertThat(one.defaultNamespace()).isEqualTo("shop");
            assertThat(two.defaultNamespace()).isEqualTo("default");
        }
    }

    @Test
    void aServerThatIsNotThereIsUnreachableAtOnce() throws IOException {
        try (KubernetesCluster cluster = KubernetesCluster.connect(Optional.of(file(CONFIG)), Optional.empty())) {
            assertThatThrownBy(() -> cluster.get(Pod.class, "shop", "clock"))
                    .isInstanceOfSatisfying(ClusterException.class, e -> {
                        assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE);
                        assertThat(e)
                                .hasMessage("the cluster at http://127.0.0.1:9/ cannot be reached: connection refused");
                    });
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws IOException {
        Path missing = folder.resolve("nothere");
        isRefused(missing, Optional.empty(), "kubeconfig " + missing + " does not exist; name one that does");
        isRefused(folder, Optional.empty(), "kubeconfig " + folder + " cannot be read: it is a directory");
        Path text = file("hello\n");
        isRefused(
                text,
                Optional.empty(),
                "kubeconfig " + text + " is none: it has no clusters; name a file that kubectl can use");
        Path broken = file("a: [\n");
        assertThatThrownBy(() -> KubernetesCluster.connect(Optional.of(broken), Optional.empty()))
                .isInstanceOf(KubeconfigException.class)
                .hasMessageStartingWith("kubeconfig " + broken + " is not valid YAML: ");
    }

    @Test
    void contextsThatAreNotThereAreNamedWithThoseThatAre() throws IOException {
        Path file = file(CONFIG);
        isRefused(file, Optional.of("three"), file + " has no context \"three\"; it has one, two");
        Path undecided = file(CONFIG.replace("current-context: one\n", ""));
        isRefused(
                undecided,
                Optional.empty(),
                undecided + " has no current context; choose one with --context: one, two");
    }
}
