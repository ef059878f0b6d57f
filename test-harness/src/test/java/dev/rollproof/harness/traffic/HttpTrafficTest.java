// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness.traffic;

import static dev.rollproof.harness.traffic.TrafficReportAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.time.Time;
import dev.rollproof.k8s.traffic.FailureCause;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.Request;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpTrafficTest {
    private static final Load LOAD = Load.of("shop", "clock")
            .withPerSecond(100)
            .withBaseline(Duration.ofMillis(100))
            .withTimeout(Duration.ofSeconds(5));
    private static final Load FRESH = LOAD.withLanes(Lane.FRESH);
    private static final Load KEPT = LOAD.withLanes(Lane.KEPT_ALIVE);

    private final CountDownLatch never = new CountDownLatch(1);
    private Optional<RawServer> server = Optional.empty();

    @AfterEach
    void close() {
        server.ifPresent(RawServer::close);
    }

    private RawServer serve(RawServer.Behavior behavior) throws Exception {
        server = Optional.of(new RawServer(behavior));
        return server.get();
    }

    private static RunningTraffic start(RawServer to, Load load) throws InterruptedException {
        InetSocketAddress address = to.address();
        return HttpTraffic.to(asked -> address).start(load);
    }

    /** Waits for so many requests to have ended since the baseline, and stops. */
    private static TrafficReport after(int requests, RunningTraffic running) throws InterruptedException {
        return once(requests + " requests", report -> report.total() >= requests, running);
    }

    /** Waits until the last request ended in such a way, and stops: on a busy machine many may be answered before a server misbehaves. */
    private static TrafficReport onceTheLastIs(Outcome outcome, RunningTraffic running) throws InterruptedException {
        return once(
                "the last request to be " + outcome,
                soFar -> soFar.total() > 0 && last(soFar).outcome().equals(outcome),
                running);
    }

    private static Request last(TrafficReport report) {
        return report.requests().get(report.total() - 1);
    }

    private static TrafficReport once(String what, Predicate<TrafficReport> condition, RunningTraffic running)
            throws InterruptedException {
        Time time = Time.system();
        boolean met = time.awaitUntil(time.now().plusSeconds(30), () -> {
            time.wakeUp();
            return condition.test(running.soFar());
        });
        assertThat(met).as("%s within 30 s", what).isTrue();
        return running.stop();
    }

    private static TrafficReport seen(RawServer by, Load load, int requests) throws InterruptedException {
        try (RunningTraffic running = start(by, load)) {
            return after(requests, running);
        }
    }

    @Test
    void answersNameTheirVersionAndPod() throws Exception {
        RawServer server = serve((connection, head) -> Optional.of(RawServer.ok("1.2")));
        TrafficReport report = seen(server, LOAD, 20);
        assertThat(report).hasNoFailures().wasAnsweredBy("1.2");
        assertThat(report.pods()).containsExactly("pod-1.2");
        assertThat(report.unanswered()).isZero();
        assertThat(report.baseline().size() + report.total()).isEqualTo(server.requests.get());
    }

    @Test
    void otherHeadersMayNameThem() throws Exception {
        RawServer server = serve((connection, head) ->
                Optional.of("HTTP/1.1 200 OK\r\nX-Version: 7\r\nX-Pod: clock-7\r\nContent-Length: 0\r\n\r\n"));
        InetSocketAddress address = server.address();
        HttpTraffic traffic =
                HttpTraffic.to(load -> address).withVersionHeader("x-version").withPodHeader("x-pod");
        try (RunningTraffic running = traffic.start(FRESH)) {
            assertThat(after(5, running).requests().get(0).outcome())
                    .isEqualTo(new Outcome.Answered(200, "7", "clock-7"));
        }
        assertThatThrownBy(() -> traffic.withPodHeader("X Pod\r\n"))
                .hasMessageStartingWith("a header's name has letters, digits and hyphens");
    }

    @Test
    void theRequestAsksForThePathOfTheLoadAndNamesTheService() throws Exception {
        AtomicBoolean asExpected = new AtomicBoolean(true);
        RawServer server = serve((connection, head) -> {
            if (!head.startsWith("GET /version?long=1 HTTP/1.1\nHost: clock.shop\n")) {
                asExpected.set(false);
            }
            return Optional.of(RawServer.ok("1"));
        });
        assertThat(seen(server, LOAD.withPath("/version?long=1"), 6)).hasNoFailures();
        assertThat(asExpected).isTrue();
    }

    @Test
    void aRequestThroughAGatewayNamesTheHostAndSaysWhatItIsToldBesides() throws Exception {
        AtomicBoolean asExpected = new AtomicBoolean(true);
        RawServer server = serve((connection, head) -> {
            if (!head.startsWith("GET / HTTP/1.1\nHost: clock.example.com\n") || !head.contains("\nX-Tester: yes\n")) {
                asExpected.set(false);
            }
            return Optional.of(RawServer.ok("1"));
        });
        Load load =
                Load.ofHost("clock.example.com").withHeader("X-Tester", "yes").withWarmUp(Duration.ZERO);
        assertThat(seen(server, load, 6)).hasNoFailures();
        assertThat(asExpected).isTrue();
    }

    @Test
    void theFreshLaneConnectsForEachRequestAndTheKeptOneOnce() throws Exception {
        RawServer server = serve((connection, head) -> Optional.of(RawServer.ok("1")));
        TrafficReport fresh = seen(server, FRESH, 20);
        assertThat(fresh).hasNoFailures();
        assertThat(server.connections.get()).isEqualTo(server.requests.get());
        server.close();
        RawServer other = serve((connection, head) -> Optional.of(RawServer.ok("1")));
        assertThat(seen(other, KEPT.withPerSecond(10), 10)).hasNoFailures();
        // Not always one: where a busy machine makes an answer late, the next request takes another connection.
        assertThat(other.connections.get()).isLessThan(other.requests.get() / 2);
    }

    @Test
    void aKeptConnectionMovesWhenItIsAskedTo() throws Exception {
        AtomicBoolean draining = new AtomicBoolean();
        AtomicInteger whileDraining = new AtomicInteger();
        RawServer server = serve((connection, head) -> {
            if (connection > 1) {
                return Optional.of(RawServer.ok("2"));
            }
            boolean closes = draining.get();
            whileDraining.addAndGet(closes ? 1 : 0);
            return Optional.of(
                    closes
                            ? RawServer.ok("1").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                            : RawServer.ok("1"));
        });
        try (RunningTraffic running = start(server, KEPT)) {
            draining.set(true);
            TrafficReport report =
                    once("another connection", soFar -> soFar.lastAnswer("2").isPresent(), running);
            assertThat(report).hasNoFailures();
            assertThat(whileDraining.get()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void aKeptConnectionThatTheServerEndedIsReplacedUnseen() throws Exception {
        // It says that the connection is kept, and ends it: that is noticed before the next request.
        RawServer liar = serve((connection, head) ->
                Optional.of(RawServer.ok("1").replace("Clock-Pod", "X-Connection: close\r\nClock-Pod")));
        assertThat(seen(liar, KEPT.withPerSecond(5).withBaseline(Duration.ofMillis(200)), 5))
                .hasNoFailures();
        assertThat(liar.connections.get()).isEqualTo(liar.requests.get());
    }

    @Test
    void nobodyThereIsRefused() throws Exception {
        RawServer server = serve((connection, head) -> Optional.of(RawServer.ok("1")));
        try (RunningTraffic running = start(server, LOAD)) {
            server.close();
            // What was on its way when the server went may be reset, and come after the first that is refused.
            TrafficReport report = onceTheLastIs(new Outcome.Refused(), running);
            assertThat(report).lost(FailureCause.REFUSED);
            assertThat(report.longestOutage().orElseThrow().ended()).isFalse();
        }
    }

    @Test
    void aConnectionThatEndsBeforeItsAnswerIsReset() throws Exception {
        AtomicBoolean resets = new AtomicBoolean();
        AtomicInteger turn = new AtomicInteger();
        RawServer server = serve((connection, head) -> {
            if (!resets.get()) {
                return Optional.of(RawServer.ok("1"));
            }
            // With a reset, and by half an answer.
            return turn.incrementAndGet() % 2 == 0
                    ? Optional.empty()
                    : Optional.of("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 99\r\n\r\nhalf");
        });
        try (RunningTraffic running = start(server, LOAD)) {
            resets.set(true);
            assertThat(onceTheLastIs(new Outcome.Reset(), running)).lostOnly(FailureCause.RESET);
        }
    }

    @Test
    void noAnswerInTimeIsATimeout() throws Exception {
        AtomicBoolean hangs = new AtomicBoolean();
        RawServer server = serve((connection, head) -> {
            if (hangs.get()) {
                never.await();
            }
            return Optional.of(RawServer.ok("1"));
        });
        try (RunningTraffic running = start(server, LOAD.withTimeout(Duration.ofSeconds(1)))) {
            hangs.set(true);
            TrafficReport report = onceTheLastIs(new Outcome.TimedOut(), running);
            assertThat(report).lostOnly(FailureCause.TIMED_OUT);
            assertThat(last(report).latency()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        } finally {
            never.countDown();
        }
    }

    @Test
    void anErrorOfTheApplicationIsTold() throws Exception {
        AtomicBoolean errors = new AtomicBoolean();
        RawServer server = serve((connection, head) ->
                Optional.of(errors.get() ? RawServer.ok("1").replace("200 OK", "503 Unavailable") : RawServer.ok("1")));
        try (RunningTraffic running = start(server, LOAD)) {
            errors.set(true);
            assertThat(onceTheLastIs(new Outcome.Answered(503, "1", "pod-1"), running))
                    .lostOnly(FailureCause.SERVER_ERROR);
        }
    }

    @Test
    void whatIsNotHttpIsBrokenAndSaysSo() throws Exception {
        AtomicBoolean speaks = new AtomicBoolean();
        RawServer server =
                serve((connection, head) -> Optional.of(speaks.get() ? "SSH-2.0-OpenSSH_9.2\r\n" : RawServer.ok("1")));
        try (RunningTraffic running = start(server, FRESH)) {
            speaks.set(true);
            Outcome broken = new Outcome.Broken("the answer is not HTTP/1.1: it begins with \"SSH-2.0-OpenSSH_9.2\"");
            assertThat(onceTheLastIs(broken, running)).lostOnly(FailureCause.OTHER);
        }
    }

    @Test
    void aSlowAnswerDelaysNoOtherRequest() throws Exception {
        RawServer server = serve((connection, head) -> {
            // Each takes as long as thirty requests.
            never.await(300, TimeUnit.MILLISECONDS);
            return Optional.of(RawServer.ok("1"));
        });
        TrafficReport report = seen(server, LOAD, 60);
        assertThat(report).hasNoFailures();
        for (Lane lane : Lane.values()) {
            List<Request> requests = report.lane(lane).requests();
            for (int i = 0; i < requests.size(); i++) {
                assertThat(requests.get(i).due()).isEqualTo(Duration.ofMillis(10L * i));
            }
        }
        // Had they waited for one another, the last of so many would have been sent after ten seconds and more.
        assertThat(report.latency(0.5).orElseThrow().toMillis()).isBetween(290L, 5000L);
        assertThat(server.connections.get()).isGreaterThan(30);
    }

    @Test
    void aServiceThatDoesNotAnswerInTheBaselineMakesTheReportVoid() throws Exception {
        RawServer server = serve((connection, head) -> Optional.of(RawServer.ok("1")));
        server.close();
        try (RunningTraffic running = start(server, FRESH.withWarmUp(Duration.ofMillis(50)))) {
            TrafficReport report = running.stop();
            assertThat(report).isVoid();
            assertThat(report.whyVoid().orElseThrow()).contains("(10 refused)");
        }
    }

    @Test
    void trafficEndsByItself() throws Exception {
        RawServer server = serve((connection, head) -> Optional.of(RawServer.ok("1")));
        try (RunningTraffic running = start(server, FRESH.withLongest(Duration.ofMillis(300)))) {
            TrafficReport report = after(20, running);
            assertThat(report.baseline()).hasSize(10);
            assertThat(report.total()).isEqualTo(20);
        }
    }

    @Test
    void stoppedTrafficSendsNoMore() throws Exception {
        RawServer server = serve((connection, head) -> Optional.of(RawServer.ok("1")));
        try (RunningTraffic running = start(server, LOAD)) {
            TrafficReport report = running.stop();
            int before = server.requests.get();
            Time time = Time.system();
            time.awaitUntil(time.now().plusMillis(100), () -> false);
            assertThat(server.requests.get()).isEqualTo(before);
            assertThat(running.stop()).isEqualTo(report);
        }
    }

    @Test
    void aNameThatNobodyKnowsIsRefusedInASentence() {
        HttpTraffic traffic = HttpTraffic.to(load -> InetSocketAddress.createUnresolved("node.invalid", 30080));
        assertThatThrownBy(() -> traffic.start(LOAD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Service/clock in shop is to be reached at node.invalid, which no name server knows; correct"
                                + " the name");
    }
}
