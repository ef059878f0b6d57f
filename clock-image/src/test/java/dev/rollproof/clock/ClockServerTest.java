// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClockServerTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable ClockServer server;

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private ClockServer open(String... environment) {
        Map<String, String> variables = new HashMap<>(Map.of("CLOCK_LISTEN", "0", "POD_NAME", "clock-7"));
        for (int i = 0; i < environment.length; i += 2) {
            variables.put(environment[i], environment[i + 1]);
        }
        ClockServer opened = ClockServer.open(Settings.from(variables));
        server = opened;
        return opened;
    }

    private HttpResponse<String> get(ClockServer clock, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + clock.port() + path))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void thePageShowsTheClockAndTheGreetingAndFromTheNextVersionOnTheVersion() throws Exception {
        ClockServer first = open("CLOCK_GREETING", "Hello & welcome");
        assertThat(get(first, "/").body())
                .contains("<h1>Hello &amp; welcome</h1>")
                .containsPattern("It is [0-2][0-9]:[0-5][0-9]")
                .doesNotContain("Version");
        first.close();
        assertThat(get(open("CLOCK_VERSION", "1.1"), "/").body()).contains("<p>Version 1.1</p>");
    }

    @Test
    void everyResponseNamesVersionAndPod() throws Exception {
        ClockServer clock = open("CLOCK_VERSION", "1.2");
        for (String path : new String[] {"/", "/version", "/healthz", "/readyz", "/nothere"}) {
            var headers = get(clock, path).headers();
            assertThat(headers.firstValue("Clock-Version")).as(path).contains("1.2");
            assertThat(headers.firstValue("Clock-Pod")).as(path).contains("clock-7");
        }
        assertThat(get(clock, "/version").body()).isEqualTo("1.2\n");
        assertThat(get(clock, "/nothere").statusCode()).isEqualTo(404);
    }

    @Test
    void readyIsSaidWhenItsTimeHasComeAndHealthyAtOnce() throws Exception {
        ClockServer clock = open("CLOCK_READY_AFTER", "60s");
        long now = System.nanoTime();
        assertThat(get(clock, "/readyz").statusCode()).isEqualTo(503);
        assertThat(get(clock, "/healthz").statusCode()).isEqualTo(200);
        assertThat(clock.readyAt(now)).isFalse();
        assertThat(clock.readyAt(now + Duration.ofSeconds(60).toNanos())).isTrue();
    }

    @Test
    void oneThatIsNeverReadyStillServes() throws Exception {
        ClockServer clock = open("CLOCK_NEVER_READY", "true");
        assertThat(clock.readyAt(System.nanoTime() + Duration.ofDays(1).toNanos()))
                .isFalse();
        assertThat(get(clock, "/").statusCode()).isEqualTo(200);
    }

    @Test
    void aShareOfTheRequestsFailsEvenlySpread() throws Exception {
        ClockServer clock = open("CLOCK_ERROR_RATE", "0.25");
        int failed = 0;
        for (int i = 0; i < 20; i++) {
            failed += get(clock, "/").statusCode() == 500 ? 1 : 0;
        }
        assertThat(failed).isEqualTo(5);
        assertThat(get(clock, "/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void whileItDrainsItServesAndAsksForNewConnections() throws Exception {
        ClockServer clock = open();
        assertThat(get(clock, "/readyz").statusCode()).isEqualTo(200);
        clock.drain();
        assertThat(get(clock, "/readyz").statusCode()).isEqualTo(503);
        HttpResponse<String> page = get(clock, "/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Connection")).contains("close");
        clock.close();
        ClockServer keeping = open("CLOCK_CLOSE_WHILE_DRAINING", "false");
        keeping.drain();
        assertThat(get(keeping, "/").headers().firstValue("Connection")).isEmpty();
    }

    @Test
    void whileItDrainsItClosesTheConnectionAfterTheAnswer() throws Exception {
        ClockServer clock = open();
        try (Socket kept = new Socket(InetAddress.getLoopbackAddress(), clock.port())) {
            kept.setSoTimeout(10_000);
            clock.drain();
            kept.getOutputStream()
                    .write("GET /version HTTP/1.1\r\nHost: clock\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // Reading to the end ends only if the other side closes.
            assertThat(new String(kept.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("1.0\n");
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        int taken = open().port();
        assertThatThrownBy(() -> ClockServer.open(Settings.from(Map.of("CLOCK_LISTEN", "" + taken))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("port " + taken + " cannot be opened; choose another by CLOCK_LISTEN");
    }
}
