// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Observation;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.sim.Faults.Call;
import dev.rollproof.sim.Faults.Verb;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Things that go wrong, on demand. */
class FaultsTest {
    private final SimulatedCluster cluster =
            SimulatedCluster.builder().nodes(2).jitter(false).build();
    private final Faults faults = cluster.faults();
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static ConfigMap map(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .addToLabels("of", "test")
                .endMetadata()
                .addToData("value", value)
                .build();
    }

    private static Deployment clock(int replicas) {
        Deployment clock = World.clock(replicas, 1, 0);
        clock.getMetadata().setNamespace("default");
        return clock;
    }

    private void put(String name, String value) {
        cluster.apply(map(name, value), WriteOptions.defaults());
    }

    private Observation observe() {
        Observation observation = cluster.observe(
                Query.of(ConfigMap.class).inNamespace("default").withLabels("of=test"),
                change -> told.add(
                        change.type() + " " + change.object().metadata().name()));
        cluster.advance(ofMillis(100));
        return observation;
    }

    @Test
    void aCutWatchGoesOnWhereItWas() {
        observe();
        put("a", "1");
        cluster.advance(ofSeconds(1));
        faults.cutWatches(ConfigMap.class);
        put("a", "2");
        put("b", "1");
        cluster.advance(ofSeconds(5));
        assertThat(told).containsExactly("ADDED a", "MODIFIED a", "ADDED b");
    }

    @Test
    void aSilentWatchSaysNothingUntilItIsFoundOut() {
        Observation observation = observe();
        put("a", "1");
        cluster.advance(ofSeconds(1));
        Instant heard = observation.lastHeard().orElseThrow();
        faults.silenceWatches();
        put("a", "2");
        cluster.advance(ofSeconds(15));
        assertThat(told).containsExactly("ADDED a");
        assertThat(observation.lastHeard()).contains(heard);
        cluster.advance(ofSeconds(30));
        assertThat(told).containsExactly("ADDED a", "MODIFIED a");
    }

    @Test
    void aDelayedWatchTellsTheSameLater() {
        observe();
        faults.delayWatches(ofSeconds(3), ConfigMap.class);
        put("a", "1");
        cluster.advance(ofMillis(2900));
        assertThat(told).isEmpty();
        cluster.advance(ofMillis(200));
        assertThat(told).containsExactly("ADDED a");
    }

    @Test
    void anExpiredWatchListsAgainAndTellsTheDifference() {
        Observation observation = observe();
        put("a", "1");
        put("b", "1");
        cluster.advance(ofSeconds(1));
        told.clear();
        faults.cutWatches();
        put("a", "2");
        put("a", "3");
        cluster.delete(ConfigMap.class, "default", "b", DeleteOptions.defaults());
        put("c", "1");
        faults.expireHistory();
        cluster.advance(ofSeconds(10));
        assertThat(told)
                .as("states in between are skipped")
                .containsExactlyInAnyOrder("MODIFIED a", "ADDED c", "DELETED b");
        assertThat(observation.synced()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CONFLICT", "TOO_MANY_REQUESTS", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE", "FORBIDDEN"})
    void theNthCallIsRefusedAndNoOther(Reason reason) {
        faults.failNth(2, Call.to(Verb.PATCH).on(ConfigMap.class), reason);
        put("a", "1");
        assertThatThrownBy(() -> put("a", "2"))
                .isInstanceOfSatisfying(
                        ClusterException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        put("a", "3");
        assertThat(cluster.get(ConfigMap.class, "default", "a").orElseThrow().getData())
                .containsEntry("value", "3");
    }

    @Test
    void controllersCallsAreRefusedTooAndTriedAgain() {
        cluster.create(clock(2), WriteOptions.defaults());
        faults.failFrom(1, 5, Call.any().byEverybody(), Reason.INTERNAL_ERROR);
        cluster.advance(ofMinutes(1));
        assertThat(readyPods()).isEqualTo(2);
    }

    private long readyPods() {
        return pods().stream().filter(ObservedPod::ready).count();
    }

    private List<ObservedPod> pods() {
        return cluster.list(Query.of(Pod.class)).stream().map(Observed::from).toList();
    }

    @Test
    void requestsTakeTheirTime() {
        faults.delayRequests(ofSeconds(2));
        Instant before = cluster.time().now();
        put("a", "1");
        assertThat(Duration.between(before, cluster.time().now())).isEqualTo(ofSeconds(2));
    }

    @Test
    void staleReadsShowWhatWasForAWhile() {
        put("a", "1");
        faults.staleReads(ofSeconds(5));
        put("a", "2");
        assertThat(cluster.get(ConfigMap.class, "default", "a").orElseThrow().getData())
                .containsEntry("value", "1");
        cluster.advance(ofSeconds(6));
        assertThat(cluster.get(ConfigMap.class, "default", "a").orElseThrow().getData())
                .containsEntry("value", "2");
    }

    @Test
    void aServerOutOfReachIsUnreachableAndObserversComeBackByThemselves() {
        Observation observation = observe();
        faults.unreachable(ofSeconds(30));
        assertThatThrownBy(() -> put("a", "1"))
                .isInstanceOfSatisfying(
                        ClusterException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE));
        cluster.advance(ofSeconds(10));
        assertThat(observation.trouble()).isPresent();
        cluster.advance(ofSeconds(60));
        put("a", "1");
        cluster.advance(ofSeconds(1));
        assertThat(told).containsExactly("ADDED a");
        assertThat(observation.trouble()).isEmpty();
    }

