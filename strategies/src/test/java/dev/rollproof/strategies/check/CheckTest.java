// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.check;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.check.CheckRun.Phase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a check makes of its measurements: the meaning of Argo Rollouts' limits. */
class CheckTest {
    private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
    private static final Measurement GOOD = Measurement.successful("good");
    private static final Measurement BAD = Measurement.failed("bad");
    private static final Measurement UNCLEAR = Measurement.inconclusive("unclear");
    private static final Measurement ERROR = Measurement.error("no answer");

    private static CheckRun run(Check check, Measurement... measurements) {
        CheckRun run = CheckRun.begin(check.limits(), T);
        for (Measurement measurement : measurements) {
            run = run.measured(measurement, run.nextAt());
        }
        return run;
    }

    private static Check check() {
        return Check.of("check", context -> true);
    }

    @Test
    void byDefaultItMeasuresOnceAndOneFailureFailsIt() {
        assertThat(run(check()).phase()).isEqualTo(Phase.RUNNING);
        assertThat(run(check(), GOOD).phase()).isEqualTo(Phase.SUCCESSFUL);
        assertThat(run(check(), BAD).phase()).isEqualTo(Phase.FAILED);
        assertThat(run(check(), UNCLEAR).phase()).isEqualTo(Phase.INCONCLUSIVE);
    }

    @Test
    void asManyFailuresAsTheLimitAreForgivenAndOneMoreFailsItBeforeItsEnd() {
        Check check = check().count(5).failureLimit(1);
        assertThat(run(check, GOOD, BAD, GOOD, GOOD, GOOD).phase()).isEqualTo(Phase.SUCCESSFUL);
        assertThat(run(check, BAD, GOOD).phase()).isEqualTo(Phase.RUNNING);
        assertThat(run(check, BAD, GOOD, BAD).phase()).isEqualTo(Phase.FAILED);
    }

    @Test
    void inconclusiveMeasurementsCountAndHaveALimitOfTheirOwn() {
        Check check = check().count(3).inconclusiveLimit(1);
        assertThat(run(check, UNCLEAR, GOOD, GOOD).phase()).isEqualTo(Phase.SUCCESSFUL);
        assertThat(run(check, UNCLEAR, UNCLEAR).phase()).isEqualTo(Phase.INCONCLUSIVE);
    }

    @Test
    void errorsDoNotCountAndFourInARowAreForgiven() {
        assertThat(run(check(), ERROR, ERROR, ERROR, ERROR).phase()).isEqualTo(Phase.RUNNING);
        assertThat(run(check(), ERROR, ERROR, ERROR, ERROR, GOOD).phase()).isEqualTo(Phase.SUCCESSFUL);
        assertThat(run(check(), ERROR, ERROR, ERROR, ERROR, ERROR).phase()).isEqualTo(Phase.ERROR);
        Check twice = check().count(2).consecutiveErrorLimit(1);
        assertThat(run(twice, ERROR, GOOD, ERROR).phase()).isEqualTo(Phase.RUNNING);
        assertThat(run(twice, ERROR, ERROR).phase()).isEqualTo(Phase.ERROR);
    }

    @Test
    void itMeasuresAgainAfterTheIntervalAndAfterAnErrorInTenSeconds() {
        Check check = check().count(3).interval(ofSeconds(30)).initialDelay(ofSeconds(5));
        assertThat(run(check).nextAt()).isEqualTo(T.plusSeconds(5));
        assertThat(run(check, GOOD).nextAt()).isEqualTo(T.plusSeconds(35));
        assertThat(run(check, GOOD, ERROR).nextAt()).isEqualTo(T.plusSeconds(45));
    }

    @Test
    void whatIsOverCannotBeMeasured() {
        CheckRun over = run(check(), GOOD);
        assertThatThrownBy(() -> over.measured(BAD, T))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SUCCESSFUL")
                .hasMessageContaining("bad");
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> check().count(0)).hasMessage("count must be at least 1, was 0");
        assertThatThrownBy(() -> check().failureLimit(1))
                .hasMessage(
                        "failureLimit must be below count, which is 1, was 1: nothing could exceed it; give count first");
        assertThatThrownBy(() -> check().count(2).interval(ofSeconds(0)))
                .hasMessage("interval must be given where count is above 1, count was 2");
        assertThatThrownBy(() -> check().consecutiveErrorLimit(-1))
                .hasMessage("consecutiveErrorLimit must not be negative, was -1");
        assertThatThrownBy(() -> Check.of(" ", context -> true)).hasMessage("name must not be blank");
    }

    @Test
    void theLineTellsWhatWasForgiven() {
        assertThat(run(check().count(3).failureLimit(1), BAD, GOOD, ERROR).line())
                .isEqualTo("2 of 3 measured, 1 failed (limit 1), 1 errors in a row (limit 4), last: no answer");
    }

    private static Measurement measured(Check check) throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.create()) {
            ObjectRef clock = new ObjectRef("Deployment", "default", "clock");
            return check.probe()
                    .measure(new CheckContext(
                            cluster, clock, clock, cluster.time().now()));
        }
    }

    @Test
    void aLogCanBeChecked() throws Exception {
        Check check = Check.ofLog("no panic", context -> "started\npanic: nil\n", text -> !text.contains("panic"));
        assertThat(measured(check)).isEqualTo(Measurement.failed("2 lines of log"));
    }

    @Test
    void anHttpEndpointCanBeChecked() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
        URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        try {
            assertThat(measured(Check.ofHttp("up", endpoint, answer -> answer.statusCode() == 200)))
                    .isEqualTo(Measurement.failed(endpoint + " answered 503"));
        } finally {
            server.stop(0);
        }
        assertThatThrownBy(() -> measured(Check.ofHttp("up", endpoint, answer -> true)))
                .isInstanceOf(IOException.class);
    }
}
