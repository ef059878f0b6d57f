// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static dev.rollproof.strategies.Workloads.stable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.Canary.Shift.ThroughRoute;
import dev.rollproof.verifier.RolloutActionException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a canary through a route is refused for, in one sentence, before anything is written. */
class RouteCheckTest {
    private static final Canary CANARY = Canary.steps(5, 50).throughRoute("clock", "clock-stable", "clock-canary");

    private SimulatedCluster cluster = SimulatedCluster.create();

    @AfterEach
    void close() {
        cluster.close();
    }

    private void serve() throws InterruptedException {
        Rollout.of(stable(2, "clock:1.0")).run(cluster).orElseThrow();
        cluster.settle(Duration.ofMinutes(1));
    }

    private void services() {
        cluster.create(Routes.service("clock-stable", "app: clock, track: stable"), WriteOptions.defaults());
        cluster.create(Routes.service("clock-canary", "app: clock, track: canary"), WriteOptions.defaults());
    }

    private List<String> versions() {
        List<HasMetadata> all = new ArrayList<>(cluster.list(Query.of(Deployment.class)));
        all.addAll(cluster.list(Query.of(Service.class)));
        return all.stream()
                .map(o -> o.getMetadata().getName() + " " + o.getMetadata().getResourceVersion())
                .toList();
    }

    private void refused(Canary canary, String sentence) {
        List<String> before = versions();
        assertThatThrownBy(() -> Rollout.of(stable(2, "clock:1.1")).by(canary).run(cluster))
                .isInstanceOf(RolloutActionException.class)
                .hasMessage(sentence);
        assertThat(versions()).isEqualTo(before);
    }

    private void refusedRules(String rules, String sentence) throws InterruptedException {
        cluster.close();
        cluster = SimulatedCluster.create();
        serve();
        services();
        cluster.create(Routes.route(rules), WriteOptions.defaults());
        refused(CANARY, sentence);
    }

    @Test
    void aClusterWithoutTheGatewayApi() throws InterruptedException {
        cluster = SimulatedCluster.builder().withoutGatewayApi().build();
        serve();
        services();
        refused(
                CANARY,
                "the cluster serves no HTTPRoutes (gateway.networking.k8s.io/v1): the Gateway API is not installed; install it"
                        + " and a gateway, or shift by replicas");
    }

    @Test
    void aRouteThatIsNotThere() throws InterruptedException {
        serve();
        services();
        refused(
                CANARY,
                "HTTPRoute/clock in default does not exist; create it with Service/clock-stable and Service/clock-canary, the"
                        + " latter with weight 0, as backends of a rule");
    }

    @Test
    void aRouteWithoutTheBackends() throws InterruptedException {
        refusedRules(
                "[{backendRefs: [{name: a, port: 80}, {name: b, port: 80}]}]",
                "no rule of HTTPRoute/clock in default has Service/clock-stable among its backends, which are Service/a,"
                        + " Service/b; name the Service that gets the requests now, or add it");
        refusedRules(
                "[{matches: [{path: {value: /}}]}]",
                "no rule of HTTPRoute/clock in default has Service/clock-stable among its backends, which are none; name the"
                        + " Service that gets the requests now, or add it");
        refusedRules(
                "[{backendRefs: [{name: clock-stable, port: 80}]}, {backendRefs: [{name: clock-canary, port: 80, weight: 0}]}]",
                "no rule of HTTPRoute/clock in default has Service/clock-canary beside Service/clock-stable among its backends;"
                        + " add it there, with weight 0");
        // Another kind, or another namespace, is another backend.
        refusedRules(
                "[{backendRefs: [{name: clock-stable, kind: Bucket, group: example.com}, {name: clock-canary, port: 80}]}]",
                "no rule of HTTPRoute/clock in default has Service/clock-stable among its backends, which are"
                        + " Bucket/clock-stable, Service/clock-canary; name the Service that gets the requests now, or add it");
        refusedRules(
                "[{backendRefs: [{name: clock-stable, port: 80}, {name: clock-canary, port: 80, namespace: shop, weight: 0}]}]",
                "no rule of HTTPRoute/clock in default has Service/clock-canary beside Service/clock-stable among its backends;"
                        + " add it there, with weight 0");
    }

