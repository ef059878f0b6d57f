// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.sim.SimulatedCluster;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Waiting passes the time of the cluster that is waited for. */
class WaitingTest {
    private final SimulatedCluster simulated = SimulatedCluster.create();

    @Test
    void virtualTimePasses() {
        Instant until = simulated.time().now().plus(ofMinutes(10));
        Waiting.on(simulated)
                .atMost(ofMinutes(11))
                .until("it is late", () -> !simulated.time().now().isBefore(until));
        assertThat(simulated.time().now()).isBetween(until, until.plusSeconds(1));
    }

    @Test
    void whatHoldsAlreadyTakesNoTime() {
        Instant before = simulated.time().now();
        Waiting.on(simulated).until("nothing", () -> true);
        assertThat(simulated.time().now()).isEqualTo(before);
    }

    @Test
    void whatNeverHoldsIsNamed() {
        assertThatThrownBy(() -> Waiting.on(simulated).atMost(ofSeconds(30)).until("pigs fly", () -> false))
                .isInstanceOf(AssertionError.class)
                .hasMessage("waited 30.0 s, but not: pigs fly");
    }

    /** Only its time is asked for. */
    private static Cluster real() {
        return (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("time");
                    return Time.system();
                });
    }

    @Test
    void onARealClusterItLooksAgainAndAgain() {
        AtomicInteger looks = new AtomicInteger();
        Waiting.on(real()).until("three looks", () -> looks.incrementAndGet() == 3);
        assertThat(looks).hasValue(3);
        assertThatThrownBy(() -> Waiting.on(real()).atMost(ofMillis(120)).until("pigs fly", () -> false))
                .isInstanceOf(AssertionError.class)
                .hasMessage("waited 0.12 s, but not: pigs fly");
    }
}
