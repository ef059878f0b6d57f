// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rollproof.server.Served.Reply;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Requests to pods and Services by way of the API server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyTest {
    private static final String SPACE = "/api/v1/namespaces/default";

    private final Served served = new Served(cluster());

    private static SimulatedCluster cluster() {
        SimulatedCluster cluster = SimulatedCluster.create();
        cluster.images().declare("clock:never", ImageBehavior.wellBehaved().neverReady());
        return cluster;
    }

    @BeforeAll
    void createPods() {
        pod("one", "clock:1.1");
        pod("two", "clock:1.2");
        pod("sick", "clock:never");
        served.post(
                SPACE + "/services",
                "{\"metadata\": {\"name\": \"clock\"}, \"spec\": {\"selector\": {\"app\": \"clock\"},"
                        + " \"ports\": [{\"port\": 80, \"targetPort\": 8080}]}}");
        served.post(
                SPACE + "/services",
                "{\"metadata\": {\"name\": \"named\"}, \"spec\": {\"selector\": {\"app\": \"clock\"},"
                        + " \"ports\": [{\"name\": \"web\", \"port\": 80, \"targetPort\": 8080}]}}");
        served.post(
                SPACE + "/services",
                "{\"metadata\": {\"name\": \"empty\"}, \"spec\": {\"selector\": {\"app\": \"nobody\"},"
                        + " \"ports\": [{\"port\": 80}]}}");
        await().atMost(Duration.ofSeconds(20)).until(() -> versions().size() == 2);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> "Running".equals(served.get(SPACE + "/pods/sick").at("status.phase")));
    }

    private void pod(String name, String image) {
        assertThat(served.post(
                                SPACE + "/pods",
                                "{\"metadata\": {\"name\": \"" + name
                                        + "\", \"labels\": {\"app\": \"clock\"}}, \"spec\":"
                                        + " {\"containers\": [{\"name\": \"c\", \"image\": \"" + image + "\","
                                        + " \"ports\": [{\"containerPort\": 8080}], \"readinessProbe\": {\"httpGet\":"
                                        + " {\"path\": \"/readyz\", \"port\": 8080}, \"periodSeconds\": 1}}]}}")
                        .code())
                .isEqualTo(201);
    }

    private Set<String> versions() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            Reply reply = served.get(SPACE + "/services/clock/proxy/version");
            if (reply.code() == 200) {
                seen.add(reply.body());
            }
        }
        return seen;
    }

    @AfterAll
    void close() {
        served.close();
    }

    @Test
    void aPodAnswersWithTheClocksPages() {
        Reply page = served.get(SPACE + "/pods/one/proxy/");
        assertThat(page.code()).isEqualTo(200);
        assertThat(page.body()).contains("<p>It is ", "<p>Version 1.1</p>");
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Clock-Version")).isEqualTo("1.1");
        assertThat(page.header("Clock-Pod")).isEqualTo("one");
        assertThat(served.get(SPACE + "/pods/one:8080/proxy/version").body()).isEqualTo("1.1\n");
        assertThat(served.get(SPACE + "/pods/http:one:8080/proxy/healthz").body())
                .isEqualTo("ok\n");
        assertThat(served.get(SPACE + "/pods/one/proxy/readyz").body()).isEqualTo("ready\n");
        assertThat(served.get(SPACE + "/pods/one/proxy/nonsense").code()).isEqualTo(404);
    }

    @Test
    void theRootIsAskedForWithASlash() {
        Reply moved = served.get(SPACE + "/pods/one/proxy");
        assertThat(moved.code()).isEqualTo(301);
        assertThat(moved.header("Location")).isEqualTo(SPACE + "/pods/one/proxy/");
    }

    @Test
    void aServiceAnswersFromItsReadyPodsOnly() {
        assertThat(versions()).containsExactlyInAnyOrder("1.1\n", "1.2\n");
        assertThat(served.get(SPACE + "/services/clock:80/proxy/version").code())
                .isEqualTo(200);
        assertThat(served.get(SPACE + "/services/named:web/proxy/version").code())
                .isEqualTo(200);
        assertThat(served.get(SPACE + "/services/named:80/proxy/version").code())
                .isEqualTo(200);
    }

    @Test
    void aPodThatIsNotReadySaysSo() {
        Reply ready = served.get(SPACE + "/pods/sick/proxy/readyz");
        assertThat(ready.code()).isEqualTo(503);
        assertThat(ready.body()).isEqualTo("not ready\n");
        assertThat(served.get(SPACE + "/pods/sick/proxy/healthz").code()).isEqualTo(200);
    }

    @Test
    void whatCannotBeReachedIsSaidToBe() {
        assertUnavailable("/services/empty/proxy/", "no endpoints available for service \"empty\"");
        assertUnavailable("/services/named/proxy/", "no endpoints available for service \"named\"");
        assertUnavailable("/services/clock:81/proxy/", "no service port 81 found for service \"clock\"");
        assertUnavailable(
                "/pods/https:one:8080/proxy/",
                "error trying to reach service: http: server gave HTTP response to HTTPS client");
        assertThat(served.get(SPACE + "/pods/nobody/proxy/").code()).isEqualTo(404);
        assertThat(served.get(SPACE + "/services/nobody/proxy/").code()).isEqualTo(404);
        assertThat(served.get(SPACE + "/pods/one:web/proxy/").code()).isEqualTo(400);
        assertThat(served.get(SPACE + "/pods/a:b:c:d/proxy/").code()).isEqualTo(400);
        assertThat(served.get("/api/v1/nodes/node-0/proxy/").code()).isEqualTo(501);
    }

    @Test
    void aPodThatHasNotStartedRefuses() {
        served.cluster
                .images()
                .declare("clock:late", ImageBehavior.wellBehaved().readyAfter(Duration.ofDays(1)));
        pod("slow", "clock:late");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> "Running".equals(served.get(SPACE + "/pods/slow").at("status.phase")));
        assertUnavailable("/pods/slow/proxy/", "error trying to reach service: connect: connection refused");
    }

    private void assertUnavailable(String path, String message) {
        Reply reply = served.get(SPACE + path);
        assertThat(reply.code()).as(reply.body()).isEqualTo(503);
        assertThat(Objects.requireNonNull(reply.at("reason"))).isEqualTo("ServiceUnavailable");
        assertThat(reply.at("message")).isEqualTo(message);
    }
}
