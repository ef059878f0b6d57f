// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.it.Yaml;
import dev.rollproof.it.routes.GatewayApi;
import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Patch;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GRPCRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteStatus;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an API server promises of HTTPRoutes, the objects: they are custom resources, with bounds, defaults and texts of their own.
 * On a real cluster without them, by our own definition of the part that we use; the Gateway API's whole one (v1.4.0) was seen to
 * give the same answers, each.
 */
abstract class RoutesContract extends Contract {
    private static final String NOT_CHECKED =
            "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the"
                    + " existing errors to complete validation";

    @BeforeEach
    void haveRoutes() {
        GatewayApi.ensureIn(cluster);
    }

    private HTTPRoute route(String spec) {
        return Yaml.read(HTTPRoute.class, """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: clock, namespace: %s}
                spec: %s
                """.formatted(namespace, spec));
    }

    private HTTPRoute routeTo(String backends) {
        return route("{rules: [{backendRefs: [" + backends + "]}]}");
    }

    private HTTPRoute patched(Patch patch) {
        return cluster.patch(HTTPRoute.class, namespace, "clock", patch, DEFAULTS);
    }

    @Test
    void whatARouteDoesNotSayIsFilledIn() {
        HTTPRoute created = create(route("""
                {parentRefs: [{name: gateway}],
                 rules: [{backendRefs: [{name: clock, port: 80}]},
                         {matches: [{headers: [{name: X, value: y}]}, {path: {value: /a}}]}]}"""));
        assertThat(Models.toTree(created.getSpec()))
                .isEqualTo(Models.toTree(route("""
                {parentRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gateway}],
                 rules: [{matches: [{path: {type: PathPrefix, value: /}}],
                          backendRefs: [{group: "", kind: Service, name: clock, port: 80, weight: 1}]},
                         {matches: [{path: {type: PathPrefix, value: /}, headers: [{type: Exact, name: X, value: y}]},
                                    {path: {type: PathPrefix, value: /a}}]}]}""").getSpec()));
        assertThat(created.getMetadata().getGeneration()).isEqualTo(1);
        HTTPRoute bare = route("{parentRefs: [{name: gateway}]}");
        bare.getMetadata().setName("bare");
        assertThat(Models.toTree(create(bare).getSpec()).get("rules"))
                .isEqualTo(List.of(
                        Map.of("matches", List.of(Map.of("path", Map.of("type", "PathPrefix", "value", "/"))))));
    }

    private void refused(String spec, String... errors) {
        String all = errors.length == 1 ? errors[0] : "[" + String.join(", ", errors) + "]";
        // Kubernetes 1.34 puts "object": before what a rule says.
        assertThat(refusal(Reason.INVALID, () -> create(route(spec)))
                        .getMessage()
                        .replace("\"object\": ", ""))
                .as(spec)
                .isEqualTo("HTTPRoute.gateway.networking.k8s.io \"clock\" is invalid: " + all);
    }

    private void refusedBackend(String backend, String... errors) {
        refused("{rules: [{backendRefs: [" + backend + "]}]}", errors);
    }

    @Test
    void backendsAndWeightsHaveBounds() {
        String first = "spec.rules[0].backendRefs[0]";
        create(routeTo("{name: a, port: 80, weight: 0}, {name: b, port: 80, weight: 1000000}"));
        refusedBackend(
                "{name: a, port: 80, weight: 1000001}",
                first + ".weight: Invalid value: 1000001: " + first
                        + ".weight in body should be less than or equal to 1000000");
        refusedBackend(
                "{name: a, port: 80, weight: -1}",
                first + ".weight: Invalid value: -1: " + first
                        + ".weight in body should be greater than or equal to 0");
        refusedBackend("{name: a}", first + ": Invalid value: Must have port for Service reference");
        refusedBackend("{port: 80}", first + ".name: Required value", NOT_CHECKED);
        refusedBackend(
                "{name: '', port: 80}",
                first + ".name: Invalid value: \"\": " + first + ".name in body should be at least 1 chars long");
        refusedBackend(
                "{name: a, kind: 1x, port: 80}",
                first + ".kind: Invalid value: \"1x\": " + first
                        + ".kind in body should match '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$'");
        refusedBackend(
                "{name: a, group: A_, port: 80}",
                first + ".group: Invalid value: \"A_\": " + first
                        + ".group in body should match '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'");
        refusedBackend(
                "{name: a, namespace: A, port: 80}",
                first + ".namespace: Invalid value: \"A\": " + first
                        + ".namespace in body should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'");
        refusedBackend(
                "{name: a, port: 70000}",
                first + ".port: Invalid value: 70000: " + first
                        + ".port in body should be less than or equal to 65535");
        refusedBackend(
                "{name: a, weight: -1}, {name: b, port: 0}",
                first + ".weight: Invalid value: -1: " + first + ".weight in body should be greater than or equal to 0",
                "spec.rules[0].backendRefs[1].port: Invalid value: 0: spec.rules[0].backendRefs[1].port in body should be"
                        + " greater than or equal to 1",
                first + ": Invalid value: Must have port for Service reference");
        refusedBackend(
                "{name: " + "a".repeat(254) + ", port: 80}",
                first + ".name: Too long: may not be more than 253 bytes",
                NOT_CHECKED);
    }

