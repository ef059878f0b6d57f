// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.traffic.FailureCause;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.Outage;
import dev.rollproof.k8s.traffic.Outcome;
import dev.rollproof.k8s.traffic.Request;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What users of a Service see of a rollout. The bounds are those of recordings on real clusters, wide enough for the spread
 * that was recorded; where a claim must hold for every seed, several are tried.
 */
class TrafficTest {
    private static final Duration DRAIN = Duration.ofSeconds(3);
    private static final Load LOAD = Load.of("default", "clock");

    /** What the application does when it is asked to end. */
    private static final ImageBehavior EXITS = ImageBehavior.wellBehaved();

    private static final ImageBehavior DRAINS = EXITS.drainsFor(DRAIN);

    private static SimulatedCluster cluster(long seed, ImageBehavior behavior) {
        return SimulatedCluster.builder()
                .seed(seed)
                .images(new Images().declare("clock:*", behavior))
                .build();
    }

    private static Deployment rolling(int replicas, int surge, int unavailable) {
        Deployment clock = World.clock(replicas, surge, unavailable);
        clock.getMetadata().setNamespace("default");
        return clock;
    }

    private static Deployment recreate(int replicas) {
        Deployment clock = World.recreate(replicas);
        clock.getMetadata().setNamespace("default");
        return clock;
    }

