// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Observation;
import dev.rollproof.sim.SimulatedCluster;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests of what happens to rollouts: on a simulated cluster in virtual time, unless somebody has set both fields before; so does
 * {@code it-tests}, which runs the same tests on a cluster that is reached over HTTPS and lives in a multiple of real time.
 */
public abstract class Rolling {
    /** What the tests act through. */
    @SuppressWarnings("NullAway.Init") // by whoever sets both, or before each test
    protected Cluster cluster;

    /** What is behind it: to declare images, and to break things. */
    @SuppressWarnings("NullAway.Init")
    protected SimulatedCluster simulated;

    private boolean own;

    @BeforeEach
    void reach() {
        if (simulated == null) {
            own = true;
            simulated = SimulatedCluster.create();
            cluster = simulated;
        }
    }

    @AfterEach
    void leave() {
        if (own) {
            simulated.close();
        }
    }

    /** Lets time pass for all: who observes hears of what happens, while it happens. */
    protected final void pass(Duration time) throws InterruptedException {
        cluster.time().awaitUntil(cluster.time().now().plus(time), () -> false);
    }

    /** Waits until observations know what is there: over HTTPS that may be later than the next change. */
    protected final void synced(Observation... observations) throws InterruptedException {
        boolean all = cluster.time()
                .awaitUntil(
                        cluster.time().now().plus(Duration.ofMinutes(1)),
                        () -> Stream.of(observations).allMatch(Observation::synced));
        assertThat(all).as("in sync").isTrue();
    }

    /** Lets the cluster's time pass at once: nobody waits for it, and who observes may hear of it later. */
    protected final void skip(Duration time) {
        simulated.advance(time);
    }

    /** How late a verdict may be beyond what the cluster itself takes: not at all in virtual time. */
    protected final Duration late() {
        return cluster == simulated ? Duration.ZERO : Duration.ofSeconds(15);
    }

    /** How much time may pass between a change and the verification of it: none in virtual time. */
    protected final Duration early() {
        return cluster == simulated ? Duration.ZERO : Duration.ofSeconds(10);
    }

    /** Skips a test where the wire takes time, with the reason. */
    protected final void onlyInVirtualTime(String why) {
        Assumptions.assumeTrue(cluster == simulated, () -> "not over HTTPS: " + why);
    }
}
