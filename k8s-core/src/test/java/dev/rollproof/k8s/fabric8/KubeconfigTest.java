// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void aContextWhoseClusterOrUserIsNotThereIsRefusedWithItsName() throws IOException {
        Path file = file(CONFIG.replace("cluster: here, user: me}", "cluster: there, user: you}"));
        isRefused(
                file,
                Optional.of("two"),
                file
                        + " has no cluster \"there\", which context \"two\" names; correct the context, or choose another with"
                        + " --context");
        Path nobody = file(CONFIG.replace("users:\n  - {name: me", "users:\n  - {name: someone"));
        isRefused(
                nobody,
                Optional.empty(),
                nobody + " has no user \"me\", which context \"one\" names; correct the context, or choose another with"
                        + " --context");
        Path elsewhere = file(CONFIG.replace("current-context: one", "current-context: nine"));
        isRefused(
                elsewhere,
                Optional.empty(),
                elsewhere + " has no context \"nine\", which is the current one; choose one with --context: one, two");
    }

    @Test
    void aHostThatIsNotKnownIsNoRefusedConnection() throws IOException {
        Path file = file(CONFIG.replace("127.0.0.1:9", "no-such-host.invalid:9"));
        try (KubernetesCluster cluster = KubernetesCluster.connect(Optional.of(file), Optional.empty())) {
            assertThatThrownBy(() -> cluster.get(Pod.class, "shop", "clock"))
                    .hasMessage("the cluster at http://no-such-host.invalid:9/ cannot be reached: its host name is not"
                            + " known");
        }
    }

    @Test
    void aListOfFilesIsReadAsOneAndTheFirstCounts() throws IOException {
        Path first =
                Files.writeString(Files.createDirectory(folder.resolve("a")).resolve("config"), """
                kind: Config
                current-context: ""
                contexts:
                - {name: three, context: {cluster: far, user: other, namespace: elsewhere}}
                clusters:
                - {name: far, cluster: {server: "https://192.0.2.1", certificate-authority: ca.pem}}
                """);
        Path second = file(CONFIG);
        Path third = Files.writeString(folder.resolve("users"), """
                users:
                - {name: other, user: {token: "007"}}
                - {name: me, user: {token: ignored}}
                """);
        List<Path> list = Kubeconfig.usualFiles(first
                + File.pathSeparator
                + folder.resolve("nothere")
                + File.pathSeparator
                + second
                + File.pathSeparator
                + third);
        Config current = Kubeconfig.config(list, Optional.empty());
        assertThat(current.getMasterUrl()).isEqualTo("http://127.0.0.1:9/");
        assertThat(current.getAutoOAuthToken()).isEqualTo("secret");
        Config chosen = Kubeconfig.config(list, Optional.of("three"));
        assertThat(chosen.getNamespace()).isEqualTo("elsewhere");
        assertThat(chosen.getAutoOAuthToken()).isEqualTo("007");
        assertThat(chosen.getCaCertFile())
                .isEqualTo(first.resolveSibling("ca.pem").toString());
    }

    @Test
    void whatAListLacksIsSaidWithAllItsFiles() throws IOException {
        Path one = file(CONFIG.replace("current-context: one\n", ""));
        Path empty = Files.writeString(folder.resolve("empty"), "");
        assertThatThrownBy(() -> Kubeconfig.config(List.of(empty, one), Optional.empty()))
                .hasMessage(empty + ", " + one + " have no current context; choose one with --context: one, two");
        assertThatThrownBy(() -> Kubeconfig.config(List.of(empty, one), Optional.of("three")))
                .hasMessage(empty + ", " + one + " have no context \"three\"; they have one, two");
        Path text = Files.writeString(folder.resolve("text"), "hello");
        assertThatThrownBy(() -> Kubeconfig.config(List.of(one, text), Optional.empty()))
                .hasMessage("kubeconfig " + text + " is none: it has no clusters; take it out of KUBECONFIG");
        assertThatThrownBy(() -> Kubeconfig.config(List.of(empty, empty), Optional.empty()))
                .hasMessage("kubeconfig files " + empty + ", " + empty
                        + " have no clusters; name a file that kubectl can use");
    }

    @Test
    void withoutAListTheFileIsTheOneInTheHome() {
        for (String variable : new String[] {null, "", " ", File.pathSeparator}) {
            assertThat(Kubeconfig.usualFiles(variable))
                    .singleElement()
                    .asString()
                    .endsWith(Path.of(".kube", "config").toString());
        }
    }
}
