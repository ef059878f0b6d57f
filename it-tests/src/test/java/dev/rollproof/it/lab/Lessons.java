// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lab;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.strategies.Recreate;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.Revision;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import dev.rollproof.verifier.promises.Finding;
import dev.rollproof.verifier.promises.Promise;
import dev.rollproof.verifier.promises.PromiseReport;
import dev.rollproof.verifier.promises.PromiseWatch;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The exercise, as tests to learn from: what each strategy promises, what each failure looks like. The same on the simulated
 * cluster, where a minute takes a millisecond, and on a real one.
 */
abstract class Lessons {
    private Cluster cluster = none();
    private String namespace = "";

    /** Until {@link #open}. */
    private static Cluster none() {
        return dev.rollproof.sim.SimulatedCluster.create();
    }

    @BeforeEach
    void open(Cluster given) throws InterruptedException {
        cluster = given;
        namespace = "lab-" + UUID.randomUUID().toString().substring(0, 8);
        cluster.create(
                new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build(),
                WriteOptions.defaults());
        Instant deadline = cluster.time().now().plusSeconds(30);
        while (cluster.get(ServiceAccount.class, namespace, "default").isEmpty()) {
            assertThat(cluster.time().now())
                    .as("the namespace gets its service account")
                    .isBefore(deadline);
            cluster.time().awaitUntil(cluster.time().now().plusMillis(50), () -> false);
        }
    }

    @AfterEach
    void close() {
        cluster.delete(Namespace.class, "", namespace, DeleteOptions.defaults());
        cluster.close();
    }

    private ObjectRef clock() {
        return new ObjectRef("Deployment", namespace, "clock");
    }

