// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.KubernetesCluster;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.server.Served.Reply;
import dev.rollproof.sim.Faults;
import dev.rollproof.sim.ServerSide;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** fabric8's client, unchanged and with nothing configured but the kubeconfig. */
abstract class Fabric8Contract {
    private final Served served = new Served();
    private final KubernetesClient client;

    /** @param transport what the client speaks HTTP with */
    Fabric8Contract(HttpClient.Factory transport) {
        Config config = Config.fromKubeconfig(served.server.kubeconfig());
        // What is cut is to be begun again within this test.
        config.setWatchReconnectInterval(50);
        client = new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(transport)
                .build();
    }

    @AfterEach
    void close() {
        client.close();
        served.close();
    }

    private static ConfigMap configMap(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .addToLabels("made-by", "test")
                .endMetadata()
                .addToData("key", value)
                .build();
    }

    static Deployment clock(int replicas) {
        return Models.fromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: default}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec:
                      containers:
                      - {name: web, image: "clock:1.0", ports: [{containerPort: 8080}]}
                """.formatted(replicas), Deployment.class);
    }

    @Test
    void objectsAreCreatedReadChangedAndDeleted() {
        var maps = client.configMaps().inNamespace("default");
        ConfigMap created = maps.resource(configMap("a", "1")).create();
        assertThat(created.getMetadata().getUid()).isNotEmpty();
        assertThat(maps.withName("a").get().getData()).isEqualTo(Map.of("key", "1"));
        assertThat(maps.withName("b").get()).isNull();

        maps.resource(configMap("a", "2")).update();
        assertThat(maps.withName("a").get().getData()).containsEntry("key", "2");
        maps.withName("a").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\": {\"more\": \"x\"}}");
        assertThat(maps.withName("a").get().getData()).containsEntry("more", "x");
        maps.withName("a")
                .edit(map -> new ConfigMapBuilder(map).addToData("key", "3").build());
        assertThat(maps.withName("a").get().getData()).containsEntry("key", "3");

        assertThat(maps.withName("a").delete()).isNotEmpty();
        assertThat(maps.withName("a").get()).isNull();
        assertThat(maps.withName("a").delete()).isEmpty();
    }

    @Test
    void listsSelectByLabelsAndFields() {
        client.resource(configMap("a", "1")).create();
        client.resource(configMap("b", "1")).create();
        assertThat(client.configMaps()
                        .inNamespace("default")
                        .withLabel("made-by", "test")
                        .list()
                        .getItems())
                .hasSize(2);
        assertThat(client.configMaps()
                        .inAnyNamespace()
                        .withLabelSelector("made-by in (test, x), !other")
                        .list()
                        .getItems())
                .hasSize(2);
        assertThat(client.configMaps()
                        .inNamespace("default")
                        .withField("metadata.name", "b")
                        .list()
                        .getItems())
                .extracting(map -> map.getMetadata().getName())
                .containsExactly("b");
        assertThat(client.configMaps()
                        .inNamespace("default")
                        .withLabel("made-by", "nobody")
                        .list()
                        .getItems())
                .isEmpty();
    }

    @Test
    void refusalsAreTheServersOwn() {
        client.resource(configMap("a", "1")).create();
        assertThatThrownBy(() -> client.resource(configMap("a", "1")).create())
                .isInstanceOfSatisfying(KubernetesClientException.class, refused -> {
                    assertThat(refused.getCode()).isEqualTo(409);
                    assertThat(refused.getStatus().getReason()).isEqualTo("AlreadyExists");
                    assertThat(refused.getStatus().getMessage()).isEqualTo("configmaps \"a\" already exists");
                    assertThat(refused.getStatus().getDetails().getKind()).isEqualTo("configmaps");
                    assertThat(refused.getStatus().getDetails().getName()).isEqualTo("a");
                });
        assertThatThrownBy(() -> client.resource(clock(-1)).create())
                .isInstanceOfSatisfying(KubernetesClientException.class, refused -> {
                    assertThat(refused.getCode()).isEqualTo(422);
                    assertThat(refused.getStatus().getDetails().getCauses())
                            .singleElement()
                            .satisfies(cause -> assertThat(cause.getField()).isEqualTo("spec.replicas"));
                });
    }

    @Test
    void anInformerHearsOfEveryChange() {
        List<String> heard = new CopyOnWriteArrayList<>();
        client.resource(configMap("before", "1")).create();
        try (SharedIndexInformer<ConfigMap> informer = client.configMaps()
                .inNamespace("default")
                .withLabel("made-by", "test")
                .inform(handler(heard))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> heard.size() == 1);
            client.resource(configMap("a", "1")).create();
            client.resource(configMap("a", "2")).update();
            client.resource(configMap("a", "2")).delete();
            await().atMost(Duration.ofSeconds(30)).until(() -> heard.size() == 4);
            assertThat(heard).containsExactly("added before", "added a", "updated a", "deleted a");
            assertThat(informer.isWatching()).isTrue();
        }
    }

    @Test
    void whoIsToldAndTakesHisTimeHoldsUpNobodyElse() throws InterruptedException {
        Cluster cluster = KubernetesCluster.over(client);
        Query<ConfigMap> maps = Query.of(ConfigMap.class).inNamespace("default").withLabels("made-by=test");
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        List<String> heard = new CopyOnWriteArrayList<>();
        try (Observation slow = cluster.observe(maps, change -> {
                    waiting.countDown();
                    awaitQuietly(enough);
                });
                Observation asking = cluster.observe(
                        maps, change -> heard.add(cluster.list(maps).size() + " there"))) {
            client.resource(configMap("a", "1")).create();
            assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
            client.resource(configMap("b", "1")).create();
            await().atMost(Duration.ofSeconds(30)).until(() -> heard.size() == 2);
            assertThat(heard).last().isEqualTo("2 there");
            assertThat(asking.trouble()).isEmpty();
            assertThat(slow.trouble()).isEmpty();
        } finally {
            enough.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static ResourceEventHandler<ConfigMap> handler(List<String> heard) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(ConfigMap map) {
                heard.add("added " + map.getMetadata().getName());
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap map) {
                heard.add("updated " + map.getMetadata().getName());
            }

            @Override
            public void onDelete(ConfigMap map, boolean unknown) {
                heard.add("deleted " + map.getMetadata().getName());
            }
        };
    }

    @Test
    void aDeploymentRollsOutInRealTime() {
        client.resource(clock(2)).create();
        client.apps()
                .deployments()
                .inNamespace("default")
                .withName("clock")
                .waitUntilCondition(
                        deployment -> deployment.getStatus() != null
                                && Integer.valueOf(2)
                                        .equals(deployment.getStatus().getAvailableReplicas()),
                        30,
                        TimeUnit.SECONDS);
        List<Pod> pods = client.pods()
                .inNamespace("default")
                .withLabel("app", "clock")
                .list()
                .getItems();
        assertThat(pods)
                .hasSize(2)
                .allSatisfy(pod -> assertThat(pod.getStatus().getPhase()).isEqualTo("Running"));
    }

    @Test
    void serverSideApplyKeepsOthersFieldsAndNamesConflicts() {
        client.resource(configMap("a", "1")).fieldManager("one").serverSideApply();
        assertThatThrownBy(() ->
                        client.resource(configMap("a", "2")).fieldManager("two").serverSideApply())
                .isInstanceOfSatisfying(KubernetesClientException.class, refused -> {
                    assertThat(refused.getCode()).isEqualTo(409);
                    assertThat(refused.getStatus().getDetails().getCauses())
                            .singleElement()
                            .satisfies(cause -> {
                                assertThat(cause.getReason()).isEqualTo("FieldManagerConflict");
                                assertThat(cause.getField()).isEqualTo(".data.key");
                            });
                });
        ConfigMap forced = client.resource(configMap("a", "2"))
                .fieldManager("two")
                .forceConflicts()
                .serverSideApply();
        assertThat(forced.getData()).containsEntry("key", "2");
    }

    @Test
    void scalingAndStatusHaveTheirOwnDoors() {
        client.resource(clock(1)).create();
        var deployment = client.apps().deployments().inNamespace("default").withName("clock");
        Reply patched = served.send(
                "PATCH",
                "/apis/apps/v1/namespaces/default/deployments/clock/scale",
                "application/merge-patch+json",
                "{\"spec\": {\"replicas\": 2}}");
        assertThat(patched.at("spec.replicas")).isEqualTo(2);
        deployment.scale(3);
        assertThat(deployment.get().getSpec().getReplicas()).isEqualTo(3);
        assertThat(deployment.scale().getSpec().getReplicas()).isEqualTo(3);
        assertThat(deployment.scale().getStatus().getSelector()).isEqualTo("app=clock");

        deployment.waitUntilCondition(
                stored -> Integer.valueOf(3).equals(stored.getStatus().getAvailableReplicas()), 30, TimeUnit.SECONDS);
        deployment.editStatus(stored -> {
            stored.getSpec().setReplicas(9);
            stored.getStatus().setCollisionCount(7);
            return stored;
        });
        assertThat(deployment.get().getSpec().getReplicas()).isEqualTo(3);
        assertThat(deployment.get().getStatus().getCollisionCount()).isEqualTo(7);
    }

    @Test
    void genericResourcesWorkWithoutAModel() {
        client.resource(configMap("a", "1")).create();
        GenericKubernetesResource generic = client.genericKubernetesResources("v1", "ConfigMap")
                .inNamespace("default")
                .withName("a")
                .get();
        assertThat(generic.<String>get("data", "key")).isEqualTo("1");
        assertThat(client.hasApiGroup("apps", true)).isTrue();
        assertThat(client.hasApiGroup("batch", true)).isFalse();
        assertThat(client.getKubernetesVersion().getMinor()).isEqualTo("37");
    }

    @Test
    void aLogIsRead() {
        client.resource(clock(1)).create();
        var pods = client.pods().inNamespace("default").withLabel("app", "clock");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> pods.list().getItems().stream()
                        .anyMatch(pod -> "Running".equals(pod.getStatus().getPhase())));
        String name = pods.list().getItems().get(0).getMetadata().getName();
        assertThat(client.pods().inNamespace("default").withName(name).getLog()).isNotEmpty();
        assertThat(client.pods()
                        .inNamespace("default")
                        .withName(name)
                        .tailingLines(1)
                        .getLog()
                        .lines())
                .hasSize(1);
    }

    /** Each that {@link Faults} can make of a client's requests and watches, for a while. */
    private static Map<String, Consumer<Faults>> faults() {
        Map<String, Consumer<Faults>> all = new LinkedHashMap<>();
        Duration some = Duration.ofSeconds(6);
        all.put("watches that are cut", faults -> faults.cutWatches());
        all.put("a history that is forgotten", faults -> faults.expireHistory());
        all.put("watches that are late", faults -> faults.delayWatches(some));
        all.put("watches that are late no more", faults -> faults.delayWatches(Duration.ZERO));
        all.put("requests that take long", faults -> faults.delayRequests(Duration.ofSeconds(2)));
        all.put("requests that take no time again", faults -> faults.delayRequests(Duration.ZERO));
        all.put("a watch that is refused", faults -> {
            faults.failNext(Faults.Call.to(Faults.Verb.WATCH), Reason.TOO_MANY_REQUESTS);
            faults.cutWatches();
        });
        all.put("a list that fails", faults -> {
            faults.failNext(Faults.Call.to(Faults.Verb.LIST), Reason.INTERNAL_ERROR);
            faults.expireHistory();
        });
        all.put("stale reads", faults -> {
            faults.staleReads(some);
            faults.expireHistory();
        });
        all.put("stale first lists", faults -> {
            faults.staleFirstLists(some);
            faults.expireHistory();
        });
        all.put("a server that is not reached", faults -> faults.unreachable(some));
        all.put("watches that fall silent, until they are cut", faults -> {
            faults.silenceWatches();
            faults.cutWatches();
        });
        return all;
    }

    /** By somebody whom no fault concerns. */
    private void createWhateverTheFault(ConfigMap map) {
        ServerSide side = served.cluster.serverSide();
        side.loop().call(() -> side.requests().create(ResourceType.CONFIG_MAPS, map, WriteOptions.defaults()));
    }

    @Test
    void anInformerFindsBackFromEveryFault() {
        var maps = client.configMaps().inNamespace("default").withLabel("made-by", "test");
        try (SharedIndexInformer<ConfigMap> informer = maps.inform()) {
            int n = 0;
            for (Map.Entry<String, Consumer<Faults>> fault : faults().entrySet()) {
                String value = Integer.toString(++n);
                served.cluster.create(configMap("before" + n, value), WriteOptions.defaults());
                fault.getValue().accept(served.cluster.faults());
                createWhateverTheFault(configMap("after" + n, value));
                int expected = 2 * n;
                await(fault.getKey())
                        .atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> informer.getStore().list().size() == expected);
            }
        }
    }

    @Test
    void allOfAKindAreDeletedAtOnce() {
        client.resource(configMap("a", "1")).create();
        client.resource(configMap("b", "1")).create();
        client.configMaps().inNamespace("default").withLabel("made-by", "test").delete();
        assertThat(client.configMaps()
                        .inNamespace("default")
                        .withLabel("made-by", "test")
                        .list()
                        .getItems())
                .isEmpty();
    }
}
