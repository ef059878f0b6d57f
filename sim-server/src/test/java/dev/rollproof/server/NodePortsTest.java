// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Services with node ports are reached from this machine, by plain HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodePortsTest {
    private static final String SPACE = "/api/v1/namespaces/default";

    private final Served served = new Served();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterAll
    void close() {
        served.close();
    }

    private void service(String name, int nodePort) {
        assertThat(served.post(
                                SPACE + "/services",
                                "{\"metadata\": {\"name\": \"" + name + "\"}, \"spec\": {\"type\": \"NodePort\","
                                        + " \"selector\": {\"app\": \"" + name + "\"}, \"ports\": [{\"port\": 80,"
                                        + " \"targetPort\": 8080, \"nodePort\": " + nodePort + "}]}}")
                        .code())
                .isEqualTo(201);
        await().atMost(Duration.ofSeconds(20)).until(() -> isOpen(name));
    }

    private boolean isOpen(String service) {
        return served.server.nodePorts().stream()
                .anyMatch(address -> address.service().equals(service));
    }

    private URI address(String service) {
        return served.server.nodePorts().stream()
                .filter(address -> address.service().equals(service))
                .findFirst()
                .orElseThrow()
                .uri();
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private boolean answers(URI uri) {
        try {
            return get(uri).statusCode() == 200;
        } catch (IOException dropped) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void aNodePortLeadsToThePodsThatAreReady() throws Exception {
        service("clock", 31_711);
        URI uri = address("clock");
        assertThat(answers(uri)).as("there is no pod yet").isFalse();
        served.post(
                SPACE + "/pods",
                "{\"metadata\": {\"name\": \"one\", \"labels\": {\"app\": \"clock\"}}, \"spec\": {\"containers\":"
                        + " [{\"name\": \"c\", \"image\": \"clock:1.2\"}]}}");
        await().atMost(Duration.ofSeconds(20)).until(() -> answers(uri));
        HttpResponse<String> page = get(uri.resolve("/"));
        assertThat(page.body()).contains("<p>Version 1.2</p>");
        assertThat(page.headers().firstValue("Clock-Pod")).contains("one");
        assertThat(get(uri.resolve("/version")).body()).isEqualTo("1.2\n");
    }

    @Test
    void aNodePortThatIsTakenIsServedAtAnother() throws Exception {
        try (ServerSocket taken = aTakenNodePort()) {
            service("late", taken.getLocalPort());
            assertThat(address("late").getPort()).isNotEqualTo(taken.getLocalPort());
        }
    }

    /** The first that is free here: another build on this machine may have others. */
    private static ServerSocket aTakenNodePort() throws IOException {
        for (int number = 31_720; ; number++) {
            try {
                return new ServerSocket(number, 1, InetAddress.getLoopbackAddress());
            } catch (BindException hasIt) {
                if (number == 31_799) {
                    throw hasIt;
                }
            }
        }
    }

    @Test
    void aServiceThatGoesTakesItsPortAlong() {
        service("gone", 31_713);
        URI uri = address("gone");
        served.send("DELETE", SPACE + "/services/gone", "", "");
        await().atMost(Duration.ofSeconds(20)).until(() -> !isOpen("gone"));
        assertThat(answers(uri)).isFalse();
    }
}