    @Test
    void aRuleThatIsNotClear() throws InterruptedException {
        refusedRules(
                "[{matches: [{path: {value: /a}}], backendRefs: [{name: other, port: 80}]},"
                        + " {backendRefs: [{name: clock-stable, port: 80}, {name: clock-stable, port: 8080},"
                        + " {name: clock-canary, port: 80, weight: 0}]}]",
                "spec.rules[1] of HTTPRoute/clock in default names Service/clock-stable 2 times, so it is not clear which of them"
                        + " is to be weighed; name it once");
        refusedRules(
                "[{backendRefs: [{name: clock-stable, port: 80}, {name: clock-canary, port: 80, weight: 0},"
                        + " {name: clock-canary, port: 81, weight: 0}]}]",
                "spec.rules[0] of HTTPRoute/clock in default names Service/clock-canary 2 times, so it is not clear which of them"
                        + " is to be weighed; name it once");
    }

    @Test
    void weightsThatCannotBeBegunWith() throws InterruptedException {
        refusedRules(
                "[{backendRefs: [{name: clock-stable, port: 80}, {name: clock-canary, port: 80}]}]",
                "spec.rules[0].backendRefs[1] of HTTPRoute/clock in default gives Service/clock-canary the weight 1, and there"
                        + " are no pods behind it yet; set its weight to 0");
        refusedRules(
                "[{backendRefs: [{name: clock-stable, port: 80, weight: 0}, {name: clock-canary, port: 80, weight: 0}]}]",
                "spec.rules[0].backendRefs[0] of HTTPRoute/clock in default gives Service/clock-stable the weight 0, so there is"
                        + " nothing to take a part of; set its weight to 1");
        refusedRules(
                "[{backendRefs: [{name: clock-stable, port: 80, weight: 10}, {name: other, port: 80, weight: 90},"
                        + " {name: clock-canary, port: 80, weight: 0}]}]",
                "spec.rules[0] of HTTPRoute/clock in default has other backends with weights, beside which the weight 10 of"
                        + " Service/clock-stable cannot be divided for weight 5; multiply all weights of the rule by 100");
    }

    @Test
    void servicesThatAreNotThereOrSelectTheWrongPods() throws InterruptedException {
        serve();
        refused(
                CANARY,
                "Service/clock-stable in default does not exist; create it with the selector app=clock, track=stable");
        cluster.create(Routes.service("clock-stable", "app: clock, track: stable"), WriteOptions.defaults());
        refused(
                CANARY,
                "Service/clock-canary in default does not exist; create it with the selector app=clock, track=canary,"
                        + " version=1.1");
        for (String name : List.of("wide", "wrong")) {
            cluster.create(
                    Routes.service(name, name.equals("wide") ? "app: clock" : "app: cart"), WriteOptions.defaults());
        }
        refused(
                Canary.steps(5).throughRoute("clock", "wide", "clock-canary"),
                "Service/wide in default selects app=clock, which also matches the pods of the other version (app=clock,"
                        + " track=canary, version=1.1), so weights would split nothing; add \"track: stable\" to its selector");
        refused(
                Canary.steps(5).throughRoute("clock", "clock-stable", "wide"),
                "Service/wide in default selects app=clock, which also matches the pods of the other version (app=clock,"
                        + " track=stable), so weights would split nothing; add \"track: canary\" to its selector");
        refused(
                Canary.steps(5).throughRoute("clock", "clock-stable", "wrong"),
                "Service/wrong in default selects app=cart, which does not match the pods (app=clock, track=canary,"
                        + " version=1.1) that are to get its requests; correct its selector");
    }

    @Test
    void aDeploymentWithoutPods() throws InterruptedException {
        Rollout.of(stable(0, "clock:1.0")).run(cluster).orElseThrow();
        refused(
                CANARY,
                "Deployment/clock in default would go from 0 to 2 replicas: requests can be split only where both versions have"
                        + " pods; roll it out without a route");
    }

    @Test
    void optionsThatMakeNoSense() {
        assertThatThrownBy(() -> Canary.of().throughRoute("clock", "same", "same"))
                .hasMessage("the canary must be behind another Service than \"same\"");
        assertThatThrownBy(() -> Canary.of().throughRoute(" ", "a", "b")).hasMessage("route must not be blank");
        ThroughRoute route = ThroughRoute.of("clock", "a", "b");
        assertThatThrownBy(() -> route.withCanaryPods(0)).hasMessage("canaryPods must be 1 or more, was 0");
        assertThatThrownBy(() -> route.withGatewayFollows(Duration.ofSeconds(-1)))
                .hasMessage("gatewayFollows must not be negative, was PT-1S");
        assertThat(Canary.steps(5, 50).throughRoute("clock", "a", "b").explain(10))
                .isEqualTo(
                        "weight 5: 5 % of the requests for 1 new and the rest for 10 old pods, then weight 50: 50 % of the"
                                + " requests for 5 new and the rest for 10 old pods, then all 10");
    }
}
