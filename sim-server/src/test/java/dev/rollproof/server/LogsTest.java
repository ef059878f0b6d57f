// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rollproof.server.Served.Reply;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What containers say: a simulated one only that it started, and how it ended. */
class LogsTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String STARTED = "simulated container of clock:once started";
    private static final String ENDED = "simulated container of clock:once ended with exit code 3";

    private final Served served = new Served(cluster());

    private static SimulatedCluster cluster() {
        SimulatedCluster cluster = SimulatedCluster.create();
        cluster.images()
                .declare(
                        "clock:once",
                        ImageBehavior.wellBehaved()
                                .crashesAfter(Duration.ofSeconds(30))
                                .withExitCode(3));
        return cluster;
    }

    @AfterEach
    void close() {
        served.close();
    }

    private void pod(String restartPolicy, String image) {
        assertThat(served.post(
                                PODS,
                                "{\"metadata\": {\"name\": \"one\"}, \"spec\": {\"restartPolicy\": \"" + restartPolicy
                                        + "\", \"containers\": [{\"name\": \"c\", \"image\": \"" + image + "\"}]}}")
                        .code())
                .isEqualTo(201);
    }

    private void awaitPhase(String phase) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> phase.equals(served.get(PODS + "/one").at("status.phase")));
    }

    private Reply log(String query) {
        return served.get(PODS + "/one/log" + query);
    }

    private static BufferedReader lines(HttpResponse<InputStream> following) {
        return new BufferedReader(new InputStreamReader(following.body(), StandardCharsets.UTF_8));
    }

    @Test
    void whoFollowsIsToldAllUntilTheContainerEnds() throws IOException {
        pod("Never", "clock:once");
        await().atMost(Duration.ofSeconds(30)).until(() -> log("").code() == 200);

        HttpResponse<InputStream> following = served.open(PODS + "/one/log?follow=true");

        assertThat(following.statusCode()).isEqualTo(200);
        assertThat(following.headers().firstValue("content-type")).hasValue("text/plain");
        try (BufferedReader lines = lines(following)) {
            assertThat(lines.lines()).containsExactly(STARTED, ENDED);
        }
    }

    @Test
    void whoFollowsAContainerThatHasEndedIsToldAllAndNotKeptWaiting() {
        pod("Never", "clock:once");
        awaitPhase("Failed");

        assertThat(log("?follow=true").body().lines()).containsExactly(STARTED, ENDED);
    }

    @Test
    void whatThereIsIsToldAtOnceAndWhoFollowsAPodThatIsDeletedIsReleased() throws IOException {
        pod("Never", "clock:1.0");
        awaitPhase("Running");
        try (BufferedReader lines = lines(served.open(PODS + "/one/log?follow=true"))) {
            assertThat(lines.readLine()).isEqualTo("simulated container of clock:1.0 started");

            served.send("DELETE", PODS + "/one?gracePeriodSeconds=1", "", "");

            assertThat(lines.lines()).allMatch(line -> line.startsWith("simulated container of clock:1.0 ended"));
        }
    }

    @Test
    void aLogIsCutAsAskedFor() {
        pod("Never", "clock:once");
        awaitPhase("Failed");

        assertThat(log("").body().lines()).containsExactly(STARTED, ENDED);
        assertThat(log("?tailLines=1").body().lines()).containsExactly(ENDED);
        assertThat(log("?tailLines=0").body()).isEmpty();
        assertThat(log("?limitBytes=9").body()).isEqualTo("simulated");
        assertThat(log("?timestamps=true").body().lines())
                .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+Z simulated container .*"));
        assertThat(log("?sinceTime=2999-01-01T00:00:00Z").body()).isEmpty();
    }

    @Test
    void theLogOfTheContainerBeforeIsKept() {
        pod("Always", "clock:once");
        await().atMost(Duration.ofSeconds(30)).until(() -> log("?previous=true").code() == 200);

        assertThat(log("?previous=true").body().lines()).containsExactly(STARTED, ENDED);
    }

    @Test
    void whatNoLogHasIsRefused() {
        pod("Never", "clock:1.0");
        awaitPhase("Running");

        assertRefused(log("?tailLines=-1"), 422, "tailLines: Invalid value: -1: must be greater than or equal to 0");
        assertRefused(log("?limitBytes=0"), 422, "limitBytes: Invalid value: 0: must be greater than 0");
        assertRefused(
                log("?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z"),
                422,
                "at most one of `sinceTime` or `sinceSeconds` may be specified");
        assertRefused(log("?container=other"), 400, "container other is not valid for pod one");
        assertRefused(log("?previous=true"), 400, "previous terminated container \"c\" in pod \"one\" not found");
        assertRefused(served.get(PODS + "/none/log"), 404, "pods \"none\" not found");
    }

    private static void assertRefused(Reply reply, int code, String message) {
        assertThat(reply.code()).as(reply.body()).isEqualTo(code);
        assertThat(String.valueOf(reply.at("message"))).contains(message);
    }
}
