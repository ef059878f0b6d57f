// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.Served.Reply;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What clients ask about themselves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReviewsTest {
    private static final String ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private static final String RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    private static final String SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    private final Served served = new Served();

    @AfterAll
    void close() {
        served.close();
    }

    @Test
    void whoHasTheTokenMayDoEverything() {
        Reply resource = served.post(
                ACCESS, "{\"spec\": {\"resourceAttributes\": {\"verb\": \"delete\", \"resource\": \"nodes\"}}}");
        assertThat(resource.code()).isEqualTo(201);
        assertThat(resource.at("status.allowed")).isEqualTo(true);
        assertThat(resource.at("spec.resourceAttributes.verb")).isEqualTo("delete");
        assertThat(served.post(ACCESS, "{\"spec\": {\"nonResourceAttributes\": {\"path\": \"/\", \"verb\": \"get\"}}}")
                        .at("status.allowed"))
                .isEqualTo(true);
        assertThat(served.post(RULES, "{\"spec\": {\"namespace\": \"default\"}}")
                        .body())
                .contains("\"resources\":[\"*\"]", "\"nonResourceURLs\":[\"*\"]", "\"incomplete\":false");
    }

    @Test
    void whoAsksAsSomebodyElseIsToldThatItCannotBeTriedHere() {
        String reason = "the simulated cluster does not do this: requests as another user";
        Reply refused = served.get("/api/v1/namespaces/default/pods", "Impersonate-User", "jane");
        assertRefused(refused, 501, reason + " (\"jane\"); Roles are stored here and refuse nobody");
        assertRefused(
                served.send("POST", SELF, "application/json", "{}", "Impersonate-Group", "developers"),
                501,
                reason + "; Roles are stored");
        assertThat(served.get("/api", "Impersonate-User", "jane").code()).isEqualTo(200);
    }

    @Test
    void whoAsksIsToldWhoItIs() {
        Reply reply = served.post(SELF, "{\"kind\": \"SelfSubjectReview\"}");
        assertThat(reply.code()).isEqualTo(201);
        assertThat(reply.at("status.userInfo.username")).isEqualTo("rollproof-sim");
        assertThat(reply.at("status.userInfo.groups")).isEqualTo(List.of("system:masters", "system:authenticated"));
    }

    @Test
    void whatCannotBeAnsweredIsRefusedWithItsReason() {
        assertRefused(
                served.post(ACCESS, "{\"spec\": {}}"),
                422,
                "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        assertRefused(
                served.post(ACCESS, "{\"spec\": {\"resourceAttributes\": {}, \"nonResourceAttributes\": {}}}"),
                422,
                "spec.nonResourceAttributes: Invalid value: cannot be specified in combination");
        assertRefused(served.post(RULES, "{\"spec\": {}}"), 400, "no namespace on request");
        assertRefused(served.post(SELF, "{\"kind\": \"Pod\"}"), 400, "cannot be handled as a SelfSubjectReview");
        assertRefused(served.get(ACCESS), 405, "does not allow this method");
        assertThat(served.post(SELF.replace("v1", "v2"), "{}").code()).isEqualTo(404);
        assertThat(served.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", "{}")
                        .code())
                .isEqualTo(404);
    }

    private static void assertRefused(Reply reply, int code, String message) {
        assertThat(reply.code()).as(reply.body()).isEqualTo(code);
        assertThat((String) reply.at("message")).contains(message);
    }

    @Test
    void discoveryTellsOfThem() {
        assertThat(served.get("/apis/authorization.k8s.io/v1").body())
                .contains("\"name\":\"selfsubjectaccessreviews\"", "\"verbs\":[\"create\"]");
        String all = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
        assertThat(served.get("/apis", "Accept", all).body())
                .contains("\"resource\":\"selfsubjectreviews\"", "\"resource\":\"selfsubjectrulesreviews\"");
    }
}