    @Test
    void aPausedControllerDoesNothingAndCatchesUp() {
        faults.pauseController("deployment");
        cluster.create(clock(2), WriteOptions.defaults());
        cluster.advance(ofMinutes(1));
        assertThat(pods()).isEmpty();
        faults.resumeController("deployment");
        cluster.advance(ofSeconds(10));
        assertThat(readyPods()).isEqualTo(2);
    }

    @Test
    void aPausedSchedulerLeavesPodsPending() {
        faults.pauseController("scheduler");
        cluster.create(clock(1), WriteOptions.defaults());
        cluster.advance(ofSeconds(10));
        assertThat(pods())
                .hasSize(1)
                .allMatch(pod -> pod.nodeName().isEmpty() && pod.phase().equals("Pending"));
        faults.resumeController("scheduler");
        cluster.advance(ofSeconds(10));
        assertThat(readyPods()).isEqualTo(1);
    }

    @Test
    void aLostNodeIsNoticedAfterFortySecondsAndItsPodsAreReplacedAfterFiveMinutes() {
        cluster.create(clock(1), WriteOptions.defaults());
        cluster.advance(ofSeconds(10));
        ObservedPod first = pods().get(0);
        faults.loseNode(first.nodeName());
        assertThat(faults.lost(first.nodeName())).isTrue();
        cluster.advance(ofSeconds(35));
        assertThat(readyPods()).as("nobody knows yet").isEqualTo(1);
        cluster.advance(ofSeconds(15));
        assertThat(readyPods()).isZero();
        assertThat(cluster.get(Node.class, "", first.nodeName())
                        .orElseThrow()
                        .getStatus()
                        .getConditions())
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("Unknown"));
        cluster.advance(ofMinutes(6));
        assertThat(pods())
                .filteredOn(ObservedPod::live)
                .hasSize(1)
                .allMatch(pod -> !pod.nodeName().equals(first.nodeName()) && pod.ready());
        faults.restoreNode(first.nodeName());
        cluster.advance(ofMinutes(1));
        assertThat(pods()).as("the old pod is gone at last").hasSize(1);
    }

    @Test
    void namesThatDoNotExistAreRefused() {
        assertThatThrownBy(() -> faults.pauseController("kubelt"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no controller is called \"kubelt\"; there are [deployment, replicaset");
        assertThatThrownBy(() -> faults.loseNode("node-7"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("node-7");
        assertThatThrownBy(() -> faults.failNth(0, Call.any(), Reason.CONFLICT))
                .hasMessage("requests are counted from 1, was 0 and 1");
    }

    @Test
    void deploymentsAreTheirOwnKind() {
        faults.failNext(Call.to(Verb.GET).on(Deployment.class), Reason.FORBIDDEN);
        assertThat(cluster.get(Pod.class, "default", "x")).isEmpty();
        assertThatThrownBy(() -> cluster.get(Deployment.class, "default", "x")).isInstanceOf(ClusterException.class);
        assertThat(cluster.list(Query.of(Deployment.class))).isEmpty();
    }
}
