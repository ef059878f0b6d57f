// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.SimulatedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who owns which field, as a client gets it. */
class ShownOwnersTest {
    @Test
    void whoChangesTheOwnersThatTheyGotChangesNothingInTheCluster() {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            cluster.create(
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace("default")
                            .withName("clock")
                            .endMetadata()
                            .addToData("k", "1")
                            .build(),
                    WriteOptions.defaults().withFieldManager("one"));
            ConfigMap got = cluster.get(ConfigMap.class, "default", "clock").orElseThrow();
            got.getMetadata().getManagedFields().get(0).setManager("other");
            got.getMetadata().getManagedFields().add(new ManagedFieldsEntry());
            assertThat(cluster.get(ConfigMap.class, "default", "clock")
                            .orElseThrow()
                            .getMetadata()
                            .getManagedFields())
                    .extracting(ManagedFieldsEntry::getManager)
                    .containsExactly("one");
            got.getMetadata().getManagedFields().clear();
            assertThat(got.getMetadata().getManagedFields()).isEmpty();
        }
    }

    private static final WriteOptions ONE = WriteOptions.defaults().withFieldManager("one");
    private static final WriteOptions TWO = WriteOptions.defaults().withFieldManager("two");

    private static void pass(SimulatedCluster cluster, long millis) throws InterruptedException {
        cluster.time().awaitUntil(cluster.time().now().plusMillis(millis), () -> false);
    }

    private static Deployment web(int replicas) {
        return Models.fromTree(Models.parseJson("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
                 "spec": {"replicas": %d, "selector": {"matchLabels": {"app": "web"}}, "template": {
                   "metadata": {"labels": {"app": "web"}},
                   "spec": {"containers": [{"name": "web", "image": "page:1.0"}]}}}}
                """.formatted(replicas)), Deployment.class);
    }

    private static Map<String, Instant> times(HasMetadata object) {
        Map<String, Instant> times = new TreeMap<>();
        for (ManagedFieldsEntry entry : object.getMetadata().getManagedFields()) {
            times.put(
                    entry.getManager() + (entry.getSubresource() == null ? "" : " " + entry.getSubresource()),
                    Instant.parse(entry.getTime()));
        }
        return times;
    }

    private static <T extends HasMetadata> T only(SimulatedCluster cluster, Class<T> type) {
        T listed = cluster.list(Query.of(type).inNamespace("default")).get(0);
        return cluster.get(type, "default", listed.getMetadata().getName()).orElseThrow();
    }

    @Test
    void eachEntryHasTheSecondOfItsLastWriteByTheClustersOwnClock() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Instant start = cluster.time().now().truncatedTo(ChronoUnit.SECONDS);
            assertThat(times(cluster.create(web(1), ONE))).isEqualTo(Map.of("one", start));
            pass(cluster, 60_000);
            Deployment running = only(cluster, Deployment.class);
            Instant ready = Instant.parse(only(cluster, Pod.class).getStatus().getConditions().stream()
                    .filter(condition -> condition.getType().equals("Ready"))
                    .findFirst()
                    .orElseThrow()
                    .getLastTransitionTime());
            assertThat(times(running).get("one")).isEqualTo(start);
            assertThat(times(running).get("kube-controller-manager status")).isBetween(ready, ready.plusSeconds(1));
            assertThat(times(only(cluster, Pod.class)).get("kubelet status")).isBetween(ready, ready.plusSeconds(1));

            Instant later = cluster.time().now().truncatedTo(ChronoUnit.SECONDS);
            Patch label = Patch.merge("{\"metadata\": {\"labels\": {\"a\": \"b\"}}}");
            Deployment labelled = cluster.patch(Deployment.class, "default", "web", label, TWO);
            assertThat(times(labelled).get("two")).isEqualTo(later);
            pass(cluster, 2_000);
            assertThat(cluster.patch(Deployment.class, "default", "web", label, TWO)
                            .getMetadata()
                            .getManagedFields())
                    .isEqualTo(only(cluster, Deployment.class).getMetadata().getManagedFields());
            assertThat(times(only(cluster, Deployment.class)).get("two")).isEqualTo(later);
            // The same, by whoever the next writes are: nothing of his was written.
            assertThat(times(only(cluster, ReplicaSet.class)).get("kube-controller-manager"))
                    .isBetween(start, start.plusSeconds(1));
        }
    }

    @Test
    void whatIsShownKeepsItsTimesWhileOthersWrite() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            Deployment made = cluster.create(web(1), ONE);
            pass(cluster, 60_000);
            Deployment running = only(cluster, Deployment.class);
            ReplicaSet set = only(cluster, ReplicaSet.class);
            Instant before = cluster.time().now();
            cluster.patch(Deployment.class, "default", "web", Patch.merge("{\"spec\": {\"replicas\": 2}}"), TWO);
            pass(cluster, 60_000);
            // Nobody had looked at these until now.
            assertThat(times(made)).containsOnlyKeys("one");
            assertThat(times(running).values())
                    .allSatisfy(time -> assertThat(time).isBeforeOrEqualTo(before));
            assertThat(times(set).values()).allSatisfy(time -> assertThat(time).isBeforeOrEqualTo(before));
            assertThat(times(only(cluster, ReplicaSet.class)).values())
                    .allSatisfy(time -> assertThat(time).isAfterOrEqualTo(before.truncatedTo(ChronoUnit.SECONDS)));
        }
    }

    @Test
    void aPodThatIsToGoKeepsItsTimes() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            cluster.create(web(1), ONE);
            pass(cluster, 60_000);
            Pod running = only(cluster, Pod.class);
            cluster.delete(Pod.class, "default", running.getMetadata().getName(), DeleteOptions.defaults());
            Pod leaving = cluster.get(
                            Pod.class, "default", running.getMetadata().getName())
                    .orElseThrow();
            assertThat(leaving.getMetadata().getDeletionTimestamp()).isNotNull();
            assertThat(times(leaving)).isEqualTo(times(running));
        }
    }

    @Test
    void aWriteThatIsOnlyTriedHasItsTimeAndChangesNone() throws InterruptedException {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            cluster.create(web(0), ONE);
            pass(cluster, 60_000);
            Deployment before = only(cluster, Deployment.class);
            Deployment tried = cluster.patch(
                    Deployment.class,
                    "default",
                    "web",
                    Patch.merge("{\"metadata\": {\"labels\": {\"a\": \"b\"}}}"),
                    TWO.withDryRun());
            assertThat(times(tried).get("two")).isEqualTo(cluster.time().now().truncatedTo(ChronoUnit.SECONDS));
            assertThat(only(cluster, Deployment.class)).isEqualTo(before);
        }
    }
}
