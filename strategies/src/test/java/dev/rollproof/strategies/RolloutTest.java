// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.Rolling;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A workload and the strategy to roll it out with, as users write it. */
public class RolloutTest extends Rolling {

    private static String clock(int replicas, String image) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: clock
                  namespace: default
                spec:
                  replicas: %d
                  selector:
                    matchLabels: {app: clock}
                  template:
                    metadata:
                      labels: {app: clock}
                    spec:
                      containers:
                        - name: web
                          image: %s
                          readinessProbe: {periodSeconds: 1, httpGet: {port: 8080}}
                """.formatted(replicas, image);
    }

    @Test
    void aRollingUpdateKeepsItsSurgeAndItsAvailability() throws InterruptedException {
        RollingUpdate strategy = RollingUpdate.of().maxSurge("40%").maxUnavailable(2);
        Rollout.of(clock(3, "clock:1.0")).by(strategy).run(cluster).orElseThrow();
        List<Integer> wanted = new CopyOnWriteArrayList<>();
        List<Long> ready = new CopyOnWriteArrayList<>();
        Map<String, ObservedReplicaSet> sets = new ConcurrentHashMap<>();
        Map<String, ObservedPod> pods = new ConcurrentHashMap<>();
        try (Observation one = cluster.observe(Query.of(ReplicaSet.class).inNamespace("default"), change -> {
                    ObservedReplicaSet set = (ObservedReplicaSet) change.object();
                    sets.put(set.metadata().uid(), set);
                    wanted.add(sets.values().stream()
                            .mapToInt(ObservedReplicaSet::replicas)
                            .sum());
                });
                Observation other = cluster.observe(Query.of(Pod.class).inNamespace("default"), change -> {
                    ObservedPod pod = (ObservedPod) change.object();
                    pods.put(pod.metadata().uid(), pod);
                    if (change.type() == Change.Type.DELETED) {
                        pods.remove(pod.metadata().uid());
                    }
                    ready.add(pods.values().stream()
                            .filter(p -> p.live() && p.ready())
                            .count());
                })) {
            synced(one, other);
            Verdict verdict = Rollout.of(clock(3, "clock:1.1"))
                    .by(strategy)
                    .within(ofSeconds(60))
                    .run(cluster);
            assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
            told("the new size", () -> wanted.contains(5) && wanted.get(wanted.size() - 1) == 3);
            told("the new pods", () -> readyPods("clock:1.1", pods) == 3);
        }
        assertThat(wanted).allMatch(sum -> sum <= 5);
        // The first three tell what was there already.
        assertThat(ready.subList(3, ready.size())).allMatch(count -> count >= 1);
    }

    @Test
    void recreateNeverRunsTwoVersionsAtOnce() throws InterruptedException {
        Rollout.of(clock(3, "clock:1.0")).run(cluster).orElseThrow();
        Map<String, ObservedPod> pods = new ConcurrentHashMap<>();
        List<Long> versions = new CopyOnWriteArrayList<>();
        try (Observation watching = cluster.observe(Query.of(Pod.class).inNamespace("default"), change -> {
            ObservedPod pod = (ObservedPod) change.object();
            pods.put(pod.metadata().uid(), pod);
            if (change.type() == Change.Type.DELETED) {
                pods.remove(pod.metadata().uid());
            }
            versions.add(pods.values().stream()
                    .filter(p -> p.phase().equals("Running"))
                    .map(p -> p.containers().get(0).image())
                    .distinct()
                    .count());
        })) {
            synced(watching);
            Verdict verdict =
                    Rollout.of(clock(3, "clock:1.1")).by(Recreate.of()).run(cluster);
            assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
            told("the new pods", () -> readyPods("clock:1.1", pods) == 3);
        }
        assertThat(versions).contains(0L).allMatch(count -> count <= 1);
    }

    private static long readyPods(String image, Map<String, ObservedPod> pods) {
        return pods.values().stream()
                .filter(pod -> pod.live() && pod.ready())
                .filter(pod -> pod.containers().get(0).image().equals(image))
                .count();
    }

    /** A watch of the test's own may hear of the end later than the verdict. */
    private void told(String what, BooleanSupplier condition) throws InterruptedException {
        assertThat(cluster.time().awaitUntil(cluster.time().now().plus(ofSeconds(60)), condition))
                .as("%s told", what)
                .isTrue();
    }

    @Test
    void theVerdictSaysWhatBecameOfThePromisesAndTheClusterIsAskedNoMoreForThat() throws InterruptedException {
        Rollout.of(clock(3, "clock:1.0")).run(cluster).orElseThrow();
        skip(ofSeconds(30));
        InterceptedCluster alone = InterceptedCluster.killing(cluster, Integer.MAX_VALUE, false);
        RolloutVerifier.on(alone)
                .verify(RolloutActions.on(alone)
                        .apply(dev.rollproof.k8s.fabric8.Models.fromYaml(clock(3, "clock:1.1"), Deployment.class)))
                .orElseThrow();
        skip(ofSeconds(30));
        InterceptedCluster counted = InterceptedCluster.killing(cluster, Integer.MAX_VALUE, false);
        Verdict verdict = Rollout.of(clock(3, "clock:1.2")).run(counted);
        assertThat(verdict.evidence().promises().orElseThrow().kept()).hasSize(4);
        assertThat(counted.reads())
                .containsExactlyElementsOf(alone.reads())
                .containsExactly("observe Deployment", "observe ReplicaSet", "observe Pod", "observe Event");
        assertThat(counted.writes()).hasSize(1);
    }

    @Test
    void thePromisesAreThoseOfTheRolloutAlsoWhereItIsRolledBack() throws InterruptedException {
        simulated.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(Duration.ZERO));
        Rollout.of(clock(3, "clock:1.0"))
                .orElse(Rollback.rollBack())
                .run(cluster)
                .orElseThrow();
        skip(ofSeconds(30));
        Verdict verdict =
                Rollout.of(clock(3, "clock:broken")).orElse(Rollback.rollBack()).run(cluster);
        assertThat(verdict.evidence().rollback().orElseThrow().timeToRestore()).isPresent();
        assertThat(verdict.evidence().promises().orElseThrow().kept()).hasSize(4);
    }

    @Test
    void theStrategyOfTheRolloutReplacesTheOneOfTheManifest() throws InterruptedException {
        Rollout.of(clock(1, "clock:1.0"))
                .by(RollingUpdate.of().maxSurge(3))
                .run(cluster)
                .orElseThrow();
        Deployment stored = cluster.get(Deployment.class, "default", "clock").orElseThrow();
        assertThat(stored.getSpec()
                        .getStrategy()
                        .getRollingUpdate()
                        .getMaxSurge()
                        .getIntVal())
                .isEqualTo(3);
    }

    @Test
    void aBrokenVersionIsAFailedVerdict() throws InterruptedException {
        simulated.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0)));
        Verdict verdict =
                Rollout.of(clock(2, "clock:broken")).within(ofSeconds(60)).run(cluster);
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
    }

    @Test
    void whatTheClusterRefusesChangesNothing() {
        assertThatThrownBy(() -> Rollout.of(clock(-1, "clock:1.0")).run(cluster))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("spec.replicas: Invalid value: -1: must be greater than or equal to 0");
        assertThat(cluster.list(Query.of(Deployment.class))).isEmpty();
    }

    @Test
    void theManifestOfTheCallerIsNotTouched() throws InterruptedException {
        Deployment mine = dev.rollproof.k8s.fabric8.Models.fromYaml(clock(1, "clock:1.0"), Deployment.class);
        Rollout rollout = Rollout.of(mine).by(Recreate.of());
        rollout.run(cluster).orElseThrow();
        assertThat(mine.getSpec().getStrategy()).isNull();
        assertThat(mine.getMetadata().getUid()).isNull();
        assertThat(rollout.workload()).isEqualTo(new ObjectRef("Deployment", "default", "clock"));
    }

    @Test
    void textThatIsNoDeploymentIsRefused() {
        isRefused(
                "kind: ConfigMap\napiVersion: v1\nmetadata: {name: settings}\n",
                "the manifest is not one Deployment of apps/v1 but ConfigMap/settings; give the Deployment alone, and apply what"
                        + " it needs before");
        isRefused(
                clock(1, "clock:1.0") + "---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: settings}\n",
                "the manifest is not one Deployment of apps/v1 but Deployment/clock, ConfigMap/settings; give the Deployment"
                        + " alone, and apply what it needs before");
        isRefused(
                "hello",
                "the manifest, line 1: not a Kubernetes object but the text \"hello\"; it needs apiVersion, kind and metadata");
        isRefused("", "the manifest: no manifest in it; it is empty or all comments");
    }

    @Test
    void aWrongFieldOrValueIsNamedWithItsLine() {
        isRefused(
                clock(1, "clock:1.0").replace("readinessProbe", "readynessProbe"),
                "the manifest, line 17: unknown field \"spec.template.spec.containers[0].readynessProbe\"; did you mean"
                        + " \"readinessProbe\"?");
        isRefused(
                clock(1, "clock:1.0").replace("replicas: 1", "replicas: many"),
                "the manifest, line 7: spec.replicas must be a whole number, but is the text \"many\"");
    }

    @Test
    void aDeploymentWithoutANameOrASpecIsRefused() {
        isRefused(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: clock}\n",
                "Deployment clock has no spec; say what its pods are");
        assertThatThrownBy(() -> Rollout.of(new Deployment()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the Deployment has no metadata.name; give it a name");
    }

    private static void isRefused(String manifest, String sentence) {
        assertThatThrownBy(() -> Rollout.of(manifest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    @Test
    void aManifestWithoutANamespaceIsForTheClustersOwn() throws InterruptedException {
        Verdict verdict = Rollout.of(clock(1, "clock:1.0").replace("  namespace: default\n", ""))
                .by(RollingUpdate.of())
                .orElse(Rollback.rollBack())
                .run(cluster);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(verdict.evidence().workload())
                .isEqualTo(new ObjectRef("Deployment", cluster.defaultNamespace(), "clock"));
    }

    @Test
    void whatFailsGoesBackToWhatWasSeenWorkingWithTheStrategyThatItHas() throws InterruptedException {
        simulated.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(Duration.ZERO));
        for (Strategy strategy : List.of(RollingUpdate.of().maxSurge(1).maxUnavailable(0), Recreate.of())) {
            Rollout.of(clock(3, "clock:1.0"))
                    .by(strategy)
                    .orElse(Rollback.rollBack())
                    .run(cluster)
                    .orElseThrow();
            Verdict verdict = Rollout.of(clock(3, "clock:broken"))
                    .by(strategy)
                    .within(ofSeconds(60))
                    .orElse(Rollback.rollBack())
                    .run(cluster);
            assertThat(verdict).isInstanceOf(Verdict.Failed.class);
            RollbackResult result = verdict.evidence().rollback().orElseThrow();
            assertThat(result.timeToRestore()).as(result.inWords()).isPresent();
            assertThatThrownBy(verdict::orElseThrow).hasMessageContaining("(clock:1.0), complete again after ");
            Rollout.of(clock(3, "clock:1.1")).by(strategy).run(cluster).orElseThrow();
        }
    }
}
