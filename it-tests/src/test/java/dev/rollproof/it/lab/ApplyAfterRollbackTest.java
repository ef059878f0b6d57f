// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lab;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.RealKubernetes;
import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A rollback leaves nothing behind that fights the next apply, by whichever way people apply. */
@ExtendWith(RealKubernetes.class)
class ApplyAfterRollbackTest {
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofSeconds(90));

    private final String namespace = "apply-" + UUID.randomUUID().toString().substring(0, 8);
    private Cluster cluster;
    private RealKubernetes kubernetes;

    @BeforeEach
    void take(Cluster given, RealKubernetes real) {
        cluster = given;
        kubernetes = real;
        cluster.create(
                new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build(),
                WriteOptions.defaults());
    }

    @AfterEach
    void close() {
        cluster.delete(Namespace.class, "", namespace, DeleteOptions.defaults());
        cluster.close();
    }

    private String manifest(String image, String variable) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s}
                spec:
                  replicas: 2
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                        - name: web
                          image: %s
                          imagePullPolicy: IfNotPresent
                          env: [{name: %s, value: "1"}]
                          readinessProbe: {periodSeconds: 1, httpGet: {path: /ready, port: 8080}}
                """.formatted(namespace, image, variable);
    }

    private ObjectRef clock() {
        return new ObjectRef("Deployment", namespace, "clock");
    }

    private Deployment current() {
        return cluster.get(Deployment.class, namespace, "clock").orElseThrow();
    }

    private void verified() throws InterruptedException {
        RolloutVerifier.on(cluster).with(OPTIONS).verify(clock()).orElseThrow();
    }

    private void rollBack() throws InterruptedException {
        RollbackResult result = Rollback.rollBack().run(cluster, clock(), OPTIONS);
        assertThat(result.timeToRestore()).as(result.inWords()).isPresent();
        assertThat(((RollbackResult.Restored) result).notes()).isEmpty();
        isBackAt("clock:1.0", "OLD");
        assertThat(current().getMetadata().getManagedFields())
                .extracting(ManagedFieldsEntry::getManager)
                .doesNotContain("rollproof-rollback");
    }

    private void isBackAt(String image, String variable) {
        var template = current().getSpec().getTemplate();
        assertThat(template.getSpec().getContainers().get(0).getImage()).isEqualTo(image);
        assertThat(variables()).containsExactly(variable);
        assertThat(template.getMetadata().getLabels()).doesNotContainKey("pod-template-hash");
    }

    private List<String> variables() {
        return current().getSpec().getTemplate().getSpec().getContainers().get(0).getEnv().stream()
                .map(EnvVar::getName)
                .toList();
    }

    private Deployment serverSide(String manager, String image, String variable) {
        return cluster.apply(
                Yaml.read(Deployment.class, manifest(image, variable)),
                WriteOptions.defaults().withFieldManager(manager).withoutForce());
    }

    private void kubectlApply(String image, String variable) {
        kubernetes.run("sh", "-c", "kubectl apply -f - <<'END'\n" + manifest(image, variable) + "END\n");
    }

    @Test
    void serverSideApplyHasNoConflictAndTakesOutWhatIsNoLongerInTheManifest() throws InterruptedException {
        serverSide("kubectl", "clock:1.0", "OLD");
        verified();
        Rollback.rollBack().before(cluster, clock());
        serverSide("kubectl", "clock:never", "NEW");
        rollBack();
        // The one that failed once more, as far as to be accepted, and then a good one.
        serverSide("kubectl", "clock:never", "NEW");
        serverSide("kubectl", "clock:1.1", "NEW");
        verified();
        isBackAt("clock:1.1", "NEW");
    }

    @Test
    void ourOwnNextApplyHasNoConflictEither() throws InterruptedException {
        Rollout.of(manifest("clock:1.0", "OLD"))
                .with(OPTIONS)
                .orElse(Rollback.rollBack())
                .run(cluster)
                .orElseThrow();
        Verdict verdict = Rollout.of(manifest("clock:broken", "NEW"))
                .with(OPTIONS)
                .orElse(Rollback.rollBack())
                .run(cluster);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().rollback().orElseThrow().timeToRestore()).isPresent();
        isBackAt("clock:1.0", "OLD");
        serverSide("rollproof", "clock:1.1", "NEW");
        verified();
        isBackAt("clock:1.1", "NEW");
    }

    @Test
    void clientSideApplyTakesOutWhatOnlyTheTemplateThatIsBackHas() throws InterruptedException {
        kubectlApply("clock:1.0", "OLD");
        verified();
        Rollback.rollBack().before(cluster, clock());
        kubectlApply("clock:never", "NEW");
        rollBack();
        assertThat(current().getMetadata().getAnnotations().get("kubectl.kubernetes.io/last-applied-configuration"))
                .contains("clock:1.0")
                .contains("OLD")
                .doesNotContain("clock:never")
                .doesNotContain("NEW");
        kubectlApply("clock:1.1", "NEW");
        verified();
        isBackAt("clock:1.1", "NEW");
    }

    /** The same with kubectl's undo shows what there is to be clean of. */
    @Test
    void anUndoLeavesAStaleAnnotationSoThatAFieldStaysForEver() throws InterruptedException {
        kubectlApply("clock:1.0", "OLD");
        verified();
        kubectlApply("clock:1.1", "NEW");
        verified();
        kubernetes.run("kubectl", "-n", namespace, "rollout", "undo", "deployment/clock");
        assertThat(current().getMetadata().getAnnotations().get("kubectl.kubernetes.io/last-applied-configuration"))
                .contains("clock:1.1");
        kubectlApply("clock:1.2", "OTHER");
        assertThat(variables()).contains("OLD");
    }
}
