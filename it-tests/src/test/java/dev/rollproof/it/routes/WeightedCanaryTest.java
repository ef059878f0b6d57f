// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.routes;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterKind;
import dev.rollproof.harness.ClusterTest;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.RollproofAssertions;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.harness.Waiting;
import dev.rollproof.it.Yaml;
import dev.rollproof.it.contract.PageImages;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.strategies.Canary;
import dev.rollproof.strategies.Canary.Shift.ThroughRoute;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Rollback;
import dev.rollproof.verifier.RollbackResult;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A canary through an HTTPRoute on real Kubernetes: the objects. No gateway is there, so no request is split; what a gateway would
 * be told is what is looked at.
 */
@Tag("k3s")
@ClusterTest(ClusterKind.K3S)
class WeightedCanaryTest {
    private static final WriteOptions SOMEBODY = WriteOptions.defaults().withFieldManager("somebody");

    private Cluster cluster;
    private String namespace;

    @BeforeEach
    void take(Cluster givenCluster, TestNamespace givenNamespace, K3s k3s) {
        cluster = givenCluster;
        namespace = givenNamespace.name();
        PageImages.loadInto(k3s);
        GatewayApi.ensureIn(cluster);
    }

    private Deployment clock(String image) {
        return Yaml.read(Deployment.class, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, namespace: %s}
                spec:
                  replicas: 1
                  selector: {matchLabels: {app: clock, track: stable}}
                  template:
                    metadata: {labels: {app: clock, track: stable}}
                    spec:
                      terminationGracePeriodSeconds: 2
                      containers:
                      - {name: web, image: "%s", readinessProbe: {periodSeconds: 1, httpGet: {path: /ready, port: 8080}}}
                """.formatted(namespace, image));
    }

    private void createRoute() {
        for (String track : List.of("stable", "canary")) {
            cluster.create(Yaml.read(Service.class, """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: clock-%1$s, namespace: %2$s}
                    spec: {selector: {app: clock, track: %1$s}, ports: [{port: 80, targetPort: 8080}]}
                    """.formatted(track, namespace)), WriteOptions.defaults());
        }
        cluster.create(Yaml.read(HTTPRoute.class, """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: clock, namespace: %s, annotations: {team: shop}}
                spec:
                  parentRefs: [{name: gateway}]
                  hostnames: [clock.example.com]
                  rules:
                  - matches: [{path: {type: Exact, value: /other}}]
                    backendRefs: [{name: other, port: 80, weight: 1}]
                  - filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: X-Shop, value: "1"}]}}]
                    timeouts: {request: 5s}
                    backendRefs: [{name: clock-stable, port: 80}, {name: clock-canary, port: 80, weight: 0}]
                """.formatted(namespace)), WriteOptions.defaults());
    }

    private HTTPRoute route() {
        return cluster.get(HTTPRoute.class, namespace, "clock").orElseThrow();
    }

    private static String weights(HTTPRoute route) {
        List<HTTPBackendRef> backends = route.getSpec().getRules().get(1).getBackendRefs();
        return backends.get(0).getWeight() + "/" + backends.get(1).getWeight();
    }

    /** The same cluster; but somebody edits another rule of the route just before each second patch of it. */
    private Cluster meddledWith(AtomicInteger edits, AtomicInteger conflicts) {
        AtomicInteger patches = new AtomicInteger();
        return (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, arguments) -> {
                    boolean weighs = method.getName().equals("patch") && HTTPRoute.class.equals(arguments[0]);
                    if (weighs && patches.getAndIncrement() % 2 == 0) {
                        cluster.patch(
                                HTTPRoute.class,
                                namespace,
                                "clock",
                                Patch.json("[{\"op\":\"add\",\"path\":\"/spec/rules/0/backendRefs/0/weight\",\"value\":"
                                        + (10 + edits.incrementAndGet()) + "}]"),
                                SOMEBODY);
                    }
                    try {
                        return method.invoke(cluster, arguments);
                    } catch (InvocationTargetException thrown) {
                        if (weighs
                                && thrown.getCause() instanceof ClusterException refused
                                && refused.reason() == Reason.INVALID) {
                            conflicts.incrementAndGet();
                        }
                        throw thrown.getCause();
                    }
                });
    }

    private interface Run {
        Verdict run() throws InterruptedException;
    }

    /** Runs a rollout, and adds each weight that the route had from before it to its end. */
    private Verdict watched(List<String> seen, Run rollout) throws InterruptedException {
        try (Observation watching = cluster.observe(
                Query.of(HTTPRoute.class).inNamespace(namespace),
                change -> seen.add(weights((HTTPRoute) change.manifest())))) {
            Waiting.on(cluster).until("the route is known as it is", watching::synced);
            Verdict verdict = rollout.run();
            // Another watch than the strategy's: it may hear of the end later.
            Waiting.on(cluster)
                    .until(
                            "all versions of the route are told",
                            () -> seen.get(seen.size() - 1).equals(weights(route())));
            return verdict;
        }
    }

    @Test
    void weightsAreSetDespiteConflictsPutBackAndNothingElseIsTouched() throws InterruptedException {
        Rollout.of(clock("page:1.0")).within(ofSeconds(60)).run(cluster).orElseThrow();
        createRoute();
        HTTPRoute before = route();
        List<String> seen = new CopyOnWriteArrayList<>();
        AtomicInteger edits = new AtomicInteger();
        AtomicInteger conflicts = new AtomicInteger();
        Verdict verdict = watched(
                seen,
                () -> Rollout.of(clock("page:1.1"))
                        .by(Canary.steps(5, 50)
                                .through(ThroughRoute.of("clock", "clock-stable", "clock-canary")
                                        .withGatewayFollows(ofSeconds(1))))
                        .within(ofSeconds(60))
                        .run(meddledWith(edits, conflicts)));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(seen.stream().distinct()).containsExactly("1/0", "95/5", "50/50");
        assertThat(weights(route())).isEqualTo("1/0");
        // Once for each weight; and once more where the watch had not yet shown what was set, and it was to be set
        // again.
        assertThat(edits.get()).isGreaterThanOrEqualTo(3);
        assertThat(conflicts).as("each edit made a weight meet a newer route").hasValue(edits.get());

        HTTPRoute after = route();
        HTTPRoute expected = Models.copy(before);
        expected.getSpec().getRules().get(0).getBackendRefs().get(0).setWeight(10 + edits.get());
        assertThat(Models.toTree(after.getSpec())).isEqualTo(Models.toTree(expected.getSpec()));
        assertThat(after.getMetadata().getAnnotations())
                .isEqualTo(before.getMetadata().getAnnotations());
        assertThat(after.getMetadata().getGeneration())
                .as("weights that were set, besides the edits")
                .isEqualTo(before.getMetadata().getGeneration() + edits.get() + 3);
        assertThat(cluster.list(Query.of(Deployment.class).inNamespace(namespace)))
                .singleElement()
                .satisfies(d -> assertThat(d.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .get(0)
                                .getImage())
                        .isEqualTo("page:1.1"));
    }

    static Stream<Arguments> versionsThatAreGoneBackFrom() {
        Canary canary = Canary.steps(50)
                .through(
                        ThroughRoute.of("clock", "clock-stable", "clock-canary").withGatewayFollows(ofSeconds(1)));
        return Stream.of(
                Arguments.of(Named.of("one that crashes", "page:broken"), canary, List.of("1/0")),
                Arguments.of(
                        Named.of("one that is found bad at half of the weight", "page:1.1"),
                        canary.check(Check.of("found good", context -> false)),
                        List.of("1/0", "50/50")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("versionsThatAreGoneBackFrom")
    void theRouteIsAsItWasAfterGoingBackFrom(String image, Canary canary, List<String> weights)
            throws InterruptedException {
        Rollout.of(clock("page:1.0")).within(ofSeconds(60)).run(cluster).orElseThrow();
        createRoute();
        HTTPRoute before = route();
        List<String> seen = new CopyOnWriteArrayList<>();
        Verdict verdict = watched(
                seen,
                () -> Rollout.of(clock(image))
                        .by(canary)
                        .within(ofSeconds(60))
                        .orElse(Rollback.rollBack())
                        .run(cluster));
        RollproofAssertions.assertThat(verdict).failed();
        assertThat(seen.stream().distinct()).containsExactlyElementsOf(weights);
        assertThat(verdict.evidence().rollback())
                .get(InstanceOfAssertFactories.type(RollbackResult.Restored.class))
                .satisfies(back -> {
                    assertThat(back.verdict().isComplete()).isTrue();
                    assertThat(back.images()).containsExactly("page:1.0");
                });
        assertThat(Models.toTree(route().getSpec())).isEqualTo(Models.toTree(before.getSpec()));
        assertThat(route().getMetadata().getAnnotations())
                .isEqualTo(before.getMetadata().getAnnotations());
        assertThat(cluster.list(Query.of(Deployment.class).inNamespace(namespace)))
                .singleElement()
                .satisfies(stable -> assertThat(stable.getMetadata().getName()).isEqualTo("clock"));
        // Nothing that a field belongs to stands in the way of whoever applies next.
        cluster.apply(clock("page:1.2"), WriteOptions.defaults().withoutForce());
    }
}