    private Deployment clock(int replicas, String image) {
        return Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers:
                        - name: web
                          image: %s
                          imagePullPolicy: IfNotPresent
                          ports: [{containerPort: 8080}]
                          readinessProbe: {periodSeconds: 1, httpGet: {path: /ready, port: 8080}}
                """.formatted(namespace, replicas, image));
    }

    private Verdict rollOut(Deployment deployment) throws InterruptedException {
        return Rollout.of(deployment).within(ofSeconds(90)).run(cluster);
    }

    private Verdict verify(Deployment applied) throws InterruptedException {
        return RolloutVerifier.on(cluster)
                .with(VerifierOptions.defaults().withTimeout(ofSeconds(90)))
                .verify(applied);
    }

    private long ready(String image) {
        return cluster.list(Query.of(Pod.class).inNamespace(namespace)).stream()
                .map(Observed::from)
                .filter(pod -> pod.live() && pod.ready())
                .filter(pod -> pod.containers().get(0).image().equals(image))
                .count();
    }

    @Test
    void aDeploymentIsDeclaredAndItsPodsServe() throws InterruptedException {
        rollOut(clock(4, "clock:1.0")).orElseThrow();
        assertThat(ready("clock:1.0")).isEqualTo(4);
    }

    @Test
    void scalingIsARolloutTooAlsoDownAndToZero() throws InterruptedException {
        for (int replicas : new int[] {4, 6, 1, 0, 3}) {
            rollOut(clock(replicas, "clock:1.0")).orElseThrow();
            assertThat(ready("clock:1.0")).as("%d replicas", replicas).isEqualTo(replicas);
        }
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace)))
                .hasSize(1);
    }

    @Test
    void anUpdateAndTheWayBackUseTheirReplicaSetsAgainUnderNewNumbers() throws InterruptedException {
        rollOut(clock(3, "clock:1.0")).orElseThrow();
        rollOut(clock(3, "clock:1.1")).orElseThrow();
        assertThat(ready("clock:1.1")).isEqualTo(3);
        verify(RolloutActions.on(cluster).undo(clock())).orElseThrow();
        assertThat(ready("clock:1.0")).isEqualTo(3);
        assertThat(RolloutActions.on(cluster).history(clock()))
                .extracting(
                        Revision::number,
                        revision -> revision.template().images().get(0),
                        Revision::current)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(2L, "clock:1.1", false),
                        org.assertj.core.api.Assertions.tuple(3L, "clock:1.0", true));
        assertThat(cluster.list(Query.of(ReplicaSet.class).inNamespace(namespace)))
                .hasSize(2);
    }

    @Test
    void aRollingUpdateKeepsItsPromisesOnEveryEvent() throws InterruptedException {
        RollingUpdate strategy = RollingUpdate.of().maxSurge("40%").maxUnavailable(2);
        Fenceposts posts = strategy.fenceposts(3);
        assertThat(posts).isEqualTo(new Fenceposts(2, 2));
        Rollout.of(clock(3, "clock:1.0")).by(strategy).run(cluster).orElseThrow();
        try (PromiseWatch watch = PromiseWatch.on(cluster, clock())) {
            Rollout.of(clock(3, "clock:1.1"))
                    .by(strategy)
                    .within(ofSeconds(90))
                    .run(cluster)
                    .orElseThrow();
            PromiseReport report = watch.report();
            assertThat(report.kept())
                    .as("%s", report.lines())
                    .extracting(Finding.Kept::promise)
                    .containsExactly(
                            Promise.SIZES_WITHIN_SURGE,
                            Promise.NO_SIZE_ABOVE_REPLICAS,
                            Promise.LIVE_PODS_BOUNDED,
                            Promise.READY_PODS_KEPT);
            assertThat(report.events()).isGreaterThan(10);
        }
        assertThat(ready("clock:1.1")).isEqualTo(3);
    }

    @Test
    void recreateNeverRunsTwoVersionsAtOnceAndServesNobodyInBetween() throws InterruptedException {
        rollOut(clock(3, "clock:1.0")).orElseThrow();
        try (PromiseWatch watch = PromiseWatch.on(cluster, clock())) {
            Rollout.of(clock(3, "clock:1.1"))
                    .by(Recreate.of())
                    .within(ofSeconds(90))
                    .run(cluster)
                    .orElseThrow();
            PromiseReport report = watch.report();
            assertThat(report.kept())
                    .as("%s", report.lines())
                    .extracting(Finding.Kept::promise)
                    .containsExactly(Promise.NO_SIZE_ABOVE_REPLICAS, Promise.ONE_VERSION_AT_A_TIME);
            assertThat(report.leastReady()).isZero();
        }
        assertThat(ready("clock:1.1")).isEqualTo(3);
    }

    @Test
    void aBrokenVersionFailsWithItsCauseLongBeforeTheTimeoutWhileTheOldOneServes() throws InterruptedException {
        rollOut(clock(3, "clock:1.0")).orElseThrow();
        Verdict verdict = rollOut(clock(3, "clock:broken"));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(30));
        Cause cause = verdict.evidence().causes().get(0);
        assertThat(cause.reason()).isEqualTo("CrashLoopBackOff");
        assertThat(cause.message()).isEqualTo("container \"web\" crashed 2 times with exit 3");
        assertThat(ready("clock:1.0")).isEqualTo(3);
        verify(RolloutActions.on(cluster).undo(clock())).orElseThrow();
    }

    @Test
    void aTagThatWasNeverPushedFailsWithinSeconds() throws InterruptedException {
        Verdict verdict = rollOut(clock(1, "localhost/clock:nope"));
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().elapsed()).isLessThan(ofSeconds(30));
        assertThat(verdict.evidence().causes().get(0).reason()).isEqualTo("ErrImagePull");
        assertThat(verdict.summary()).contains("localhost/clock:nope").contains("not found");
    }

    @Test
    void aVersionThatIsNeverReadyTimesOutAndTheProbeIsNamed() throws InterruptedException {
        Verdict verdict =
                Rollout.of(clock(1, "clock:never")).within(ofSeconds(12)).run(cluster);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.TimedOut.class);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("ContainersNotReady");
        assertThat(verdict.summary()).contains("Readiness probe failed");
    }

    @Test
    void somebodyElsesUndoIsASupersededRollout() throws InterruptedException {
        rollOut(clock(2, "clock:1.0")).orElseThrow();
        Deployment broken = RolloutActions.on(cluster).apply(clock(2, "clock:never"));
        RolloutActions.on(cluster).undo(clock());
        Verdict verdict = verify(broken);
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Superseded.class);
        verify(cluster.get(Deployment.class, namespace, "clock").orElseThrow()).orElseThrow();
    }

    @Test
    void aPausedRolloutWaitsForResume() throws InterruptedException {
        rollOut(clock(2, "clock:1.0")).orElseThrow();
        RolloutActions actions = RolloutActions.on(cluster);
        actions.pause(clock());
        assertThat(verify(actions.setImage(clock(), "web", "clock:1.1"))).isInstanceOf(Verdict.Paused.class);
        assertThat(ready("clock:1.0")).isEqualTo(2);
        verify(actions.resume(clock())).orElseThrow();
        assertThat(ready("clock:1.1")).isEqualTo(2);
    }

    @Test
    void aRestartReplacesAllPods() throws InterruptedException {
        rollOut(clock(2, "clock:1.0")).orElseThrow();
        List<String> before = names();
        verify(RolloutActions.on(cluster).restart(clock())).orElseThrow();
        assertThat(names()).doesNotContainAnyElementsOf(before);
    }

    private List<String> names() {
        return cluster.list(Query.of(Pod.class).inNamespace(namespace)).stream()
                .map(Observed::from)
                .filter(dev.rollproof.k8s.observed.ObservedPod::live)
                .map(pod -> pod.metadata().name())
                .toList();
    }

    @Test
    void aDeletedDeploymentIsSaidToBeDeleted() throws InterruptedException {
        Deployment applied = RolloutActions.on(cluster).apply(clock(2, "clock:1.0"));
        cluster.delete(Deployment.class, namespace, "clock", DeleteOptions.defaults());
        assertThat(verify(applied)).isInstanceOf(Verdict.Deleted.class);
    }
}
