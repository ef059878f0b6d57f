// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.defaulting.Defaults;
import dev.rollproof.sim.controllers.Pods;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** StatefulSets in virtual time: their order, whatever happens to them, and what is rare. */
class StatefulSetTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private static StatefulSet web(int replicas, int minor) {
        StatefulSet set = Models.fromYaml("""
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web, namespace: shop}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      terminationGracePeriodSeconds: 5
                      containers: [{name: web, image: "clock:1"}]
                """.formatted(replicas), StatefulSet.class);
        Defaults.setOn(set, minor);
        return set;
    }

    private static StatefulSet stored(World world) {
        return world.api.get(ResourceType.STATEFUL_SETS, World.NAMESPACE, "web");
    }

    private static void edit(World world, Consumer<StatefulSet> change) {
        StatefulSet copy = Models.copy(stored(world));
        change.accept(copy);
        copy.getMetadata().setResourceVersion(null);
        world.api.update(ResourceType.STATEFUL_SETS, copy);
    }

    private static void setImage(StatefulSet set, String image) {
        set.getSpec().getTemplate().getSpec().getContainers().get(0).setImage(image);
    }

    private static boolean complete(World world) {
        StatefulSet set = stored(world);
        var status = set.getStatus();
        int replicas = set.getSpec().getReplicas();
        return status != null
                && status.getObservedGeneration() != null
                && status.getObservedGeneration() == Metadata.generation(set)
                && status.getReplicas() == replicas
                && World.orZero(status.getAvailableReplicas()) == replicas
                && World.orZero(status.getUpdatedReplicas()) == replicas
                && world.pods().size() == replicas;
    }

    private static World settled(World world, StatefulSet set) {
        world.api.create(ResourceType.STATEFUL_SETS, set);
        assertThat(world.runUntil(LONG, () -> complete(world))).isTrue();
        return world;
    }

    private static List<ControllerRevision> revisions(World world) {
        return world.api.all(ResourceType.CONTROLLER_REVISIONS, World.NAMESPACE).stream()
                .sorted(Comparator.comparing(ControllerRevision::getRevision))
                .toList();
    }

    /** The pods that serve nobody: not ready, or on their way out. */
    private static List<String> missing(World world) {
        return world.pods().stream()
                .filter(pod -> !Pods.isReady(pod) || Metadata.terminating(pod))
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    /**
     * Whatever people do to an ordered set whose pods all get ready: never is more than one pod missing at a time, none is
     * there without those below it, and what is below the partition is never of the new revision.
     */
    @ParameterizedTest
    @ValueSource(ints = {34, 37})
    void anOrderedSetMissesOnePodAtMost(int minor) {
        int[] mostMissing = {0};
        for (long seed = 1; seed <= 40; seed++) {
            World world = new World(seed, minor, true);
            List<String> broken = new ArrayList<>();
            settled(world, web(3, minor));
            world.watchers.add(event -> {
                if (event.object() instanceof Pod) {
                    List<String> missing = missing(world);
                    mostMissing[0] = Math.max(mostMissing[0], missing.size());
                    if (missing.size() > 1) {
                        broken.add(missing + " are missing at " + world.loop.now());
                    }
                }
            });
            Random random = new Random(seed);
            for (int step = 0; step < 6; step++) {
                String image = "clock:" + random.nextInt(3);
                int replicas = 1 + random.nextInt(5);
                if (random.nextBoolean()) {
                    edit(world, set -> setImage(set, image));
                } else {
                    edit(world, set -> set.getSpec().setReplicas(replicas));
                }
                world.run(Duration.ofMillis(random.nextInt(20_000)));
            }
            assertThat(world.runUntil(LONG, () -> complete(world)))
                    .as(
                            "seed %d, Kubernetes 1.%d completes: %s",
                            seed, minor, stored(world).getStatus())
                    .isTrue();
            assertThat(broken).as("seed %d, Kubernetes 1.%d", seed, minor).isEmpty();
        }
        System.out.println("StatefulSet order: 40 seeds of Kubernetes 1." + minor + ", most missing " + mostMissing[0]);
        assertThat(mostMissing[0]).as("a set that is changed does miss pods").isEqualTo(1);
    }

    @Test
    void maxUnavailableLetsSeveralGoAtOnce() {
        World world = new World(1, 37, false);
        StatefulSet set = web(5, 37);
        set.getSpec().getUpdateStrategy().getRollingUpdate().setMaxUnavailable(new IntOrString("40%"));
        settled(world, set);
        int[] most = {0};
        world.watchers.add(event -> most[0] = Math.max(most[0], missing(world).size()));
        edit(world, changed -> setImage(changed, "clock:2"));
        assertThat(world.runUntil(LONG, () -> complete(world))).isTrue();
        assertThat(most[0]).isEqualTo(2);
    }

    @Test
    void inParallelAnUpdateStillKeepsToMaxUnavailable() {
        World world = new World(1, 37, false);
        StatefulSet set = web(4, 37);
        set.getSpec().setPodManagementPolicy("Parallel");
        settled(world, set);
        int[] most = {0};
        world.watchers.add(event -> most[0] = Math.max(most[0], missing(world).size()));
        edit(world, changed -> setImage(changed, "clock:2"));
        assertThat(world.runUntil(LONG, () -> complete(world))).isTrue();
        assertThat(most[0]).isEqualTo(1);
    }

    /** Since maxUnavailable (1.37) a parallel set replaces what is broken and old; before, it waited as an ordered one does. */
    @Test
    void aParallelSetMendsABrokenRevisionByItself() {
        World world = new World(1, 37, false);
        world.images.declare("clock:broken", ImageBehavior.wellBehaved().notFound());
        StatefulSet set = web(3, 37);
        set.getSpec().setPodManagementPolicy("Parallel");
        settled(world, set);
        edit(world, changed -> setImage(changed, "clock:broken"));
        world.run(Duration.ofMinutes(1));
        assertThat(missing(world)).containsExactly("web-2");
        edit(world, changed -> setImage(changed, "clock:1"));
        assertThat(world.runUntil(LONG, () -> complete(world))).isTrue();
    }

    @Test
    void minReadySecondsHoldBackTheNext() {
        World world = new World(1, 37, false);
        StatefulSet set = web(2, 37);
        set.getSpec().setMinReadySeconds(30);
        world.api.create(ResourceType.STATEFUL_SETS, set);
        world.run(Duration.ofSeconds(25));
        assertThat(world.pods()).hasSize(1);
        assertThat(stored(world).getStatus().getReadyReplicas()).isEqualTo(1);
        assertThat(stored(world).getStatus().getAvailableReplicas()).isZero();
        assertThat(world.runUntil(Duration.ofSeconds(60), () -> complete(world)))
                .isTrue();
    }

    @Test
    void aFailedPodIsReplaced() {
        World world = settled(new World(1, 37, false), web(1, 37));
        Pod pod = Models.copy(world.pods().get(0));
        String uid = pod.getMetadata().getUid();
        pod.getStatus().setPhase("Failed");
        world.api.updateStatus(ResourceType.PODS, pod);
        assertThat(world.runUntil(
                        LONG,
                        () -> complete(world)
                                && !world.pods().get(0).getMetadata().getUid().equals(uid)))
                .isTrue();
    }

    @Test
    void aTakenNameOfARevisionIsACollision() {
        World world = settled(new World(1, 37, false), web(1, 37));
        edit(world, set -> setImage(set, "clock:2"));
        assertThat(world.runUntil(LONG, () -> complete(world))).isTrue();
        String name = revisions(world).get(1).getMetadata().getName();
        World again = new World(1, 37, false);
        again.api.create(
                ResourceType.CONTROLLER_REVISIONS,
                new ControllerRevisionBuilder()
                        .withNewMetadata()
                        .withNamespace(World.NAMESPACE)
                        .withName(name)
                        .endMetadata()
                        .withData(java.util.Map.of("spec", "another"))
                        .withRevision(1L)
                        .build());
        settled(again, web(1, 37));
        edit(again, set -> setImage(set, "clock:2"));
        assertThat(again.runUntil(LONG, () -> complete(again))).isTrue();
        assertThat(stored(again).getStatus().getCollisionCount()).isEqualTo(1);
        assertThat(stored(again).getStatus().getCurrentRevision())
                .isNotEqualTo(name)
                .startsWith("web-");
    }

    @Test
    void aPodThatLostItsLabelsGetsThemBack() {
        World world = settled(new World(1, 37, false), web(1, 37));
        Pod pod = Models.copy(world.pods().get(0));
        pod.getMetadata().getLabels().remove("statefulset.kubernetes.io/pod-name");
        world.api.update(ResourceType.PODS, pod);
        world.run(Duration.ofSeconds(2));
        assertThat(Metadata.label(world.pods().get(0), "statefulset.kubernetes.io/pod-name"))
                .isEqualTo("web-0");
        assertThat(world.events("SuccessfulUpdate")).containsExactly("Update Pod web-0 in StatefulSet web successful");
    }

    @Test
    void aQuotaStopsTheSetAndItSaysSo() {
        World world = new World(1, 37, false);
        world.api.create(
                ResourceType.RESOURCE_QUOTAS,
                Models.fromYaml(
                        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: few, namespace: shop}, spec: {hard: {pods: 1}}}",
                        io.fabric8.kubernetes.api.model.ResourceQuota.class));
        world.run(Duration.ofSeconds(2));
        world.api.create(ResourceType.STATEFUL_SETS, web(2, 37));
        world.run(Duration.ofSeconds(30));
        assertThat(world.pods()).hasSize(1);
        assertThat(world.events("FailedCreate"))
                .contains(
                        "Create Pod web-1 in StatefulSet web failed error: pods \"web-1\" is forbidden: exceeded quota: few,"
                                + " requested: pods=1, used: pods=1, limited: pods=1");
    }

    @Test
    void aRevisionKeepsDataThatNobodyChanges() {
        ControllerRevision revision = new ControllerRevisionBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web-1")
                .endMetadata()
                .withRevision(-1L)
                .build();
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            assertThatThrownBy(() -> cluster.create(revision, WriteOptions.defaults()))
                    .hasMessage(
                            "ControllerRevision.apps \"web-1\" is invalid: [revision: Invalid value: -1: must be greater than"
                                    + " or equal to 0, data: Required value: data is mandatory]");
            revision.setRevision(1L);
            revision.setData(java.util.Map.of("a", 1));
            cluster.create(revision, WriteOptions.defaults());
            assertThatThrownBy(() -> cluster.patch(
                            ControllerRevision.class,
                            "default",
                            "web-1",
                            Patch.merge("{\"data\": {\"a\": 2}}"),
                            WriteOptions.defaults()))
                    .hasMessage("ControllerRevision.apps \"web-1\" is invalid: data: Invalid value: {\"a\":2}: field is"
                            + " immutable");
        }
    }
}