    @Test
    void listsHaveBounds() {
        String sixteen = String.join(", ", Collections.nCopies(16, "{name: a, port: 80}"));
        create(routeTo(sixteen));
        refusedBackend(
                sixteen + ", {name: a, port: 80}",
                "spec.rules[0].backendRefs: Too many: 17: must have at most 16 items",
                NOT_CHECKED);
        refused(
                "{rules: [" + String.join(", ", Collections.nCopies(17, "{backendRefs: [{name: a, port: 80}]}")) + "]}",
                "spec.rules: Too many: 17: must have at most 16 items",
                NOT_CHECKED);
    }

    @Test
    void hostnamesAndMatchesHaveAForm() {
        refused(
                "{hostnames: [A_b]}",
                "spec.hostnames[0]: Invalid value: \"A_b\": spec.hostnames[0] in body should match"
                        + " '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'");
        refused(
                "{rules: [{matches: [{path: {type: Foo, value: /}}]}]}",
                "spec.rules[0].matches[0].path.type: Unsupported value: \"Foo\": supported values: \"Exact\", \"PathPrefix\","
                        + " \"RegularExpression\"",
                NOT_CHECKED);
        refused(
                "{rules: [{matches: [{path: {value: foo}}]}]}",
                "spec.rules[0].matches[0].path: Invalid value: value must be an absolute path and start with '/' when type one"
                        + " of ['Exact', 'PathPrefix']");
        refused(
                "{rules: [{matches: [{headers: [{name: x}]}]}]}",
                "spec.rules[0].matches[0].headers[0].value: Required value",
                NOT_CHECKED);
    }

    @Test
    void aFieldThatARouteDoesNotHaveIsRefused() {
        HTTPRoute misspelt = routeTo("{name: a, port: 80}");
        misspelt.getSpec().getRules().get(0).getBackendRefs().get(0).setAdditionalProperty("wieght", 1);
        assertThat(refusal(Reason.BAD_REQUEST, () -> create(misspelt)))
                .hasMessage(
                        "HTTPRoute in version \"v1\" cannot be handled as a HTTPRoute: strict decoding error: unknown field"
                                + " \"spec.rules[0].backendRefs[0].wieght\"");
    }

    @Test
    void theGenerationGrowsWithTheSpecAndTheStatusIsKeptApart() {
        HTTPRoute created = create(routeTo("{name: a, port: 80}"));
        HTTPRoute annotated = patched(Patch.merge("{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}"));
        assertThat(annotated.getMetadata().getGeneration()).isEqualTo(1);
        HTTPRoute reported = Models.copy(annotated);
        reported.setStatus(Models.fromTree(
                Map.of(
                        "parents",
                        List.of(Map.of(
                                "controllerName", "example.com/gateway",
                                "parentRef", Map.of("name", "gateway"),
                                "conditions",
                                        List.of(Map.of(
                                                "type", "Accepted",
                                                "status", "True",
                                                "reason", "Accepted",
                                                "message", "",
                                                "lastTransitionTime", "2026-01-01T00:00:00Z"))))),
                HTTPRouteStatus.class));
        reported.getSpec().setHostnames(List.of("other.example.com"));
        HTTPRoute told = cluster.replaceStatus(reported, DEFAULTS);
        assertThat(told.getMetadata().getGeneration()).isEqualTo(1);
        assertThat(told.getSpec().getHostnames()).isEmpty();
        assertThat(told.getStatus().getParents()).hasSize(1);
        HTTPRoute weighed =
                patched(Patch.json("[{\"op\":\"add\",\"path\":\"/spec/rules/0/backendRefs/0/weight\",\"value\":5}]"));
        assertThat(weighed.getMetadata().getGeneration()).isEqualTo(2);
        assertThat(weighed.getStatus()).isEqualTo(told.getStatus());
        assertThat(version(weighed)).isGreaterThan(version(created));
    }

