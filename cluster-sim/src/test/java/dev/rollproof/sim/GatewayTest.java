// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.traffic.Interval;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of a gateway get: the Gateway API's rules on matches, weights and backends. */
class GatewayTest {
    private static final Load LOAD = Load.ofHost("clock.example.com").withLanes(Lane.FRESH);

    /** Of a thousand right runs one may be called wrong. */
    private static final double CONFIDENCE = 0.999;

    private SimulatedCluster cluster = SimulatedCluster.create();

    @AfterEach
    void close() {
        cluster.close();
    }

    /** A version of the clock, with a Service of its own. */
    private void version(String name, String tag, int replicas) {
        cluster.create(Models.fromYaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s, namespace: default}
                spec:
                  replicas: %3$d
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec:
                      containers:
                      - {name: web, image: "clock:%2$s", readinessProbe: {periodSeconds: 1, httpGet: {port: 8080}}}
                """.formatted(name, tag, replicas), Deployment.class), WriteOptions.defaults());
        cluster.create(Models.fromYaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: %1$s, namespace: default}
                spec: {selector: {app: %1$s}, ports: [{port: 80, targetPort: 8080}]}
                """.formatted(name), Service.class), WriteOptions.defaults());
    }

    private void route(String name, String hostnames, String rules) {
        cluster.create(
                Models.fromYaml("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: %s, namespace: default}
                spec:
                  parentRefs: [{name: gateway}]
                  hostnames: [%s]
                  rules: %s
                """.formatted(name, hostnames, rules), HTTPRoute.class), WriteOptions.defaults());
    }

    private void bothVersions() {
        version("stable", "1.0", 2);
        version("canary", "1.1", 2);
        assertThat(cluster.settle(Duration.ofMinutes(1))).isTrue();
    }

    private TrafficReport sent(Load load, Duration time) throws InterruptedException {
        try (RunningTraffic running = cluster.traffic().start(load)) {
            cluster.advance(time);
            return running.stop();
        }
    }

    private TrafficReport sent(Load load) throws InterruptedException {
        return sent(load, Duration.ofSeconds(5));
    }

    /** The statuses and versions that answered. */
    private static Set<String> answers(TrafficReport report) {
        Set<String> answers = new HashSet<>();
        report.requests().forEach(request -> {
            if (request.outcome() instanceof Outcome.Answered answer) {
                answers.add(answer.status() + (answer.version().isEmpty() ? "" : " " + answer.version()));
            } else {
                answers.add(request.outcome().toString());
            }
        });
        return answers;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 30, 50, 99, 100})
    void weightsSplitTheRequestsWhateverTheNumberOfPods(int weight) throws InterruptedException {
        bothVersions();
        route(
                "clock",
                "clock.example.com",
                "[{backendRefs: [{name: stable, port: 80, weight: %d}, {name: canary, port: 80, weight: %d}]}]"
                        .formatted(100 - weight, weight));
        TrafficReport report = sent(LOAD, Duration.ofSeconds(60));
        assertThat(report.whyVoid()).isEmpty();
        assertThat(report.failed()).isZero();
        assertThat(report.total()).isGreaterThanOrEqualTo(3000);
        Interval interval = report.shareInterval("1.1", CONFIDENCE);
        assertThat(interval.contains(weight / 100.0))
                .as("%d %% lies in %s", weight, interval)
                .isTrue();
        if (weight == 0 || weight == 100) {
            assertThat(report.share("1.1")).isEqualTo(weight / 100.0);
        }
    }

    @Test
    void weightsArePartsOfTheirSumAndOneByDefault() throws InterruptedException {
        bothVersions();
        route(
                "clock",
                "clock.example.com",
                "[{backendRefs: [{name: stable, port: 80, weight: 3}, {name: canary, port: 80}]}]");
        TrafficReport report = sent(LOAD, Duration.ofSeconds(60));
        assertThat(report.shareInterval("1.1", CONFIDENCE).contains(0.25)).isTrue();
    }

    @Test
    void keptConnectionsAreTheGatewaysAndAreSplitAsWell() throws InterruptedException {
        bothVersions();
        route("clock", "clock.example.com", "[{backendRefs: [{name: stable, port: 80}, {name: canary, port: 80}]}]");
        TrafficReport report = sent(LOAD.withLanes(Lane.KEPT_ALIVE), Duration.ofSeconds(20));
        assertThat(report.shareInterval("1.1", CONFIDENCE).contains(0.5)).isTrue();
        assertThat(report.pods()).hasSize(4);
    }

    @Test
    void whatNobodyCanAnswerTheGatewayAnswers() throws InterruptedException {
        bothVersions();
        version("empty", "1.2", 0);
        route("zero", "zero.example.com", "[{backendRefs: [{name: stable, port: 80, weight: 0}]}]");
        route("none", "none.example.com", "[{matches: [{path: {value: /}}]}]");
        route("missing", "missing.example.com", "[{backendRefs: [{name: nobody, port: 80}]}]");
        route("port", "port.example.com", "[{backendRefs: [{name: stable, port: 81}]}]");
        route("kind", "kind.example.com", "[{backendRefs: [{name: stable, kind: Bucket, group: example.com}]}]");
        route("other", "other.example.com", "[{backendRefs: [{name: stable, port: 80, namespace: kube-system}]}]");
        route("empty", "empty.example.com", "[{backendRefs: [{name: empty, port: 80}]}]");
        route(
                "path",
                "path.example.com",
                "[{matches: [{path: {value: /a}}], backendRefs: [{name: stable, port: 80}]}]");
        route(
                "moved",
                "moved.example.com",
                "[{filters: [{type: RequestRedirect, requestRedirect: {hostname: clock.example.com}}]}]");
        route(
                "extended",
                "extended.example.com",
                "[{filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: Magic, name: x}}],"
                        + " backendRefs: [{name: stable, port: 80}]}]");
        for (String expected : List.of(
                "zero 500",
                "none 500",
                "missing 500",
                "port 500",
                "kind 500",
                "other 500",
                "empty 503",
                "path 404",
                "moved 302",
                "extended 500")) {
            String[] words = expected.split(" ");
            assertThat(answers(sent(Load.ofHost(words[0] + ".example.com"), Duration.ofSeconds(1))))
                    .as(expected)
                    .containsExactly(words[1]);
        }
        assertThatThrownBy(() -> sent(Load.ofHost("unknown.example.com")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "no HTTPRoute with a parent is for the host unknown.example.com; create one before you send to it");
    }

    @Test
    void aPartOfTheRequestsFailsWhereABackendHasNoReadyPod() throws InterruptedException {
        bothVersions();
        route(
                "clock",
                "clock.example.com",
                "[{backendRefs: [{name: stable, port: 80, weight: 90}, {name: canary, port: 80, weight: 10}]}]");
        Deployment canary = cluster.get(Deployment.class, "default", "canary").orElseThrow();
        canary.getSpec().setReplicas(0);
        cluster.replace(canary, WriteOptions.defaults());
        cluster.settle(Duration.ofMinutes(2));
        TrafficReport report = sent(LOAD.withWarmUp(Duration.ZERO), Duration.ofSeconds(60));
        assertThat(answers(report)).containsExactlyInAnyOrder("200 1.0", "503");
        assertThat(report.failed() / (double) report.total()).isBetween(0.07, 0.13);
    }

    @Test
    void matchesAreTakenByTheirPrecedenceAndOtherRulesRouteOn() throws InterruptedException {
        version("exact", "exact", 1);
        version("prefix", "prefix", 1);
        version("longer", "longer", 1);
        version("header", "header", 1);
        version("query", "query", 1);
        version("wildcard", "wildcard", 1);
        version("regex", "regex", 1);
        assertThat(cluster.settle(Duration.ofMinutes(1))).isTrue();
        route("clock", "clock.example.com", """
                [{matches: [{path: {type: RegularExpression, value: '/[0-9]+'}}], backendRefs: [{name: regex, port: 80}]},
                 {matches: [{path: {value: /a}}], backendRefs: [{name: prefix, port: 80}]},
                 {matches: [{path: {value: /a/b}}], backendRefs: [{name: longer, port: 80}]},
                 {matches: [{path: {value: /a}, headers: [{name: X-Tester, value: "yes"}]}], backendRefs: [{name: header, port: 80}]},
                 {matches: [{path: {value: /a}, queryParams: [{name: v, value: "2"}]}], backendRefs: [{name: query, port: 80}]},
                 {matches: [{path: {type: Exact, value: /a/b}}], backendRefs: [{name: exact, port: 80}]}]""");
        route("all", "'*.example.com'", "[{backendRefs: [{name: wildcard, port: 80}]}]");
        for (String expected : List.of(
                "/a prefix",
                "/a/ prefix",
                "/a/c prefix",
                "/a/b exact",
                "/a/b/ longer",
                "/a/b/c longer",
                "/a?v=2&x=1 query",
                "/a?v=3 prefix",
                "/12 regex",
                "/ab wildcard",
                "/ wildcard")) {
            String[] words = expected.split(" ");
            assertThat(answers(sent(LOAD.withPath(words[0]), Duration.ofSeconds(1))))
                    .as(expected)
                    .containsExactly("200 " + words[1]);
        }
        assertThat(answers(sent(LOAD.withPath("/a").withHeader("x-tester", "yes"), Duration.ofSeconds(1))))
                .containsExactly("200 header");
        assertThat(answers(sent(LOAD.withPath("/a").withHeader("x-tester", "no"), Duration.ofSeconds(1))))
                .containsExactly("200 prefix");
        assertThat(answers(sent(Load.ofHost("other.example.com"), Duration.ofSeconds(1))))
                .containsExactly("200 wildcard");
    }

    @Test
    void theOldestRouteOfEqualOnesIsTaken() throws InterruptedException {
        bothVersions();
        route("second", "clock.example.com", "[{backendRefs: [{name: stable, port: 80}]}]");
        cluster.advance(Duration.ofSeconds(2));
        route("first", "clock.example.com", "[{backendRefs: [{name: canary, port: 80}]}]");
        assertThat(answers(sent(LOAD))).containsExactly("200 1.0");
    }

    @Test
    void aGatewayFollowsAChangeWithinASecond() throws InterruptedException {
        bothVersions();
        route("clock", "clock.example.com", "[{backendRefs: [{name: stable, port: 80}]}]");
        try (RunningTraffic running = cluster.traffic().start(LOAD)) {
            HTTPRoute route = cluster.get(HTTPRoute.class, "default", "clock").orElseThrow();
            route.getSpec().getRules().get(0).getBackendRefs().get(0).setName("canary");
            cluster.replace(route, WriteOptions.defaults());
            cluster.advance(Duration.ofSeconds(3));
            TrafficReport report = running.stop();
            assertThat(report.versions()).containsExactly("1.0", "1.1");
            assertThat(report.lastAnswer("1.0").orElseThrow()).isBetween(Duration.ofMillis(40), Duration.ofSeconds(1));
            assertThat(report.failed()).isZero();
        }
    }

    @Test
    void whereTheGatewayApiIsNotInstalledNothingIsFoundAndNothingTaken() {
        cluster = SimulatedCluster.builder().withoutGatewayApi().build();
        assertThat(cluster.get(HTTPRoute.class, "default", "clock")).isEmpty();
        assertThatThrownBy(() -> cluster.list(Query.of(HTTPRoute.class)))
                .isInstanceOfSatisfying(
                        ClusterException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.NOT_FOUND));
        assertThatThrownBy(() -> route("clock", "clock.example.com", "[]"))
                .hasMessageContaining("the server could not find the requested resource");
        assertThatThrownBy(() -> cluster.delete(HTTPRoute.class, "default", "clock", DeleteOptions.defaults()))
                .hasMessageContaining("the server could not find the requested resource");
        try (Observation watching = cluster.observe(Query.of(HTTPRoute.class), change -> {})) {
            cluster.advance(Duration.ofSeconds(5));
            assertThat(watching.synced()).isFalse();
            assertThat(watching.trouble()).map(ClusterException::reason).contains(Reason.NOT_FOUND);
        }
    }
}
