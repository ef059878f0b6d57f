// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.k8s.Query;
import dev.rollproof.k8s.WriteOptions;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.SimulatedCluster;
import dev.rollproof.strategies.check.Check;
import dev.rollproof.verifier.Cause;
import dev.rollproof.verifier.RolloutActionException;
import dev.rollproof.verifier.Verdict;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two colours behind a Service, on the simulated cluster. */
class BlueGreenTest {
    private final SimulatedCluster cluster = SimulatedCluster.create();
    private final AtomicInteger checks = new AtomicInteger();
    private final BlueGreen strategy = BlueGreen.behind("clock").keepOldFor(ofMinutes(2));

    @AfterEach
    void close() {
        cluster.close();
    }

    private static Deployment clock(String image) {
        return Workloads.labelled(3, image, "app: clock, color: blue");
    }

    private void service(String name, String selector) {
        cluster.create(Models.fromYaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: default}
                spec:
                  selector: {%s}
                  ports: [{port: 80, targetPort: 8080}]
                """.formatted(name, selector), Service.class), WriteOptions.defaults());
    }

    private Map<String, String> selector(String name) {
        return cluster.get(Service.class, "default", name)
                .orElseThrow()
                .getSpec()
                .getSelector();
    }

    private Verdict roll(String image, BlueGreen how) throws InterruptedException {
        return Rollout.of(clock(image)).by(how).within(ofMinutes(2)).run(cluster);
    }

    private List<String> deployments() {
        return cluster.list(Query.of(Deployment.class)).stream()
                .map(d -> d.getMetadata().getName() + " " + d.getSpec().getReplicas() + " "
                        + d.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .get(0)
                                .getImage())
                .toList();
    }

    @Test
    void theServiceIsSwitchedAndTheOldVersionIsKeptAWhileAndScaledDown() throws InterruptedException {
        service("clock", "app: clock, color: blue");
        service("clock-preview", "app: clock, color: blue");
        roll("clock:1.0", strategy).orElseThrow();
        Verdict verdict = roll("clock:1.1", strategy.preview("clock-preview"));
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(verdict.evidence().elapsed()).isGreaterThan(ofMinutes(2));
        assertThat(deployments()).containsExactly("clock 0 clock:1.0", "clock-green 3 clock:1.1");
        assertThat(selector("clock")).containsEntry("color", "green").containsEntry("app", "clock");
        assertThat(selector("clock-preview")).containsEntry("color", "green");
    }

    @Test
    void theNextOneGoesToTheOtherColour() throws InterruptedException {
        service("clock", "app: clock, color: blue");
        roll("clock:1.0", strategy).orElseThrow();
        roll("clock:1.1", strategy).orElseThrow();
        roll("clock:1.2", strategy).orElseThrow();
        assertThat(deployments()).containsExactly("clock 3 clock:1.2", "clock-green 0 clock:1.1");
        assertThat(selector("clock")).containsEntry("color", "blue");
        roll("clock:1.1", strategy).orElseThrow();
        assertThat(deployments()).containsExactly("clock 0 clock:1.2", "clock-green 3 clock:1.1");
    }

    @Test
    void aBrokenVersionNeverGetsTheService() throws InterruptedException {
        cluster.images().declare("clock:broken", ImageBehavior.wellBehaved().crashesAfter(ofSeconds(0)));
        service("clock", "app: clock, color: blue");
        roll("clock:1.0", strategy).orElseThrow();
        Verdict verdict = roll("clock:broken", strategy);
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).contains("CrashLoopBackOff");
        assertThat(deployments()).containsExactly("clock 3 clock:1.0", "clock-green 0 clock:broken");
        assertThat(selector("clock")).containsEntry("color", "blue");
    }

    @Test
    void aCheckThatFailsAfterTheSwitchSwitchesBack() throws InterruptedException {
        service("clock", "app: clock, color: blue");
        roll("clock:1.0", strategy).orElseThrow();
        Verdict verdict = roll("clock:1.1", strategy.checkAfter(Check.of("good", context -> {
            assertThat(selector("clock")).containsEntry("color", "green");
            return false;
        })));
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        assertThat(verdict.evidence().causes()).extracting(Cause::reason).containsExactly("CheckFailed");
        assertThat(selector("clock")).containsEntry("color", "blue");
        assertThat(deployments()).containsExactly("clock 3 clock:1.0", "clock-green 0 clock:1.1");
    }

    @Test
    void usersGoBackAtOnceWhereSomebodyDeletesTheVersionThatTheyWereSwitchedTo() throws InterruptedException {
        service("clock", "app: clock, color: blue");
        roll("clock:1.0", strategy).orElseThrow();
        Instant switched = cluster.time().now();
        Verdict verdict = rollAndDeleteGreen("switched; keeping");
        assertThat(verdict).isInstanceOf(Verdict.Superseded.class);
        assertThat(verdict.summary()).contains("somebody deleted Deployment/clock-green in default");
        assertThat(selector("clock")).containsEntry("color", "blue");
        assertThat(deployments()).containsExactly("clock 3 clock:1.0");
        assertThat(cluster.time().now()).isBefore(switched.plusSeconds(20));
    }

    @Test
    void usersGoBackAtOnceWhereItIsDeletedJustBeforeTheOldOneIsRetired() throws InterruptedException {
        service("clock", "app: clock, color: blue");
        roll("clock:1.0", strategy).orElseThrow();
        Verdict verdict = rollAndDeleteGreen("retiring");
        assertThat(verdict).as(verdict.summary()).isInstanceOf(Verdict.Superseded.class);
        assertThat(selector("clock")).containsEntry("color", "blue");
        assertThat(deployments()).containsExactly("clock 3 clock:1.0");
    }

    /** Nobody but a check has met it yet. */
    @ParameterizedTest
    @ValueSource(strings = {"good", "switching"})
    void whatIsDeletedBeforeTheSwitchIsMadeAndCheckedAgain(String line) throws InterruptedException {
        service("clock", "app: clock, color: blue");
        roll("clock:1.0", strategy).orElseThrow();
        checks.set(0);
        Verdict verdict = rollAndDeleteGreen(line);
        assertThat(verdict.isComplete()).as(verdict.summary()).isTrue();
        assertThat(checks).hasValueGreaterThan(3);
        assertThat(deployments()).containsExactly("clock 0 clock:1.0", "clock-green 3 clock:1.1");
    }

    private Verdict rollAndDeleteGreen(String line) throws InterruptedException {
        AtomicInteger deleted = new AtomicInteger();
        Check good = Check.of("good", context -> {
                    checks.incrementAndGet();
                    return true;
                })
                .count(3)
                .interval(ofSeconds(2));
        return Rollout.of(clock("clock:1.1"))
                .by(strategy.check(good))
                .within(ofMinutes(2))
                .onProgress(progress -> {
                    if (progress.status().line().contains(line) && deleted.getAndIncrement() == 0) {
                        cluster.delete(Deployment.class, "default", "clock-green", DeleteOptions.defaults());
                    }
                })
                .run(cluster);
    }

    @Test
    void selectorsThatMatchBothColoursAreRefusedBeforeAnythingIsWritten() throws InterruptedException {
        service("clock", "app: clock");
        Rollout.of(clock("clock:1.0")).run(cluster).orElseThrow();
        assertThatThrownBy(() -> roll("clock:1.1", strategy))
                .hasMessageContaining(
                        "Service/clock in default selects app=clock, which matches the pods of both colours")
                .hasMessageContaining("color: blue");
        assertThatThrownBy(() -> roll("clock:1.1", BlueGreen.behind("absent")))
                .hasMessageContaining("Service/absent in default does not exist");
        assertThatThrownBy(() ->
                        Rollout.of(Workloads.clock(3, "clock:1.1")).by(strategy).run(cluster))
                .isInstanceOf(RuntimeException.class);
        assertThat(deployments()).containsExactly("clock 3 clock:1.0");
    }

    @Test
    void aServiceThatIsInFrontOfOthersIsRefusedBeforeAnythingIsWritten() throws InterruptedException {
        service("clock", "app: watch, color: blue");
        Rollout.of(clock("clock:1.0")).run(cluster).orElseThrow();
        assertThatThrownBy(() -> roll("clock:1.1", strategy))
                .isInstanceOf(RolloutActionException.class)
                .hasMessage("Service/clock in default selects app=watch, color=blue, which does not match the pods of"
                        + " Deployment/clock in default (app=clock, color=blue); name the Service in front of them, or"
                        + " change its selector");
        assertThat(selector("clock")).containsEntry("color", "blue");
        assertThat(deployments()).containsExactly("clock 3 clock:1.0");
    }

    @Test
    void aDeploymentThatOnlyHasTheNameOfTheOtherColourStaysAsItIs() throws InterruptedException {
        service("clock", "app: clock, color: blue");
        Rollout.of(clock("clock:1.0")).run(cluster).orElseThrow();
        Deployment green = Workloads.labelled(1, "green:7", "app: green");
        green.getMetadata().setName("clock-green");
        Rollout.of(green).run(cluster).orElseThrow();
        assertThatThrownBy(() -> roll("clock:1.1", strategy))
                .isInstanceOf(RolloutActionException.class)
                .hasMessage("Deployment/clock-green in default is there already, and selects app=green instead of"
                        + " app=clock, color=green, so it is not the other colour of Deployment/clock in default; rename it,"
                        + " or delete it");
        assertThat(deployments()).containsExactly("clock 3 clock:1.0", "clock-green 1 green:7");
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> strategy.preview(" ")).hasMessage("preview must not be blank");
        assertThatThrownBy(() -> BlueGreen.behind(" ")).hasMessage("service must not be blank");
        assertThatThrownBy(() -> strategy.preview("clock"))
                .hasMessage("the preview must be another Service than \"clock\"");
        assertThatThrownBy(() -> strategy.keepOldFor(ofSeconds(-1)))
                .hasMessage("keepOldFor must not be negative, was PT-1S");
        Check check = Check.of("good", context -> true);
        assertThatThrownBy(() -> strategy.check(check).checkAfter(check))
                .hasMessage("two checks are named \"good\"; give each its own name");
    }
}
