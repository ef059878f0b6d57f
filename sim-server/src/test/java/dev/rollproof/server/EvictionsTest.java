// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rollproof.server.Served.Reply;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Evictions ask the pod's budget first, and are refused in the API server's words, as seen on Kubernetes 1.37. */
class EvictionsTest {
    private static final String BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final Pattern POD = Pattern.compile("\"name\":\"(clock-[a-z0-9]{5})\"");
    private static final String MERGE = "application/merge-patch+json";

    private final Served served = new Served();

    @BeforeEach
    void runTwoPods() {
        served.post("/apis/apps/v1/namespaces/default/replicasets", """
                {"metadata": {"name": "clock"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"of": "set"}},
                 "template": {"metadata": {"labels": {"app": "clock", "of": "set"}}, "spec": {"containers": [
                   {"name": "web", "image": "clock:1"}]}}}}""");
        eventually(() -> assertThat(served.get("/apis/apps/v1/namespaces/default/replicasets/clock")
                        .at("status.readyReplicas"))
                .isEqualTo(2));
    }

    @AfterEach
    void close() {
        served.close();
    }

    private static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
        await().pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(assertion);
    }

    private void budget(String name, String spec) {
        Reply created = served.post(
                BUDGETS,
                "{\"metadata\": {\"name\": \"" + name
                        + "\"}, \"spec\": {\"selector\": {\"matchLabels\": {\"app\": \"clock\"}}, " + spec + "}}");
        assertThat(created.code()).as(created.body()).isEqualTo(201);
    }

    private void allowed(String name, int disruptions) {
        eventually(() -> {
            Reply budget = served.get(BUDGETS + "/" + name);
            assertThat(budget.at("status.observedGeneration")).isEqualTo(budget.at("metadata.generation"));
            assertThat(budget.at("status.disruptionsAllowed")).isEqualTo(disruptions);
        });
    }

    private String aPod() {
        Matcher name = POD.matcher(served.get(PODS + "?labelSelector=app=clock").body());
        assertThat(name.find()).isTrue();
        return name.group(1);
    }

    private Reply evict(String pod) {
        return evict(pod, "");
    }

    private Reply evict(String pod, String query) {
        return served.post(
                PODS + "/" + pod + "/eviction" + query,
                "{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"" + pod + "\"}}");
    }

    @Test
    void aBudgetWithNothingToSpareForbidsEveryEviction() {
        budget("clock", "\"minAvailable\": 2");
        allowed("clock", 0);
        Reply refused = evict(aPod());
        assertThat(refused.code()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isEmpty();
        assertThat(refused.body())
                .isEqualTo(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"Cannot"
                                + " evict pod as it would violate the pod's disruption budget.\",\"reason\":\"TooManyRequests\","
                                + "\"details\":{\"causes\":[{\"reason\":\"DisruptionBudget\",\"message\":\"The disruption budget clock"
                                + " needs 2 healthy pods and has 2 currently\"}]},\"code\":429}");
    }

    @Test
    void anAllowedEvictionIsCountedAtOnceAndThePodSaysWhyItGoes() {
        budget("clock", "\"minAvailable\": 1");
        allowed("clock", 1);
        served.cluster.faults().pauseController("disruption");
        String pod = aPod();
        // So that it is still there when it is looked at.
        served.send("PATCH", PODS + "/" + pod, MERGE, "{\"metadata\": {\"finalizers\": [\"example.com/keep\"]}}");
        assertThat(evict(pod, "?dryRun=All").code()).isEqualTo(201);
        assertThat(served.get(BUDGETS + "/clock").at("status.disruptionsAllowed"))
                .isEqualTo(1);
        Reply evicted = evict(pod);
        assertThat(evicted.body())
                .isEqualTo(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\",\"code\":201}");
        Reply budget = served.get(BUDGETS + "/clock");
        assertThat(budget.at("status.disruptionsAllowed")).isEqualTo(0);
        assertThat(budget.at("status.disruptedPods")).asString().contains(pod);
        assertThat(budget.body()).contains("\"reason\":\"InsufficientPods\"");
        assertThat(served.get(PODS + "/" + pod).body())
                .contains(
                        "\"reason\":\"EvictionByEvictionAPI\"",
                        "\"message\":\"Eviction API: evicting\"",
                        "deletionTimestamp");
        served.cluster.faults().resumeController("disruption");
        eventually(() -> assertThat(served.get(BUDGETS + "/clock").at("status.disruptedPods"))
                .isNull());
        allowed("clock", 1);
    }

    @Test
    void aBudgetThatIsNotCountedYetAsksForPatience() {
        served.cluster.faults().pauseController("disruption");
        budget("clock", "\"minAvailable\": 1");
        Reply refused = evict(aPod());
        assertThat(refused.code()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isEqualTo("10");
        assertThat(refused.at("details.retryAfterSeconds")).isEqualTo(10);
        assertThat(refused.body()).contains("The disruption budget clock is still being processed by the server.");
    }

    @Test
    void twoBudgetsForOnePodAreMoreThanEvictionsKnowHowToAsk() {
        budget("one", "\"minAvailable\": 1");
        budget("two", "\"minAvailable\": 1");
        Reply refused = evict(aPod());
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused.body())
                .isEqualTo(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"This"
                                + " pod has more than one PodDisruptionBudget, which the eviction subresource does not support.\","
                                + "\"code\":500}");
    }

    @Test
    void aBudgetWhoseSyncFailedSaysWhy() {
        Object uid = served.get("/api/v1/namespaces/default/configmaps/kube-root-ca.crt")
                .at("metadata.uid");
        served.post(PODS, """
                {"metadata": {"name": "owned", "labels": {"app": "clock"}, "ownerReferences": [
                   {"apiVersion": "v1", "kind": "ConfigMap", "name": "kube-root-ca.crt", "uid": "%s", "controller": true}]},
                 "spec": {"containers": [{"name": "web", "image": "clock:1"}]}}""".formatted(uid));
        budget("clock", "\"maxUnavailable\": 1");
        eventually(() -> assertThat(served.get(BUDGETS + "/clock").body()).contains("SyncFailed"));
        // It was never counted, so that it is not observed either.
        assertThat(evict(aPod()).body()).contains("is still being processed by the server");
        served.send("PATCH", BUDGETS + "/clock", MERGE, "{\"spec\": {\"maxUnavailable\": null, \"minAvailable\": 9}}");
        allowed("clock", 0);
        served.send("PATCH", BUDGETS + "/clock", MERGE, "{\"spec\": {\"maxUnavailable\": 1, \"minAvailable\": null}}");
        eventually(() -> assertThat(served.get(BUDGETS + "/clock").body()).contains("SyncFailed"));
        assertThat(evict(aPod()).body()).contains("is still being processed by the server");
    }

    @Test
    void anUnreadyPodMayGoWhereEnoughOthersAreHealthyOrItsBudgetSaysAlways() {
        budget("clock", "\"minAvailable\": 1");
        served.post(PODS, """
                {"metadata": {"name": "slow", "labels": {"app": "clock"}},
                 "spec": {"containers": [{"name": "web", "image": "clock:1",
                   "readinessProbe": {"httpGet": {"path": "/nothing", "port": 8080}, "initialDelaySeconds": 3000}}]}}""");
        eventually(
                () -> assertThat(served.get(PODS + "/slow").at("status.phase")).isEqualTo("Running"));
        allowed("clock", 1);
        served.send("PATCH", BUDGETS + "/clock", MERGE, "{\"spec\": {\"minAvailable\": 3}}");
        allowed("clock", 0);
        assertThat(evict("slow").code()).isEqualTo(429);
        served.send(
                "PATCH", BUDGETS + "/clock", MERGE, "{\"spec\": {\"unhealthyPodEvictionPolicy\": \"AlwaysAllow\"}}");
        assertThat(evict("slow", "?dryRun=All").code()).isEqualTo(201);
        served.send(
                "PATCH",
                BUDGETS + "/clock",
                MERGE,
                "{\"spec\": {\"minAvailable\": 2, \"unhealthyPodEvictionPolicy\": null}}");
        allowed("clock", 0);
        assertThat(evict("slow").code()).isEqualTo(201);
    }

    @Test
    void anEvictionNamesItsPod() {
        Reply refused = served.post(
                PODS + "/" + aPod() + "/eviction",
                "{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"other\"}}");
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.at("message")).isEqualTo("name in URL does not match name in Eviction object");
        assertThat(evict("nothing").code()).isEqualTo(404);
    }

    @Test
    void aTableShowsWhatABudgetAllows() {
        budget("clock", "\"minAvailable\": 1");
        allowed("clock", 1);
        Reply table = served.get(BUDGETS, "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
        assertThat(table.body()).contains("\"cells\":[\"clock\",\"1\",\"N/A\",1,");
        assertThat(table.body())
                .contains(
                        "\"name\":\"Min Available\"",
                        "\"name\":\"Max Unavailable\"",
                        "\"name\":\"Allowed Disruptions\"");
    }
}
