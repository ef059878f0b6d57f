// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.Served.Reply;
import dev.rollproof.sim.engine.EventLoop;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Who owns which field, as lists and watches tell it, and as clients change it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnersTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String MERGE = "application/merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private final Served served = new Served();

    @AfterAll
    void close() {
        served.close();
    }

    private void create(String name) {
        Reply created = served.post(
                MAPS + "?fieldManager=one",
                "{\"metadata\": {\"name\": \"" + name + "\", \"labels\": {\"test\": \"" + name
                        + "\"}}, \"data\": {\"k\": \"1\"}}");
        assertThat(created.code()).as(created.body()).isEqualTo(201);
    }

    private List<?> listed(String name) {
        List<?> items = (List<?>) Objects.requireNonNull(
                served.get(MAPS + "?labelSelector=test=" + name).at("items"));
        Map<?, ?> metadata = (Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) items.get(0)).get("metadata"));
        return (List<?>) Objects.requireNonNull(metadata.get("managedFields"));
    }

    private Object owners(String name) {
        return Objects.requireNonNull(served.get(MAPS + "/" + name).at("metadata.managedFields"));
    }

    @Test
    void aListTellsTheSameOwnersAsEachObject() {
        create("a");
        assertThat(listed("a")).isEqualTo(owners("a"));
        served.send("PATCH", MAPS + "/a?fieldManager=two", MERGE, "{\"data\": {\"k\": \"2\"}}");
        assertThat(listed("a")).hasSize(2).isEqualTo(owners("a"));
        assertThat(listed("a").toString()).contains("manager=one", "manager=two");
    }

    @Test
    void aWatchTellsWhoOwnsTheVersionThatItTells() throws Exception {
        create("b");
        try (WatchLines lines = served.watch(MAPS + "?watch=true&labelSelector=test=b")) {
            assertThat(String.valueOf(lines.next()))
                    .contains("ADDED", "manager=one")
                    .doesNotContain("manager=two");
            for (int i = 0; i < 3; i++) {
                served.send("PATCH", MAPS + "/b?fieldManager=two" + i, MERGE, "{\"data\": {\"k" + i + "\": \"2\"}}");
            }
            for (int i = 0; i < 3; i++) {
                assertThat(String.valueOf(lines.next()))
                        .contains("MODIFIED", "manager=one", "manager=two" + i)
                        .doesNotContain("manager=two" + (i + 1));
            }
            served.send("DELETE", MAPS + "/b", "", "");
            assertThat(String.valueOf(lines.next())).contains("DELETED", "manager=one", "manager=two2");
        }
    }

    @Test
    void whoAppliesTheSameOwnsItTooInANewVersion() {
        create("c");
        Object before = served.get(MAPS + "/c").at("metadata.resourceVersion");
        String manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: \"1\"}\n";
        Object applied = served.send("PATCH", MAPS + "/c?fieldManager=three", APPLY, manifest)
                .at("metadata.resourceVersion");
        assertThat(applied).isNotEqualTo(before);
        assertThat(listed("c").toString()).contains("manager=one", "manager=three");
        assertThat(served.send("PATCH", MAPS + "/c?fieldManager=three", APPLY, manifest)
                        .at("metadata.resourceVersion"))
                .isEqualTo(applied);
    }

    @Test
    void aPatchReplacesTheOwnersAsKubectlDoesWhenItTakesOver() {
        create("d");
        String patch =
                "[{\"op\": \"replace\", \"path\": \"/metadata/managedFields\", \"value\": [{\"manager\": \"kubectl\","
                        + " \"operation\": \"Apply\", \"apiVersion\": \"v1\", \"fieldsType\": \"FieldsV1\","
                        + " \"fieldsV1\": {\"f:data\": {\"f:k\": {}}}}]}]";
        assertThat(served.send("PATCH", MAPS + "/d", "application/json-patch+json", patch)
                        .code())
                .isEqualTo(200);
        assertThat(listed("d")).hasSize(1);
        assertThat(listed("d").toString()).contains("manager=kubectl", "operation=Apply");
        // What kubectl applied and does not any more is gone.
        Reply applied = served.send(
                "PATCH",
                MAPS + "/d?fieldManager=kubectl",
                APPLY,
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\ndata: {other: \"1\"}\n");
        assertThat(applied.at("data")).isEqualTo(Map.of("other", "1"));
    }

    @Test
    void aStatusIsAppliedAndItsFieldsAreOwned() {
        String path = "/apis/apps/v1/namespaces/default/deployments/held/status";
        served.post(
                "/apis/apps/v1/namespaces/default/deployments",
                "{\"metadata\": {\"name\": \"held\"}, \"spec\": {\"replicas\": 0, \"selector\": {\"matchLabels\": {\"a\": \"b\"}},"
                        + " \"template\": {\"metadata\": {\"labels\": {\"a\": \"b\"}}, \"spec\": {\"containers\":"
                        + " [{\"name\": \"c\", \"image\": \"clock:1.0\"}]}}}}");
        Reply applied =
                served.send("PATCH", path + "?fieldManager=watcher", APPLY, seen("True") + "spec: {replicas: 7}\n");
        assertThat(applied.code()).as(applied.body()).isEqualTo(200);
        assertThat(String.valueOf(applied.at("status.conditions"))).contains("type=Seen", "status=True");
        assertThat(applied.at("spec.replicas")).isEqualTo(0);
        assertThat(String.valueOf(applied.at("metadata.managedFields")))
                .contains("manager=watcher", "subresource=status");
        Reply other = served.send("PATCH", path + "?fieldManager=other", APPLY, seen("False"));
        assertThat(other.code()).as(other.body()).isEqualTo(409);
        assertThat((String) other.at("message")).contains("conflict with \"watcher\"", ".status.conditions");
        assertThat(String.valueOf(served.send("PATCH", path + "?fieldManager=other&force=true", APPLY, seen("False"))
                        .at("status.conditions")))
                .contains("status=False");
        // What nobody says any more is gone: the first of two still shares it with the other.
        String nothing = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: held}\n";
        assertThat(served.send("PATCH", path + "?fieldManager=watcher", APPLY, nothing)
                        .body())
                .contains("Seen");
        Reply gone = served.send("PATCH", path + "?fieldManager=other", APPLY, nothing);
        assertThat(gone.code()).as(gone.body()).isEqualTo(200);
        assertThat(gone.body()).doesNotContain("Seen");
        assertThat(served.send(
                                "PATCH",
                                path.replace("held", "nobody") + "?fieldManager=m",
                                APPLY,
                                seen("True").replace("held", "nobody"))
                        .code())
                .isEqualTo(404);
    }

    @Test
    void whoAppliesAStatusComesFirstAndItsComponentKeepsItsTime() throws InterruptedException {
        String deployment = "/apis/apps/v1/namespaces/default/deployments/kept";
        served.post(
                "/apis/apps/v1/namespaces/default/deployments?fieldManager=maker",
                "{\"metadata\": {\"name\": \"kept\"}, \"spec\": {\"replicas\": 0, \"paused\": true, \"selector\":"
                        + " {\"matchLabels\": {\"a\": \"c\"}}, \"template\": {\"metadata\": {\"labels\": {\"a\": \"c\"}},"
                        + " \"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"clock:1.0\"}]}}}}");
        pass(Duration.ofSeconds(5));
        Map<String, Object> before = times(deployment);
        assertThat(before).containsOnlyKeys("kube-controller-manager Update status", "maker Update null");
        pass(Duration.ofSeconds(5));
        served.send(
                "PATCH",
                deployment + "/status?fieldManager=watcher",
                APPLY,
                seen("True").replace("held", "kept"));
        Map<String, Object> after = times(deployment);
        assertThat(after.keySet()).first().isEqualTo("watcher Apply status");
        assertThat(after).containsAllEntriesOf(before).hasSize(3);
        assertThat(String.valueOf(after.get("watcher Apply status")))
                .isGreaterThan(String.valueOf(before.get("kube-controller-manager Update status")));
    }

    private void pass(Duration time) throws InterruptedException {
        EventLoop clock = served.cluster.time();
        clock.awaitUntil(clock.now().plus(time), () -> false);
    }

    private Map<String, Object> times(String path) {
        Map<String, Object> times = new LinkedHashMap<>();
        for (Object entry : (List<?>) Objects.requireNonNull(served.get(path).at("metadata.managedFields"))) {
            Map<?, ?> said = (Map<?, ?>) entry;
            times.put(
                    said.get("manager") + " " + said.get("operation") + " " + said.get("subresource"),
                    Objects.requireNonNull(said.get("time")));
        }
        return times;
    }

    private static String seen(String status) {
        return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: held}\n"
                + "status: {conditions: [{type: Seen, status: \"" + status + "\"}]}\n";
    }
}
