// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.harness.Waiting;
import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Least privilege: what a verification may do, it is given by name. The Role that the README shows is enough, and nothing in it
 * is too much: each right that is taken away is missed, and named in one sentence.
 *
 * <p>On a real cluster only: the simulated one lets everybody do everything.
 */
@Tag("k3s")
class LeastPrivilegeLesson {
    private static final Path README = Path.of("..", "README.md");

    @RegisterExtension
    static final ClusterExtension KUBERNETES =
            ClusterExtension.builder().on(ClusterKind.K3S).build();

    /** All kinds are observed in the same way: of these, one right each stands for the others. */
    private static final Map<String, String> FOR_ALL_KINDS = Map.of("statefulsets", "list", "daemonsets", "get");

    private K3s k3s;
    private Cluster cluster;
    private TestNamespace namespace;
    private KubernetesClient administrator;

    /** One right: to do something with one kind. */
    record Right(String resource, String verb) {
        @Override
        public String toString() {
            return verb + " " + resource;
        }
    }

    static Stream<Right> rights() throws IOException {
        List<Right> rights = new ArrayList<>();
        for (PolicyRule rule : role().getRules()) {
            for (String resource : rule.getResources()) {
                rule.getVerbs().stream()
                        .filter(verb ->
                                FOR_ALL_KINDS.getOrDefault(resource, verb).equals(verb))
                        .forEach(verb -> rights.add(new Right(resource, verb)));
            }
        }
        return rights.stream();
    }

    private static Role role() throws IOException {
        Matcher block = Pattern.compile("```yaml\n([^`]*kind: Role\n[^`]*)```").matcher(Files.readString(README));
        assertThat(block.find()).as("the README shows a Role").isTrue();
        return Yaml.read(Role.class, block.group(1));
    }

    @BeforeEach
    void loadImages() throws InterruptedException {
        Clock.loadInto(k3s);
    }

    @Test
    void theRoleOfTheReadmeIsEnough() throws IOException, InterruptedException {
        try (KubernetesCluster limited = limitedBy(role())) {
            for (String resource : List.of("deployments", "statefulsets", "daemonsets")) {
                Verdict verdict = verify(limited, resource);
                assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
                assertThat(verdict.evidence().unseen()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rights")
    void eachRightThatIsMissingIsNamedInOneSentence(Right missing) throws IOException, InterruptedException {
        Role less = role();
        List<PolicyRule> rules = new ArrayList<>();
        for (PolicyRule rule : less.getRules()) {
            for (String resource : rule.getResources()) {
                List<String> verbs = new ArrayList<>(rule.getVerbs());
                if (resource.equals(missing.resource())) {
                    verbs.remove(missing.verb());
                }
                rules.add(new PolicyRule(rule.getApiGroups(), null, null, List.of(resource), verbs));
            }
        }
        less.setRules(rules);
        try (KubernetesCluster limited = limitedBy(less)) {
            String told = told(limited, missing.resource());
            System.out.println("LeastPrivilegeLesson on Kubernetes: without the right to " + missing + ": " + told);
            assertThat(told)
                    .contains(missing.verb())
                    .contains("\"" + missing.resource() + "\"")
                    .doesNotContain("\n");
        }
    }

    /** What the verification says is missing. */
    private String told(Cluster limited, String resource) throws InterruptedException {
        try {
            Verdict verdict = verify(limited, resource);
            return verdict.evidence().unseen().isEmpty()
                    ? verdict.summary()
                    : String.join(" ", verdict.evidence().unseen());
        } catch (ClusterException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    /** A rollout that takes some seconds, so that everything is looked for: of a Deployment, if no other kind is meant. */
    private Verdict verify(Cluster limited, String resource) throws InterruptedException {
        Clock clock = Clock.in(namespace.name()).replicas(1).readyAfter(ofSeconds(1));
        HasMetadata workload = switch (resource) {
            case "statefulsets" -> StatefulSetLesson.of(clock);
            case "daemonsets" -> DaemonSetLesson.of(clock);
            default -> clock.deployment();
        };
        cluster.apply(workload, WriteOptions.defaults());
        return RolloutVerifier.on(limited)
                .with(VerifierOptions.defaults().withTimeout(ofSeconds(20)))
                .verify(Observed.metadata(workload).ref());
    }

    /** A cluster as somebody sees it who has this Role in the test's namespace, and no other right. */
    private KubernetesCluster limitedBy(Role role) {
        String name = "verifier";
        administrator
                .serviceAccounts()
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace.name())
                        .endMetadata()
                        .build())
                .create();
        role.getMetadata().setNamespace(namespace.name());
        administrator.rbac().roles().resource(role).create();
        administrator
                .rbac()
                .roleBindings()
                .resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace.name())
                        .endMetadata()
                        .withNewRoleRef(
                                "rbac.authorization.k8s.io",
                                "Role",
                                role.getMetadata().getName())
                        .addNewSubject()
                        .withKind("ServiceAccount")
                        .withName(name)
                        .withNamespace(namespace.name())
                        .endSubject()
                        .build())
                .create();
        String token = administrator
                .serviceAccounts()
                .inNamespace(namespace.name())
                .withName(name)
                .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build())
                .getStatus()
                .getToken();
        Config all = Config.fromKubeconfig(k3s.kubeconfig());
        KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl(all.getMasterUrl())
                        .withCaCertData(all.getCaCertData())
                        .withOauthToken(token)
                        .build())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
        awaitRights(client, role);
        return KubernetesCluster.over(client);
    }

    /** A Role takes effect a moment after it is written: one right of it is there when all are. */
    private void awaitRights(KubernetesClient client, Role role) {
        Waiting.on(cluster).until("the Role counts", () -> {
            try {
                for (PolicyRule rule : role.getRules()) {
                    if (rule.getResources().contains("pods") && rule.getVerbs().contains("list")) {
                        client.pods().inNamespace(namespace.name()).list();
                    } else if (rule.getResources().contains("deployments")
                            && rule.getVerbs().contains("list")) {
                        client.apps()
                                .deployments()
                                .inNamespace(namespace.name())
                                .list();
                    }
                }
                return true;
            } catch (io.fabric8.kubernetes.client.KubernetesClientException notYet) {
                return false;
            }
        });
    }
}
