// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.Served.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that clients seldom send: four thousand were sent to Kubernetes 1.37 as well, and these had been answered otherwise. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddRequestsTest {
    private static final String CORE = "/api/v1/namespaces/default/";
    private static final String MAPS = CORE + "configmaps";
    private static final String MERGE = "application/merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private final Served served = new Served();

    @AfterAll
    void close() {
        served.close();
    }

    private static void assertRefused(Reply reply, int code, String message) {
        assertThat(reply.code()).as(reply.body()).isEqualTo(code);
        assertThat(String.valueOf(reply.at("message"))).contains(message);
    }

    private String map(String name) {
        String path = MAPS + "/" + name;
        assertThat(served.post(MAPS, "{\"metadata\": {\"name\": \"" + name + "\"}, \"data\": {\"k\": \"1\"}}")
                        .code())
                .isEqualTo(201);
        return path;
    }

    private static String asked(String selector) {
        return URLEncoder.encode(selector, StandardCharsets.UTF_8);
    }

    @Test
    void aFieldThatIsSaidTwiceIsWarnedOfOrRefused() {
        String twice = "{\"metadata\": {\"name\": \"twice\", \"labels\": {\"a\": \"b\", \"a\": \"c\"}},"
                + " \"data\": {\"k\": \"\\\"{\", \"l\": \"k\", \"k\": \"2\"}}";
        assertRefused(
                served.post(MAPS + "?fieldValidation=Strict", twice),
                400,
                "strict decoding error: duplicate field \"metadata.labels.a\", duplicate field \"data.k\"");
        Reply warned = served.post(MAPS, twice);
        assertThat(warned.code()).isEqualTo(201);
        assertThat(warned.raw().headers().allValues("Warning"))
                .anyMatch(text -> text.contains("duplicate field \\\"metadata.labels.a\\\""))
                .anyMatch(text -> text.contains("duplicate field \\\"data.k\\\""));
        assertThat(warned.at("data.k")).isEqualTo("2");
        String pod =
                "{\"metadata\": {\"name\": \"twice\"}, \"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"b\"},"
                        + " {\"name\": \"c\", \"name\": \"d\", \"image\": \"b\"}]}}";
        assertRefused(
                served.post(CORE + "pods?fieldValidation=Strict", pod),
                400,
                "strict decoding error: duplicate field \"spec.containers[1].name\"");
        assertRefused(
                served.send(
                        "PATCH",
                        MAPS + "/twice?fieldValidation=Strict",
                        MERGE,
                        "{\"data\": {\"k\": \"3\", \"k\": \"4\"}}"),
                422,
                "strict decoding error: duplicate field \"data.k\"");
        assertThat(served.post(MAPS + "?fieldValidation=Ignore&dryRun=All", twice.replace("\"twice\"", "\"other\""))
                        .header("Warning"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -a               | name part must consist of alphanumeric characters
            a/b/c=d          | a valid label key must consist of
            a=-b             | values[0][a]: Invalid value: "-b": a valid label must be
            a in (b,-c)      | values[1][a]: Invalid value: "-c": a valid label must be
            """)
    void aSelectorForLabelsThatNobodyCanHaveIsRefused(String selector, String message) {
        for (String method : List.of("GET", "DELETE")) {
            assertRefused(
                    served.send(method, MAPS + "?labelSelector=" + asked(selector), "", ""),
                    400,
                    "unable to parse requirement: ");
            assertRefused(served.send(method, MAPS + "?labelSelector=" + asked(selector), "", ""), 400, message);
        }
    }

    @Test
    void fieldSelectorsAreThoseOfTheKind() {
        assertThat(String.valueOf(served.get(CORE + "services?fieldSelector=spec.clusterIP%3DNone")
                        .at("items")))
                .isEqualTo("[]");
        assertThat(served.get(CORE + "services?fieldSelector=spec.type%3DClusterIP")
                        .body())
                .contains("\"name\":\"kubernetes\"");
        assertRefused(
                served.get("/api/v1/nodes?fieldSelector=metadata.namespace%3Dx"),
                400,
                "field label not supported: metadata.namespace");
        assertRefused(
                served.get("/apis/apps/v1/replicasets?fieldSelector=status.replicas%3D0"),
                400,
                "\"status.replicas\" is not a known field selector");
    }

    @Test
    void itemsOfAListDoNotSayTheirKindAgain() {
        Map<?, ?> list = served.get(CORE + "services").json();
        assertThat(list.get("kind")).isEqualTo("ServiceList");
        @SuppressWarnings("unchecked")
        Map<String, Object> item = (Map<String, Object>) ((List<?>) Objects.requireNonNull(list.get("items"))).get(0);
        assertThat(item).doesNotContainKeys("kind", "apiVersion").containsKey("spec");
        String route = "{\"metadata\": {\"name\": \"custom\"}, \"spec\": {}}";
        String routes = "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes";
        assertThat(served.post(routes, route).code()).isEqualTo(201);
        assertThat(served.get(routes).body()).contains("\"kind\":\"HTTPRoute\"");
    }

    @Test
    void aPatchChangesNoKindUidOrNamespace() {
        String path = map("kept");
        assertRefused(served.send("PATCH", path, MERGE, "{\"kind\": \"Other\"}"), 422, "no kind \"Other\"");
        assertRefused(served.send("PATCH", path, MERGE, "{\"apiVersion\": \"other/v9\"}"), 422, "\"other/v9\"");
        assertRefused(
                served.send("PATCH", path, MERGE, "{\"metadata\": {\"uid\": \"x\"}}"),
                422,
                "ConfigMap \"kept\" is invalid: metadata.uid: Invalid value: \"x\": field is immutable");
        assertRefused(
                served.send("PATCH", path, MERGE, "{\"metadata\": {\"namespace\": \"x\"}}"),
                400,
                "the namespace of the provided object does not match the namespace sent on the request");
    }

    @Test
    void whatIsAppliedSaysItsKindAndNoOtherUid() {
        String path = map("applied") + "?fieldManager=m";
        assertRefused(
                served.send("PATCH", path, APPLY, "metadata: {name: applied}\n"), 400, "invalid object type: /, Kind=");
        assertRefused(
                served.send("PATCH", path, APPLY, "apiVersion: v1\nkind: Foo\n"),
                400,
                "invalid object type: /v1, Kind=Foo");
        String other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied, uid: other}\n";
        assertRefused(served.send("PATCH", path, APPLY, other), 422, "metadata.uid: Invalid value: \"other\"");
        assertRefused(
                served.send("PATCH", path.replace("applied", "nobody"), APPLY, other.replace("applied", "nobody")),
                409,
                "uid mismatch: the provided object specified uid other, and no existing object was found");
    }

    @Test
    void whatIsReplacedIsCreatedWhereItsKindAllowsThat() {
        String role = "{\"metadata\": {\"name\": \"new\"}, \"rules\": []}";
        String path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles/new";
        assertThat(served.send("PUT", path, "application/json", role).code()).isEqualTo(201);
        assertThat(served.send("PUT", path, "application/json", role).code()).isEqualTo(200);
        assertRefused(
                served.send("PUT", MAPS + "/new", "application/json", "{\"metadata\": {\"name\": \"new\"}}"),
                404,
                "configmaps \"new\" not found");
        assertRefused(
                served.send("PUT", path, "application/json", "{}"),
                400,
                "the name of the object (new based on URL) was undeterminable: name must be provided");
    }

    @Test
    void optionsOfAnotherTypeAreRefusedAndNotPassedOver() {
        assertRefused(
                served.send("DELETE", MAPS + "/any", "application/json", "{\"gracePeriodSeconds\": \"x\"}"),
                400,
                "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64");
        assertRefused(
                served.get(CORE + "pods/nobody/log?sinceSeconds=0"),
                422,
                "PodLogOptions \"nobody\" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0");
        assertRefused(
                served.get(CORE + "pods/nobody/log?sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z"), 422, "at most one");
        assertRefused(served.get(CORE + "pods/nobody/log?stream=Stdout"), 422, "stream: Forbidden");
        assertRefused(served.get(CORE + "pods/nobody/log?tailLines=1"), 404, "pods \"nobody\" not found");
        assertRefused(
                served.send("PATCH", MAPS + "/any?fieldManager=a%00", MERGE, "{}"),
                422,
                "fieldManager: Invalid value: \"a\\x00\": invalid character U+0000 (at position 1)");
        assertRefused(served.get(MAPS + "?resourceVersion=abc"), 400, "invalid resource version: resourceVersion");
        Reply future = served.get(MAPS + "?resourceVersion=99999999");
        assertRefused(future, 504, "Timeout: Too large resource version: 99999999");
        assertThat(future.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void aScaleThatIsPutIsOfTheObjectOfThePath() {
        String scale = "/apis/apps/v1/namespaces/default/deployments/nobody/scale";
        assertRefused(
                served.send("PUT", scale, "application/json", "{\"metadata\": {\"name\": \"other\"}}"),
                400,
                "the name of the object (other) does not match the name on the URL (nobody)");
        assertRefused(
                served.send(
                        "PUT",
                        scale,
                        "application/json",
                        "{\"metadata\": {\"name\": \"nobody\", \"namespace\": \"x\"}}"),
                400,
                "the namespace of the provided object does not match the namespace sent on the request");
    }

    @Test
    void tablesAreThoseOfBothVersions() {
        String path = map("table");
        Reply table =
                served.get(path + "?includeObject=None", "Accept", "application/json;as=Table;v=v1beta1;g=meta.k8s.io");
        assertThat(table.at("apiVersion")).isEqualTo("meta.k8s.io/v1beta1");
        assertThat(table.body()).contains("\"object\":null");
        assertRefused(
                served.get(path + "?includeObject=Some", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"),
                400,
                "includeObject: Invalid value: \"Some\": must be 'Metadata', 'Object', 'None', or empty");
    }

    @Test
    void whoHasSeenAnotherVersionIsToldThatBeforeHisMistakes() {
        String path = map("seen");
        assertRefused(
                served.send(
                        "PUT",
                        path,
                        "application/json",
                        "{\"metadata\": {\"name\": \"seen\", \"resourceVersion\": \"1\", \"labels\": {\"a\": \"-\"}}}"),
                409,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    @Test
    void aPartThatNoClusterHasIsNotFound() {
        assertThat(served.get(CORE + "serviceaccounts/default/proxy").code()).isEqualTo(404);
        assertThat(served.post(CORE + "serviceaccounts/default/token", "{}").code())
                .isEqualTo(501);
    }
}
