// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.server.Served.Reply;
import dev.rollproof.sim.SimulatedCluster;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** When there are warnings in the head of an answer; of what, KubectlStories.WARNINGS compares with Kubernetes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WarningsTest {
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    private static final String MERGE = "application/merge-patch+json";
    private static final String HIDDEN =
            "spec.template.spec.containers[0].env[1]: hides previous definition of \\\"A\\\", which may be dropped when"
                    + " using apply";

    private final Served served = new Served();

    @AfterAll
    void close() {
        served.close();
    }

    private static String deployment(String name, String environment) {
        return "{\"metadata\": {\"name\": \"" + name
                + "\"}, \"spec\": {\"replicas\": 0, \"selector\": {\"matchLabels\":"
                + " {\"a\": \"b\"}}, \"template\": {\"metadata\": {\"labels\": {\"a\": \"b\"}}, \"spec\": {\"containers\":"
                + " [{\"name\": \"c\", \"image\": \"page:1.0\", \"env\": [" + environment + "]}]}}}}";
    }

    private static final String TWICE = "{\"name\": \"A\", \"value\": \"1\"}, {\"name\": \"A\", \"value\": \"2\"}";

    private static List<String> warnings(Reply reply) {
        return reply.raw().headers().allValues("Warning").stream()
                .map(text -> text.substring("299 - \"".length(), text.length() - 1))
                .toList();
    }

    @Test
    void aTemplateIsWarnedOfWheneverTheObjectChangesAndNotWithItsMetadata() {
        String path = DEPLOYMENTS + "/odd";
        assertThat(warnings(served.post(DEPLOYMENTS, deployment("odd", TWICE)))).containsExactly(HIDDEN);
        Reply again = served.post(DEPLOYMENTS, deployment("odd", TWICE));
        assertThat(again.code()).isEqualTo(409);
        assertThat(warnings(again)).containsExactly(HIDDEN);
        assertThat(warnings(served.send("PATCH", path, MERGE, "{\"metadata\": {\"labels\": {\"a\": \"b\"}}}")))
                .isEmpty();
        assertThat(warnings(served.send("PATCH", path, MERGE, "{\"spec\": {\"paused\": true}}")))
                .containsExactly(HIDDEN);
        assertThat(warnings(served.send("PATCH", path + "/scale", MERGE, "{\"spec\": {\"replicas\": 1}}")))
                .containsExactly(HIDDEN);
        assertThat(warnings(served.send("PATCH", path + "/status", MERGE, "{\"status\": {\"replicas\": 1}}")))
                .isEmpty();
        assertThat(warnings(served.send("PUT", path, "application/json", deployment("odd", TWICE))))
                .containsExactly(HIDDEN);
        assertThat(warnings(served.get(path))).isEmpty();
    }

    @Test
    void whatIsRefusedIsWarnedOfForItsUnknownFieldsOnly() {
        Reply refused =
                served.post(DEPLOYMENTS, deployment("Wrong", TWICE).replace("\"replicas\": 0", "\"replcas\": 0"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(warnings(refused)).containsExactly("unknown field \\\"spec.replcas\\\"");
    }

    @Test
    void anOwnerThatIsNamedTwiceIsKeptOnceWithAWarning() {
        String owner = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"name\": \"a\", \"uid\": \"u\"}";
        Reply created = served.post(
                "/api/v1/namespaces/default/configmaps",
                "{\"metadata\": {\"name\": \"owned\", \"ownerReferences\": [" + owner + ", " + owner + "]}}");

        assertThat(warnings(created))
                .containsExactly(
                        ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in"
                                + " 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s)"
                                + " observed: u");
        assertThat(created.body().split("\"uid\":\"u\"", -1)).hasSize(2);
    }

    @Test
    void aServiceIsWarnedOfAtEveryWrite() {
        String odd = "{\"metadata\": {\"name\": \"odd\"}, \"spec\": {\"ports\": [{\"port\": 80}], \"externalIPs\":"
                + " [\"1.2.3.4\"]}}";
        String deprecated = "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
        assertThat(warnings(served.post(SERVICES, odd))).containsExactly(deprecated);
        assertThat(warnings(served.send("PATCH", SERVICES + "/odd", MERGE, "{}")))
                .containsExactly(deprecated);
    }

    @Test
    void whatOneVersionWarnsOfAnOlderOneDoesNot() {
        try (Served older =
                new Served(SimulatedCluster.builder().kubernetes("1.34").build())) {
            assertThat(warnings(older.post(
                            SERVICES,
                            "{\"metadata\": {\"name\": \"odd\"}, \"spec\": {\"ports\": [{\"port\": 80}], \"externalIPs\":"
                                    + " [\"1.2.3.4\"], \"trafficDistribution\": \"PreferClose\"}}")))
                    .isEmpty();
        }
    }

    @Test
    void moreWarningsThanAHeadHasRoomForAreCutOff() {
        String many = IntStream.range(0, 2000)
                .mapToObj(i -> "{\"name\": \"A\", \"value\": \"" + i + "\"}")
                .collect(Collectors.joining(", "));
        Reply created = served.post(DEPLOYMENTS, deployment("many", many));
        assertThat(created.code()).as(created.body()).isEqualTo(201);
        assertThat(warnings(created)).hasSizeBetween(20, 60).startsWith(HIDDEN);
        String unknown =
                IntStream.range(0, 2000).mapToObj(i -> "\"f" + i + "\": 1").collect(Collectors.joining(", "));
        Reply brief = served.post(DEPLOYMENTS, deployment("short", "").replaceFirst("\\{", "{" + unknown + ", "));
        assertThat(brief.code()).as(brief.body()).isEqualTo(201);
        assertThat(warnings(brief)).hasSizeGreaterThan(100);
        String once = "unknown field with a long name ".repeat(20);
        Reply cut = served.post(DEPLOYMENTS, deployment("cut", many).replaceFirst("\\{", "{\"" + once + "\": 1, "));
        assertThat(warnings(cut)).anyMatch(text -> text.length() == 256 + 1);
    }
}