    private static Service service() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("clock")
                .endMetadata()
                .withNewSpec()
                .addToSelector("app", "clock")
                .addNewPort()
                .withPort(80)
                .withNewTargetPort(8080)
                .endPort()
                .endSpec()
                .build();
    }

    private static void deploy(SimulatedCluster cluster, Deployment deployment) {
        cluster.create(service(), WriteOptions.defaults());
        cluster.create(deployment, WriteOptions.defaults());
        assertThat(cluster.settle(Duration.ofMinutes(1))).isTrue();
    }

    private static void setImage(SimulatedCluster cluster, String name, String image) {
        Deployment clock = cluster.get(Deployment.class, "default", name).orElseThrow();
        clock.getSpec().getTemplate().getSpec().getContainers().get(0).setImage(image);
        cluster.replace(clock, WriteOptions.defaults());
    }

    /** What is seen of a change from version 1 to 2. */
    private static TrafficReport change(SimulatedCluster cluster, Deployment deployment, Load load)
            throws InterruptedException {
        deploy(cluster, deployment);
        try (RunningTraffic running = cluster.traffic().start(load)) {
            setImage(cluster, "clock", "clock:2");
            cluster.advance(Duration.ofSeconds(20));
            TrafficReport report = running.stop();
            assertThat(report.whyVoid()).isEmpty();
            return report;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aRollingUpdateOfAnApplicationThatDrainsLosesNothing(long seed) throws InterruptedException {
        TrafficReport report = change(cluster(seed, DRAINS), rolling(10, 3, 2), LOAD);
        assertThat(report.failuresByCause()).isEmpty();
        assertThat(report.longestOutage()).isEmpty();
        assertThat(report.versions()).containsExactly("1", "2");
        assertThat(report.between(Duration.ZERO, Duration.ofSeconds(10)).total())
                .isEqualTo(1000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aPreStopSleepLosesNothingEither(long seed) throws InterruptedException {
        Deployment clock = new DeploymentBuilder(rolling(10, 3, 2))
                .editSpec()
                .editTemplate()
                .editSpec()
                .editContainer(0)
                .withNewLifecycle()
                .withNewPreStop()
                .withNewSleep()
                .withSeconds(3L)
                .endSleep()
                .endPreStop()
                .endLifecycle()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        TrafficReport fresh = change(cluster(seed, EXITS), clock, LOAD.withLanes(Lane.FRESH));
        assertThat(fresh.failuresByCause()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anApplicationThatExitsAtOnceLosesRequestsThoughNoneIsUnavailable(long seed) throws InterruptedException {
        TrafficReport report = change(cluster(seed, EXITS), rolling(10, 3, 0), LOAD.withLanes(Lane.FRESH))
                .between(Duration.ZERO, Duration.ofSeconds(10));
        assertThat(report.failed() / (double) report.total()).isBetween(0.02, 0.12);
        assertThat(report.failed(FailureCause.REFUSED)).isPositive();
        assertThat(report.failed(FailureCause.TIMED_OUT)).isPositive();
        assertThat(report.longestOutage())
                .map(Outage::length)
                .hasValueSatisfying(outage -> assertThat(outage).isLessThan(Duration.ofMillis(500)));
    }

    @Test
    void aDrainThatIsLongerThanTheGracePeriodIsCutOff() throws InterruptedException {
        ImageBehavior slow = EXITS.drainsFor(Duration.ofSeconds(60)).answersIn(Duration.ofMillis(300));
        TrafficReport report = change(cluster(1, slow), rolling(3, 1, 0), LOAD.withLanes(Lane.KEPT_ALIVE));
        assertThat(report.failuresByCause()).containsOnlyKeys(FailureCause.RESET);
    }

    @Test
    void aRequestThatIsBeingAnsweredWhenItsProcessExitsIsReset() throws InterruptedException {
        ImageBehavior slow = EXITS.answersIn(Duration.ofMillis(300));
        TrafficReport report = change(cluster(1, slow), rolling(3, 1, 0), LOAD);
        assertThat(report.failed(FailureCause.RESET)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void recreateHasAnOutageFromTheLastOldAnswerToTheFirstNew(long seed) throws InterruptedException {
        TrafficReport report = change(cluster(seed, EXITS), recreate(4), LOAD.withLanes(Lane.FRESH));
        Outage outage = report.longestOutage().orElseThrow();
        assertThat(outage.from()).isEqualTo(report.lastAnswer("1").orElseThrow());
        assertThat(outage.to()).isEqualTo(report.firstAnswer("2").orElseThrow());
        assertThat(outage.from()).isLessThan(Duration.ofMillis(500));
        assertThat(outage.length()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
        assertThat(report.failed(FailureCause.TIMED_OUT)).isGreaterThan(report.failed(FailureCause.REFUSED));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void drainingMovesTheGapOfRecreateAndDoesNotShortenIt(long seed) throws InterruptedException {
        Load load = LOAD.withLanes(Lane.FRESH);
        Outage exits =
                change(cluster(seed, EXITS), recreate(4), load).longestOutage().orElseThrow();
        Outage drains =
                change(cluster(seed, DRAINS), recreate(4), load).longestOutage().orElseThrow();
        // Endpoints that only terminate are still sent to.
        assertThat(drains.from()).isBetween(DRAIN.minusMillis(100), DRAIN.plusMillis(500));
        assertThat(drains.length().minus(exits.length()).abs()).isLessThan(Duration.ofMillis(1500));
        assertThat(drains.length()).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void theVersionsOverlapAndTheNewOneTakesOver() throws InterruptedException {
        TrafficReport report = change(cluster(1, DRAINS), rolling(10, 3, 2), LOAD);
        assertThat(report.firstAnswer("2").orElseThrow())
                .isLessThan(report.lastAnswer("1").orElseThrow());
        assertThat(report.between(Duration.ofSeconds(18), Duration.ofSeconds(20))
                        .share("2"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aCanaryGetsTheShareOfItsPods(long seed) throws InterruptedException {
        try (SimulatedCluster cluster = cluster(seed, DRAINS)) {
            deploy(cluster, labelled("stable", 9, "clock:1"));
            cluster.create(labelled("canary", 1, "clock:2"), WriteOptions.defaults());
            cluster.settle(Duration.ofMinutes(1));
            try (RunningTraffic running = cluster.traffic().start(LOAD)) {
                cluster.advance(Duration.ofSeconds(20));
                TrafficReport report = running.stop();
                assertThat(report.failed()).isZero();
                assertThat(report.shareInterval("2", 0.999).contains(0.1)).isTrue();
                assertThat(report.shareInterval("2", 0.999).contains(0.2)).isFalse();
                assertThat(report.lane(Lane.FRESH).pods()).hasSize(10);
            }
        }
    }

    private static Deployment labelled(String track, int replicas, String image) {
        return new DeploymentBuilder(rolling(replicas, 1, 0))
                .editMetadata()
                .withName("clock-" + track)
                .endMetadata()
                .editSpec()
                .editSelector()
                .addToMatchLabels("track", track)
                .endSelector()
                .editTemplate()
                .editMetadata()
                .addToLabels("track", track)
                .endMetadata()
                .editSpec()
                .editContainer(0)
                .withImage(image)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    @Test
    void aKeptConnectionStaysWithItsPodUntilThePodEnds() throws InterruptedException {
        TrafficReport kept = change(cluster(1, DRAINS), rolling(3, 1, 0), LOAD.withLanes(Lane.KEPT_ALIVE));
        List<String> pods = new ArrayList<>();
        for (Request request : kept.requests()) {
            String pod = ((Outcome.Answered) request.outcome()).pod();
            if (pods.isEmpty() || !pods.get(pods.size() - 1).equals(pod)) {
                pods.add(pod);
            }
        }
        assertThat(pods).doesNotHaveDuplicates().hasSizeBetween(2, 4);
        assertThat(kept.share("1")).isPositive();
    }

    @Test
    void anApplicationThatClosesWhileItDrainsLosesItsKeptConnectionsEarlier() throws InterruptedException {
        Load load = LOAD.withLanes(Lane.KEPT_ALIVE);
        TrafficReport holds = change(cluster(7, DRAINS), rolling(1, 1, 0), load);
        TrafficReport closes = change(cluster(7, DRAINS.closesWhileDraining()), rolling(1, 1, 0), load);
        assertThat(closes.failed()).isZero();
        assertThat(closes.lastAnswer("1").orElseThrow())
                .isLessThan(holds.lastAnswer("1").orElseThrow());
    }

    @Test
    void aServiceWithoutEndpointsRefusesNowAndThenAndTheReportIsVoid() throws InterruptedException {
        try (SimulatedCluster cluster = cluster(1, EXITS)) {
            deploy(cluster, rolling(0, 1, 0));
            try (RunningTraffic running = cluster.traffic().start(LOAD.withWarmUp(Duration.ZERO))) {
                cluster.advance(Duration.ofSeconds(10));
                TrafficReport report = running.stop();
                assertThat(report.whyVoid().orElseThrow())
                        .startsWith(
                                "100 of 100 requests to Service/clock in default failed in the baseline, before anything was"
                                        + " changed (6 refused");
                // One a second: the kernel says no more.
                assertThat(report.failed(FailureCause.REFUSED)).isBetween(9, 13);
                assertThat(report.failuresByCause()).containsOnlyKeys(FailureCause.REFUSED, FailureCause.TIMED_OUT);
            }
        }
    }

    @Test
    void theBaselineWaitsForAServiceThatHasJustBeenMade() throws InterruptedException {
        try (SimulatedCluster cluster = cluster(1, EXITS)) {
            cluster.create(service(), WriteOptions.defaults());
            cluster.create(rolling(3, 1, 0), WriteOptions.defaults());
            try (RunningTraffic running = cluster.traffic().start(LOAD)) {
                assertThat(running.stop().whyVoid()).isEmpty();
            }
        }
    }

    @Test
    void anApplicationsErrorsAreItsOwn() throws InterruptedException {
        try (SimulatedCluster cluster = cluster(1, EXITS)) {
            cluster.images().declare("clock:2", EXITS.failsRequests(0.2));
            TrafficReport report = change(cluster, rolling(3, 1, 0), LOAD.withLanes(Lane.FRESH))
                    .between(Duration.ofSeconds(15), Duration.ofSeconds(20));
            assertThat(report.failuresByCause()).containsOnlyKeys(FailureCause.SERVER_ERROR);
            assertThat(report.failed() / (double) report.total()).isBetween(0.12, 0.28);
        }
    }

    @Test
    void aSlowAnswerDelaysNoOtherRequest() throws InterruptedException {
        try (SimulatedCluster cluster = cluster(1, EXITS.answersIn(Duration.ofMillis(700)))) {
            deploy(cluster, rolling(2, 1, 0));
            try (RunningTraffic running = cluster.traffic().start(LOAD)) {
                cluster.advance(Duration.ofSeconds(2));
                TrafficReport report = running.stop();
                assertThat(report.failed()).isZero();
                assertThat(report.latency(1)).contains(Duration.ofMillis(700));
                assertThat(report.lane(Lane.KEPT_ALIVE).requests())
                        .extracting(Request::due)
                        .startsWith(Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(40));
            }
        }
    }

    @Test
    void anAnswerThatComesTooLateIsATimeout() throws InterruptedException {
        try (SimulatedCluster cluster = cluster(1, EXITS)) {
            cluster.images().declare("clock:2", EXITS.answersIn(Duration.ofSeconds(3)));
            TrafficReport report =
                    change(cluster, rolling(2, 1, 0), LOAD).between(Duration.ofSeconds(10), Duration.ofSeconds(20));
            assertThat(report.failed(FailureCause.TIMED_OUT)).isEqualTo(report.total());
            assertThat(report.requests()).allMatch(r -> r.latency().equals(Duration.ofSeconds(2)));
        }
    }

    @Test
    void aServiceThatGoesAwayRefuses() throws InterruptedException {
        try (SimulatedCluster cluster = cluster(1, EXITS)) {
            deploy(cluster, rolling(2, 1, 0));
            try (RunningTraffic running = cluster.traffic().start(LOAD.withLanes(Lane.FRESH))) {
                cluster.delete(Service.class, "default", "clock", DeleteOptions.defaults());
                cluster.advance(Duration.ofSeconds(5));
                TrafficReport report = running.stop();
                assertThat(report.failuresByCause()).containsOnlyKeys(FailureCause.REFUSED);
                assertThat(report.longestOutage().orElseThrow().ended()).isFalse();
            }
        }
    }

    @Test
    void theVersionIsTheContainersVariableOrItsImagesTag() throws InterruptedException {
        Deployment clock = new DeploymentBuilder(rolling(1, 1, 0))
                .editSpec()
                .editTemplate()
                .editSpec()
                .editContainer(0)
                .addNewEnv()
                .withName("CLOCK_VERSION")
                .withValue("1.2")
                .endEnv()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        assertThat(change(cluster(1, DRAINS), clock, LOAD).versions()).containsExactly("1.2");
    }

    @Test
    void theSameSeedGivesTheSameReport() throws InterruptedException {
        TrafficReport once = change(cluster(11, EXITS), rolling(4, 1, 1), LOAD);
        assertThat(change(cluster(11, EXITS), rolling(4, 1, 1), LOAD)).isEqualTo(once);
        assertThat(change(cluster(12, EXITS), rolling(4, 1, 1), LOAD)).isNotEqualTo(once);
    }

    @Test
    void whoeverOnlyLooksChangesNothing() throws InterruptedException {
        List<List<String>> logs = new ArrayList<>();
        for (boolean traffic : List.of(true, false)) {
            SimulatedCluster cluster = SimulatedCluster.builder().recordEvents().build();
            deploy(cluster, rolling(4, 1, 1));
            if (traffic) {
                cluster.traffic().start(LOAD.withLongest(Duration.ofSeconds(1)));
            } else {
                cluster.advance(Duration.ofSeconds(1).plusMillis(8));
            }
            logs.add(cluster.eventLog());
        }
        assertThat(logs.get(0)).isEqualTo(logs.get(1));
    }

    @Test
    void nothingIsScheduledWhileNobodySends() throws InterruptedException {
        SimulatedCluster cluster = cluster(1, EXITS);
        deploy(cluster, rolling(3, 1, 0));
        try (RunningTraffic running = cluster.traffic().start(LOAD)) {
            assertThat(running.stop().failed()).isZero();
        }
        cluster.advance(Duration.ofSeconds(1));
        long before = cluster.time().executed();
        cluster.advance(Duration.ofSeconds(1));
        assertThat(cluster.time().executed() - before).isLessThan(5);
    }

    @Test
    void trafficEndsByItself() throws InterruptedException {
        SimulatedCluster cluster = cluster(1, EXITS);
        deploy(cluster, rolling(3, 1, 0));
        RunningTraffic running = cluster.traffic().start(LOAD.withLongest(Duration.ofSeconds(3)));
        cluster.advance(Duration.ofSeconds(20));
        assertThat(running.soFar().total() + running.soFar().baseline().size()).isEqualTo(300);
        assertThat(running.stop()).isEqualTo(running.soFar());
    }

    @Test
    void whatCannotBeSentToIsRefusedInASentence() {
        SimulatedCluster cluster = SimulatedCluster.create();
        assertThatThrownBy(() -> cluster.traffic().start(LOAD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Service/clock in default does not exist; create it before you send to it");
        cluster.create(service(), WriteOptions.defaults());
        assertThatThrownBy(() -> cluster.traffic().start(LOAD.withPort(81)))
                .hasMessage("Service/clock in default has no port 81; it has [80]");
    }
}
