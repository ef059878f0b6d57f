// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.harness.ClusterExtension;
import dev.rollproof.harness.K3s;
import dev.rollproof.harness.TestNamespace;
import dev.rollproof.harness.Waiting;
import dev.rollproof.k8s.Cluster;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.traffic.FailureCause;
import dev.rollproof.k8s.traffic.Lane;
import dev.rollproof.k8s.traffic.Load;
import dev.rollproof.k8s.traffic.RunningTraffic;
import dev.rollproof.k8s.traffic.Traffic;
import dev.rollproof.k8s.traffic.TrafficReport;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.Rollout;
import dev.rollproof.strategies.plan.Assumptions;
import dev.rollproof.strategies.plan.Range;
import dev.rollproof.verifier.RolloutActions;
import dev.rollproof.verifier.RolloutVerifier;
import dev.rollproof.verifier.Verdict;
import dev.rollproof.verifier.VerifierOptions;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What lies on the desk in every lesson: a cluster, a namespace, traffic, and the clock. Each test has its own; the simulated
 * cluster is the default, {@code -Drollproof.cluster=served} reaches it over HTTPS, and {@code k3s} chooses a real one.
 */
@Tag("lesson")
abstract class Lesson {
    /** The student's patience, and kubectl's in the exercise. */
    static final Duration A_MINUTE = ofSeconds(60);

    /** How long the news may be on its way that a pod goes, or a Service leads elsewhere, to all who send requests; mostly it is a second. */
    static final Duration NEWS_TRAVEL = ofSeconds(3);

    @RegisterExtension
    static final ClusterExtension CLUSTER = ClusterExtension.builder()
            .simulated(simulated -> simulated.images(Clock.declared()))
            .recordAll()
            .build();

    Cluster cluster;
    TestNamespace namespace;
    Traffic traffic;

    /** The node; empty on simulated clusters. */
    Optional<K3s> k3s;

    /** The simulated cluster, however it is reached; empty on real ones. */
    Optional<SimulatedCluster> simulated;

    @BeforeEach
    void loadImages() throws InterruptedException {
        if (k3s.isPresent()) {
            Clock.loadInto(k3s.get());
        }
    }

    Clock clock() {
        return Clock.in(namespace.name());
    }

    RolloutActions actions() {
        return RolloutActions.on(cluster);
    }

    /** Applies the clock and waits for the verdict. */
    Verdict rollOut(Clock clock) throws InterruptedException {
        return Rollout.of(clock.deployment()).within(A_MINUTE).run(cluster);
    }

    /** Waits for the verdict on what was changed already. */
    Verdict verify(Deployment changed) throws InterruptedException {
        return RolloutVerifier.on(cluster)
                .with(VerifierOptions.defaults().withTimeout(A_MINUTE))
                .verify(changed);
    }

    /** Rolls the clock out with a Service before it, so that users reach it. */
    void serve(Clock clock) throws InterruptedException {
        cluster.create(clock.service(), WriteOptions.defaults());
        rollOut(clock).orElseThrow();
    }

    /** A clock whose pods have such a label, complete, behind a Service that leads to it alone. */
    Clock served(String label, String value) throws InterruptedException {
        Clock clock = clock().named("clock", label, value).drainsFor(ofSeconds(1));
        cluster.create(clock.service("clock", label, value), WriteOptions.defaults());
        rollOut(clock).orElseThrow();
        return clock;
    }

    /** Waits until three pods of a version are left, all of one Deployment. */
    void onlyPodsAreLeftOf(String version) throws InterruptedException {
        waiting().until("only pods of version " + version + " are left", () -> pods().size() == 3);
        assertThat(ready(version)).isEqualTo(3);
        assertThat(cluster.list(Query.of(Deployment.class).inNamespace(namespace.name())))
                .filteredOn(deployment -> deployment.getSpec().getReplicas() > 0)
                .hasSize(1);
    }

    /** Says that the Service leads to pods with such a label. */
    void theServiceLeadsTo(String label, String value) {
        assertThat(cluster.get(Service.class, namespace.name(), "clock")
                        .orElseThrow()
                        .getSpec()
                        .getSelector())
                .containsEntry(label, value);
    }

    /**
     * Users come: 50 times a second on a fresh connection, and as often on a kept one. They wait for ten seconds: what is lost
     * is lost by then, and what is only slow, on a machine with much else to do, is not taken for lost.
     */
    RunningTraffic users() throws InterruptedException {
        return traffic.start(Load.of(namespace.name(), "clock").withTimeout(ofSeconds(10)));
    }

