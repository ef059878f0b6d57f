// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.verifier.judge.Patience;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One of three nodes does not answer. What its pods say then was looked at on Kubernetes 1.37.2, with a kubelet that was stopped: that they are not
 * ready, and their containers are.
 */
class LostNodeTest {
    private static final String ADVICE =
            "until it has ended; bring the node back, or delete the node if it is gone (pod clock";

    private final SimulatedCluster cluster = SimulatedCluster.builder().nodes(3).build();

    @BeforeEach
    void settle() {
        cluster.advance(ofSeconds(5));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static <T extends HasMetadata> T clock(Class<T> type, String spec, String image) {
        return Models.fromYaml("""
                apiVersion: apps/v1
                kind: %s
                metadata: {name: clock, namespace: default}
                spec:
                  %s
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec:
                      containers: [{name: web, image: "%s", readinessProbe: {periodSeconds: 1, httpGet: {port: 8080}}}]
                """.formatted(type.getSimpleName(), spec, image), type);
    }

    private Verdict update(Class<? extends HasMetadata> type, String spec, Duration lostFor, VerifierOptions options)
            throws InterruptedException {
        ObjectRef ref = new ObjectRef(type.getSimpleName(), "default", "clock");
        cluster.apply(clock(type, spec, "clock:1.0"), WriteOptions.defaults());
        RolloutVerifier.on(cluster).verify(ref).orElseThrow();
        cluster.faults().loseNode("node-1");
        cluster.advance(lostFor);
        cluster.apply(clock(type, spec, "clock:1.1"), WriteOptions.defaults());
        return RolloutVerifier.on(cluster).with(options).verify(ref);
    }

    private static VerifierOptions within(Duration timeout) {
        return VerifierOptions.defaults().withTimeout(timeout);
    }

    private static void failed(Verdict verdict, String what) {
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.summary())
                .contains("NodeNotReady: node \"node-1\" does not answer: the pod is being deleted, and " + what);
    }

    /** Its controllers wait for what is deleted there, and no status ever says so. */
    @ParameterizedTest(name = "{0} s before the rollout")
    @ValueSource(ints = {0, 60, 400})
    void itHoldsUpADaemonSetForeverWhichIsToldAfterAMinute(int seconds) throws InterruptedException {
        Verdict verdict = update(DaemonSet.class, "minReadySeconds: 0", ofSeconds(seconds), within(ofMinutes(10)));
        failed(verdict, "counts against maxUnavailable " + ADVICE);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofMinutes(2));
    }

    @Test
    void aDaemonSetThatMayBeWithoutTwoPodsGoesOnWithoutTheNode() throws InterruptedException {
        String two = "updateStrategy: {rollingUpdate: {maxUnavailable: 2}}";
        Verdict verdict = update(DaemonSet.class, two, ofMinutes(1), within(ofMinutes(10)));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"OrderedReady", "Parallel"})
    void itHoldsUpAStatefulSetWhosePodIsDeletedThere(String management) throws InterruptedException {
        String spec = "replicas: 3\n  serviceName: clock\n  podManagementPolicy: " + management;
        Verdict verdict = update(StatefulSet.class, spec, ofSeconds(400), within(ofMinutes(10)));
        failed(verdict, "there is no other of its name before it has ended; bring the node back");
        assertThat(verdict.evidence().elapsed()).isLessThan(ofMinutes(2));
    }

    @Test
    void recreateWaitsForWhatIsDeletedThere() throws InterruptedException {
        Verdict verdict = update(
                Deployment.class, "replicas: 3\n  strategy: {type: Recreate}", ofMinutes(1), within(ofMinutes(10)));
        failed(verdict, "is waited for " + ADVICE);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofMinutes(2));
    }

    @Test
    void aRollingUpdateGoesOnElsewhere() throws InterruptedException {
        Verdict verdict = update(Deployment.class, "replicas: 6", ofMinutes(1), within(ofMinutes(2)));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
    }

    /** After five minutes they are deleted, and made anew elsewhere: that is not failed. */
    @Test
    void newPodsThatAreLostWithItAreNamedAndWaitedFor() throws InterruptedException {
        ObjectRef ref = new ObjectRef("Deployment", "default", "clock");
        String spec = "replicas: 6\n  minReadySeconds: 10";
        cluster.apply(clock(Deployment.class, spec, "clock:1.0"), WriteOptions.defaults());
        RolloutVerifier.on(cluster).verify(ref).orElseThrow();
        cluster.apply(clock(Deployment.class, spec, "clock:1.1"), WriteOptions.defaults());
        Verdict verdict = RolloutVerifier.on(cluster)
                .with(within(ofMinutes(2)))
                .onProgress(progress -> {
                    if (progress.status().line().startsWith("4 of 6 new pods ready")
                            && !cluster.faults().lost("node-1")) {
                        cluster.faults().loseNode("node-1");
                    }
                })
                .verify(ref);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(verdict.summary()).contains("NodeNotReady: node \"node-1\" does not answer (pod clock-");
        Verdict later = RolloutVerifier.on(cluster).with(within(ofMinutes(10))).verify(ref);
        assertThat(later.isComplete()).as(later.summary()).isTrue();
    }

    @Test
    void whoIsPatientWithNodesSeesItComeBack() throws InterruptedException {
        VerifierOptions patient =
                within(ofMinutes(10)).withPatience(Patience.defaults().withNodeTrouble(ofMinutes(5)));
        boolean[] back = new boolean[1];
        ObjectRef ref = new ObjectRef("DaemonSet", "default", "clock");
        update(DaemonSet.class, "minReadySeconds: 0", ofMinutes(1), within(ofSeconds(30)));
        Verdict verdict = RolloutVerifier.on(cluster)
                .with(patient)
                .onProgress(progress -> {
                    if (!back[0]) {
                        back[0] = true;
                        cluster.advance(ofMinutes(2));
                        cluster.faults().restoreNode("node-1");
                    }
                })
                .verify(ref);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
    }
}
