// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.Served.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bodies that are no objects, or not the ones of the path, are refused in the API server's words, so that who wrote the client sees what
 * he sent. Each of these answers was given by Kubernetes 1.37 as well.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokenBodiesTest {
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String WEB = DEPLOYMENTS + "/web";
    private static final String STRUCT =
            "{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";

    private final Served served = new Served();

    @BeforeAll
    void create() {
        Reply created = served.post(
                DEPLOYMENTS,
                "{\"metadata\": {\"name\": \"web\"}, \"spec\": {\"replicas\": 0, \"selector\": {\"matchLabels\": {\"app\": \"web\"}},"
                        + " \"template\": {\"metadata\": {\"labels\": {\"app\": \"web\"}}, \"spec\": {\"containers\":"
                        + " [{\"name\": \"web\", \"image\": \"clock:1.0\"}]}}}}");
        assertThat(created.code()).as(created.body()).isEqualTo(201);
    }

    @AfterAll
    void close() {
        served.close();
    }

    private static void assertAnswer(Reply reply, int code, String message) {
        assertThat(reply.code()).as(reply.body()).isEqualTo(code);
        assertThat(String.valueOf(reply.at("message")).strip()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "``~couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
                "{\"a\":}~couldn't get version/kind; json parse error: invalid character '}' looking for beginning of value ({\"a\":})",
                "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\"} x~couldn't get version/kind; json parse error: invalid character 'x'"
                        + " after top-level value ({\"apiVersion\":\"apps/v1\",\"kind\" ...)",
                "[]~couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct "
                        + STRUCT + " (5b5d)",
                "1~couldn't get version/kind; json parse error: json: cannot unmarshal number into Go value of type struct "
                        + STRUCT + " (31)",
                "{\"kind\":[\"x\"]}~couldn't get version/kind; json parse error: json: cannot unmarshal array into Go struct field .kind"
                        + " of type string ({\"kind\":[\"x\"]})",
                "{\"apiVersion\":\"x/y/z\"}~unexpected GroupVersion string: x/y/z ({\"apiVersion\":\"x/y/z\"})"
            })
    void whatCannotBeReadIsShownWithTheReason(String body, String why) {
        for (String method : new String[] {"POST", "PUT"}) {
            assertAnswer(
                    served.send(method, method.equals("POST") ? DEPLOYMENTS : WEB, "application/json", body),
                    400,
                    "the object provided is unrecognized (must be of type Deployment): " + why);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}~Pod in version \"v1\" cannot be handled as a Deployment: converting (v1.Pod) to"
                        + " (apps.Deployment): unknown conversion",
                "{\"kind\":\"deployment\"}~deployment in version \"v1\" cannot be handled as a Deployment: no kind \"deployment\" is"
                        + " registered for version \"apps/v1\" in scheme \"pkg/runtime/scheme.go:111\"",
                "{\"apiVersion\":\"v1\"}~Deployment in version \"v1\" cannot be handled as a Deployment: no kind \"Deployment\" is"
                        + " registered for version \"v1\" in scheme \"pkg/runtime/scheme.go:111\"",
                "{\"apiVersion\":\"apps/v1beta1\"}~the API version in the data (apps/v1beta1) does not match the expected API version"
                        + " (apps/v1)"
            })
    void anObjectOfAnotherKindIsNotTheOneOfThePath(String body, String message) {
        assertAnswer(served.post(DEPLOYMENTS, body), 400, message);
    }

    @Test
    void anOwnerHasNoKindBesideTheOneThatIsSaidAndCountsOnce() {
        assertAnswer(
                served.post(
                        "/api/v1/namespaces/default/configmaps",
                        "{\"metadata\": {\"name\": \"owned\", \"ownerReferences\": [{}, null]}}"),
                422,
                "ConfigMap \"owned\" is invalid: [metadata.ownerReferences[0].apiVersion: Required value: must not be empty,"
                        + " metadata.ownerReferences[0].kind: Required value: must not be empty,"
                        + " metadata.ownerReferences[0].name: Required value: must not be empty,"
                        + " metadata.ownerReferences[0].uid: Required value: must not be empty]");
    }

    @Test
    void aBodyThatIsNullIsAnObjectThatLacksEverything() {
        Reply reply = served.post(DEPLOYMENTS, "null");
        assertThat(reply.code()).isEqualTo(422);
        assertThat(reply.body()).contains("name or generateName is required");
        assertAnswer(
                served.send("PUT", WEB, "application/json", "null"),
                400,
                "the name of the object (web based on URL) was undeterminable: name must be provided");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "merge-patch~{~400~invalid JSON patch",
                "merge-patch~``~400~invalid JSON patch",
                "merge-patch~null~400~Invalid JSON Patch",
                "merge-patch~[]~400~error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
                "merge-patch~{\"metadata\":null}~400~the name of the object (web based on URL) was undeterminable: name must be provided",
                "merge-patch~{\"metadata\":{\"name\":\"other\"}}~400~the name of the object (other) does not match the name on the URL (web)",
                "merge-patch~{\"apiVersion\":null}~400~the name of the object (web based on URL) was undeterminable: name must be provided",
                "strategic-merge-patch~{~400~invalid JSON patch",
                "strategic-merge-patch~1~400~json: cannot unmarshal number into Go value of type map[string]interface {}",
                "strategic-merge-patch~{\"kind\":1}~422~\"\" is invalid: patch: Invalid value: \"map[kind:1]\": cannot convert int64 to string",
                "strategic-merge-patch~{\"metadata\":[]}~422~\"\" is invalid: patch: Invalid value: \"map[metadata:[]]\": cannot restore"
                        + " struct from: slice",
                "json-patch~[~400~invalid JSON patch",
                "json-patch~{}~400~error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
                "json-patch~[1]~400~error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp",
                "json-patch~[null]~422~the server rejected our request due to an error in our request",
                "json-patch~[{\"op\":\"replace\",\"path\":\"\",\"value\":{}}]~400~the name of the object (web based on URL) was"
                        + " undeterminable: name must be provided"
            })
    void aPatchThatIsNoneOrWouldMakeAnotherObjectIsRefused(String type, String body, int code, String message) {
        assertAnswer(served.send("PATCH", WEB, "application/" + type + "+json", body), code, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{\"kind\":\"Other\"}~422~no kind \"Other\" is registered for version \"autoscaling/v1\" in scheme"
                        + " \"pkg/runtime/scheme.go:111\"",
                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}~422~converting (v1.Pod) to (autoscaling.Scale): unknown conversion",
                "{\"metadata\":{\"name\":1}}~422~json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string",
                "{\"metadata\":{\"name\":\"other\"}}~400~the name of the object (other) does not match the name on the URL (web)",
                "{\"metadata\":{\"namespace\":\"other\"}}~400~the namespace of the provided object does not match the namespace sent on"
                        + " the request"
            })
    void aScaleIsPatchedAsItselfToo(String body, int code, String message) {
        Reply reply = served.send("PATCH", WEB + "/scale", "application/merge-patch+json", body);
        assertThat(reply.code()).as(reply.body()).isEqualTo(code);
        assertThat(String.valueOf(reply.at("message"))).endsWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "`[]`~error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of"
                        + " type map[string]interface {}",
                "null~invalid object type: /, Kind=",
                "``~invalid object type: /, Kind="
            })
    void whatIsAppliedIsAnObject(String body, String message) {
        assertAnswer(
                served.send("PATCH", WEB + "?fieldManager=me", "application/apply-patch+yaml", body), 400, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"kind\":\"Deployment\"}~no kind \"Deployment\" is registered for version \"meta.k8s.io/v1\" in scheme"
                        + " \"pkg/runtime/scheme.go:111\"",
                "{~couldn't get version/kind; json parse error: unexpected end of JSON input"
            })
    void theBodyOfADeleteHoldsItsOptions(String body, String message) {
        assertAnswer(served.send("DELETE", WEB, "application/json", body), 400, message);
        assertThat(served.get(WEB).code()).isEqualTo(200);
    }

    @Test
    void anOptionThatMeansNothingHereIsRefusedAndNotPassedOver() {
        Reply reply = served.send(
                "DELETE", WEB, "application/json", "{\"ignoreStoreReadErrorWithClusterBreakingPotential\": true}");
        assertThat(reply.code()).isEqualTo(501);
        assertThat(served.get(WEB).code()).isEqualTo(200);
        assertThat(served.post(DEPLOYMENTS + "?dryRun=", "{}").body())
                .contains("dryRun: Unsupported value: [\\\"\\\"]: supported values: \\\"All\\\"");
    }
}