    /** The same users, who wait for two seconds: where requests are lost, nobody has to wait for long until it is known. */
    RunningTraffic hastyUsers() throws InterruptedException {
        return traffic.start(Load.of(namespace.name(), "clock"));
    }

    /** What the users got. A measurement whose baseline was not clean is none. */
    static TrafficReport measured(RunningTraffic users) throws InterruptedException {
        TrafficReport report = users.stop();
        assertThat(report.whyVoid()).as("the baseline is clean").isEmpty();
        return report;
    }

    /**
     * Says that users got an answer to every request. On kept connections of a real network there is one way to lose a request
     * that no server can prevent: it ends a connection in the very moment in which the client asks on it again (RFC 9112, 9.3.1).
     * Browsers ask once more then, our users do not: few of those are let pass.
     */
    void nobodyLostARequest(TrafficReport report) {
        assertThat(report.lane(Lane.FRESH).failuresByCause())
                .as("on fresh connections: %s", report)
                .isEmpty();
        TrafficReport kept = report.lane(Lane.KEPT_ALIVE);
        assertThat(kept.failuresByCause().keySet())
                .as("on kept connections: %s", report)
                .isSubsetOf(k3s.isPresent() ? Set.of(FailureCause.RESET) : Set.of());
        assertThat(kept.failed()).as("on kept connections: %s", report).isLessThanOrEqualTo(kept.total() / 200);
    }

    /** How long things take, for plans: as recorded on real clusters; the simulated one is as quick as an idle one. */
    Assumptions assumptions() {
        Assumptions recorded = Assumptions.defaults();
        return k3s.isPresent()
                ? recorded
                : recorded.withStart(Range.of(ofMillis(200), ofSeconds(1)))
                        .withReady(Range.of(Duration.ZERO, ofSeconds(2)));
    }

    /** Shows a plan beside what was observed, and says that its bounds held on every event. */
    void show(PlanBeside beside) {
        figure("%s", String.join("\n", beside.lines()));
        beside.theBoundsHeld();
    }

    /** Says that nothing is in the way of whoever applies the clock next: no field is in conflict. */
    void nothingFightsTheNextApply(Clock next) {
        cluster.apply(next.deployment(), WriteOptions.defaults().withoutForce());
        assertThat(stored(next).getSpec().getTemplate().getMetadata().getLabels())
                .doesNotContainKey("pod-template-hash");
    }

    /**
     * Where moments are looked at: beside the wire where that can be done, for whoever measures when something happened on the cluster
     * must not be late himself. Through the door the news comes as late as it takes, times the speed.
     */
    Cluster watched() {
        return simulated.isPresent() ? simulated.get() : cluster;
    }

    /** Lets time pass. */
    void pass(Duration time) throws InterruptedException {
        cluster.time().awaitUntil(cluster.time().now().plus(time), () -> false);
    }

    Waiting waiting() {
        return Waiting.on(cluster);
    }

    List<ObservedPod> pods() {
        return cluster.list(Query.of(Pod.class).inNamespace(namespace.name())).stream()
                .map(Observed::from)
                .toList();
    }

    List<String> podNames() {
        return pods().stream().map(pod -> pod.metadata().name()).sorted().toList();
    }

    /** How many pods of a version are ready and not about to go. */
    long ready(String version) {
        return pods().stream()
                .filter(pod -> pod.live() && pod.ready())
                .filter(pod -> isOf(version, pod))
                .count();
    }

    static boolean isOf(String version, ObservedPod pod) {
        return pod.containers().get(0).image().equals("clock:" + version);
    }

    Deployment stored(Clock clock) {
        return cluster.get(Deployment.class, namespace.name(), clock.ref().name())
                .orElseThrow();
    }

    /** Where the time of the cluster goes on while its news are on their way: several times as fast as the machine's. */
    boolean isThroughTheDoor() {
        return k3s.isEmpty() && !(cluster instanceof SimulatedCluster);
    }

    /** A measured figure: a line of the run's report. */
    void figure(String format, Object... values) {
        System.out.println(getClass().getSimpleName()
                + (isThroughTheDoor()
                        ? " through the door: "
                        : k3s.isPresent() ? " on Kubernetes: " : " in the simulation: ")
                + String.format(Locale.ROOT, format, values));
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toNanos() / 1e9);
    }
}
