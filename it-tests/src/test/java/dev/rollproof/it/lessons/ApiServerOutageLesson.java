// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.K3s;
import dev.rollproof.it.Aside;
import dev.rollproof.it.SharedMachine;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.time.Time;
import dev.rollproof.sim.Faults;
import dev.rollproof.strategies.RollingUpdate;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.verifier.Progress;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The API server goes away half-way through a verification, and comes back. Pods run on and serve; only nobody can change
 * anything, and nobody hears anything.
 *
 * <p>A watch that is cut says so, and resumes; after a restart its version is too old (410), and everything is listed again. A
 * server that is asked to end, or that is frozen, is worse: it leaves its watches open and silent, and silence looks like nothing
 * happening. So whoever hears nothing for a while goes and looks.
 */
@ResourceLock(providers = SharedMachine.Alone.class) // the API server is everybody's
@Order(Integer.MAX_VALUE) // for a while after it neither controllers nor Services are what the other lessons expect
@TestMethodOrder(
        MethodOrderer.OrderAnnotation.class) // after a restart the controllers are late with the next namespace
class ApiServerOutageLesson extends Lesson {
    /** Beside the outage: a watchdog's ten seconds, and what controllers take to find their way again. */
    private static final Duration A_FEW_SECONDS = ofSeconds(15);

    private static final Duration FROZEN = ofSeconds(12);

    /** As a supervisor does to a process that will not end. */
    private static final Duration UNTIL_KILLED = ofSeconds(11);

    @Test
    @Order(1)
    void frozen() throws InterruptedException {
        theVerdictIsRightAndLateByTheOutage("frozen", this::freeze);
    }

    @Test
    @Order(2)
    void askedToEndItLeavesItsWatchesOpenAndSilent() throws InterruptedException {
        theVerdictIsRightAndLateByTheOutage("asked to end, and killed after 11 s", this::terminate);
    }

    @Test
    @Order(3)
    void killedAndRestarted() throws InterruptedException {
        theVerdictIsRightAndLateByTheOutage("killed", this::kill);
    }

    private void theVerdictIsRightAndLateByTheOutage(String how, Fault fault) throws InterruptedException {
        // given how long such a rollout takes when nothing happens
        Clock clock = clock().replicas(1).readyAfter(ofSeconds(1));
        rollOut(clock).orElseThrow();
        Duration undisturbed =
                verified(clock.version("1.1"), progress -> {}).evidence().elapsed();

        // when the API server goes away as soon as the first step is taken
        Once away = new Once(fault);
        Instant begun = cluster.time().now();
        Verdict verdict = verified(clock.version("1.2"), away);

        // then the verdict is right, and late by no more than the outage, or the cluster, and a few seconds
        Duration outage = away.outage();
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        Duration late = verdict.evidence().elapsed().minus(undisturbed);
        Duration clusterLate = Duration.between(begun, completed()).minus(undisturbed);
        figure(
                "API server %s: away for %s; complete after %s, %s later than undisturbed; the cluster itself %s later",
                how, seconds(outage), seconds(verdict.evidence().elapsed()), seconds(late), seconds(clusterLate));
        Duration excused = outage.compareTo(clusterLate) > 0 ? outage : clusterLate;
        assertThat(late).isLessThan(excused.plus(A_FEW_SECONDS));
        k3s.ifPresent(K3s::awaitReady);
        waiting().until("the new version is ready", () -> ready("1.2") == 1);
    }

    /**
     * When the controller itself saw the rollout complete. A controller manager that could not keep its lease, or waits before it asks
     * again, may do nothing for half a minute after the API server is back.
     */
    private Instant completed() {
        return cluster
                .get(Deployment.class, namespace.name(), "clock")
                .orElseThrow()
                .getStatus()
                .getConditions()
                .stream()
                .filter(condition -> "NewReplicaSetAvailable".equals(condition.getReason()))
                .map(condition -> Instant.parse(condition.getLastUpdateTime()))
                .findFirst()
                .orElseThrow();
    }

    private Verdict verified(Clock clock, Consumer<Progress> onProgress) throws InterruptedException {
        return Rollout.of(clock.deployment())
                .by(RollingUpdate.of().maxSurge(1).maxUnavailable(0))
                .with(VerifierOptions.defaults().withTimeout(ofMinutes(2)))
                .onProgress(onProgress)
                .run(cluster);
    }

    /** Begins an outage; its end comes by itself, and completes the future. */
    private interface Fault {
        CompletableFuture<Void> begin();
    }

    /** Makes the fault happen at the first progress of the rollout. */
    private final class Once implements Consumer<Progress> {
        private final Fault fault;
        private CompletableFuture<Duration> outage = new CompletableFuture<>();
        private boolean begun;

        Once(Fault fault) {
            this.fault = fault;
        }

        @Override
        public void accept(Progress progress) {
            if (!begun && pods().stream().anyMatch(pod -> isOf("1.2", pod))) {
                begun = true;
                Instant start = cluster.time().now();
                outage = fault.begin()
                        .thenApply(end -> Duration.between(start, cluster.time().now()));
            }
        }

        Duration outage() throws InterruptedException {
            assertThat(begun).as("the outage came half-way").isTrue();
            waiting().atMost(ofMinutes(2)).until("the outage is over", outage::isDone);
            return outage.join();
        }
    }

    private CompletableFuture<Void> kill() {
        return k3s.map(node -> {
                    node.killApiServer();
                    return Aside.run("API server", node::awaitReady);
                })
                .orElseGet(() -> {
                    faults().unreachable(ofSeconds(4));
                    faults().expireHistory();
                    return after(ofSeconds(4), () -> {});
                });
    }

    private CompletableFuture<Void> terminate() {
        return k3s.map(node -> {
                    node.restartApiServer();
                    return after(UNTIL_KILLED, node::killApiServer).thenRun(node::awaitReady);
                })
                .orElseGet(() -> {
                    faults().silenceWatches();
                    faults().failFrom(1, 3, Faults.Call.any(), Reason.UNREACHABLE);
                    return after(UNTIL_KILLED, () -> faults().expireHistory());
                });
    }

    private CompletableFuture<Void> freeze() {
        return k3s.map(node -> {
                    K3s.Freeze freeze = node.freezeApiServer();
                    return after(FROZEN, freeze::close).thenRun(node::awaitReady);
                })
                .orElseGet(() -> {
                    faults().silenceWatches();
                    faults().delayRequests(ofSeconds(1));
                    return after(FROZEN, () -> faults().delayRequests(Duration.ZERO));
                });
    }

    private Faults faults() {
        return simulated.orElseThrow().faults();
    }

    /** Later, in the time that the cluster lives by. */
    private CompletableFuture<Void> after(Duration time, Runnable then) {
        if (simulated.isPresent()) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            simulated.get().time().after(time, () -> {
                then.run();
                done.complete(null);
            });
            return done;
        }
        assertThat(cluster.time()).isSameAs(Time.system());
        Executor later =
                CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS, Aside.of("API server"));
        return CompletableFuture.runAsync(then, later);
    }
}