    @Test
    void aRouteIsReplacedByWhoHasSeenIt() {
        HTTPRoute created = create(routeTo("{name: a, port: 80}"));
        HTTPRoute unseen = Models.copy(created);
        unseen.getMetadata().setResourceVersion(null);
        assertThat(refusal(Reason.INVALID, () -> cluster.replace(unseen, DEFAULTS)))
                .hasMessageContaining("metadata.resourceVersion: Invalid value: ")
                .hasMessageEndingWith(": must be specified for an update");
        assertThat(version(cluster.replace(created, DEFAULTS))).isEqualTo(version(created));
    }

    /** The way in which weights are set. */
    @Test
    void aPatchOfWeightsOnTheConditionOfAVersionChangesNothingElseAndNothingLate() {
        HTTPRoute first = create(route("""
                {hostnames: [clock.example.com],
                 rules: [{matches: [{path: {value: /a}}], backendRefs: [{name: other, port: 80, weight: 7}]},
                         {filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X, value: y}]}}],
                          backendRefs: [{name: stable, port: 80, weight: 1}, {name: canary, port: 80, weight: 0}]}]}"""));
        String weigh = """
                [{"op": "test", "path": "/metadata/resourceVersion", "value": "%s"},
                 {"op": "add", "path": "/spec/rules/1/backendRefs/0/weight", "value": 95},
                 {"op": "add", "path": "/spec/rules/1/backendRefs/1/weight", "value": 5}]""";
        Patch patch = Patch.json(weigh.formatted(first.getMetadata().getResourceVersion()));
        HTTPRoute weighed = patched(patch);
        HTTPRoute expected = Models.copy(first);
        List<HTTPBackendRef> backends = expected.getSpec().getRules().get(1).getBackendRefs();
        backends.get(0).setWeight(95);
        backends.get(1).setWeight(5);
        assertThat(Models.toTree(weighed.getSpec())).isEqualTo(Models.toTree(expected.getSpec()));
        // The same again is late, also where it would change nothing.
        refusal(Reason.INVALID, () -> patched(patch));
        assertThat(version(stored(HTTPRoute.class, "clock"))).isEqualTo(version(weighed));
    }

    @Test
    void thereIsNoStrategicMergeForCustomResources() {
        create(routeTo("{name: a, port: 80}"));
        assertThat(refusal(Reason.UNSUPPORTED_MEDIA_TYPE, () -> patched(Patch.strategicMerge("{\"spec\":{}}"))))
                .hasMessage("the body of the request was in an unknown format - accepted media types include:"
                        + " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
    }

    @Test
    void changesOfRoutesAreTold() {
        List<String> told = new CopyOnWriteArrayList<>();
        try (Observation watching = cluster.observe(
                Query.of(HTTPRoute.class).inNamespace(namespace),
                change -> told.add(change.type() + " "
                        + ((HTTPRoute) change.manifest())
                                .getSpec()
                                .getRules()
                                .get(0)
                                .getBackendRefs()
                                .get(0)
                                .getWeight()))) {
            eventually("the observation to be synced", watching::synced);
            create(routeTo("{name: a, port: 80}"));
            patched(Patch.json("[{\"op\":\"add\",\"path\":\"/spec/rules/0/backendRefs/0/weight\",\"value\":5}]"));
            cluster.delete(HTTPRoute.class, namespace, "clock", DELETE);
            eventually("all changes to be told", () -> told.size() == 3, () -> told);
            assertThat(told)
                    .containsExactly(Change.Type.ADDED + " 1", Change.Type.MODIFIED + " 5", Change.Type.DELETED + " 5");
        }
    }

    /** A kind whose definition is not installed: here one that is installed with no cluster of tests. */
    @Test
    void ofAKindThatIsNotServedThereIsNothing() {
        GRPCRoute route = new GRPCRoute();
        route.setMetadata(new ObjectMeta());
        route.getMetadata().setName("clock");
        route.getMetadata().setNamespace(namespace);
        assertThat(cluster.get(GRPCRoute.class, namespace, "clock")).isEmpty();
        refusal(Reason.NOT_FOUND, () -> cluster.list(Query.of(GRPCRoute.class).inNamespace(namespace)));
        refusal(Reason.NOT_FOUND, () -> create(route));
    }
}
