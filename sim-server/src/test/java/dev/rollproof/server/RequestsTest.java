// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.server.Served.Reply;
import dev.rollproof.sim.Faults;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Single requests: what is answered, and how what cannot be answered is refused. */
class RequestsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String JSON = "application/json";

    private final Served served = new Served();

    @AfterEach
    void close() {
        served.close();
    }

    private static String map(String name) {
        return "{\"metadata\": {\"name\": \"" + name + "\"}, \"data\": {\"k\": \"1\"}}";
    }

    private static void assertStatus(Reply reply, int code, String reason, String message) {
        assertThat(reply.code()).as(reply.body()).isEqualTo(code);
        assertThat(reply.json())
                .containsEntry("kind", "Status")
                .containsEntry("apiVersion", "v1")
                .containsEntry("status", "Failure")
                .containsEntry("reason", reason)
                .containsEntry("code", code);
        assertThat(reply.at("message")).isEqualTo(message);
    }

    @Test
    void whoBringsNoTokenIsNotLetIn() {
        for (String path : List.of("/api", "/version", "/healthz", MAPS, "/nonsense")) {
            HttpRequest.Builder anonymous = HttpRequest.newBuilder(URI.create(served.server.url() + path));
            assertStatus(served.send(anonymous), 401, "Unauthorized", "Unauthorized");
            assertStatus(
                    served.send(anonymous.header("Authorization", "Bearer wrong")),
                    401,
                    "Unauthorized",
                    "Unauthorized");
        }
    }

    @Test
    void theServerSaysThatItIsWell() {
        for (String path : List.of("/healthz", "/livez", "/readyz", "/readyz/ping")) {
            assertThat(served.get(path).body()).isEqualTo("ok");
        }
        assertThat(served.get("/livez?verbose").body()).isEqualTo("[+]ping ok\nlivez check passed\n");
        assertThat(served.get("/readyz/nothing").code()).isEqualTo(404);
        assertThat(served.get("/version").at("gitVersion")).isEqualTo("v1.37.0+rollproof");
    }

    @Test
    void discoveryTellsGroupByGroup() {
        assertThat(served.get("/api").at("versions")).isEqualTo(List.of("v1"));
        assertThat(served.get("/apis").body())
                .contains("\"groupVersion\":\"apps/v1\"")
                .doesNotContain("batch");
        assertThat(served.get("/apis/apps").at("preferredVersion.groupVersion")).isEqualTo("apps/v1");
        assertThat(served.get("/apis/apps/v1").body())
                .contains("\"name\":\"deployments/scale\"", "\"shortNames\":[\"deploy\"]");
        assertThat(served.get("/api/v1").body()).contains("\"name\":\"pods\"", "\"categories\":[\"all\"]");
    }

    @Test
    void theOlderDescriptionOfTheKindsIsThereAndDescribesNothing() {
        String protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
        for (String asked : List.of(protobuf, protobuf.replace("v2.v1", "v2@v1"))) {
            Reply reply = served.get("/openapi/v2", "Accept", asked);
            assertThat(reply.code()).isEqualTo(200);
            assertThat(reply.header("Content-Type")).isEqualTo(protobuf);
            assertThat(reply.body()).isEmpty();
        }
        Reply json = served.get("/openapi/v2");
        assertThat(json.json()).containsEntry("swagger", "2.0").containsEntry("paths", Map.of());
        assertThat(json.at("info.description")).isEqualTo("The kinds are at /openapi/v3.");
        for (String path : List.of("/openapi", "/openapi/v1", "/openapi/v2/apis")) {
            assertThat(served.get(path).code()).as(path).isEqualTo(404);
        }
    }

    @Test
    void discoveryTellsAllAtOnceAndIsKeptByItsTag() {
        String all = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
        Reply first = served.get("/apis", "Accept", all);
        assertThat(first.header("Content-Type")).startsWith("application/json;g=apidiscovery.k8s.io;v=v2");
        assertThat(first.json()).containsEntry("kind", "APIGroupDiscoveryList");
        Reply again = served.get("/apis", "Accept", all, "If-None-Match", first.header("ETag"));
        assertThat(again.code()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(served.get("/api", "Accept", all).body()).contains("\"resource\":\"pods\"");
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertStatus(served.get(MAPS + "/a"), 404, "NotFound", "configmaps \"a\" not found");
        assertThat(served.get(DEPLOYMENTS + "/a").at("details"))
                .isEqualTo(Map.of("name", "a", "group", "apps", "kind", "deployments"));
        String nothing = "the server could not find the requested resource";
        assertStatus(served.get("/api/v1/namespaces/default/gadgets"), 404, "NotFound", nothing);
        assertStatus(served.get("/api/v1/namespaces/default/nodes"), 404, "NotFound", nothing);
        assertStatus(served.get("/api/v1/pods/a"), 404, "NotFound", nothing);
        assertStatus(served.get(MAPS + "/a/status"), 404, "NotFound", nothing);
        for (String path : List.of("/apis/batch/v1/jobs", "/api/v2/pods", "/metrics", "/")) {
            assertThat(served.get(path).code()).isEqualTo(404);
            assertThat(served.get(path).body()).isEqualTo("404 page not found\n");
        }
    }

    @Test
    void whoCreatesAKindThatIsNotThereIsToldSoInAWarningToo() {
        Reply refused = served.post("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", "{}");
        assertStatus(
                refused,
                404,
                "NotFound",
                "the server could not find the requested resource (post horizontalpodautoscalers.autoscaling)");
        assertThat(refused.header("Warning"))
                .isEqualTo("299 - \"the simulated cluster has no horizontalpodautoscalers and creates none\"");
        Reply odd = served.post("/apis/a.b/v2/namespaces/default/%0D%0AX-Header:%20a", "{}");
        assertThat(served.post("/api/v2/pods", "{}").body()).isEqualTo("404 page not found\n");
        assertThat(odd.code()).isIn(400, 404);
        assertThat(odd.header("Warning")).isEmpty();
        assertThat(odd.header("X-Header")).isEmpty();
    }

    @Test
    void whatTheServerDoesNotAllowItSays() {
        String not = "the server does not allow this method on the requested resource";
        assertStatus(served.send("PUT", MAPS, JSON, map("a")), 405, "MethodNotAllowed", not);
        assertStatus(served.post(MAPS + "/a", map("a")), 405, "MethodNotAllowed", not);
        assertStatus(served.post("/api/v1/configmaps", map("a")), 405, "MethodNotAllowed", not);
        assertStatus(served.send("DELETE", "/version", "", ""), 405, "MethodNotAllowed", not);
        assertThat(served.get("/api/v1/namespaces/default/pods/a/exec").code()).isEqualTo(501);
        assertThat(served.get("/api/v1/namespaces/default/pods/a/exec").at("message"))
                .isEqualTo(
                        "the simulated cluster does not do this: pods/exec; its containers run nothing, so nothing can"
                                + " be run in them");
    }

    @Test
    void bodiesAreReadInJsonAndYamlAndWithoutAWord() {
        assertThat(served.send("POST", MAPS, "application/yaml", "metadata: {name: a}\ndata: {k: v}\n")
                        .at("data.k"))
                .isEqualTo("v");
        assertThat(served.send("POST", MAPS, "", map("b")).code()).isEqualTo(201);
        Reply yaml = served.get(MAPS + "/a", "Accept", "application/yaml");
        assertThat(yaml.header("Content-Type")).isEqualTo("application/yaml");
        assertThat(yaml.body()).contains("data:\n  k: v\n");
    }

    @Test
    void brokenBodiesAreRefused() {
        for (String broken : List.of("{\"metadata\": ", "{]", "nonsense", "[1]", "\"text\"", "", "{\"a\":1}}")) {
            Reply reply = served.post(MAPS, broken);
            assertThat(reply.code()).as(broken + ": " + reply.body()).isBetween(400, 422);
        }
        assertStatus(
                served.post(MAPS, "{\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}}"),
                400,
                "BadRequest",
                "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion");
        assertStatus(
                served.post(DEPLOYMENTS, "{\"apiVersion\": \"v1\"}"),
                400,
                "BadRequest",
                "Deployment in version \"v1\" cannot be handled as a Deployment: no kind \"Deployment\" is registered for version"
                        + " \"v1\" in scheme \"pkg/runtime/scheme.go:111\"");
        assertStatus(
                served.post(MAPS, "{\"metadata\": {\"name\": \"a\", \"namespace\": \"other\"}}"),
                400,
                "BadRequest",
                "the namespace of the provided object does not match the namespace sent on the request");
        assertThat(served.post(MAPS, "{\"metadata\": 7}").code()).isEqualTo(400);
        assertThat(served.send("POST", MAPS, "text/plain", map("a")).code()).isEqualTo(415);
        assertStatus(
                served.send("POST", MAPS, "application/vnd.kubernetes.protobuf", "k8s"),
                400,
                "BadRequest",
                "the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a"
                        + " protobuf message, expected prefix [107 56 115 0] (6b3873)");
        assertThat(served.send("PATCH", MAPS + "/a", JSON, "{}").code()).isEqualTo(415);
    }

    @Test
    void aBodyThatIsTooLargeIsNotRead() {
        String head = "POST " + MAPS + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + served.server.token();
        assertThat(served.raw(head + "\r\nContent-Length: 4000000\r\n\r\n"))
                .startsWith("HTTP/1.1 413")
                .contains("Request entity too large: limit is 3145728");
        // Whoever sends on while the answer comes may lose it with the connection.
        String chunk = "300001\r\n" + "x".repeat(0x300001);
        assertThat(served.raw(head + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk))
                .matches(answer -> answer.isEmpty() || answer.startsWith("HTTP/1.1 413"), "refused, or cut off");
        assertThat(served.get(MAPS).code()).as("others are served").isEqualTo(200);
    }

    @Test
    void aFormThatCannotBeMadeIsNotAcceptable() {
        assertStatus(
                served.get(MAPS, "Accept", "text/html"),
                406,
                "NotAcceptable",
                "only the following media types are accepted: application/json, application/yaml");
        assertThat(served.get(MAPS, "Accept", "application/vnd.kubernetes.protobuf,application/json")
                        .code())
                .isEqualTo(200);
    }

    @Test
    void metadataAloneCanBeAskedFor() {
        served.post(MAPS, map("a"));
        String partial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        Reply reply = served.get(MAPS + "/a", "Accept", partial);
        assertThat(reply.json()).containsEntry("kind", "PartialObjectMetadata").doesNotContainKey("data");
        String list = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
        assertThat(served.get(MAPS, "Accept", list).json()).containsEntry("kind", "PartialObjectMetadataList");
        assertStatus(
                served.get(MAPS, "Accept", partial),
                406,
                "NotAcceptable",
                "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)");
        assertThat(served.get(MAPS + "/a", "Accept", list).code()).isEqualTo(406);
    }

    @Test
    void unknownFieldsAreRefusedWarnedOfOrIgnored() {
        String odd = "{\"metadata\": {\"name\": \"a\"}, \"dta\": {\"k\": \"1\"}}";
        assertStatus(
                served.post(MAPS + "?fieldValidation=Strict", odd),
                400,
                "BadRequest",
                "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dta\"");
        Reply warned = served.post(MAPS, odd);
        assertThat(warned.code()).isEqualTo(201);
        assertThat(warned.header("Warning")).isEqualTo("299 - \"unknown field \\\"dta\\\"\"");
        assertThat(warned.json()).doesNotContainKey("dta");
        Reply ignored = served.send(
                "PATCH",
                MAPS + "/a?fieldValidation=Ignore",
                "application/merge-patch+json",
                "{\"dta\": {\"k\": \"2\"}, \"data\": {\"k\": \"2\"}}");
        assertThat(ignored.header("Warning")).isEmpty();
        assertThat(ignored.at("data.k")).isEqualTo("2");
        assertThat(served.post(MAPS + "?fieldValidation=Maybe", odd).code()).isEqualTo(422);
    }

    @Test
    void aDryRunChangesNothing() {
        assertThat(served.post(MAPS + "?dryRun=All", map("a")).code()).isEqualTo(201);
        assertThat(served.get(MAPS + "/a").code()).isEqualTo(404);
        served.post(MAPS, map("a"));
        Object version = served.get(MAPS + "/a").at("metadata.resourceVersion");
        String patch = "{\"data\": {\"k\": \"2\"}}";
        assertThat(served.send("PATCH", MAPS + "/a?dryRun=All", "application/merge-patch+json", patch)
                        .at("data.k"))
                .isEqualTo("2");
        assertThat(served.send("DELETE", MAPS + "/a?dryRun=All", "", "").code()).isEqualTo(200);
        assertThat(served.send("DELETE", MAPS + "?dryRun=All", "", "").code()).isEqualTo(200);
        assertThat(served.get(MAPS + "/a").at("metadata.resourceVersion")).isEqualTo(version);
        assertThat(served.get(MAPS + "/a").at("data.k")).isEqualTo("1");
        assertStatus(
                served.post(MAPS + "?dryRun=Some", map("b")),
                422,
                "Invalid",
                "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"");
    }

    @Test
    void listsComeInPartsOfOneVersion() {
        for (String name : List.of("a", "b", "c", "d", "e")) {
            served.post(MAPS, map(name));
        }
        served.send("DELETE", MAPS + "/kube-root-ca.crt", "", "");
        Reply first = served.get(MAPS + "?limit=2");
        assertThat(first.at("metadata.remainingItemCount")).isEqualTo(3);
        served.send("DELETE", MAPS + "/c", "", "");
        served.post(MAPS, map("bb"));
        Reply second = served.get(MAPS + "?limit=2&continue=" + first.at("metadata.continue"));
        assertThat(second.at("metadata.resourceVersion")).isEqualTo(first.at("metadata.resourceVersion"));
        Reply third = served.get(MAPS + "?limit=2&continue=" + second.at("metadata.continue"));
        assertThat(names(first)).containsExactly("a", "b");
        assertThat(names(second)).containsExactly("c", "d");
        assertThat(names(third)).containsExactly("e");
        assertThat(third.at("metadata.continue")).isNull();
        assertThat(served.get(MAPS + "?continue=nonsense").code()).isEqualTo(400);
        served.cluster.faults().expireHistory();
        assertThat(served.get(MAPS + "?limit=2&continue=" + first.at("metadata.continue"))
                        .code())
                .isEqualTo(410);
    }

    private static List<String> names(Reply list) {
        List<String> names = new ArrayList<>();
        for (Object item : (List<?>) Objects.requireNonNull(list.at("items"))) {
            Map<?, ?> metadata = (Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) item).get("metadata"));
            names.add(String.valueOf(metadata.get("name")));
        }
        return names;
    }

    @Test
    void listsCanBeAskedForAtAVersion() {
        Object version = served.post(MAPS, map("a")).at("metadata.resourceVersion");
        served.post(MAPS, map("b"));
        Reply exact = served.get(MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + version);
        assertThat(names(exact)).contains("a").doesNotContain("b");
        assertThat(names(served.get(MAPS + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + version)))
                .contains("a", "b");
        Reply future = served.get(MAPS + "?resourceVersion=999999999");
        assertThat(future.code()).isEqualTo(504);
        assertThat(future.body()).contains("ResourceVersionTooLarge");
        assertStatus(
                served.get(MAPS + "?resourceVersionMatch=Exact"),
                422,
                "Invalid",
                "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is"
                        + " forbidden unless resourceVersion is provided");
    }

    @Test
    void namesAreGeneratedAndVersionsCompared() {
        Reply generated = served.post(MAPS, "{\"metadata\": {\"generateName\": \"run-\"}}");
        assertThat((String) generated.at("metadata.name")).matches("run-[a-z0-9]{5}");
        served.post(MAPS, map("a"));
        assertStatus(
                served.send("PUT", MAPS + "/a", JSON, "{\"metadata\": {\"name\": \"a\", \"resourceVersion\": \"1\"}}"),
                409,
                "Conflict",
                "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your"
                        + " changes to the latest version and try again");
        assertStatus(
                served.send("PUT", MAPS + "/a", JSON, map("b")),
                400,
                "BadRequest",
                "the name of the object (b) does not match the name on the URL (a)");
    }

    @Test
    void applyNeedsAManagerAndAnswersWhetherItCreated() {
        String apply = "application/apply-patch+yaml";
        String manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n";
        assertStatus(
                served.send("PATCH", MAPS + "/a", apply, manifest),
                422,
                "Invalid",
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        assertThat(served.send("PATCH", MAPS + "/a?fieldManager=m", apply, manifest)
                        .code())
                .isEqualTo(201);
        assertThat(served.send("PATCH", MAPS + "/a?fieldManager=m", apply, manifest)
                        .code())
                .isEqualTo(200);
        assertThat(served.send("PATCH", MAPS + "/a?force=true", "application/merge-patch+json", "{}")
                        .code())
                .isEqualTo(422);
    }

    @Test
    void aDeletionOfManyTakesThoseThatAreSelectedAndAnswersThem() {
        for (String name : List.of("a", "b", "c")) {
            served.post(
                    MAPS,
                    map(name)
                            .replace(
                                    "\"name\"",
                                    "\"labels\": {\"of\": \"" + (name.equals("c") ? "y" : "x") + "\"}, \"name\""));
        }
        Reply tried = served.send("DELETE", MAPS + "?labelSelector=of%3Dx&dryRun=All", "", "");
        assertThat(names(tried)).containsExactly("a", "b");
        assertThat(names(served.get(MAPS + "?labelSelector=of"))).containsExactly("a", "b", "c");

        Reply some = served.send("DELETE", MAPS + "?labelSelector=of%3Dx", "", "");
        assertThat(some.at("kind")).isEqualTo("ConfigMapList");
        assertThat(names(some)).containsExactly("a", "b");
        assertThat(names(served.get(MAPS + "?labelSelector=of"))).containsExactly("c");

        Reply none = served.send("DELETE", MAPS + "?labelSelector=of%3Dx", "", "");
        assertThat(none.code()).isEqualTo(200);
        assertThat(names(none)).isEmpty();
    }

    @Test
    void deletionsAnswerWhatIsLeft() {
        served.post(MAPS, map("a"));
        Reply gone = served.send("DELETE", MAPS + "/a", "", "");
        assertThat(gone.json()).containsEntry("kind", "Status").containsEntry("status", "Success");
        assertThat(gone.at("details.kind")).isEqualTo("configmaps");
        served.post(MAPS, "{\"metadata\": {\"name\": \"a\", \"finalizers\": [\"example.com/hold\"]}}");
        Reply held = served.send("DELETE", MAPS + "/a", JSON, "{\"propagationPolicy\": \"Background\"}");
        assertThat(held.at("metadata.deletionTimestamp")).isNotNull();
        Reply wrongUid = served.send("DELETE", MAPS + "/a", JSON, "{\"preconditions\": {\"uid\": \"x\"}}");
        assertThat(wrongUid.code()).isEqualTo(409);
        assertThat(served.send("DELETE", MAPS + "/a?propagationPolicy=Sideways", "", "")
                        .code())
                .isEqualTo(422);
        assertThat(served.send("DELETE", MAPS + "/a?gracePeriodSeconds=soon", "", "")
                        .code())
                .isEqualTo(400);
    }

    @Test
    void faultsOfTheClusterReachClientsHere() {
        served.cluster.faults().failNext(Faults.Call.to(Faults.Verb.GET), Reason.TOO_MANY_REQUESTS);
        Reply busy = served.get(MAPS + "/a");
        assertThat(busy.code()).isEqualTo(429);
        assertThat(busy.header("Retry-After")).isEqualTo("1");
        served.cluster.faults().unreachable(Duration.ofHours(1));
        assertThatThrownBy(() -> served.get(MAPS)).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void withoutTheGatewayApiItsKindsAreNotServed() {
        assertThat(served.get("/apis/gateway.networking.k8s.io/v1/httproutes").code())
                .isEqualTo(200);
        try (Served plain = new Served(
                dev.rollproof.sim.SimulatedCluster.builder().withoutGatewayApi().build())) {
            assertThat(plain.get("/apis/gateway.networking.k8s.io/v1/httproutes")
                            .code())
                    .isEqualTo(404);
            assertThat(plain.get("/apis").body()).doesNotContain("gateway");
        }
    }
}
