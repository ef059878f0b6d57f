// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.rollback;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.it.Yaml;
import dev.rollproof.it.contract.PageImages;
import dev.rollproof.k8s.Cluster;
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
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A rollback leaves nothing behind that fights the next apply, by whichever way people apply. */
@Tag("k3s")
@ClusterTest(ClusterKind.K3S)
class ApplyAfterRollbackTest {
    private static final VerifierOptions OPTIONS = VerifierOptions.defaults().withTimeout(ofSeconds(90));

    private String namespace;
    private Cluster cluster;
    private K3s k3s;

    @BeforeEach
    void take(Cluster givenCluster, TestNamespace givenNamespace, K3s givenK3s) {
        cluster = givenCluster;
        namespace = givenNamespace.name();
        k3s = givenK3s;
        PageImages.loadInto(k3s);
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
        isBackAt("page:1.0", "OLD");
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
        k3s.exec("sh", "-c", "kubectl apply -f - <<'END'\n" + manifest(image, variable) + "END\n");
    }

    @Test
    void serverSideApplyHasNoConflictAndTakesOutWhatIsNoLongerInTheManifest() throws InterruptedException {
        serverSide("kubectl", "page:1.0", "OLD");
        verified();
        Rollback.rollBack().before(cluster, clock());
        serverSide("kubectl", "page:never", "NEW");
        rollBack();
        // The one that failed once more, as far as to be accepted, and then a good one.
        serverSide("kubectl", "page:never", "NEW");
        serverSide("kubectl", "page:1.1", "NEW");
        verified();
        isBackAt("page:1.1", "NEW");
    }

    @Test
    void ourOwnNextApplyHasNoConflictEither() throws InterruptedException {
        Rollout.of(manifest("page:1.0", "OLD"))
                .with(OPTIONS)
                .orElse(Rollback.rollBack())
                .run(cluster)
                .orElseThrow();
        Verdict verdict = Rollout.of(manifest("page:broken", "NEW"))
                .with(OPTIONS)
                .orElse(Rollback.rollBack())
                .run(cluster);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().rollback().orElseThrow().timeToRestore()).isPresent();
        isBackAt("page:1.0", "OLD");
        serverSide("rollproof", "page:1.1", "NEW");
        verified();
        isBackAt("page:1.1", "NEW");
    }

    @Test
    void clientSideApplyTakesOutWhatOnlyTheTemplateThatIsBackHas() throws InterruptedException {
        kubectlApply("page:1.0", "OLD");
        verified();
        Rollback.rollBack().before(cluster, clock());
        kubectlApply("page:never", "NEW");
        rollBack();
        assertThat(current().getMetadata().getAnnotations().get("kubectl.kubernetes.io/last-applied-configuration"))
                .contains("page:1.0")
                .contains("OLD")
                .doesNotContain("page:never")
                .doesNotContain("NEW");
        kubectlApply("page:1.1", "NEW");
        verified();
        isBackAt("page:1.1", "NEW");
    }

    /** The same with kubectl's undo shows what there is to be clean of. */
    @Test
    void anUndoLeavesAStaleAnnotationSoThatAFieldStaysForEver() throws InterruptedException {
        kubectlApply("page:1.0", "OLD");
        verified();
        kubectlApply("page:1.1", "NEW");
        verified();
        k3s.exec("kubectl", "-n", namespace, "rollout", "undo", "deployment/clock");
        assertThat(current().getMetadata().getAnnotations().get("kubectl.kubernetes.io/last-applied-configuration"))
                .contains("page:1.1");
        kubectlApply("page:1.2", "OTHER");
        assertThat(variables()).contains("OLD");
    }
}
